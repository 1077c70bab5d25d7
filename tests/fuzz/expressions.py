"""Expressions of markers: each is parsed, or refused with a message."""

from __future__ import annotations

import contextlib
import sys

import atheris

with atheris.instrument_imports(include=["pytest_ddcompat"]):
    from pytest_ddcompat import CompatibilityError
    from pytest_ddcompat.expression import parse


def try_one(data: bytes) -> None:
    with contextlib.suppress(CompatibilityError):
        parse(data.decode("utf-8", "replace"))


atheris.Setup(sys.argv, try_one)
atheris.Fuzz()
