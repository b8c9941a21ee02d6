"""The checker of scenes: what it learns from, what it says of itself, and that it is trained once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from sparring_captions.scene import ATTRIBUTES
from sparring_captions.scene_checker import (
    EVERYTHING,
    Accuracy,
    SceneChecker,
    accuracy_of,
    by_attribute,
    checker_file,
    trained_checker,
)
from sparring_captions.scene_source import HELD_OUT, SceneDraws

SHORT: dict[str, Any] = {"image_size": 16, "steps": 12, "scenes": 256, "held_out": 60}


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("SPARRING_CACHE", str(folder))
        yield folder


def test_a_few_steps_teach_backgrounds_and_leave_the_global_generator_alone() -> None:
    before = torch.get_rng_state()

    network, protocol = trained_checker(**SHORT)

    sure = accuracy_of(protocol, "background")
    draws = SceneDraws("validation")
    images = torch.stack([torch.from_numpy((draws.picture(n, image_size=16) + 1) * 127.5) for n in range(40)]).to(torch.uint8)
    said = by_attribute(network(images)[1])["background"].argmax(dim=1)
    right = sum(int(value) == draws.scene(n).attributes()["background"] for n, value in enumerate(said))
    assert sure is not None
    assert min(sure) > 50  # chance: 25
    assert right > 20
    assert torch.equal(before, torch.get_rng_state())
    assert all(accuracy_of(protocol, name) for name in (*ATTRIBUTES, EVERYTHING))


def test_a_trained_checker_is_read_and_not_trained_again(cache: Path) -> None:
    network, protocol = trained_checker(**SHORT)
    (kept,) = (cache / "scene-checkers").iterdir()
    written = kept.stat().st_mtime_ns

    again, same = trained_checker(**SHORT)

    assert list(same.items()) == list(protocol.items())
    assert kept.stat().st_mtime_ns == written
    assert all(torch.equal(one, other) for one, other in zip(network.parameters(), again.parameters(), strict=True))


def test_sizes_from_128_on_share_a_checker_and_smaller_ones_do_not() -> None:
    assert checker_file(image_size=128) == checker_file(image_size=256)
    assert len({checker_file(image_size=size) for size in (16, 32, 64, 128)}) == 4


@pytest.mark.parametrize("size", [16, 32, 48, 64, 128, 256])
def test_images_of_any_size_give_128_features_and_the_logits_of_every_value(size: int) -> None:
    features, logits = SceneChecker(image_size=size).eval()(torch.zeros(2, 3, size, size, dtype=torch.uint8))

    assert features.shape == (2, 128)
    assert {name: part.shape[1] for name, part in by_attribute(logits).items()} == {name: len(v) for name, v in ATTRIBUTES.items()}


def test_images_above_128_pixels_are_averaged_down() -> None:
    checker = SceneChecker(image_size=256).eval()
    small = torch.randint(256, (1, 3, 128, 128), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)

    large = small.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)

    assert torch.allclose(checker(large)[1], checker(small)[1], atol=1e-5)


def test_mixed_scenes_have_every_combination_and_training_scenes_keep_theirs_apart() -> None:
    combinations = {
        mixed: {(thing.colour, thing.shape) for n in range(300) for thing in SceneDraws("train", mixed=mixed).scene(n).things}
        for mixed in (False, True)
    }

    assert not combinations[False] & HELD_OUT
    assert combinations[True] == combinations[False] | HELD_OUT
    assert len(combinations[True]) == 48


def test_what_another_extractor_says_of_itself_is_no_accuracy_of_a_checker() -> None:
    assert accuracy_of({"extractor accuracy on test": "0.98"}, "shape") is None
    assert accuracy_of({"extractor accuracy on shape": "99.50 % seen, 98.25 % held out"}, "shape") == Accuracy(99.5, 98.25)
