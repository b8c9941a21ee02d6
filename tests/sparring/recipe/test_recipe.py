"""Recipes: read, extended, overridden, refused with every problem at once, written down and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from torch import Tensor, nn

from sparring import Component, Loss, Plugins, RecipeError, hookimpl, load_recipe
from sparring.recipe.difference import difference
from sparring.recipe.recipe import Recipe
from sparring.recipe.sections import Use
from sparring.recipe.tree import recipe_names
from sparring.task import Task

TOY = """\
task: toy
data: {use: toy-data, batch_size: 8, length: 64}
networks:
  generator: {use: toy-network, width: 4, ema: 0.999}
  discriminator: {use: toy-network, width: 8}
players:
  discriminator:
    learns: [discriminator]
    optimizer: {use: adam, lr: 2.0e-4}
    terms:
      adversarial: {use: toy-loss}
  generator:
    learns: [generator]
    optimizer: {use: adam, lr: {use: linear, start: 1e-4, end: 0, over: 100}}
    terms:
      adversarial: {use: toy-loss}
      l1: {use: toy-loss, of: [fake, real], weight: 100, from: 10}
run: {epochs: 3, seed: 111}
"""


class ToyTask(Task):
    """No options."""


class ToyData:
    """Stands for a data set."""

    def __init__(self, *, length: int = 32) -> None:
        self.length = length


class ToyNetwork(nn.Module):
    """Stands for a network."""

    def __init__(self, width: int, *, slope: float = 0.2) -> None:
        super().__init__()


class ToyLoss(Loss):
    """Stands for a loss."""

    def forward(self, *tensors: Tensor) -> Tensor:
        return tensors[0].mean()


class Toys:
    """The plugin that brings them."""

    @hookimpl
    def sparring_components(self) -> Iterator[Component]:
        yield Component(kind="task", name="toy", target=f"{__name__}:ToyTask", summary="a toy")
        yield Component(kind="data", name="toy-data", target=f"{__name__}:ToyData", summary="a toy")
        yield Component(kind="network", name="toy-network", target=f"{__name__}:ToyNetwork", summary="a toy")
        yield Component(kind="loss", name="toy-loss", target=f"{__name__}:ToyLoss", summary="a toy")
        yield Component(kind="metric", name="toy-metric", target=f"{__name__}:Absent", summary="a toy", requires=("no_such_module",))


Write = Callable[[str, str], str]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a recipe into the working folder, so that messages hold short paths."""
    monkeypatch.chdir(tmp_path)

    def recipe(name: str, text: str) -> str:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)
        return name

    return recipe


@pytest.fixture
def toys() -> Plugins:
    return Plugins([Toys()], discover=False)


def refusal(path: str, *overrides: str, plugins: Plugins | None = None) -> str:
    with pytest.raises(RecipeError) as caught:
        load_recipe(path, overrides, plugins=plugins)
    return str(caught.value)


def test_a_recipe_becomes_sections(write: Write, toys: Plugins) -> None:
    recipe = load_recipe(write("toy.yaml", TOY), plugins=toys)

    generator = recipe.players["generator"]
    assert recipe.name == "toy"
    assert recipe.task == Use("task", "toy")
    assert (recipe.data.batch_size, recipe.data.workers, recipe.data.use.options) == (8, 0, {"length": 64})
    assert (recipe.networks["generator"].ema, recipe.networks["generator"].use.options) == (0.999, {"width": 4})
    assert list(recipe.players) == ["discriminator", "generator"]
    assert recipe.players["discriminator"].lr == 2e-4
    assert generator.lr == Use("players.generator.optimizer.lr", "linear", {"start": 1e-4, "end": 0, "over": 100})
    assert generator.optimizer.options == {}
    assert (generator.terms["l1"].of, generator.terms["l1"].weight, generator.terms["l1"].start) == (("fake", "real"), 100.0, 10)
    assert (recipe.run.steps, recipe.run.epochs, recipe.run.seed, recipe.run.log_every) == (None, 3, 111, 20)


