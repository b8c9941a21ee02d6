"""One cache for the session, so that the toy classifier is trained once, and nobody's own cache is touched."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder, before = tmp_path_factory.mktemp("cache"), os.environ.get("SPARRING_CACHE")
    os.environ["SPARRING_CACHE"] = str(folder)
    yield folder
    if before is None:
        del os.environ["SPARRING_CACHE"]
    else:
        os.environ["SPARRING_CACHE"] = before
