"""An option of a component may be a network."""

from __future__ import annotations

import sys
from abc import ABC
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
import toy
from torch import nn

from sparring import CheckpointError, Component, Plugins, RecipeError, Regularizer, hookimpl, load_recipe
from sparring.cli import describe
from sparring.play.check import check
from sparring.play.game import build_game
from sparring.recipe.building import build, options_of
from sparring.recipe.recipe import Recipe, check_components
from sparring.recipe.signature import BindingError, bind
from sparring.runs.checkpoint import Checkpoints
from sparring.runs.saved import Checkpoint
from sparring.runs.trained import SavedNetworks


class Encoder(nn.Module, ABC):
    """What the data ask for."""


class SmallEncoder(Encoder):
    def __init__(self, *, width: int = 4, inner: nn.Module | None = None) -> None:
        super().__init__()
        if width > 16:
            raise ValueError(f"width {width} is too wide; take 16 or less")
        self.layer, self.inner, self.dropout = nn.Linear(4, width), inner, nn.Dropout()


class Encoded(toy.ToyData):
    def __init__(self, *, length: int = 10, encoder: Encoder | None = None) -> None:
        super().__init__(length=length)
        self.encoder = encoder

    def facts(self) -> Mapping[str, int]:
        return {"width": 6}


class Demanding(toy.ToyData):
    def __init__(self, *, encoder: nn.Module) -> None:
        super().__init__()


class Halved(Regularizer):
    def reparametrize(self, network: nn.Module) -> None:
        network.factor = 0.5  # type: ignore[assignment]


@hookimpl
def sparring_components() -> Iterable[Component]:
    yield Component(kind="data", name="encoded", target=f"{__name__}:Encoded", summary="data that hold a network")
    yield Component(kind="data", name="demanding", target=f"{__name__}:Demanding", summary="data that need a network")
    yield Component(kind="network", name="small-encoder", target=f"{__name__}:SmallEncoder", summary="encodes")
    yield Component(
        kind="network", name="big-encoder", target=f"{__name__}:Big", summary="encodes", requires=("no_such_module",), extra="big"
    )
    yield Component(kind="regularizer", name="halved", target=f"{__name__}:Halved", summary="halves")


DATA = """\
data:
  use: encoded
  batch_size: 8
  encoder:
    use: small-encoder
    weights: runs/encoder
"""


