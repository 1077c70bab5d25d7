"""Apply an overlay to a matrix: rows that replace those of the page, or add to them."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.matrix.facts import together
from pytest_ddcompat.matrix.overlay.matching import absence, by_key, matching, refuse_ambiguous
from pytest_ddcompat.matrix.overlay.rows import RULES, changes_of, read_overlay
from pytest_ddcompat.matrix.rows import MINIMUMS, NOT_THERE, Capability, Release, Statement
from pytest_ddcompat.values.errors import MatrixError, Place, Problem
from pytest_ddcompat.values.spans import overlapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.overlay.rows import Change
    from pytest_ddcompat.matrix.rows import (
        Deployment,
        FactDeclaration,
        Framework,
        Overlay,
        Unresolved,
    )

__all__ = ["apply_overlay"]


class _Touched(NamedTuple):
    """A row as the overlay leaves it, with the place in the overlay that made it so.

    One that the overlay takes away is `removed`, and names the overlay.
    """

    place: Place
    row: Statement
    removed: bool = False


_Touching = dict[str, dict[int, _Touched]]
"""By kind and index in the merged matrix; rows that are added have new indices."""


def apply_overlay(
    base: Matrix, mapping: Mapping[str, Any], path: str, *, bundled: bool = False
) -> Matrix:
    """Put an overlay on a matrix.

    Args:
        base: The matrix that it extends.
        mapping: What the overlay's TOML file holds.
        path: Path of that file; its last part is what findings name.
        bundled: Whether the file ships with the matrix. It then interprets the page, and the
            matrix keeps its id and title; otherwise they are made from the file's name.

    Raises:
        MatrixError: The overlay cannot be understood, or breaks a rule of the matrix; every
            problem is in `problems`, as `file: where: what; valid: …`.
    """
    problems: list[Problem] = []
    place = Place(path, problems)
    file = PurePath(path)
    understood = read_overlay(mapping, place)
    if understood is None:
        raise MatrixError(problems)
    page = {key: getattr(understood.page, key) for key in mapping.get("page", {})}
    if "id" not in page:
        page["id"] = base.page.id if bundled else _slug(file, place)
    heading = page.get("title", base.page.title if bundled else file.name)
    base = base.replaced({"facts": _with_facts(base, understood.facts, place)})
    touching: _Touching = {}
    for kind in RULES:
        changes = changes_of(kind, mapping, understood, place, bundled=bundled)
        touching[kind] = _touch(kind, getattr(base, kind), changes, heading)
        if kind == "capabilities":
            # Before the other kinds, which may be given marks of capabilities anew.
            base = _without_marks(base, touching[kind])
    if not problems:
        _check(base, touching, place)
    if problems:
        raise MatrixError(problems)
    return base.replaced({"page": base.page.replaced(page), **_merged(base, touching)})


def _with_facts(
    base: Matrix, added: Iterable[FactDeclaration], place: Place
) -> tuple[FactDeclaration, ...]:
    try:
        return tuple(together([*base.facts, *added]).values())
    except MatrixError as error:
        place.problems.extend(error.problems)
        return base.facts


def _without_marks(base: Matrix, touched: Mapping[int, _Touched]) -> Matrix:
    """Remove the marks and sentences of capabilities that are removed."""
    gone = {getattr(each.row, "id", "") for each in touched.values() if each.removed}
    if not gone:
        return base

    def without(row: Deployment | Framework | Unresolved) -> Statement:
        names = [name for name in row.capabilities if name not in gone]
        marks = row.capabilities
        left = tuple(names) if isinstance(marks, tuple) else {name: marks[name] for name in names}
        return row.replaced({"capabilities": left})

    return base.replaced(
        {
            "deployments": tuple(map(without, base.deployments)),
            "frameworks": tuple(map(without, base.frameworks)),
            "runtimes": tuple(row for row in base.runtimes if row.capability not in gone),
            "coverage": tuple(row for row in base.coverage if row.capability not in gone),
            "unresolved": tuple(map(without, base.unresolved)),
        }
    )


def _slug(file: PurePath, place: Place) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    if not slug:
        place.inside("page").problem(f'the key "id" is missing: the name "{file.name}" makes no id')
    return slug


def _touch(
    kind: str, rows: Sequence[Statement], changes: Sequence[Change], heading: str
) -> dict[int, _Touched]:
    touched: dict[int, _Touched] = {}
    named = by_key(kind, rows)
    for change in changes:
        if change.place.is_full:
            break
        found = matching(kind, rows, change, named)
        index = found[0] if found else len(rows) + len(touched)
        if len(found) > 1:
            refuse_ambiguous(kind, [rows[n] for n in found], change)
        elif index in touched:
            first = touched[index].place.where
            change.place.problem(f"{first} changes the same row", "one of them")
        else:
            known = rows[index] if found else None
            row = _changed(kind, known, change) if known else _added(kind, rows, change, heading)
            if row is not None:
                row.check(change.place)
                touched[index] = _Touched(change.place, row, change.remove)
    return touched


def _changed(kind: str, row: Statement, change: Change) -> Statement:
    """Replace what a row gives, key by key, marks entry by entry; its key stays as it is spelt."""
    unset = {key: row.fields[key].default for key in change.unset}
    # What the overlay says comes last: it may set anew what it contradicts.
    values = {**_contradicted(row, change.values), **unset, **change.values}
    values.update({key: getattr(row, key) for key in RULES[kind].key})
    marks = row.__dict__.get("capabilities", {})
    if "capabilities" in values:
        values["capabilities"] = {**marks, **values["capabilities"]}
    return row.replaced({**values, "overlays": _overlays(row, change, _keys(kind, row, change))})


def _keys(kind: str, row: Statement, change: Change) -> tuple[str, ...]:
    """The keys that an overlay changes, marks one by one; words by which it is found are none."""
    naming = {"heading": row.heading, "documented": row.documented}
    others = [
        key
        for key, value in change.values.items()
        if key not in {*RULES[kind].key, "capabilities"} and naming.get(key) != value
    ]
    marks = [f"capabilities.{name}" for name in change.values.get("capabilities", ())]
    return tuple(sorted({*others, *marks, *change.unset}))


def _overlays(row: Statement, change: Change, keys: Sequence[str]) -> tuple[Overlay, ...]:
    """The overlays of a row with another one, which may be there already."""
    overlays = {(o.file, o.source, o.reason): o for o in row.overlays}
    own = change.overlay
    known = overlays.get((own.file, own.source, own.reason))
    # No keys stand for the whole row: one that this overlay has added stays wholly its own.
    if known is not None:
        keys = sorted({*known.keys, *keys}) if known.keys else ()
    overlays[own.file, own.source, own.reason] = own.replaced({"keys": tuple(keys)})
    return tuple(overlays.values())


def _contradicted(row: Statement, values: Mapping[str, Any]) -> dict[str, object]:
    """Return the keys of the page's row that the overlay's values contradict."""
    lost: dict[str, object] = {}
    if isinstance(row, Release) and values.get("support_level", "maintenance") != "maintenance":
        lost["until"] = None
    if isinstance(row, Capability):
        has_minimum = not values.keys().isdisjoint(MINIMUMS)
        if row.status == "unresolved" and has_minimum:
            lost["status"] = row.fields["status"].default
        # Minimums that depend on facts come on top of what holds for all others.
        on_top = values.keys() & {*MINIMUMS} == {"minimums"} and all(
            each.facts for each in values["minimums"]
        )
        is_none = values.get("status") in {*NOT_THERE, "unresolved"}
        if is_none or (has_minimum and not on_top):
            lost.update({key: row.fields[key].default for key in MINIMUMS})
    return lost


def _added(kind: str, rows: Sequence[Statement], change: Change, heading: str) -> Statement | None:
    """A row of the overlay's own, or None where it lacks what such a row needs."""
    if change.remove or change.unset:
        change.place.add(absence(kind, rows, change.values))
        return None
    values = {"heading": heading, "documented": change.words, **change.values}
    row = RULES[kind].row
    missing = [key for key, spec in row.fields.items() if spec.required and key not in values]
    if missing:
        needed = " and ".join(f'"{key}"' for key in missing)
        problem = absence(kind, rows, change.values)
        change.place.add(problem._replace(valid=f"{problem.valid}; to add a row, give {needed}"))
        return None
    return row.from_values({**values, "overlays": (change.overlay,)})


