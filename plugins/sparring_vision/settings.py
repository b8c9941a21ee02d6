"""How sets of images are compared: with which features, how many samples, with which real images. Presets are other people's protocols."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from sparring_vision.extractor import ExtractorName
from sparring_vision.inception import CONVERT, Resize

Preset = Literal["studiogan", "mimicry", "clean-fid", "test-10k"]
Reference = Literal["train", "test"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that a comparison depends on beside the images. `neighbours` is None where the paper of the score decides."""

    extractor: ExtractorName = "classifier"
    weights: Path | None = None
    samples: int | None = None
    reference: Reference = "test"
    preset: Preset | None = None
    resize: Resize = "tensorflow"
    splits: int = 10
    subsets: int = 100
    subset_size: int = 1000
    neighbours: int | None = None


PRESETS: Mapping[Preset, Mapping[str, Any]] = {
    # Kang et al. 2022: as many samples as training images, "friendly" resize, one split, five neighbours
    "studiogan": {"samples": 50_000, "reference": "train", "resize": "pil-bilinear", "splits": 1, "neighbours": 5},
    # Lee and Town 2020: 50,000 samples, KID over ten parts
    "mimicry": {"samples": 50_000, "reference": "train", "resize": "tensorflow", "subsets": 10, "subset_size": 5000},
    # Parmar et al. 2022, the leaderboard of CIFAR-10
    "clean-fid": {"samples": 10_000, "reference": "test", "resize": "pil-bicubic"},
    # the customary short one: 10,000 samples against 10,000 test images
    "test-10k": {"samples": 10_000, "reference": "test", "resize": "tensorflow"},
}


def settings(
    *,
    extractor: ExtractorName = "classifier",
    weights: Path | None = None,
    samples: int | None = None,
    reference: Reference = "test",
    preset: Preset | None = None,
) -> Settings:
    """The settings that these options stand for. A preset decides all but the weights; an option left at its default agrees.

    Raises `ValueError` for options that contradict the preset or each other, and for Inception without its weights.
    """
    asked = Settings(extractor=extractor, weights=weights, samples=samples, reference=reference, preset=preset)
    if preset is not None:
        decided = {"extractor": "inception", **PRESETS[preset]}
        for name, value in decided.items():
            given, default = getattr(asked, name), getattr(Settings(), name)
            if given not in (default, value):
                raise ValueError(f"preset {preset!r} has {name}: {value}, not {given}: leave {name!r} out, or the preset")
        asked = replace(asked, **decided)
    if asked.samples is not None and asked.samples < 2:
        raise ValueError(f"a set has two samples at least, not {asked.samples}")
    if asked.extractor == "inception":
        _require_inception(asked)
    elif weights is not None:
        raise ValueError("weights are for `extractor: inception`: the classifier learns its own from the data")
    return asked


def _require_inception(asked: Settings) -> None:
    if asked.weights is None:
        why = "`extractor: inception`" if asked.preset is None else f"preset {asked.preset!r}"
        raise ValueError(f"{why} needs `weights: FILE.safetensors`; {CONVERT}")
    if asked.weights.suffix != ".safetensors":
        raise ValueError(f"{str(asked.weights)!r} is no .safetensors file, and nothing else is read; {CONVERT}")
    if not asked.weights.is_file():
        raise ValueError(f"{str(asked.weights)!r} is not there; {CONVERT}")
    if find_spec("torch_fidelity") is None:
        raise ValueError("`extractor: inception` needs torch-fidelity: pip install 'sparring[images]'")
