"""Files of matrices: each is read, or refused with a message."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pytest_ddcompat"]):
    from pytest_ddcompat import CompatibilityError, load_matrix

FILE = Path(tempfile.mkdtemp()) / "matrix.toml"


def try_one(data: bytes) -> None:
    FILE.write_bytes(data)
    with contextlib.suppress(CompatibilityError):
        load_matrix(FILE)


atheris.Setup(sys.argv, try_one)
atheris.Fuzz()
