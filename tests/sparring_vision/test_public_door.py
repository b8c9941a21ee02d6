"""What `from sparring_vision import …` gives."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import sparring_vision


def test_importing_the_package_costs_no_torch() -> None:
    paths = f"import sys; sys.path[:0] = {sys.path!r}; "

    subprocess.run([sys.executable, "-c", paths + "import sparring_vision; assert 'torch' not in sys.modules"], check=True)


def test_every_name_is_there_and_is_no_modules_name() -> None:
    modules = {module.name for module in pkgutil.iter_modules(sparring_vision.__path__)}

    assert all(hasattr(sparring_vision, name) for name in sparring_vision.__all__)
    assert not modules & set(sparring_vision.__all__)
    assert dir(sparring_vision) == sorted(sparring_vision.__all__)
