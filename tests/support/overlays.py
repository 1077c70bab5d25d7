"""What the tests of overlays share: a small matrix, and overlays of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_ddcompat import evaluate, load_matrix
from pytest_ddcompat.values.versions import Range, Version
from support.cases import FILES
from support.core import asks, environment

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_ddcompat import Finding, Matrix

SMALL = FILES / "base" / "small.toml"
WHY = 'source = "https://example.org/"\nreason = "known"\n'
BASE = load_matrix(SMALL)


def overlaid(folder: Path, *rows: tuple[str, str], extends: Path = SMALL, top: str = "") -> Matrix:
    text = f"extends = {json.dumps(str(extends))}\n{top}"
    text += "".join(f"\n[[{kind}]]\n{row}\n{WHY}" for kind, row in rows)
    (folder / "acme.toml").write_text(text, encoding="utf-8")
    return load_matrix(folder / "acme.toml")


def plain(value: Any) -> Any:
    """What a row holds, to compare it."""
    if hasattr(value, "fields"):
        return {key: plain(getattr(value, key)) for key in value.fields}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, (Range, Version)) else value


def facts(matrix: Matrix) -> dict[str, Any]:
    return {key: plain(getattr(matrix, key)) for key in matrix.fields if key != "page"}


def finding(check: str, matrix: Matrix, *, name: str = "something", **given: Any) -> Finding:
    """What a check finds of a capability, in the place of a framework, a data store and facts."""
    asked = {key: given.pop(key) for key in ("framework", "datastore") if key in given}
    found = evaluate(asks(name, **asked), environment(**given), matrix)
    return next(f for f in found.findings if f.check == check)
