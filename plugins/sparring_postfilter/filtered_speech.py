"""What a post-filter answers: features, and speech made of them where there is some to be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from sparring_audio import levelled
from sparring_postfilter.post_filter_example import PostFilterExample


@dataclass(frozen=True, eq=False)
class FilteredSpeech:
    """Filtered features, shape (frames, dims), in the unit of the run's features.

    `speaking` gives the wave that they make, shape (time,); None where features came without the speech that they were taken from.
    """

    features: Float[np.ndarray, "frames dims"]
    speaking: Callable[[], Float[Tensor, " time"]] | None = None

    @cached_property
    def wave(self) -> Float[Tensor, " time"] | None:
        """The features spoken, when first asked for; None where they cannot be."""
        return None if self.speaking is None else self.speaking()


def answered(example: PostFilterExample, features: Float[np.ndarray, "frames dims"]) -> FilteredSpeech:
    """These features as an answer to an example, spoken with all else as in its synthetic speech, and at its level."""

    def speak() -> Float[Tensor, " time"]:
        analysed, wave = example.analysed, example.synthetic_wave
        # there are both wherever files hold waves
        assert analysed is not None
        assert wave is not None
        like = wave.double().numpy()
        return torch.from_numpy(levelled(example.matcher.features.speak(analysed, features, samples=len(like)), like)).float()

    return FilteredSpeech(features, None if example.pair.of_features else speak)
