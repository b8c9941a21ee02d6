"""VAW-GAN's three networks: sizes and shapes of the paper's table, exact padding, frames by themselves, and both kinds of critic."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from sparring_conversion.vaw_gan import Critic, Down, Encoder, Generator, Spanning, Up, same_padding
from sparring_objectives.batch_norm import BatchNorm


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def shapes(network: nn.Module, *names: str) -> list[tuple[int, ...]]:
    """What each layer of the types in `names` gives for each frame, filled in as the network runs."""
    found: list[tuple[int, ...]] = []
    for module in network.modules():
        if type(module).__name__ in names:
            module.register_forward_hook(lambda module, inputs, output: found.append(tuple(output.shape[1:])))
    return found


def reached(network: nn.Module) -> bool:
    return all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in network.parameters())


def test_the_defaults_have_as_many_parameters_as_published() -> None:
    assert count(Encoder()) == 502_608
    assert count(Generator(speakers=10)) == 346_315 + 10 * 128
    assert count(Critic(speakers=10)) == 240_641


def test_maps_have_the_sizes_of_the_table() -> None:
    encoder, generator, critic = Encoder(), Generator(speakers=2), Critic(speakers=2)
    encoded, generated, judged = shapes(encoder, "Down"), shapes(generator, "Up", "Spanning"), shapes(critic, "Down", "Spanning")
    spectra, speaker = torch.rand(1, 513, 2), torch.tensor([1])

    mean, _ = encoder(spectra)
    generator(mean, speaker)
    critic(spectra, speaker)

    assert mean.shape == (1, 128, 2)
    assert encoded == [(16, 171), (32, 57), (64, 19), (128, 7), (256, 3)]
    assert generated == [(32, 57), (16, 171), (8, 513), (1, 513)]
    assert judged == [(16, 171), (32, 57), (64, 19)]
    assert generator.of_latent.out_features == 171
    assert generator.first[0].out_features == 1539
    assert generator.last.kernel_size == (1025,)
    assert critic.layers[5].kernel_size == (115,)


@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize(("dims", "frames"), [(513, 1), (513, 3), (27, 5), (24, 2), (50, 1), (8, 3)])
def test_any_number_of_frames_and_of_bins_does_and_gradients_reach_every_parameter(dims: int, frames: int, conditional: bool) -> None:
    encoder = Encoder(dims=dims, latent_size=6, width=2)
    generator = Generator(speakers=3, dims=dims, latent_size=6, channels=5, width=2)
    critic = Critic(speakers=3, dims=dims, width=2, conditional=conditional)
    spectra, speaker = torch.rand(2, dims, frames) * 2 - 1, torch.tensor([2, 0])

    mean, log_variance = encoder(spectra)
    converted = generator(mean + log_variance.exp(), speaker)
    score = critic(converted, speaker)
    score.square().sum().backward()

    assert mean.shape == log_variance.shape == (2, 6, frames)
    assert converted.shape == (2, dims, frames)
    assert converted.abs().max() < 1
    assert score.shape == (2, frames)
    assert reached(encoder)
    assert reached(generator)
    assert reached(critic)


@pytest.mark.parametrize(
    ("height", "kernel_size", "stride", "margin"),
    [(513, 7, 3, (2, 2)), (19, 7, 3, (3, 3)), (20, 7, 3, (2, 3)), (57, 115, 3, (56, 56)), (513, 1025, 1, (512, 512)), (6, 2, 3, (0, 0))],
)
def test_zeros_are_split_as_tensorflow_splits_them(height: int, kernel_size: int, stride: int, margin: tuple[int, int]) -> None:
    assert same_padding(height, kernel_size=kernel_size, stride=stride) == margin


@pytest.mark.parametrize("height", [19, 20, 21])
def test_down_pads_the_odd_zero_last_and_up_is_its_transpose(height: int) -> None:
    down, up = Down(2, 3, height=height, kernel_size=7), Up(3, 2, height=height, kernel_size=7)
    up.weight = down.weight
    fine, coarse = torch.randn(4, 2, height), torch.randn(4, 3, 7)
    padded = functional.pad(fine, same_padding(height, kernel_size=7, stride=3))

    divided, multiplied = down(fine), up(coarse)

    torch.testing.assert_close(divided, functional.conv1d(padded, down.weight, stride=3))
    torch.testing.assert_close((divided * coarse).sum(), (fine * multiplied).sum(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("height", [1, 2, 3, 4, 19, 57])
def test_a_spanning_layer_is_the_convolution_with_its_kernel(height: int, stride: int) -> None:
    layer, places = Spanning(3, 2, height=height, stride=stride, bias=True), torch.randn(4, 3, height)
    margin = same_padding(height, kernel_size=layer.kernel_size[0], stride=stride)

    output = layer(places)

    expected = functional.conv1d(functional.pad(places, margin), layer.weight, layer.bias, stride=stride)
    torch.testing.assert_close(output, expected, rtol=1e-4, atol=1e-5)


def test_a_spanning_layer_carries_every_place_to_every_other() -> None:
    layer = Spanning(1, 1, height=513, stride=1)

    slopes = torch.autograd.functional.jacobian(lambda places: layer(places[None, None])[0, 0], torch.zeros(513))

    assert layer.kernel_size == (1025,)
    assert (slopes != 0).all()


def test_frames_know_nothing_of_each_other() -> None:
    encoder, generator, critic = Encoder(width=2).eval(), Generator(speakers=2, width=2).eval(), Critic(speakers=2, width=2).eval()
    spectra, speaker = torch.rand(2, 513, 5) * 2 - 1, torch.tensor([1, 0])
    latent = torch.randn(2, 128, 5)

    mean, log_variance = encoder(spectra)
    converted, score = generator(latent, speaker), critic(spectra, speaker)

    for frame in range(5):
        one = spectra[..., frame : frame + 1]
        torch.testing.assert_close(encoder(one)[0][..., 0], mean[..., frame], rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(encoder(one)[1][..., 0], log_variance[..., frame], rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(generator(latent[..., frame : frame + 1], speaker)[..., 0], converted[..., frame], rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(critic(one, speaker)[:, 0], score[:, frame], rtol=1e-4, atol=1e-5)


def test_the_generator_hears_the_speaker_of_each_example() -> None:
    generator, latent = Generator(speakers=3, width=2).eval(), torch.randn(1, 128, 4).expand(2, -1, -1)

    same, different = generator(latent, torch.tensor([1, 1])), generator(latent, torch.tensor([1, 2]))

    torch.testing.assert_close(same[0], same[1])
    torch.testing.assert_close(different[0], same[0])
    assert (different[1] - same[1]).abs().max() > 1e-3


def test_the_length_of_a_speakers_row_says_nothing() -> None:
    generator, latent, speaker = Generator(speakers=2, width=2).eval(), torch.randn(2, 128, 3), torch.tensor([0, 1])
    before = generator(latent, speaker)

    with torch.no_grad():
        generator.codes.weight.mul_(torch.tensor([[5.0], [0.1]]))

    torch.testing.assert_close(generator(latent, speaker), before, rtol=1e-4, atol=1e-5)


def test_the_papers_critic_sees_no_speaker_and_does_not_grow_with_them() -> None:
    critic, spectra = Critic(speakers=4, width=2).eval(), torch.rand(2, 513, 3)

    assert count(critic) == count(Critic(speakers=40, width=2))
    assert torch.equal(critic(spectra, torch.tensor([0, 1])), critic(spectra, torch.tensor([3, 2])))


def test_a_conditional_critic_adds_the_projection_on_the_speakers_embedding() -> None:
    plain, conditional = Critic(speakers=4, width=2).eval(), Critic(speakers=4, width=2, conditional=True).eval()
    conditional.load_state_dict(plain.state_dict(), strict=False)
    spectra, speaker = torch.rand(2, 513, 3), torch.tensor([3, 1])
    assert conditional.embedding is not None
    folded = spectra.transpose(1, 2).reshape(6, 1, 513)
    features = conditional.layers(folded).reshape(2, 3, 8 * 19)

    added = conditional(spectra, speaker) - plain(spectra, speaker)

    expected = (conditional.embedding(speaker)[:, None] * features).sum(dim=2)
    torch.testing.assert_close(added, expected, rtol=1e-4, atol=1e-5)
    assert count(conditional) - count(plain) == 4 * 8 * 19
    assert expected.abs().max() > 1e-3


def test_batch_norms_are_those_of_the_global_batch_with_the_published_settings() -> None:
    made = (Encoder(width=2), Generator(speakers=2, width=2), Critic(speakers=2, width=2))
    found = [[module for module in network.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)] for network in made]

    assert [len(norms) for norms in found] == [5, 4, 2]
    assert all(isinstance(norm, BatchNorm) for norms in found for norm in norms)
    assert all((norm.eps, norm.momentum, norm.affine) == (1e-5, 0.1, True) for norms in found for norm in norms)


def test_every_leaky_relu_has_the_published_slope() -> None:
    made = (Encoder(width=2), Generator(speakers=2, width=2), Critic(speakers=2, width=2))
    slopes = [module.negative_slope for network in made for module in network.modules() if isinstance(module, nn.LeakyReLU)]

    assert slopes == [0.02] * (5 + 4 + 3)