def _merged(base: Matrix, touching: _Touching) -> dict[str, object]:
    """The rows of each kind; notes and open words without those that are rows now."""
    merged: dict[str, object] = {}
    removed: dict[str, object] = {}
    understood = set()
    for kind, touched in touching.items():
        rows = dict(enumerate(getattr(base, kind)))
        rows.update({n: each.row for n, each in touched.items()})
        gone = [rows.pop(n) for n, each in touched.items() if each.removed]
        merged[kind] = tuple(rows.values())
        removed[kind] = (*getattr(base.removed, kind), *gone)
        left = (each.row for each in touched.values() if not each.removed)
        understood |= {(row.heading, row.documented) for row in left}
    merged["removed"] = base.removed.replaced(removed)
    for kind in ("notes", "unresolved"):
        rows_left = [r for r in getattr(base, kind) if (r.heading, r.documented) not in understood]
        merged[kind] = tuple(rows_left)
    return merged


def _check(base: Matrix, touching: _Touching, place: Place) -> None:
    """Check the matrix's own rules."""
    rows: dict[str, object] = {}
    places: dict[tuple[str, int], Place] = {}
    for kind, touched in touching.items():
        # The overlay's rows go last: of two rows that clash, the later one is named.
        kept = [row for n, row in enumerate(getattr(base, kind)) if n not in touched]
        left = [each for each in touched.values() if not each.removed]
        rows[kind] = (*kept, *(each.row for each in left))
        places.update({(kind, n): each.place for n, each in enumerate(left, len(kept))})
    if not rows["capabilities"]:
        place.inside("capabilities").problem(
            "the overlay removes all of them", "at least one that stays"
        )
    base.replaced(rows).check_rows(
        lambda kind, n: places.get((kind, n)) or place.inside(f"{kind}[{n}]")
    )
    _refuse_overlaps(base.releases, touching["releases"])


def _refuse_overlaps(rows: Sequence[Release], touched: Mapping[int, _Touched]) -> None:
    """A branch that is added where another one already holds a version would never decide."""
    # A branch that is changed keeps its versions: they are its key.
    gone = {n for n, each in touched.items() if each.removed}
    others = [row.tracer for n, row in enumerate(rows) if n not in gone]
    added = [(each.row, each.place) for n, each in touched.items() if n >= len(rows)]
    ranges = [*others, *(row.tracer for row, _ in added if isinstance(row, Release))]
    for first, second in overlapping(ranges):
        if second >= len(others):
            added[second - len(others)][1].inside("tracer").problem(
                f'this range overlaps that of another row (got "{ranges[second]}")',
                f'a range without the versions of "{ranges[first]}", or that row removed',
            )
