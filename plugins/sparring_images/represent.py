"""What the discriminator has learned about images, measured by what a linear classifier can do with it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
import sklearn
import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from sparring import Application, Data, DataError, Example, PluginError, Report, gather, progress_bar, share, whole_file
from sparring_images.accuracy_picture import draw_accuracies
from sparring_images.linear_probe import FOLDS, PENALTIES, LinearProbe, draw_labelled
from sparring_images.shapes import Image

POOLED = 4

Features = Float[Tensor, "batch numbers"]


@dataclass
class Trial:
    """How one representation did: the share of test images that were told right, and the C, for each draw of labelled examples."""

    size: int = 0
    accuracies: list[float] = field(default_factory=list)
    penalties: list[float] = field(default_factory=list)

    @property
    def mean(self) -> float:
        return float(np.mean(self.accuracies))

    @property
    def spread(self) -> float | None:
        """The standard deviation over draws, None if there was one."""
        return float(np.std(self.accuracies, ddof=1)) if len(self.accuracies) > 1 else None


class Represent(Application):
    """Judges the activations of a run's `discriminator` as a representation of images."""

    inputs: ClassVar[str] = ""

    def apply(
        self,
        inputs: Sequence[str | Path],
        output: str | Path,
        *,
        labels: Annotated[int, Field(ge=2)] = 100,
        draws: Annotated[int, Field(ge=1)] = 10,
        seed: Annotated[int, Field(ge=0)] = 0,
        batch_size: Annotated[int, Field(ge=1)] = 64,
    ) -> Report:
        """Classify the test images by a linear SVM on the discriminator's activations, and by one on the pixels, for comparison.

        The SVM learns from `labels` training images, evenly drawn from the classes, and that is done `draws` times with other images;
        the scores are the mean and standard deviation of the accuracy over these draws. Writes represent.json with the protocol,
        represent.csv with every draw, and represent.png into `output`, and prints a table. `batch_size` only trades memory for time.

        Activations of all stages are max-pooled to 4x4, flattened and put in a row. They come from a discriminator that has seen the
        training images without labels, or, in a run with classes, with them: the protocol says which. Activations of networks that have
        learned nothing already beat pixels: what training has brought shows beside a run of a step or two.

        Raises `DataError` for data without classes, `RecipeError` for too few or too many labels. Source: Radford, Metz, Chintala 2015,
        section 5, where maps are pooled and classified so.
        """
        written: list[str] = []
        for name in share(["represent"]):
            data = self.trained.open_data()
            trials, tested = self._try(data, labels, draws, seed=seed, batch_size=batch_size)
            protocol = self._protocol(data, labels=labels, draws=draws, seed=seed, tested=tested)
            print(_table(trials, protocol))
            written += [str(path) for path in _write(Path(output), name, trials, protocol)]
        return Report([Path(path) for part in gather(written) for path in part])

    def answer(self, example: Example) -> Float[Tensor, " numbers"]:
        """The representation of a held-out example's image."""
        return self.features(example.image[None])[0]  # type: ignore[attr-defined]

    def features(self, images: Image) -> Features:
        """The discriminator's activations of each image, max-pooled to 4x4 and in a row, on the CPU."""
        discriminator: Any = self.trained.networks["discriminator"]
        if not hasattr(discriminator, "features"):
            raise PluginError(
                f"{type(discriminator).__name__} has no method 'features(image)' that gives its activations: "
                "write one, or take another discriminator"
            )
        with torch.no_grad():
            stages = discriminator.features(images.to(self.trained.device))
        return torch.cat([_pooled(stage.float()).flatten(1).cpu() for stage in stages], dim=1)

    def _try(self, data: Data, labels: int, draws: int, *, seed: int, batch_size: int) -> tuple[dict[str, Trial], int]:
        train, test = data.examples("train"), data.examples("test")
        known, wanted = _labels(train, data), np.asarray(_labels(test, data))
        representations: Mapping[str, Callable[[Image], Features]] = {
            "discriminator": self.features,
            "pixels": lambda images: images.flatten(1),
        }
        trials = {name: Trial() for name in representations}
        probes: dict[str, list[LinearProbe]] = {name: [] for name in representations}
        chosen = [draw_labelled(known, labels, np.random.default_rng((seed, number))) for number in range(draws)]
        with progress_bar(total=draws * labels + len(test), unit="image") as bar:
            for numbers in chosen:
                batches = list(_batches([train[number] for number in numbers], batch_size, bar))
                for name, represent in representations.items():
                    rows = torch.cat([represent(images) for images in batches]).numpy()
                    probes[name].append(LinearProbe(rows, np.asarray(known)[numbers]))
                    trials[name].size = rows.shape[1]
                    trials[name].penalties.append(probes[name][-1].penalty)
            right = {name: np.zeros(draws) for name in representations}
            for start, images in zip(range(0, len(test), batch_size), _batches(test, batch_size, bar), strict=True):
                for name, represent in representations.items():
                    rows, truth = represent(images).numpy(), wanted[start : start + batch_size]
                    right[name] += [(probe.predict(rows) == truth).sum() for probe in probes[name]]
        for name, trial in trials.items():
            trial.accuracies = [float(count) / len(test) for count in right[name]]
        return trials, len(test)

    def _protocol(self, data: Data, *, labels: int, draws: int, seed: int, tested: int) -> dict[str, Any]:
        return {
            "run": self.trained.label,
            "data": data.describe(),
            "fingerprint": data.fingerprint(),
            "labelled training examples": labels,
            "draws": draws,
            "seed": seed,
            "test examples": tested,
            "discriminator trained with labels": bool(self.trained.task.get("classes")),
            "features": f"activations of all stages, max-pooled to {POOLED}x{POOLED}",
            "classifier": f"linear SVM, squared hinge, on standardised numbers (scikit-learn {sklearn.__version__} LinearSVC)",
            "C": f"of {', '.join(f'{value:g}' for value in PENALTIES)}, by {FOLDS}-fold cross-validation among the labelled examples",
        }


