"""The perceptual loss on random weights: what it is made of does not depend on what it has learned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from sparring_objectives.perceptual import BLOCKS, Perceptual, Vgg19

SHALLOW = ("relu1_2", "relu2_2")


def random_weights() -> Iterator[tuple[str, Tensor]]:
    """The first two blocks of torchvision's numbering: convolutions at 0, 2, 5 and 7."""
    draw = torch.Generator().manual_seed(0)
    widths = [3, BLOCKS[0][1], BLOCKS[0][1], BLOCKS[1][1], BLOCKS[1][1]]
    for place, inputs, outputs in zip((0, 2, 5, 7), widths, widths[1:], strict=False):
        yield f"features.{place}.weight", torch.randn(outputs, inputs, 3, 3, generator=draw) / (3 * inputs**0.5)
        yield f"features.{place}.bias", torch.randn(outputs, generator=draw) / 10
    yield "classifier.0.weight", torch.zeros(2, 2)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    save_file(dict(random_weights()), tmp_path / "vgg19.safetensors")
    return tmp_path / "vgg19.safetensors"


def images(channels: int = 3) -> Tensor:
    return 2 * torch.rand(2, channels, 8, 8) - 1


def test_an_image_is_at_no_distance_from_itself_and_at_some_from_another(weights: Path) -> None:
    loss = Perceptual(weights=weights, layers=SHALLOW)
    image = images()

    assert loss(image, image).item() == 0
    assert loss(image, images()).item() > 0


@pytest.mark.parametrize("difference", ["mean-square", "mean-absolute"])
def test_layers_are_averaged_each_and_added_up(weights: Path, difference: str) -> None:
    output, target = images(), images()
    parts = [Perceptual(weights=weights, layers=(layer,), difference=difference)(output, target) for layer in SHALLOW]  # type: ignore[arg-type]

    both = Perceptual(weights=weights, layers=SHALLOW, difference=difference)(output, target)  # type: ignore[arg-type]

    torch.testing.assert_close(both, parts[0] + parts[1])


def test_a_grey_image_is_seen_as_its_three_equal_channels(weights: Path) -> None:
    loss = Perceptual(weights=weights, layers=SHALLOW)
    output, target = images(1), images(1)

    torch.testing.assert_close(loss(output, target), loss(output.expand(-1, 3, -1, -1), target.expand(-1, 3, -1, -1)))


def test_the_judge_sees_images_normalized_as_imagenet_and_gives_torchvisions_features(tmp_path: Path) -> None:
    models = pytest.importorskip("torchvision.models")
    with torch.device("meta"):
        theirs = models.vgg19(weights=None).features.eval()
    theirs.to_empty(device="cpu")
    for parameter in theirs.parameters():
        torch.nn.init.normal_(parameter, std=(2 / parameter[0].numel()) ** 0.5 if parameter.ndim > 1 else 0.1)
    save_file({f"features.{name}": value for name, value in theirs.state_dict().items()}, tmp_path / "vgg19.safetensors")
    image = 2 * torch.rand(1, 3, 32, 32) - 1
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    normalized = ((image + 1) / 2 - mean[:, None, None]) / deviation[:, None, None]

    conv2_2, relu5_4 = Vgg19(tmp_path / "vgg19.safetensors", ["relu5_4", "conv2_2"])(image)

    torch.testing.assert_close(conv2_2, theirs[:8](normalized))
    torch.testing.assert_close(relu5_4, theirs[:36](normalized))


def test_gradients_reach_the_image_and_nothing_of_the_judge(weights: Path) -> None:
    loss = Perceptual(weights=weights, layers=SHALLOW)
    output = images().requires_grad_()

    loss(output, images()).backward()

    assert output.grad is not None
    assert output.grad.abs().sum() > 0
    assert not list(loss.parameters())
    assert not loss.state_dict()


def test_building_the_judge_draws_nothing_from_torchs_generator(weights: Path) -> None:
    before = torch.get_rng_state()

    Perceptual(weights=weights, layers=SHALLOW)

    assert torch.equal(torch.get_rng_state(), before)


def test_a_layer_that_vgg19_lacks_is_refused_with_those_that_it_has(weights: Path) -> None:
    with pytest.raises(ValueError, match=r"VGG19 has no layer 'relu2_3'; choose from conv1_1, relu1_1, .*, pool5"):
        Perceptual(weights=weights, layers=("relu2_3",))
    with pytest.raises(ValueError, match="layers is empty; choose from conv1_1"):
        Perceptual(weights=weights, layers=())


def test_weights_that_are_not_there_or_not_those_of_vgg19_are_refused_with_the_way_to_make_them(weights: Path) -> None:
    save_file({"features.0.weight": torch.zeros(8, 3, 3, 3), "features.0.bias": torch.zeros(8)}, weights.with_name("other"))
    make = r"to make it: safetensors\.torch\.save_file\(torchvision"

    with pytest.raises(ValueError, match=rf"absent' cannot be read as the weights of VGG19 .*{make}"):
        Perceptual(weights=weights.with_name("absent"))
    with pytest.raises(ValueError, match=rf"'features.10.weight' .*{make}|features.10.weight.*{make}"):
        Perceptual(weights=weights)
    with pytest.raises(ValueError, match=rf"'features.0.weight' has shape \(8, 3, 3, 3\); {make}"):
        Perceptual(weights=weights.with_name("other"), layers=("relu1_1",))
