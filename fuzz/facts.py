"""Files of facts: each is refused with a message, or understood and the same written again."""

from __future__ import annotations

import json
import sys
from typing import Any

import atheris

with atheris.instrument_imports(include=["pytest_ddcompat"]):
    from pytest_ddcompat import CompatibilityError, Environment
    from pytest_ddcompat.environment.parsing import facts_from_settings, facts_from_text


def try_one(data: bytes) -> None:
    try:
        facts = facts_from_text(data, "facts.json")
    except CompatibilityError:
        facts = facts_of_settings(data)
    mapping = Environment(facts).to_mapping()
    again = facts_from_text(json.dumps(mapping).encode(), "again.json")
    assert Environment(again).to_mapping() == mapping


def facts_of_settings(data: bytes) -> dict[str, Any]:
    lines = data.decode("utf-8", "replace").split("\n")
    try:
        return dict(facts_from_settings(lines, "--ddcompat-set"))
    except CompatibilityError:
        return {}


atheris.Setup(sys.argv, try_one)
atheris.Fuzz()