def _pooled(stage: Tensor) -> Tensor:
    """Maps of (batch, channels, height, width), pooled to 4x4 unless they are smaller; hidden units (batch, units) as they are."""
    if stage.ndim != 4:
        return stage
    return functional.adaptive_max_pool2d(stage, (min(POOLED, stage.shape[-2]), min(POOLED, stage.shape[-1])))


def _labels(examples: Sequence[Example], data: Data) -> list[int]:
    found = [example.label for example in examples]  # type: ignore[attr-defined]
    if not found or None in found:
        raise DataError(f"a representation is judged by classes, and there are none here: {data.describe()}")
    return found


def _batches(examples: Sequence[Example], size: int, bar: Any) -> Iterator[Image]:
    for start in range(0, len(examples), size):
        images = [example.image for example in examples[start : start + size]]  # type: ignore[attr-defined]
        yield torch.stack(images)
        bar.update(len(images))


def _table(trials: Mapping[str, Trial], protocol: Mapping[str, Any]) -> str:
    lines = [f"{protocol['labelled training examples']} labels, {protocol['draws']} draws, {protocol['test examples']} test images"]
    lines.append(f"{'representation':<15}{'numbers':>9}{'accuracy':>17}")
    for name, trial in trials.items():
        spread = "" if trial.spread is None else f" ± {100 * trial.spread:.1f}"
        lines.append(f"{name:<15}{trial.size:>9}{f'{100 * trial.mean:.1f}{spread} %':>17}")
    return "\n".join(lines)


def _write(folder: Path, stem: str, trials: Mapping[str, Trial], protocol: Mapping[str, Any]) -> list[Path]:
    results = {
        name: {"numbers": trial.size, "accuracy": trial.mean, "standard deviation": trial.spread, "accuracies": trial.accuracies}
        for name, trial in trials.items()
    }
    numbers, table, picture = (folder / f"{stem}.{suffix}" for suffix in ("json", "csv", "png"))
    with whole_file(numbers) as draft:
        draft.write_text(json.dumps({"protocol": protocol, "results": results}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    with whole_file(table) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["representation", "draw", "accuracy", "C"])
        for name, trial in trials.items():
            writer.writerows([name, *row] for row in zip(range(len(trial.accuracies)), trial.accuracies, trial.penalties, strict=True))
    caption = f"{protocol['labelled training examples']} labels, {protocol['draws']} draws"
    draw_accuracies({name: trial.accuracies for name, trial in trials.items()}, picture, caption=caption)
    return [numbers, table, picture]
