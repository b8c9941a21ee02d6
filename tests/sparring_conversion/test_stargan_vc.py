"""StarGAN-VC's three networks: sizes and shapes of the paper's tables, exact padding, and what each of them may see."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from sparring_conversion.stargan_vc import Classifier, Convolution, Discriminator, Generator, InstanceNorm, Transposed
from sparring_objectives.batch_norm import BatchNorm

NORMS = ("instance", "batch")

# Channels in and out (the latter twice where gated), and kernels, of the tables, for K = 4 speakers.
GENERATOR = [
    (1, 64, 3 * 9), (32, 128, 4 * 8), (64, 256, 4 * 8), (128, 128, 3 * 5), (64, 10, 9 * 5),
    (5 + 4, 128, 9 * 5), (64 + 4, 256, 3 * 5), (128 + 4, 128, 4 * 8), (64 + 4, 64, 4 * 8), (32 + 4, 1, 3 * 9),
]  # fmt: skip
DISCRIMINATOR = [(1 + 4, 64, 3 * 9), (32 + 4, 64, 3 * 8), (32 + 4, 64, 3 * 8), (32 + 4, 64, 3 * 6), (32 + 4, 1, 36 * 5)]
CLASSIFIER = [(1, 16, 4 * 4), (8, 32, 4 * 4), (16, 64, 4 * 4), (32, 32, 3 * 4), (16, 4, 1 * 4)]


def networks(norm: Any = "instance", *, dims: int = 36) -> tuple[Generator, Discriminator, Classifier]:
    small: dict[str, Any] = {"width": 4, "norm": norm, "speakers": 3}
    return Generator(**small, dims=dims), Discriminator(**small, dims=dims), Classifier(**small)


def called(network: nn.Module, spectra: Tensor, speaker: Tensor) -> Tensor:
    return network(spectra) if isinstance(network, Classifier) else network(spectra, speaker)


def reached(network: nn.Module) -> bool:
    return all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in network.parameters())


@pytest.mark.parametrize(
    ("network", "table"),
    [(Generator(speakers=4), GENERATOR), (Discriminator(speakers=4), DISCRIMINATOR), (Classifier(speakers=4), CLASSIFIER)],
    ids=["generator", "discriminator", "classifier"],
)
def test_the_defaults_have_the_weights_of_the_tables(network: nn.Module, table: list[tuple[int, int, int]]) -> None:
    expected = sum(before * after * kernel for before, after, kernel in table)
    # A norm with a scale and a shift after every layer but the last, which has a bias.
    expected += sum(2 * after for _, after, _ in table[:-1]) + table[-1][1]

    count = sum(parameter.numel() for parameter in network.parameters())

    assert count == expected


def test_the_generators_maps_have_the_sizes_of_the_table() -> None:
    generator, speaker = Generator(speakers=4), torch.tensor([3])
    found: list[tuple[int, ...]] = []
    for layer in [*generator.encoder, *generator.decoder]:
        layer.register_forward_hook(lambda module, inputs, output: found.append(tuple(output.shape[1:])))

    generator(torch.randn(1, 36, 32), speaker)

    down = [(32, 36, 32), (64, 18, 16), (128, 9, 8), (64, 9, 8), (5, 1, 8)]
    assert found == [*down, (64, 9, 8), (128, 9, 8), (64, 18, 16), (32, 36, 32), (1, 36, 32)]


def test_the_discriminators_and_the_classifiers_maps_have_the_sizes_of_the_tables() -> None:
    discriminator, classifier = Discriminator(speakers=4), Classifier(speakers=4)
    found: list[tuple[int, ...]] = []
    for layer in [*discriminator.layers, *classifier.layers]:
        layer.register_forward_hook(lambda module, inputs, output: found.append(tuple(output.shape[1:])))

    discriminator(torch.randn(1, 36, 64), torch.tensor([3]))
    classifier(torch.randn(1, 36, 64))

    assert found[:5] == [(32, 36, 64), (32, 36, 32), (32, 36, 16), (32, 36, 8), (1, 1, 8)]
    assert found[5:] == [(8, 4, 32), (16, 2, 16), (32, 1, 8), (16, 1, 4), (4, 1, 2)]


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("frames", [4, 8, 12, 20, 64])
@pytest.mark.parametrize("dims", [4, 24, 36])
def test_every_multiple_of_four_frames_does_and_gradients_reach_every_parameter(norm: str, frames: int, dims: int) -> None:
    generator, discriminator, classifier = networks(norm, dims=dims)
    spectra, speaker = torch.randn(3, dims, frames), torch.tensor([2, 0, 1])

    converted = generator(spectra, speaker)
    score, logits = discriminator(converted, speaker), classifier(converted)
    (score.sum() + logits.square().sum()).backward()

    assert converted.shape == (3, dims, frames)
    assert score.shape == (3,)
    assert logits.shape == (3, 3)
    assert all(reached(network) for network in (generator, discriminator, classifier))


@pytest.mark.parametrize("frames", [1, 2, 5, 9, 127])
def test_discriminator_and_classifier_take_any_number_of_frames(frames: int) -> None:
    _, discriminator, classifier = networks()
    spectra = torch.randn(2, 36, frames)

    score, logits = discriminator(spectra, torch.tensor([1, 0])), classifier(spectra)

    assert score.shape == (2,)
    assert logits.shape == (2, 3)
    assert score.isfinite().all()
    assert logits.isfinite().all()


@pytest.mark.parametrize(("kernel", "stride"), [((3, 9), (1, 1)), ((4, 8), (2, 2)), ((3, 6), (1, 2)), ((1, 4), (1, 2)), ((4, 4), (2, 2))])
@pytest.mark.parametrize("frames", [5, 6, 7, 8])
def test_a_convolution_pads_as_tensorflow_does_with_the_odd_zero_last(kernel: Any, stride: Any, frames: int) -> None:
    layer, picture = Convolution(2, 3, kernel, stride), torch.randn(1, 2, 6, frames)
    margins: list[int] = []
    for size, of_kernel, of_stride in zip((frames, 6), kernel[::-1], stride[::-1], strict=True):
        total = max((-(-size // of_stride) - 1) * of_stride + of_kernel - size, 0)
        margins += [total // 2, total - total // 2]

    output = layer(picture)

    expected = functional.conv2d(functional.pad(picture, margins), layer.weight, stride=stride)
    torch.testing.assert_close(output, expected)


@pytest.mark.parametrize(("kernel", "stride"), [((3, 9), (1, 1)), ((4, 8), (2, 2)), ((9, 5), (9, 1))])
def test_a_transposed_layer_is_the_transpose_of_the_convolution(kernel: Any, stride: Any) -> None:
    down, up = Convolution(2, 3, kernel, stride), Transposed(3, 2, kernel, stride)
    up.weight = down.weight
    fine = torch.randn(1, 2, 18, 8)
    coarse = torch.randn(1, 3, 18 // stride[0], 8 // stride[1])

    one, other = (down(fine) * coarse).sum(), (fine * up(coarse)).sum()

    torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("norm", NORMS)
def test_generator_and_discriminator_hear_the_speaker_of_each_example(norm: str) -> None:
    generator, discriminator, _ = networks(norm)
    spectra = torch.randn(1, 36, 16).expand(2, -1, -1)

    for network in (generator.eval(), discriminator.eval()):
        same = network(spectra, torch.tensor([1, 1]))
        different = network(spectra, torch.tensor([1, 2]))

        torch.testing.assert_close(same[0], same[1])
        torch.testing.assert_close(different[0], same[0])
        assert (different[1] - same[1]).abs().max() > 1e-3


@pytest.mark.parametrize("number", range(3))
def test_with_instance_norm_examples_know_nothing_of_each_other(number: int) -> None:
    network = networks()[number]
    spectra, speaker = torch.randn(3, 36, 16), torch.tensor([0, 1, 2])

    together = called(network, spectra, speaker)
    alone = torch.cat([called(network, spectra[row : row + 1], speaker[row : row + 1]) for row in range(3)])

    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)


def test_instance_norm_is_torchs_and_a_single_position_becomes_the_bias() -> None:
    norm, picture = InstanceNorm(3), torch.randn(2, 3, 4, 5)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)

    normed, single = norm(picture), norm(torch.randn(2, 3, 1, 1))

    expected = functional.instance_norm(picture, weight=norm.weight.flatten(), bias=norm.bias.flatten())
    torch.testing.assert_close(normed, expected)
    torch.testing.assert_close(single, norm.bias.expand(2, 3, 1, 1))


def test_batch_norms_are_those_of_the_global_batch() -> None:
    found = [module for network in networks("batch") for module in network.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]

    assert len(found) == 9 + 4 + 4
    assert all(isinstance(module, BatchNorm) for module in found)


def test_the_classifier_hears_the_first_eight_coefficients_only() -> None:
    classifier, spectra = Classifier(speakers=3), torch.randn(2, 36, 64)
    above, below = spectra.clone(), spectra.clone()
    above[:, 8:] += 1 + torch.randn(2, 28, 64)
    below[:, 7] += torch.randn(2, 64)

    logits = classifier(spectra)

    assert torch.equal(classifier(above), logits)
    assert not torch.allclose(classifier(below), logits, atol=1e-4)


def test_a_classifier_with_instance_norm_is_deaf_at_sixteen_frames_and_one_with_batch_norm_is_not() -> None:
    logits = {norm: Classifier(speakers=3, norm=norm)(torch.randn(4, 36, 16)) for norm in ("instance", "batch")}

    torch.testing.assert_close(logits["instance"][1:], logits["instance"][:-1])
    assert logits["batch"].std(dim=0).min() > 1e-3


def test_the_classifiers_softmax_is_the_product_of_those_of_its_positions_made_to_add_up_to_one() -> None:
    classifier, spectra = Classifier(speakers=3), torch.randn(2, 36, 64)
    product = classifier.layers(spectra[:, None, :8]).squeeze(2).log_softmax(dim=1).mean(dim=2)

    chances = classifier(spectra).softmax(dim=1)

    torch.testing.assert_close(chances, product.softmax(dim=1))


def test_the_discriminators_score_is_the_mean_over_time() -> None:
    discriminator = Discriminator(speakers=2, width=4)
    found: list[Any] = []
    discriminator.layers[-1].register_forward_hook(lambda module, inputs, output: found.append(output))

    score = discriminator(torch.randn(2, 36, 40), torch.tensor([0, 1]))

    assert found[0].shape == (2, 1, 1, 5)
    torch.testing.assert_close(score, found[0].mean(dim=(1, 2, 3)))


def test_a_number_of_dims_or_frames_that_is_no_multiple_of_four_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^the generator takes dims in multiples of 4, not 34: choose another number of coefficients$"):
        Generator(speakers=2, dims=34)
    with pytest.raises(ValueError, match=r"^the generator takes multiples of 4 frames, not 6: pad the input$"):
        Generator(speakers=2, width=2)(torch.randn(1, 36, 6), torch.tensor([0]))
