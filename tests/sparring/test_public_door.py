"""`import sparring` opens one door, and costs nothing before a name is asked for."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import sparring

ROOT = Path(__file__).parents[2]


def test_every_public_name_is_there() -> None:
    for name in sparring.__all__:
        assert getattr(sparring, name) is not None
    assert sparring.__version__ == "0.1.0"
    assert dir(sparring) == sorted(sparring.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="No sparring attribute Tasks"):
        _ = sparring.Tasks  # type: ignore[attr-defined]


def test_a_name_stays_itself_when_its_module_of_the_same_name_was_imported_first() -> None:
    program = "import sparring.whole_file; from sparring import whole_file; print(callable(whole_file))"

    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert finished.stdout == "True\n"


def test_the_door_alone_imports_no_torch() -> None:
    program = "import sys; from sparring import Component, hookimpl; print('torch' in sys.modules)"

    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert finished.stdout == "False\n"


@pytest.mark.slow
def test_a_built_wheel_holds_the_packages_and_the_recipes(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"sparring/recipes/{path.name}" for path in (ROOT / "recipes").glob("*.yaml")} <= set(names)
    assert {"sparring/__init__.pyi", "sparring/py.typed", "sparring_objectives/plugin.py", "sparring/cli/run.py"} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
