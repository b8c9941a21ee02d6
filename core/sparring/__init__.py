"""sparring: games between networks, for audio and vision.

This is the public door. Names are imported when first asked for, so that importing the package costs no torch; `__init__.pyi` beside this
file lists them.
"""

from __future__ import annotations

from importlib import metadata
from typing import Any

from lazy_loader import attach_stub

_public, __dir__, __all__ = attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    return _version() if name == "__version__" else _public(name)


def _version() -> str:
    try:
        return metadata.version("sparring")
    except metadata.PackageNotFoundError:
        return "0.1.0"
