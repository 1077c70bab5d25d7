"""Read an overlay's file: rows of a matrix, of which only the key is required."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.matrix.fields import Key, Row, field
from pytest_ddcompat.matrix.kinds import array, boolean, one_of, table, words
from pytest_ddcompat.matrix.rows import (
    Capability,
    Coverage,
    Deployment,
    FactDeclaration,
    Framework,
    Overlay,
    Page,
    Release,
    Runtime,
    Site,
    Statement,
)
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_ddcompat.values.errors import Place

__all__ = ["RULES", "Change", "OverlayFile", "changes_of", "in_words", "read_overlay"]


class Rule(NamedTuple):
    """How the rows of one kind are distinguished.

    Attributes:
        row: Class of the rows.
        key: Keys whose values name a row; an overlay must give those that have no default.
        apart: Keys by which rows of one key differ: a row that gives another value is another.
    """

    row: type[Statement]
    key: tuple[str, ...]
    apart: tuple[str, ...] = ()


RULES = {
    "sites": Rule(Site, ("excluded",), ("heading",)),
    "capabilities": Rule(Capability, ("id",)),
    "deployments": Rule(Deployment, ("id",), ("heading",)),
    "releases": Rule(Release, ("tracer",)),
    "runtimes": Rule(Runtime, ("os", "implementation", "tracer", "capability"), ("heading",)),
    "frameworks": Rule(Framework, ("id",), ("heading",)),
    "coverage": Rule(Coverage, ("of", "capability"), ("heading", "documented")),
}
"""The kinds of rows that an overlay may change, in the order of the matrix."""

_UNTOUCHED = ("tables", "notes", "unresolved")
_CELLS = {
    "agent", "callout", "capabilities", "capability", "cpus", "excluded", "implementation",
    "minimum", "minimums", "named", "needs", "of", "os", "python", "status", "support_level",
    "tracer", "until", "versions",
}  # fmt: skip
"""Keys whose values stand in cells of a page; those of others are not quoted as if they did."""


def _partial(row: type[Row], needed: Sequence[str] = (), **more: Key) -> type[Row]:
    """Declare the same row with all keys optional but some."""
    fields = {
        key: spec if key in needed else spec._replace(default=None)
        for key, spec in row.fields.items()
        if key != "overlays"
    }
    return type(row.__name__, (Row,), {"__doc__": row.__doc__, **fields, **more})


def _rows(kind: str) -> Any:
    rule = RULES[kind]
    optional = [name for name, spec in rule.row.fields.items() if not spec.required]
    row = _partial(
        rule.row,
        rule.key,
        source=field(words, "Where you know it from: an address, or words.", decides=False),
        reason=field(words, "Why it is so.", decides=False),
        remove=field(boolean, "Whether to remove the page's row.", False, decides=True),
        unset=field(
            array(one_of(*(name for name in optional if name not in {*rule.key, "overlays"}))),
            "Keys to remove from the page's row, as if the page left them out.",
            (),
            decides=True,
        ),
    )
    return field(array(table(row)), f"Rows of {kind} to change or to add.", (), decides=True)


class OverlayFile(Row):
    """An overlay: your own rows on top of a matrix."""

    extends: str = field(
        words,
        "Id of a bundled matrix, or path of a .toml file from this file's folder.",
        decides=True,
    )
    page: Any = field(
        table(_partial(Page)), "What differs from the extended page.", None, decides=True
    )
    sites: Any = _rows("sites")
    capabilities: Any = _rows("capabilities")
    deployments: Any = _rows("deployments")
    releases: Any = _rows("releases")
    runtimes: Any = _rows("runtimes")
    frameworks: Any = _rows("frameworks")
    coverage: Any = _rows("coverage")
    facts: tuple[FactDeclaration, ...] = field(
        array(table(FactDeclaration)), "Facts of your own to add.", (), decides=True
    )


class Change(NamedTuple):
    """One row of an overlay: what it says of a row of the page, or a row to add.

    Attributes:
        place: Where it stands.
        values: What it gives, understood, and its whole key.
        words: The words of what it gives.
        overlay: What findings say of it.
        remove: Whether it takes the page's row away.
        unset: Keys that it takes away from the page's row.
    """

    place: Place
    values: dict[str, Any]
    words: tuple[str, ...]
    overlay: Overlay
    remove: bool
    unset: tuple[str, ...]

    def check(self, key: Sequence[str]) -> bool:
        """Whether it says one thing; if not, that is noted. `key` is the kind's."""
        before = len(self.place.problems)
        if self.remove:
            naming = sorted({*key, "heading", "documented"})
            for name in [*self.values, *(["unset"] if self.unset else [])]:
                if name not in naming:
                    self.place.problem(
                        f'you cannot give "{name}" for a row that you remove',
                        ", ".join([*naming, "reason", "source"]),
                    )
        else:
            for name in [name for name in self.values if name in self.unset]:
                self.place.problem(f'"{name}" has a value and is in unset', "one of them")
        return len(self.place.problems) == before


