"""The small generator: a correction that starts at nothing and follows the level of its input."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sparring_enhancement.segan_small import SmallGenerator


def taught() -> SmallGenerator:
    generator = SmallGenerator(widths=(4, 8))
    nn.init.normal_(generator.decoder[-1].get_parameter("weight"))
    return generator


def test_it_starts_as_the_identity() -> None:
    noisy = torch.randn(2, 1, 4096)

    assert torch.equal(SmallGenerator()(noisy), noisy)


def test_a_louder_input_gives_a_louder_output_and_nothing_else() -> None:
    torch.manual_seed(0)
    generator, noisy = taught(), torch.randn(2, 1, 160)

    torch.testing.assert_close(generator(10 * noisy), 10 * generator(noisy), rtol=1e-4, atol=1e-4)


def test_silence_stays_silent() -> None:
    generator = taught()

    assert not generator(torch.zeros(1, 1, 160)).any()


def test_the_first_layer_to_learn_is_the_last() -> None:
    generator = SmallGenerator(widths=(4, 8))

    (generator(torch.randn(2, 1, 160)) ** 2).mean().backward()

    assert generator.decoder[-1].get_parameter("weight").grad.abs().max() > 0  # type: ignore[union-attr]
    assert generator.encoder[0].get_parameter("weight").grad.abs().max() == 0  # type: ignore[union-attr]


def test_an_input_that_does_not_divide_into_frames_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^the generator takes multiples of 1024 samples, not 4000: pad the input$"):
        SmallGenerator()(torch.randn(2, 1, 4000))
