"""Files of matrices and overlays: each is read, or refused with a message."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import atheris

with atheris.instrument_imports(include=["pytest_ddcompat"]):
    from pytest_ddcompat import CompatibilityError, load_matrix

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

FILE = Path(__file__).parents[1] / "tests" / "cases" / "files" / "made-up.toml"
"""There is none: what an overlay extends is looked for in its folder."""


def try_one(data: bytes) -> None:
    def read(file: Traversable) -> bytes:
        return data if file == FILE else file.read_bytes()

    with contextlib.suppress(CompatibilityError):
        load_matrix(FILE, read=read)


atheris.Setup(sys.argv, try_one)
atheris.Fuzz()