def read_overlay(mapping: Mapping[str, Any], place: Place) -> OverlayFile | None:
    """Understand what an overlay's TOML file holds, or note in `place` all that is wrong."""
    before = len(place.problems)
    # Not left to the reader: "unknown key" would be wrong of a key that a matrix has.
    for kind in _UNTOUCHED:
        if kind in mapping:
            valid = ", ".join(sorted([*RULES, "facts"]))
            place.inside(kind).problem("an overlay cannot change these", valid)
    rest = {key: value for key, value in mapping.items() if key not in _UNTOUCHED}
    file = OverlayFile.from_table(rest, place)
    return file if len(place.problems) == before else None


def changes_of(
    kind: str,
    mapping: Mapping[str, Any],
    understood: OverlayFile,
    place: Place,
    *,
    bundled: bool,
) -> list[Change]:
    """Return an overlay's rows of one kind.

    Args:
        kind: One of `RULES`.
        mapping: What the file holds.
        understood: The same, understood.
        place: The file.
        bundled: Whether the file ships with the matrix that it extends.
    """
    changes = []
    rule, file = RULES[kind], PurePath(place.file).name
    for index, (raw, row) in enumerate(zip(mapping.get(kind, ()), getattr(understood, kind))):
        # Not by their values: false, or an empty list, may be what a row is changed to.
        keys = [key for key in rule.row.fields if key in raw or key in rule.key]
        origin = {"file": file, "source": row.source, "reason": row.reason}
        # Findings quote these within a line.
        lines = {key: printable(" ".join(words.split())) for key, words in origin.items()}
        change = Change(
            place.inside(f"{kind}[{index}]"),
            {key: getattr(row, key) for key in keys},
            _words(kind, {key: raw[key] for key in keys if key in raw}),
            Overlay.from_values({**lines, "bundled": bundled}),
            row.remove,
            row.unset,
        )
        if change.check(rule.key):
            changes.append(change)
    return changes


def _words(kind: str, raw: Mapping[str, Any]) -> tuple[str, ...]:
    """The name of a row, where it has one, and what it gives; of a capability, in one cell."""
    cells = [in_words(value) for key, value in raw.items() if key in _CELLS]
    if kind == "capabilities":
        cells = [", ".join(cells)]
    # The words as they are in the file: those of a parsed version or range may differ.
    name = str(raw.get("id", ""))
    if kind != "frameworks":
        name = re.sub("[_-]", " ", name).capitalize()
    return tuple(filter(None, [name, *cells]))


def in_words(value: object) -> str:
    """A value of a TOML file as a cell of a table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {in_words(item)}" for key, item in sorted(value.items()))
    return ", ".join(map(in_words, value)) if isinstance(value, (list, tuple)) else str(value)
