"""Files of facts: each is read, or refused with a message."""

from __future__ import annotations

import contextlib
import sys

import atheris

with atheris.instrument_imports(include=["pytest_ddcompat"]):
    from pytest_ddcompat import CompatibilityError
    from pytest_ddcompat.facts import facts_from_text


def try_one(data: bytes) -> None:
    with contextlib.suppress(CompatibilityError):
        facts_from_text(data, "facts.json")


atheris.Setup(sys.argv, try_one)
atheris.Fuzz()
