"""SEGAN's networks against the published layer table."""

from __future__ import annotations

from typing import Literal

import pytest
import torch
from torch import nn
from torch.nn import functional

from sparring_enhancement.hourglass import Down, Up
from sparring_enhancement.segan import Discriminator, Generator


@pytest.fixture(scope="module")
def generator() -> Generator:
    return Generator()


@pytest.fixture(scope="module")
def discriminator() -> Discriminator:
    return Discriminator()


def small_generator(*, latent_channels: int = 8) -> Generator:
    return Generator(widths=(4, 6, 8), latent_channels=latent_channels)


def small_discriminator(*, norm: Literal["virtual-batch", "none"] = "virtual-batch") -> Discriminator:
    return Discriminator(widths=(4, 6, 8), chunk_samples=128, norm=norm)


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_the_generator_has_the_published_number_of_parameters(generator: Generator) -> None:
    assert parameters(generator) == 73_100_049


def test_the_discriminator_has_the_published_number_of_parameters(discriminator: Discriminator) -> None:
    assert parameters(discriminator) == 24_373_081


def test_every_layer_of_the_generator_has_the_published_shape(generator: Generator) -> None:
    shapes = []
    layers = (*generator.encoder, *generator.decoder)
    hooks = [layer.register_forward_hook(lambda *call: shapes.append((call[2].shape[2], call[2].shape[1]))) for layer in layers]

    enhanced = generator(torch.randn(1, 1, 16384), torch.randn(1, 1024, 8))

    for hook in hooks:
        hook.remove()
    times = [8192, 4096, 2048, 1024, 512, 256, 128, 64, 32, 16, 8]
    widths = [16, 32, 32, 64, 64, 128, 128, 256, 256, 512, 1024]
    assert shapes[:11] == list(zip(times, widths, strict=True))
    assert shapes[11:] == [*zip(times[-2::-1], widths[-2::-1], strict=True), (16384, 1)]
    assert generator.latent_shape(16384) == (1024, 8)
    assert enhanced.shape == (1, 1, 16384)
    assert enhanced.abs().max() < 1


def test_a_down_layer_pads_as_tensorflow_does() -> None:
    impulse = functional.one_hot(torch.tensor(20), 64).float().view(1, 1, 64)
    layer = Down(1, 1, kernel_size=31, stride=2)

    frames = layer(impulse)

    # Frame n sees samples 2 n - 14 to 2 n + 16: 14 zeros before the signal, 15 after it.
    expected = torch.tensor([layer.weight[0, 0, 20 - (2 * n - 14)].item() if 0 <= 20 - (2 * n - 14) < 31 else 0.0 for n in range(32)])
    torch.testing.assert_close(frames[0, 0].detach(), expected)


@pytest.mark.parametrize(("kernel_size", "stride"), [(31, 2), (31, 4), (16, 4), (8, 4), (4, 4), (5, 2), (7, 3)])
def test_an_up_layer_is_the_transpose_of_a_down_layer(kernel_size: int, stride: int) -> None:
    down, up = Down(3, 5, kernel_size=kernel_size, stride=stride).double(), Up(5, 3, kernel_size=kernel_size, stride=stride).double()
    up.weight.data.copy_(down.weight.data)
    wave, frames = torch.randn(2, 3, 12 * stride, dtype=torch.double), torch.randn(2, 5, 12, dtype=torch.double)

    there, back = (down(wave) * frames).sum(), (wave * up(frames)).sum()

    torch.testing.assert_close(there, back)


def test_a_kernel_shorter_than_its_stride_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^a kernel of 3 samples leaves gaps at a stride of 4: make kernel_size at least 4$"):
        Down(1, 1, kernel_size=3, stride=4)


def test_skips_carry_what_the_encoder_computed_before_its_activation() -> None:
    generator = small_generator()
    linear, merged = [], []
    generator.encoder[0].register_forward_hook(lambda *call: linear.append(call[2]))
    generator.decoder[-1].register_forward_pre_hook(lambda *call: merged.append(call[1][0]))

    generator(torch.randn(2, 1, 64), torch.randn(2, 8, 8))

    assert linear[0].min() < 0
    assert torch.equal(merged[0][:, 4:], linear[0])
    assert merged[0][:, :4].min() == 0


def test_the_latent_stands_before_the_code() -> None:
    generator, latent = small_generator(), torch.randn(2, 8, 8)
    merged = []
    generator.decoder[0].register_forward_pre_hook(lambda *call: merged.append(call[1][0]))

    generator(torch.randn(2, 1, 64), latent)

    assert torch.equal(merged[0][:, :8], latent)


def test_without_latent_channels_there_is_no_latent() -> None:
    generator = small_generator(latent_channels=0)

    enhanced = generator(torch.randn(2, 1, 64))

    assert generator.latent_shape(64) is None
    assert enhanced.shape == (2, 1, 64)


def test_an_input_that_does_not_divide_into_frames_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^the generator takes multiples of 8 samples, not 63: pad the input$"):
        small_generator()(torch.randn(2, 1, 63))


def test_weights_start_within_two_deviations_and_slopes_and_biases_at_zero(generator: Generator) -> None:
    for name, parameter in generator.named_parameters():
        if name.endswith("bias") or "activation" in name:
            assert parameter.eq(0).all(), name
        else:
            assert parameter.abs().max() <= 0.04, name


def test_the_discriminator_gives_one_score_a_pair_from_eight_frames(discriminator: Discriminator) -> None:
    reference = discriminator.reference(torch.randn(2, 1, 16384), torch.randn(2, 1, 16384))

    assert reference is not None
    assert reference.score.shape == (2, 1)
    assert len(reference.moments) == 11
    assert discriminator.frames_to_one.in_features == 8


def test_the_reference_pair_is_not_judged_twice() -> None:
    discriminator, clean, noisy = small_discriminator(), torch.randn(4, 1, 128), torch.randn(4, 1, 128)
    reference = discriminator.reference(clean, noisy)

    score = discriminator(clean, noisy, reference)

    assert reference is not None
    assert score is reference.score


def test_judging_the_reference_pair_again_would_give_the_same_score() -> None:
    discriminator, clean, noisy = small_discriminator(), torch.randn(4, 1, 128), torch.randn(4, 1, 128)
    reference = discriminator.reference(clean, noisy)

    score = discriminator(clean.clone(), noisy, reference)

    assert reference is not None
    torch.testing.assert_close(score, reference.score)


def test_another_pair_is_judged_by_the_moments_of_the_reference() -> None:
    discriminator, clean, noisy = small_discriminator(), torch.randn(4, 1, 128), torch.randn(4, 1, 128)
    reference = discriminator.reference(clean, noisy)

    referred, alone = discriminator(10 * noisy, noisy, reference), discriminator(10 * noisy, noisy)

    assert not torch.allclose(referred, alone)


def test_a_discriminator_without_norm_needs_no_reference() -> None:
    discriminator, clean, noisy = small_discriminator(norm="none"), torch.randn(4, 1, 128), torch.randn(4, 1, 128)

    together = discriminator(clean, noisy)

    assert discriminator.reference(clean, noisy) is None
    torch.testing.assert_close(discriminator(clean[:1], noisy[:1]), together[:1])


def test_a_chunk_that_does_not_divide_into_frames_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^3 layers of stride 2 need chunk_samples in multiples of 8, not 100$"):
        Discriminator(widths=(4, 6, 8), chunk_samples=100)