def test_every_problem_is_said_at_once_with_its_place_and_a_way_out(write: Write, toys: Plugins) -> None:
    path = write(
        "mine.yaml",
        """\
taks: toy
data: {use: toy-data, length: long}
networks:
  generator: {use: toy-netwrok, ema: 2}
  discriminator: {us: toy-network, frozen: yes}
  my-net: {use: toy-network}
players:
  generator:
    learns: [generater, discriminator]
    optimizer: {use: adam, lr: "1e-4", beta: [0.5, 0.9]}
    terms:
      l1: {use: toy-loss, wieght: 3, from: 5, until: 4}
      l2: null
  discriminator:
    learns: [discriminator]
    optimizer: adam
run: {steps: 3, epochs: 2, log_evry: 3, precision: bf15, name: ../up}
evaluation: {metrics: [toy-metrics, 3], best: stoi, baseline: []}
""",
    )

    text = refusal(path, "run.seed=-1", "data.lenght=3", plugins=toys)

    assert text == (
        "mine.yaml:2: data: 'batch_size' is missing: the size of the batch of all processes together\n"
        "mine.yaml:4: networks.generator.ema: must be a number between 0 and 1, but is 2\n"
        "mine.yaml:5: networks.discriminator.frozen: must be true or false, but is the text 'yes'\n"
        "mine.yaml:5: networks.discriminator: 'use' is missing: it names the component\n"
        "  is 'us' meant to be 'use'?\n"
        "mine.yaml:6: networks.my-net: a network is called as the arguments of a task are, and 'my-net' cannot be one\n"
        "mine.yaml:10: players.generator.optimizer.lr: must be a number, 0 or more, or a schedule such as {use: linear, …}, "
        "but is the text '1e-4'\n"
        "mine.yaml:12: players.generator.terms.l1.until: step 4 comes before 'from', which is 5\n"
        "mine.yaml:13: players.generator.terms.l2: must be a mapping, but is null\n"
        "mine.yaml:16: players.discriminator.optimizer: must be a mapping such as '{use: adam, lr: 2.0e-4}', but is the text 'adam'\n"
        "mine.yaml:14: players.discriminator: 'terms' is missing: a recipe has at least one of its terms\n"
        "mine.yaml:17: run.name: names a folder with letters, digits, '.', '-' and '_', so it cannot be '../up'\n"
        "mine.yaml:17: run: has to say how long it lasts: either 'steps' or 'epochs', not both\n"
        "command line: run.seed: must be a whole number, 0 or more, but is -1\n"
        "mine.yaml:17: run.precision: must be fp32 or bf16, but is the text 'bf15'\n"
        "  did you mean 'bf16'?\n"
        "mine.yaml:17: run.log_evry: there is no key 'log_evry' here\n"
        "  did you mean 'log_every'?\n"
        "mine.yaml:18: evaluation.metrics[1]: must be a name or a mapping with 'use', but is 3\n"
        "mine.yaml:18: evaluation.best: 'stoi' is none of the metrics\n"
        "  metrics: toy-metrics\n"
        "mine.yaml:18: evaluation.baseline: there is no key 'baseline' here\n"
        "  did you mean 'baselines'?\n"
        "mine.yaml:1: taks: there is no key 'taks' here\n"
        "  did you mean 'task'?\n"
        "mine.yaml:9: players.generator.learns: there is no network 'generater'\n"
        "  did you mean 'generator'?\n"
        "mine.yaml:15: players.discriminator.learns: player 'generator' learns network 'discriminator' already\n"
        "  give each player its own\n"
        "mine.yaml:2: data.length: must be a whole number, but is the text 'long'\n"
        "command line: data.lenght: there is no option 'lenght'\n"
        "  did you mean 'length'?\n"
        "mine.yaml:4: networks.generator.use: no network is called 'toy-netwrok'\n"
        "  did you mean 'toy-network'?\n"
        "mine.yaml:6: networks.my-net.width: 'width' has to be given: a whole number\n"
        "mine.yaml:10: players.generator.optimizer.beta: there is no option 'beta'\n"
        "  did you mean 'betas'?\n"
        "mine.yaml:12: players.generator.terms.l1.wieght: there is no option 'wieght'\n"
        "  did you mean 'weight'?\n"
        "mine.yaml:18: evaluation.metrics[0]: no metric is called 'toy-metrics'\n"
        "  did you mean 'toy-metric'?"
    )


def test_a_metric_that_is_not_installed_is_no_problem_of_the_recipe(write: Write, toys: Plugins) -> None:
    path = write("toy.yaml", TOY)

    recipe = load_recipe(path, ["evaluation.metrics=[toy-metric]"], plugins=toys)

    assert recipe.evaluation.metrics == (Use("evaluation.metrics[0]", "toy-metric"),)


def test_an_override_wins_and_a_new_use_forgets_the_old_options_in_any_order(write: Write) -> None:
    path = write("toy.yaml", TOY)

    one = load_recipe(path, ["networks.generator.slope=0.1", "networks.generator.use=other", "run.steps=200"])
    two = load_recipe(path, ["run.steps=200", "networks.generator.use=other", "networks.generator.slope=0.1"])

    assert one.networks["generator"].use.options == two.networks["generator"].use.options == {"slope": 0.1}
    assert (one.run.steps, one.run.epochs) == (200, None)
    assert one.where("networks.generator.slope") == "command line"
    assert one.where("networks.discriminator.width") == "toy.yaml:5"


