"""The command line, as people type it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from sparring.cli import main


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["list", "recipes"], ["plugins"], ["run", "--help"]])
def test_listing_costs_no_torch(arguments: list[str]) -> None:
    program = (
        "import json, sys, time; start = time.process_time()\n"
        "from sparring.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: pass\n"
        "heavy = [name for name in ('torch', 'pydantic', 'numpy', 'accelerate') if name in sys.modules]\n"
        "print(json.dumps([heavy, time.process_time() - start]), file=sys.stderr)\n"
    )

    times = []
    for _ in range(3):  # seconds of work; the shortest of three, since a busy machine only ever adds to it
        finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        heavy, seconds = json.loads(finished.stderr.splitlines()[-1])
        assert heavy == []
        times.append(seconds)
        if seconds < 0.5:
            break
    assert min(times) < 0.5


def test_a_refusal_is_a_sentence_on_stderr_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["run", "nowhere.yaml"])

    assert status == 2
    assert capsys.readouterr().err == "nowhere.yaml: there is no such file\n"


def test_describe_says_what_who_and_which_options(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["describe", "exponential"])

    assert status == 0
    assert capsys.readouterr().out == (
        "schedule exponential\n"
        "  a value multiplied by a constant factor at every step\n"
        "  plugin: 'sparring' (sparring 0.1.0)\n"
        "  options:\n"
        "    start   float  required\n"
        "    rate    float  required\n"
        "    every   int    = 1\n"
        "    after   int    = 0\n"
        "    warmup  int    = 0\n"
    )


def test_describe_suggests_the_nearest_name(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["describe", "exponentail"])

    assert status == 2
    assert capsys.readouterr().err == "no component is called 'exponentail'\n  did you mean 'exponential'?\n"


def test_list_shows_one_kind(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARRING_PLUGINS", "none-of-them")

    main(["list", "schedule"])

    captured = capsys.readouterr()
    assert captured.out.splitlines()[:2] == ["schedule", "  constant     sparring  the same value at every step"]
    assert captured.err == "did not load: 'none-of-them'; 'sparring plugins' says why\n"


def test_overrides_may_stand_behind_options(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["evaluate", "nowhere", "--split", "validation", "data.root=elsewhere"])

    assert status == 2
    assert capsys.readouterr().err.startswith("nowhere: is no run")


def test_an_unknown_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["run", "segan", "--fast"])

    assert caught.value.code == 2
    assert "unrecognized arguments: --fast" in capsys.readouterr().err
