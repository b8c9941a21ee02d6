"""A discriminator as a representation: how many test images a linear classifier tells right."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from toy_blobs import Corners, corner, trained_run

from sparring import DataError, PluginError, RecipeError, Trained
from sparring_images.linear_probe import LinearProbe, draw_labelled
from sparring_images.represent import Represent
from sparring_vision import ImageExample


def test_the_probe_finds_a_direction_that_tells_classes_apart_and_predicts_the_rows_as_given() -> None:
    draw = np.random.default_rng(0)
    labels = np.arange(200) % 3
    rows = (draw.standard_normal((200, 40)) * 7 + 100).astype(np.float32)
    rows[:, 5] += 60 * (labels == 1)
    rows[:, 6] += 60 * (labels == 2)

    probe = LinearProbe(rows[:60], labels[:60])

    assert (probe.predict(rows[60:]) == labels[60:]).mean() > 0.95


def test_two_classes_of_any_number_and_numbers_that_never_change_are_no_trouble() -> None:
    draw = np.random.default_rng(0)
    labels = np.where(np.arange(40) % 2, 9, 4)
    rows = draw.standard_normal((40, 6))
    rows[:, 0] += 10 * (labels == 9)
    rows[:, 1] = 3.0

    assert np.array_equal(LinearProbe(rows[:20], labels[:20]).predict(rows[20:]), labels[20:])


def test_labels_are_drawn_evenly_from_the_classes_as_far_as_there_are_enough() -> None:
    labels = [0] * 50 + [1] * 50 + [2] * 4

    chosen = draw_labelled(labels, 20, np.random.default_rng(0))
    other = draw_labelled(labels, 20, np.random.default_rng(1))

    assert len(set(chosen.tolist())) == 20
    assert np.bincount(np.asarray(labels)[chosen]).tolist() == [8, 8, 4]
    assert set(chosen.tolist()) != set(other.tolist())


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (9, "labels: there are only 8 training examples, which is fewer than 9: give a smaller number"),
        (
            3,
            "labels: 3 leave a class with fewer than 2 examples, and one has to be tried on the other: "
            "give at least 4, of classes with two examples each",
        ),
    ],
)
def test_too_many_or_too_few_labels_are_refused(count: int, message: str) -> None:
    with pytest.raises(RecipeError) as error:
        draw_labelled([0, 1] * 4, count, np.random.default_rng(0))

    assert str(error.value) == message


def test_features_are_pooled_to_4x4_flattened_and_put_in_a_row() -> None:
    image = torch.rand(2, 1, 8, 8)

    features = Represent(trained_run()).features(image)

    pooled = image.unfold(2, 2, 2).unfold(3, 2, 2).amax((-1, -2)).flatten(1)
    torch.testing.assert_close(features, torch.cat([pooled, pooled, image[..., :2, :3].flatten(1), image.flatten(1)[:, :5]], dim=1))


def test_corners_are_told_apart_by_both_representations_and_the_protocol_is_beside_the_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Represent(trained_run()).apply([], tmp_path, labels=24, draws=2, batch_size=50)

    found = json.loads((tmp_path / "represent.json").read_text())
    rows = list(csv.DictReader((tmp_path / "represent.csv").read_text().splitlines()))
    assert report.written == [tmp_path / f"represent.{suffix}" for suffix in ("json", "csv", "png")]
    assert found["protocol"]["labelled training examples"] == 24
    assert found["protocol"]["run"] == "runs/toy at step 3"
    assert found["protocol"]["test examples"] == 80
    assert {name: result["numbers"] for name, result in found["results"].items()} == {"discriminator": 43, "pixels": 64}
    for name, result in found["results"].items():
        assert result["accuracy"] > 0.6
        assert result["accuracies"] == [float(row["accuracy"]) for row in rows if row["representation"] == name]
        assert result["standard deviation"] == pytest.approx(np.std(result["accuracies"], ddof=1))
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "24 labels, 2 draws, 80 test images"
    assert [line.split()[0] for line in printed[1:]] == ["representation", "discriminator", "pixels"]


def test_one_draw_has_no_spread(tmp_path: Path) -> None:
    Represent(trained_run()).apply([], tmp_path, labels=8, draws=1)

    assert json.loads((tmp_path / "represent.json").read_text())["results"]["pixels"]["standard deviation"] is None


def test_data_without_classes_and_networks_without_features_are_refused(tmp_path: Path) -> None:
    plain = Trained({"discriminator": nn.Identity()}, task={}, data={}, device=torch.device("cpu"), open_data=Corners)

    with pytest.raises(DataError, match=r"^a representation is judged by classes, and there are none here: 300 pictures of corners$"):
        Represent(trained_run(data=Corners(labelled=False))).apply([], tmp_path)
    with pytest.raises(PluginError, match=r"^Identity has no method 'features\(image\)'"):
        Represent(plain).apply([], tmp_path)


def test_the_answer_to_an_example_is_its_representation() -> None:
    example = ImageExample("7", label=3, load=lambda: corner(7))
    represent = Represent(trained_run())

    torch.testing.assert_close(represent.answer(example), represent.features(corner(7)[None])[0])
