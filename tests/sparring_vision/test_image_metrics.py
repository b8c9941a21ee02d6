"""What recipes name: metrics over toy images, with the classifier that is trained on them."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from toy_images import ToyImages, Unreadable

from sparring import DataError, Example, SetMetric, SetScore
from sparring_vision import from_pixels, to_pixels
from sparring_vision.baselines import NoiseImages, TrainingImages
from sparring_vision.classifier import trained_classifier
from sparring_vision.extractor import extractor_for
from sparring_vision.features import real_features
from sparring_vision.fid import Fid
from sparring_vision.inception_score import InceptionScore
from sparring_vision.kid import Kid
from sparring_vision.manifold import Coverage, Density, Precision, Recall
from sparring_vision.modes import ClassAccuracy, ClassDivergence, ClassesCovered
from sparring_vision.nearest_neighbour import NearestNeighbour
from sparring_vision.real_images import identity

FROM_FEATURES = (Fid, Kid, Precision, Recall, Density, Coverage)


@pytest.fixture(scope="module")
def data() -> ToyImages:
    return ToyImages()


def judged(metric: SetMetric, outputs: Sequence[Tensor], data: ToyImages, examples: Sequence[Example] | None = None) -> SetScore:
    examples = data.examples("test")[: len(outputs)] if examples is None else examples
    parts = [metric.remember(outputs[at : at + 30], examples[at : at + 30], data) for at in range(0, len(outputs), 30)]
    return metric.score(torch.cat(parts), examples, data, "test")


def answers(baseline: Any, data: ToyImages) -> list[Tensor]:
    if hasattr(baseline, "prepare"):
        baseline.prepare(data)
    return [baseline.answer(example) for example in data.examples("test")]


def test_the_classifier_learns_its_classes_and_leaves_the_global_generator_alone(data: ToyImages) -> None:
    before = torch.get_rng_state()

    _, protocol = trained_classifier(data)

    assert float(protocol["extractor accuracy on test"]) > 0.95
    assert torch.equal(before, torch.get_rng_state())


def test_a_trained_classifier_is_read_and_not_trained_again(data: ToyImages) -> None:
    network, protocol = trained_classifier(data)

    again, same = trained_classifier(Unreadable())

    assert same == protocol
    assert all(torch.equal(one, other) for one, other in zip(network.parameters(), again.parameters(), strict=True))


def test_a_damaged_file_of_the_classifier_is_replaced(data: ToyImages, cache: Path) -> None:
    _, protocol = trained_classifier(data)
    (kept,) = (cache / "classifiers").iterdir()
    kept.write_bytes(kept.read_bytes()[:100])

    _, same = trained_classifier(data)

    assert same == protocol
    assert [path.name for path in (cache / "classifiers").iterdir()] == [kept.name]


def test_data_with_a_classifier_of_their_own_are_looked_at_with_it() -> None:
    class Means(nn.Module):
        def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
            return images.float().mean(dim=(2, 3)), images.float().amax(dim=(2, 3))

    class WithItsOwn(ToyImages):
        def feature_extractor(self) -> tuple[nn.Module, Mapping[str, str]]:
            return Means(), {"extractor": "means"}

    extractor = extractor_for(WithItsOwn(channels=2), "classifier")
    image = torch.stack([torch.full((8, 8), -1.0), torch.full((8, 8), 1.0)])

    assert extractor.features([image]).tolist() == [[0.0, 255.0]]
    assert extractor.protocol() == {"extractor": "means"}


def test_data_that_offer_no_classifier_after_all_are_looked_at_with_the_trained_one(data: ToyImages) -> None:
    class Without(ToyImages):
        def feature_extractor(self) -> None:
            return None

    assert extractor_for(Without(), "classifier").protocol()["extractor"] == trained_classifier(data)[1]["extractor"]


def test_without_classes_the_classifier_tells_right_angles_and_class_scores_are_not_defined() -> None:
    data = ToyImages(labelled=False)
    examples = data.examples("test")
    images = [data.image("test", index) for index in range(len(examples))]
    metric = ClassesCovered()
    metric.prepare(data)

    score = metric.score(metric.remember(images, examples, data), examples, data, "test")

    assert math.isnan(score.value)
    assert metric.protocol()["extractor"] == "classifier of rotations trained on these data, 64 features"
    assert extractor_for(data, "classifier").logits(images[:1]).shape == (1, 4)


def test_features_of_real_images_are_read_from_the_cache(data: ToyImages, monkeypatch: pytest.MonkeyPatch) -> None:
    extractor = extractor_for(data, "classifier")
    features = real_features(data, "test", extractor)
    monkeypatch.setattr("sparring_vision.features._remembered", OrderedDict())

    again = real_features(Unreadable(), "test", extractor)

    assert again is not features
    assert torch.equal(again, features)


def test_the_same_pictures_at_another_size_are_other_images() -> None:
    small, large = ToyImages(), ToyImages(size=16)
    large.fingerprint = small.fingerprint

    assert identity(small) != identity(large)
    assert identity(small) == identity(ToyImages())


def test_features_have_the_size_that_the_kernel_distance_assumes(data: ToyImages) -> None:
    features = real_features(data, "train", extractor_for(data, "classifier"))

    assert 0.2 < float(features.square().mean()) < 2


def test_images_are_judged_as_their_files_would_be(data: ToyImages) -> None:
    saved = from_pixels(to_pixels(data.image("test", 0)))
    extractor = extractor_for(data, "classifier")

    features = extractor.features([saved])

    assert torch.equal(extractor.features([saved + 0.003]), features)
    assert not torch.equal(extractor.features([saved + 0.005]), features)
    assert torch.equal(extractor.features([torch.full_like(saved, 3.0)]), extractor.features([torch.ones_like(saved)]))


def test_metrics_that_see_the_same_images_share_one_extraction(data: ToyImages) -> None:
    outputs, examples = [data.image("test", index) for index in range(10)], data.examples("test")[:10]

    rows = [metric().remember(outputs, examples, data) for metric in FROM_FEATURES]

    assert all(row is rows[0] for row in rows)
    assert Fid().remember([image.clone() for image in outputs], examples, data) is not rows[0]


def test_an_image_that_is_not_finite_is_refused(data: ToyImages) -> None:
    with pytest.raises(DataError, match=r"^an image to be judged holds NaN or infinity: the network that made it has diverged$"):
        Fid().remember([torch.full((1, 8, 8), float("nan"))], data.examples("test")[:1], data)


@pytest.mark.parametrize("metric", FROM_FEATURES)
def test_every_score_puts_real_images_before_noise(metric: type[SetMetric], data: ToyImages) -> None:
    one = metric()

    floor, ceiling = (judged(one, answers(baseline, data), data).value for baseline in (TrainingImages(), NoiseImages()))

    assert (floor > ceiling) == one.higher_is_better


def test_the_inception_score_of_real_images_nears_the_number_of_classes(data: ToyImages) -> None:
    score = judged(InceptionScore(), answers(TrainingImages(), data), data)

    assert 3 < score.value <= 4
    assert score.spread < 0.5


def test_all_classes_of_real_images_are_covered_in_proportion(data: ToyImages) -> None:
    outputs = answers(TrainingImages(), data)

    assert judged(ClassesCovered(), outputs, data).value == 4
    assert judged(ClassDivergence(), outputs, data).value < 0.01
    assert judged(ClassAccuracy(), outputs, data).value > 0.95


def test_a_generator_of_one_class_covers_one_and_is_right_in_a_quarter(data: ToyImages) -> None:
    outputs = [data.image("train", 4 * index) for index in range(80)]

    assert judged(ClassesCovered(), outputs, data).value == 1
    assert judged(ClassDivergence(), outputs, data).value == pytest.approx(1.3863, abs=1e-3)
    assert judged(ClassAccuracy(), outputs, data).value == 0.25


def test_repeated_training_images_have_no_distance_and_fresh_ones_the_usual(data: ToyImages) -> None:
    metric = NearestNeighbour()

    assert judged(metric, [data.image("train", index) for index in range(80)], data).value == pytest.approx(0, abs=1e-6)
    assert judged(metric, [data.image("test", index) for index in range(80)], data).value == pytest.approx(1)
    assert judged(metric, answers(NoiseImages(), data), data).value > 1


@pytest.mark.parametrize("metric", [*FROM_FEATURES, InceptionScore, ClassesCovered, ClassDivergence, ClassAccuracy, NearestNeighbour])
def test_a_protocol_names_the_extractor_its_weights_and_the_number_of_samples(metric: type[SetMetric], data: ToyImages) -> None:
    one = metric()
    judged(one, answers(TrainingImages(), data), data)

    said = one.protocol()

    assert said["extractor"] == "classifier of 4 classes trained on these data, 64 features"
    assert len(said["extractor weights"]) == 16
    assert said["samples"] == "80"


def test_the_reference_is_the_judged_split_or_the_training_images(data: ToyImages) -> None:
    test, train = Fid(), Fid(reference="train")
    outputs = answers(TrainingImages(), data)

    assert judged(test, outputs, data).value != judged(train, outputs, data).value
    assert (test.protocol()["reference"], train.protocol()["reference"]) == ("test, 80 images", "train, 240 images")


def test_baselines_answer_an_example_the_same_every_time_and_another_draw_otherwise(data: ToyImages) -> None:
    example = data.examples("test")[5]
    real, noise = TrainingImages(), NoiseImages()
    real.prepare(data)

    for baseline in (real, noise):
        assert torch.equal(baseline.answer(example), baseline.answer(example))
        assert any(not torch.equal(baseline.answer(example), baseline.answer(replace(example, draw=draw))) for draw in (1, 2, 3))
    assert noise.answer(example).shape == (1, 8, 8)


def test_training_images_that_saw_no_data_say_so(data: ToyImages) -> None:
    with pytest.raises(DataError, match=r"^there is no training image of class 0 to answer 'test-0' with: were these data prepared\?$"):
        TrainingImages().answer(data.examples("test")[0])