@pytest.fixture
def plugins() -> Plugins:
    return Plugins([toy, sys.modules[__name__]], discover=False)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A recipe whose data hold a network that starts from `runs/encoder`, which is not there."""
    monkeypatch.chdir(tmp_path)
    text = toy.RECIPE.replace("      gradient-penalty: {use: gradient-penalty, weight: 10}\n", "")
    Path("toy.yaml").write_text(text.replace("data: {use: toy-points, batch_size: 8}\n", DATA))
    return "toy.yaml"


def left_behind(run: str, text: str, networks: Mapping[str, nn.Module]) -> Checkpoint:
    """The folder of a run that has `networks`, and its checkpoint."""
    Path(run).mkdir(parents=True)
    (Path(run) / "recipe.yaml").write_text(text)
    checkpoints = Checkpoints(Path(run) / "checkpoints")
    checkpoints.save(1, {f"networks/{name}": network.state_dict() for name, network in networks.items()}, {})
    saved = checkpoints.latest()
    assert saved is not None
    return saved


def encoder_of(recipe: Recipe, plugins: Plugins) -> Any:
    return build(plugins, "data", recipe.data.use).encoder


def refusal(path: str, plugins: Plugins, *overrides: str) -> list[str]:
    with pytest.raises(RecipeError) as caught:
        load_recipe(path, overrides, plugins=plugins)
    return [str(problem) for problem in caught.value.problems]


def test_a_network_starts_from_the_run_that_its_recipe_names_and_never_learns(path: str, plugins: Plugins) -> None:
    trained = SmallEncoder()
    left_behind("runs/encoder", Path(path).read_text(), {"encoder": trained})

    encoder = encoder_of(load_recipe(path, plugins=plugins), plugins)

    assert torch.equal(encoder.layer.weight, trained.layer.weight)
    assert not any(parameter.requires_grad for parameter in encoder.parameters())
    assert not any(module.training for module in encoder.modules())


def test_the_command_line_gives_a_network_other_weights(path: str, plugins: Plugins) -> None:
    trained = SmallEncoder(width=8)
    left_behind("runs/other", Path(path).read_text(), {"text_encoder": trained})

    recipe = load_recipe(path, ["data.encoder.weights=runs/other:text_encoder", "data.encoder.width=8"], plugins=plugins)

    assert torch.equal(encoder_of(recipe, plugins).layer.weight, trained.layer.weight)


def test_what_the_recipe_leaves_out_of_a_network_is_as_in_the_run_of_its_weights(path: str, plugins: Plugins) -> None:
    trained = SmallEncoder(width=8)
    text = Path(path).read_text()
    left_behind("runs/encoder", text.replace("networks:\n", "networks:\n  encoder: {use: small-encoder, width: 8}\n"), {"encoder": trained})

    game = build_game(load_recipe(path, plugins=plugins), plugins, torch.device("cpu"))

    assert torch.equal(game.data.encoder.layer.weight, trained.layer.weight)  # type: ignore[attr-defined]
    assert "width: 8" in game.recipe.dump()


def test_weights_that_are_not_there_are_named(path: str, plugins: Plugins) -> None:
    with pytest.raises(CheckpointError, match=r"^runs/encoder: is no run; "):
        build_game(load_recipe(path), plugins, torch.device("cpu"))


def test_a_bare_name_is_enough_and_null_is_none(path: str, plugins: Plugins) -> None:
    named = load_recipe(path, ["data.encoder=small-encoder"], plugins=plugins)
    without = load_recipe(path, ["data.encoder=null"], plugins=plugins)

    assert isinstance(encoder_of(named, plugins), SmallEncoder)
    assert encoder_of(without, plugins) is None


def test_a_network_may_have_one_of_its_own_and_regularizers(path: str, plugins: Plugins) -> None:
    nested = "data.encoder={use: small-encoder, weights: null, inner: {use: small-encoder, width: 2}, regularizers: [halved]}"

    encoder = encoder_of(load_recipe(path, [nested], plugins=plugins), plugins)

    assert encoder.factor == 0.5
    assert encoder.inner.layer.out_features == 2
    assert not encoder.inner.training


def test_a_network_is_drawn_from_its_place_alone_and_disturbs_no_other(path: str, plugins: Plugins) -> None:
    recipe = load_recipe(path, ["data.encoder=small-encoder"], plugins=plugins)
    before = torch.get_rng_state()

    first = encoder_of(recipe, plugins)
    after = torch.get_rng_state()
    torch.manual_seed(1)
    second = encoder_of(recipe, plugins)

    assert torch.equal(first.layer.weight, second.layer.weight)
    assert torch.equal(before, after)


def test_the_options_of_a_trained_run_hold_the_network_without_reading_another_run(path: str, plugins: Plugins) -> None:
    recipe = load_recipe(path, plugins=plugins)

    options = options_of(plugins, "data", recipe.data.use)

    assert isinstance(options["encoder"], SmallEncoder)
    assert options["length"] == 10


def test_a_trained_network_needs_no_other_run_for_the_network_within_it(path: str, plugins: Plugins) -> None:
    trained = SmallEncoder(inner=SmallEncoder(width=2))
    inner = "networks.generator={use: small-encoder, inner: {use: small-encoder, width: 2, weights: runs/gone}}"
    recipe = load_recipe(path, [inner], plugins=plugins)
    saved = left_behind("runs/mine", recipe.dump(), {"generator": trained})

    loaded = SavedNetworks(recipe, plugins, saved, torch.device("cpu"))["generator"].state_dict()

    assert torch.equal(loaded["inner.layer.weight"], trained.state_dict()["inner.layer.weight"])


def test_all_that_is_wrong_with_a_network_is_said_beside_the_rest(path: str, plugins: Plugins) -> None:
    wrong = ["run.steps=-1", "data.encoder.widht=3", "data.encoder.ema=0.9", "data.encoder.weights=3", "data.encoder.regularizers=[halve]"]

    assert refusal(path, plugins, *wrong) == [
        "command line: run.steps: must be a whole number, 1 or more, but is -1",
        "command line: data.encoder.weights: must be a text, but is 3",
        "command line: data.encoder.ema: 'ema' is for networks that play: one that is an option is built for its component, and frozen",
        "command line: data.encoder.widht: there is no option 'widht'\n  did you mean 'width'?",
        "command line: data.encoder.regularizers[0]: no regularizer is called 'halve'\n  did you mean 'halved'?",
    ]


@pytest.mark.parametrize(
    ("use", "text"),
    [
        ("small-encodr", "no network is called 'small-encodr'\n  did you mean 'small-encoder'?"),
        ("narrow", "'narrow' cannot be the 'encoder', which has to be of class Encoder"),
        ("big-encoder", "'big-encoder' needs no_such_module, which is not installed: pip install 'sparring[big]'"),
    ],
)
def test_a_network_that_cannot_be_there_is_refused_in_its_line(path: str, plugins: Plugins, use: str, text: str) -> None:
    Path(path).write_text(Path(path).read_text().replace("small-encoder", use))

    assert refusal(path, plugins) == [f"toy.yaml:6: data.encoder.use: {text}"]


@pytest.mark.parametrize(
    ("override", "text"),
    [
        ("data.encoder=small-encodr", "no network is called 'small-encodr'\n  did you mean 'small-encoder'?"),
        ("data.encoder=3", "must be the name of a network, or a mapping such as '{use: NAME, weights: RUN}', but is 3"),
        ("data={use: demanding, batch_size: 8}", "'encoder' has to be given: a network"),
        ("data={use: demanding, batch_size: 8, encoder: null}", "must be the name of a network, or a mapping such as"),
    ],
)
def test_what_is_written_in_place_of_a_network_is_refused(path: str, plugins: Plugins, override: str, text: str) -> None:
    (problem,) = refusal(path, plugins, override)

    assert problem.startswith(f"command line: data.encoder: {text}")


def test_a_mapping_without_use_is_refused_in_its_line(path: str, plugins: Plugins) -> None:
    Path(path).write_text(Path(path).read_text().replace("    use: small-encoder\n", ""))

    assert refusal(path, plugins) == ["toy.yaml:5: data.encoder: 'use' is missing: it names the component"]


def test_a_constructor_that_refuses_its_options_is_named_by_its_line(path: str, plugins: Plugins) -> None:
    Path(path).write_text(Path(path).read_text().replace("weights: runs/encoder", "width: 17"))

    with pytest.raises(RecipeError) as caught:
        build_game(load_recipe(path, plugins=plugins), plugins, torch.device("cpu"))

    assert str(caught.value) == "toy.yaml:5: data.encoder: width 17 is too wide; take 16 or less"


def test_facts_of_the_data_are_not_filled_into_their_own_networks(path: str, plugins: Plugins) -> None:
    game = build_game(load_recipe(path, ["data.encoder=small-encoder"], plugins=plugins), plugins, torch.device("cpu"))

    assert game.recipe.networks["generator"].use.options["width"] == 6
    assert game.data.encoder.layer.out_features == 4  # type: ignore[attr-defined]
    assert check_components(game.recipe, plugins) == []


def test_a_check_shows_networks_that_are_options(path: str, plugins: Plugins) -> None:
    left_behind("runs/encoder", Path(path).read_text(), {"encoder": SmallEncoder()})

    text = check(load_recipe(path, plugins=plugins), plugins)

    assert "data.encoder   20 parameters  frozen, from runs/encoder" in text


def test_describe_says_how_a_network_is_given(plugins: Plugins) -> None:
    lines = list(describe._lines(plugins.find("data", "encoded")))

    assert lines[-2:] == [
        "    length   int             = 10\n    encoder  Encoder | None  = None",
        "  encoder is a network: its name, or a mapping such as {use: NAME, weights: RUN}",
    ]


def test_only_a_recipe_can_name_a_network() -> None:
    def apply(*, encoder: nn.Module | None = None) -> None: ...

    with pytest.raises(BindingError, match=r"^encoder: is a network, and only a recipe can name one$"):
        bind(apply, {"encoder": "small-encoder"})