@pytest.mark.parametrize(
    ("override", "text"),
    [
        ("run.steps", "command line: 'run.steps' is not of the form key.key=value, such as run.steps=200"),
        ("run..steps=1", "command line: 'run..steps=1' is not of the form key.key=value, such as run.steps=200"),
        ("run.steps=[1", "command line: run.steps: is not YAML: expected ',' or ']', but got '<stream end>'"),
        ("run.steps=*x", "command line: run.steps: anchors and aliases (& and *) are not allowed: write the value again, or use 'extends'"),
        ("rum.steps=1", "command line: rum: there is no key 'rum' here\n  did you mean 'run'?"),
    ],
)
def test_an_override_that_cannot_be_read_is_refused(write: Write, override: str, text: str) -> None:
    assert refusal(write("toy.yaml", TOY), override) == text


def test_extends_merges_mappings_and_replaces_lists_and_other_components(write: Write) -> None:
    write("recipes/toy.yaml", TOY)
    path = write(
        "mine/small.yaml",
        "extends: ../recipes/toy.yaml\n"
        "networks: {generator: {width: 2}, discriminator: {use: other}}\n"
        "players: {generator: {terms: {l1: {of: [fake]}}}}\n"
        "run: {steps: 5}\n",
    )

    recipe = load_recipe(path)

    assert recipe.networks["generator"].use.options == {"width": 2}
    assert recipe.networks["generator"].ema == 0.999
    assert recipe.networks["discriminator"].use == Use("networks.discriminator", "other")
    assert recipe.players["generator"].terms["l1"].of == ("fake",)
    assert recipe.players["generator"].terms["l1"].weight == 100
    assert (recipe.run.steps, recipe.run.epochs, recipe.run.seed) == (5, None, 111)
    assert recipe.where("players.generator.terms.l1.weight") == "mine/../recipes/toy.yaml:17"
    assert "extends" not in recipe.tree


def test_extends_finds_recipes_by_name_and_refuses_circles(write: Write) -> None:
    write("recipes/toy.yaml", TOY)
    named = write("named.yaml", "extends: toy\nrun: {seed: 3}\n")
    write("one.yaml", "run: {steps: 1}\nextends: two.yaml\n")
    write("two.yaml", "extends: one.yaml\n")
    write("lost.yaml", "extends: nowhere.yaml\n")

    assert load_recipe(named).run.seed == 3
    assert refusal("one.yaml") == "two.yaml:1: extends: goes round in a circle: one.yaml extends two.yaml extends one.yaml"
    assert refusal("lost.yaml") == "lost.yaml:1: extends: there is no file 'nowhere.yaml'"


def test_a_recipe_is_found_by_name_in_the_working_folder_first(write: Write) -> None:
    write("recipes/toy.yaml", TOY)

    assert load_recipe("toy").file == Path("recipes/toy.yaml")
    assert refusal("toi").startswith("no recipe is called 'toi'\n  did you mean 'toy'?\n")
    assert refusal("toi.yaml") == "toi.yaml: there is no such file"


def test_a_dumped_recipe_loads_to_the_same_game(write: Write) -> None:
    recipe = load_recipe(write("toy.yaml", TOY), ["run.steps=7", "data.root='1e-4'", "networks.generator.slope=1e-5"])

    again = load_recipe(write("runs/toy/recipe.yaml", recipe.dump()))

    assert sections(again) == sections(recipe)
    assert again.name == "toy"
    assert difference(recipe.tree, again.tree) == []


def sections(recipe: Recipe) -> tuple[object, ...]:
    return recipe.task, recipe.data, recipe.networks, recipe.players, recipe.run, recipe.evaluation


def test_what_changes_the_mathematics_is_told_in_words(write: Write) -> None:
    path = write("toy.yaml", TOY)
    harmless = ["run.steps=9", "run.log_every=1", "data.workers=2", "evaluation.metrics=[stoi]", "run.processes=2", "run.name=other"]
    harmful = ["players.discriminator.optimizer.lr=1e-4", "networks.generator.slope=0.1", "players.generator.terms.l1={use: l2}"]
    harmful.append("evaluation.best=stoi")

    told = difference(load_recipe(path).tree, load_recipe(path, harmless + harmful).tree)

    assert told == [
        "networks.generator.slope is new: 0.1",
        "players.discriminator.optimizer.lr was 0.0002, is now 0.0001",
        "players.generator.terms.l1.use was 'toy-loss', is now 'l2'",
        'players.generator.terms.l1.of was ["fake", "real"], and is gone',
        "players.generator.terms.l1.weight was 100, and is gone",
        "players.generator.terms.l1.from was 10, and is gone",
        "evaluation.best is new: 'stoi'",
    ]


def test_every_shipped_recipe_loads() -> None:
    for name, path in recipe_names().items():
        assert load_recipe(path).name == name
