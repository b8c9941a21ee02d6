"""`sparring apply` as people type it: what is an option, what is its value, and what is an input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from sparring import Report
from sparring.cli import main
from sparring.cli.apply import conclude, read_options, separate
from sparring.errors import RecipeError
from sparring.recipe.signature import BindingError, bind


def drawn(
    *,
    text: str | None = None,
    to: Annotated[str, Field(min_length=1)] = "there",
    captions: Path | None = None,
    n: int = 8,
    dry_share: float = 0.0,
    rates: tuple[int, ...] = (),
    label: int | str | None = None,
    kind: Literal["wav", "no"] | None = None,
) -> None:
    """Stands for the `apply` of an application."""


def typed(line: list[str], function: Callable[..., Any] = drawn) -> tuple[list[str], dict[str, Any]]:
    """What a command line leaves to argparse, and the options that the application gets."""
    own, options = separate(["apply", *line])
    return own[1:], bind(function, read_options(options, function))


def refusal(line: list[str]) -> str:
    with pytest.raises(RecipeError) as caught:
        typed(line)
    return str(caught.value)


def test_options_stand_anywhere_and_keep_their_values() -> None:
    behind = typed(["runs/it", "a.wav", "b.wav", "--output", "o", "--text", "a red bird", "-n", "2", "--as=draw"])
    before = typed(["-n", "2", "--as=draw", "--text", "a red bird", "runs/it", "--output", "o", "a.wav", "b.wav"])

    assert behind == (["--output", "o", "--as=draw", "--", "runs/it", "a.wav", "b.wav"], {"text": "a red bird", "n": 2})
    assert before[1] == behind[1]
    assert sorted(before[0]) == sorted(behind[0])


@pytest.mark.parametrize("words", [["-n", "12"], ["-n12"], ["-n=12"], ["--n", "12"], ["--n=12"]])
def test_an_option_of_one_letter_has_one_dash_or_two(words: list[str]) -> None:
    assert typed(["runs/it", *words]) == (["--", "runs/it"], {"n": 12})


@pytest.mark.parametrize(
    "text", ["12", "1e3", "null", "~", "true", "yes", "a: b", "[1, 2]", "{", "'", "", "&x *y !z", "-5", "- a bird", "a=b"]
)
def test_what_is_a_text_to_the_application_is_taken_as_typed(text: str) -> None:
    assert typed(["runs/it", "--text", text]) == (["--", "runs/it"], {"text": text})
    assert typed(["runs/it", f"--text={text}"]) == (["--", "runs/it"], {"text": text})


def test_so_are_paths_and_texts_with_conditions() -> None:
    assert typed(["runs/it", "--captions", "12", "--to", "0012"])[1] == {"captions": Path("12"), "to": "0012"}


def test_everything_else_is_read_as_recipes_are() -> None:
    options = typed(["runs/it", "--dry-share", "1e-1", "--rates=[8000, 16000]", "--label", "no", "--kind", "null"])[1]

    assert options == {"dry_share": 0.1, "rates": (8000, 16000), "label": "no", "kind": None}
    assert typed(["runs/it", "--label=-5"])[1] == typed(["runs/it", "--label", "-5"])[1] == {"label": -5}


def test_a_value_that_looks_like_an_option_needs_the_sign() -> None:
    assert typed(["runs/it", "--text=--steps"])[1] == {"text": "--steps"}
    for line in (["--text", "--steps", "3"], ["--text", "-n", "3"], ["--text", "--", "it"], ["--text"]):
        assert refusal(line) == "command line: --text: write --text=VALUE, or the option and its value"


def test_behind_two_dashes_everything_is_an_input() -> None:
    assert typed(["--output", "o", "--", "runs/it", "-n", "--text=x"]) == (["--output", "o", "--", "runs/it", "-n", "--text=x"], {})


def test_a_longer_name_has_two_dashes() -> None:
    assert refusal(["runs/it", "-dry-share", "1"]) == (
        "command line: -dry-share: write --dry-share: one dash is for options of one letter\n"
        "  an input of that name is written behind a '--': -- -dry-share"
    )


def test_an_option_that_is_given_twice_is_not_what_was_meant() -> None:
    assert refusal(["runs/it", "--text", "a bird", "--text", "a flower"]) == (
        "command line: --text: is given twice: give it once, in two goes if you want both"
    )


def test_a_value_that_is_not_yaml_names_its_option() -> None:
    assert refusal(["runs/it", "--rates", "[8000"]).startswith("command line: --rates: is not YAML: ")


def test_half_a_character_is_no_text() -> None:
    with pytest.raises(BindingError, match=r"^text: must be a text or null, but is "):
        typed(["runs/it", "--text", "\udcff"])


def test_other_commands_are_left_alone() -> None:
    assert separate(["run", "it.yaml", "-n", "8"]) == (["run", "it.yaml", "-n", "8"], [])


def test_a_refusal_of_the_line_is_a_sentence_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["apply", "runs/it", "--output", "o", "--text"])

    assert status == 2
    assert capsys.readouterr().err == "command line: --text: write --text=VALUE, or the option and its value\n"


def test_help_and_missing_words_are_still_argparses(capsys: pytest.CaptureFixture[str]) -> None:
    for line, status in ((["--help"], 0), (["runs/it", "-n", "8"], 2), (["--output", "o"], 2), (["runs/it", "--output"], 2)):
        with pytest.raises(SystemExit) as caught:
            main(["apply", *line])
        assert caught.value.code == status

    captured = capsys.readouterr()
    assert captured.out.startswith("usage: sparring apply")
    assert "required: --output" in captured.err
    assert "required: RUN" in captured.err
    assert "--output: expected one argument" in captured.err


def test_remarks_are_printed_and_change_no_status(capsys: pytest.CaptureFixture[str]) -> None:
    status = conclude(Report([Path("it.png")], remarks=["'a dax': the training captions never have the word 'dax'"]), "out")

    captured = capsys.readouterr()
    assert status == 0
    assert captured.err == "'a dax': the training captions never have the word 'dax'\n"
    assert captured.out == "1 written to out, 0 skipped\n"


@pytest.mark.parametrize("report", [Report([Path("it.png")], [("other", "it is empty")]), Report()])
def test_what_was_skipped_or_never_made_is_status_1(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    assert conclude(report, "out", quiet=True) == 1
    assert capsys.readouterr() == ("", "")


def test_a_trained_run_draws_as_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    recipe = Path(__file__).parents[2] / "recipes" / "toy-ring.yaml"
    assert main(["run", str(recipe), "run.steps=1", "run.name=it", "evaluation.metrics=[]", "evaluation.best=null"]) == 0
    capsys.readouterr()

    status = main(["apply", "--count", "3", "runs/it", "--seed=4", "--output", "points"])

    assert capsys.readouterr().out == "2 written to points, 0 skipped\n"
    assert status == 0
    assert main(["apply", "runs/it", "--output", "points", "-x", "3"]) == 2
    assert capsys.readouterr().err.startswith("command line: -x: there is no option 'x'")
