"""What makes each family of image networks itself."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from sparring_images import began, conditional_dcgan, dcgan, mlp, r3gan, residual, sngan
from sparring_objectives.batch_norm import BatchNorm
from sparring_objectives.virtual_batch_norm import VirtualBatchNorm

STAGES: dict[str, Any] = {"widths": (8, 8, 4, 4), "cardinalities": (4, 4, 2, 2)}


def test_dcgan_starts_with_weights_of_a_fiftieth() -> None:
    generator = dcgan.Generator(width=16)

    weights = torch.cat(
        [module.weight.detach().flatten() for module in generator.modules() if isinstance(module, nn.Linear | nn.ConvTranspose2d)]
    )
    gains = torch.cat([module.weight.detach() for module in generator.modules() if isinstance(module, BatchNorm)])
    assert float(weights.std()) == pytest.approx(0.02, rel=0.02)
    assert float(weights.mean()) == pytest.approx(0, abs=1e-3)
    assert float(gains.mean()) == pytest.approx(1, abs=0.01)


def test_with_virtual_batch_norm_an_image_does_not_depend_on_the_others_of_its_batch() -> None:
    generator, latent = dcgan.Generator(image_size=16, width=8, norm="virtual", reference_size=6), torch.randn(4, 100)

    images = generator(latent)

    torch.testing.assert_close(generator(latent[:1]), images[:1], atol=1e-5, rtol=1e-4)


def test_the_reference_latents_are_normalized_by_themselves() -> None:
    generator = dcgan.Generator(image_size=8, width=8, norm="virtual", reference_size=64)
    norm = generator.norms[0]
    assert isinstance(norm, VirtualBatchNorm)
    seen: list[torch.Tensor] = []
    norm.register_forward_hook(lambda _, inputs, output: seen.append(output[0]))

    generator(torch.randn(2, 100))

    torch.testing.assert_close(seen[0].mean((0, 2, 3)), torch.zeros(8), atol=1e-4, rtol=0)
    assert len(seen) == 2
    assert "reference" in generator.state_dict()


def test_uniform_reference_latents_stay_between_minus_one_and_one() -> None:
    reference = dcgan.Generator(image_size=8, width=8, norm="virtual", reference_latent="uniform").reference

    assert reference is not None
    assert 0.9 < float(reference.abs().max()) <= 1


def test_minibatch_discrimination_lets_scores_depend_on_the_others() -> None:
    alone, together = (dcgan.Discriminator(image_size=8, width=4, norm="none", minibatch_kernels=kernels).eval() for kernels in (0, 5))
    images = torch.randn(4, 3, 8, 8)

    torch.testing.assert_close(alone(images)[:2], alone(images[:2]))
    assert not torch.allclose(together(images)[:2], together(images[:2]))


def test_the_first_gans_sigmoid_is_stretched_to_go_from_minus_one_to_one() -> None:
    generator = mlp.Generator(image_size=2, channels=1, width=16)
    last = generator.layers[-1]
    assert isinstance(last, nn.Linear)
    nn.init.zeros_(last.weight)
    last.bias.data = torch.tensor([-100.0, 0.0, 1.0, 100.0])

    pixels = generator(torch.randn(1, 100)).flatten().tolist()

    assert pixels == pytest.approx([-1, 0, math.tanh(0.5), 1])


def test_a_uniform_latent_is_scaled_to_unit_variance() -> None:
    generator = mlp.Generator(image_size=8, width=16)
    seen: list[torch.Tensor] = []
    generator.layers.register_forward_hook(lambda _, inputs, output: seen.append(inputs[0]))

    generator(2 * torch.rand(1000, 100) - 1)

    assert float(seen[0].var()) == pytest.approx(1, abs=0.02)


def test_maxout_takes_the_largest_piece() -> None:
    layer = mlp.Maxout(3, 2, pieces=4)
    values = torch.randn(5, 3)

    largest = torch.stack([layer.linear(values)[:, 4 * unit : 4 * unit + 4].max(1).values for unit in range(2)], 1)

    assert torch.equal(layer(values), largest)


@pytest.mark.parametrize("network", [conditional_dcgan.Generator, sngan.Generator, r3gan.Generator])
def test_a_conditional_generator_draws_another_image_for_another_label(network: type[nn.Module]) -> None:
    options = {"conditional_dcgan": {"width": 4}, "sngan": {"width": 4, "conditional": True}, "r3gan": {"conditional": True, **STAGES}}
    generator = network(image_size=32, channels=1, **options[network.__module__.rpartition(".")[2]]).eval()
    if isinstance(generator, sngan.Generator):  # its gains start equal for all classes
        for module in generator.modules():
            if isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight)
    latent = torch.randn(1, *generator.latent_shape).expand(2, -1)  # type: ignore[misc]

    one, other = generator(latent, torch.tensor([0, 1]))

    assert not torch.allclose(one, other)


def test_the_label_stands_beside_the_input_of_every_layer() -> None:
    values, said = torch.randn(2, 3, 4, 4), functional.one_hot(torch.tensor([0, 2]), 3).float()

    wider = conditional_dcgan.beside(values, said)

    assert torch.equal(wider[:, :3], values)
    assert torch.equal(wider[1, 3:], torch.tensor([0.0, 0.0, 1.0])[:, None, None].expand(3, 4, 4))


def test_projection_adds_the_inner_product_of_embedding_and_features() -> None:
    discriminator = sngan.Discriminator(image_size=8, width=4, conditional=True).eval()
    assert discriminator.embedding is not None
    images, label = torch.randn(2, 3, 8, 8), torch.tensor([1, 7])
    pooled = discriminator.features(images)[-1].relu().sum((2, 3))

    score = discriminator(images, label)

    expected = discriminator.last(pooled)[:, 0] + (discriminator.embedding(label) * pooled).sum(1)
    torch.testing.assert_close(score, expected)


def test_every_layer_of_an_sngan_discriminator_has_a_norm_of_one() -> None:
    discriminator = sngan.Discriminator(image_size=16, width=4, conditional=True)
    for _ in range(30):
        discriminator(torch.randn(2, 3, 16, 16), torch.tensor([0, 1]))

    layers = [module for module in discriminator.eval().modules() if isinstance(module, nn.Conv2d | nn.Linear | nn.Embedding)]
    norms = [float(torch.linalg.matrix_norm(layer.weight.detach().flatten(1), ord=2)) for layer in layers]
    assert len(norms) == 3 + 2 + 2 + 2
    assert norms == pytest.approx([1.0] * len(norms), abs=0.02)


def test_a_shortcut_before_or_after_the_change_of_size_is_the_same() -> None:
    image = torch.randn(2, 3, 8, 8)
    up, down = (residual.ResidualBlock(3, 5, resample=way) for way in ("up", "down"))
    for block in (up, down):
        nn.init.zeros_(block.second.weight)  # type: ignore[arg-type]

    torch.testing.assert_close(up(image), up.shortcut(functional.interpolate(image, scale_factor=2)))
    torch.testing.assert_close(down(image), functional.avg_pool2d(down.shortcut(image), 2))


def test_a_residual_block_that_changes_nothing_has_no_convolution_on_its_shortcut() -> None:
    assert isinstance(residual.ResidualBlock(4, 4).shortcut, nn.Identity)


def test_began_scores_are_mean_absolute_errors_of_reconstruction() -> None:
    discriminator, images = began.Discriminator(image_size=16, filters=4, code_size=8), torch.randn(3, 3, 16, 16)

    score = discriminator(images)

    torch.testing.assert_close(score, (images - discriminator.reconstruct(images)).abs().mean((1, 2, 3)))


def test_r3gan_blocks_start_as_identities() -> None:
    block = r3gan.Block(8, 4, total=8)
    hidden = torch.randn(2, 8, 4, 4)

    assert torch.equal(block(hidden), hidden)


def test_an_r3gan_starts_as_its_upsampled_basis_seen_through_one_layer() -> None:
    generator, latent = r3gan.Generator(**{**STAGES, "widths": (8, 8, 8, 8)}), torch.randn(2, 64)
    hidden = generator.basis * generator.first(latent)[:, :, None, None]
    for _ in range(3):
        hidden = generator.resample.up(hidden)

    torch.testing.assert_close(generator(latent), generator.last(hidden))


def test_resampling_is_bilinear_inside_and_leaves_constants_alone_there() -> None:
    image, resampling = torch.randn(1, 2, 8, 8), r3gan.Resampling()

    up = resampling.up(image)[..., 2:-2, 2:-2]
    down = resampling.down(torch.ones(1, 2, 8, 8))[..., 1:-1, 1:-1]

    torch.testing.assert_close(up, functional.interpolate(image, scale_factor=2, mode="bilinear")[..., 2:-2, 2:-2])
    torch.testing.assert_close(down, torch.ones(1, 2, 2, 2))


def test_cardinalities_that_do_not_divide_are_refused() -> None:
    with pytest.raises(ValueError, match="3 groups cannot share 16 channels"):
        r3gan.Generator(image_size=8, widths=(8, 8), cardinalities=(4, 3))
