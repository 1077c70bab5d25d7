"""Change declarations where they stand now, and add new ones."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Callable

from pytest_ddcompat.declarations.matching import Patterns, elements_of
from pytest_ddcompat.jobs.wins.bugs import undeclared
from pytest_ddcompat.jobs.wins.declaration_file import Draft, read_file
from pytest_ddcompat.jobs.wins.files import resolved
from pytest_ddcompat.jobs.wins.recorded import IDENTITY, file_and_line
from pytest_ddcompat.jobs.wins.writing import lowering, narrowing, new_declaration
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_ddcompat.jobs.wins.declaration_file import DeclarationFile, Table
    from pytest_ddcompat.jobs.wins.files import Files
    from pytest_ddcompat.jobs.wins.recorded import Recorded
    from pytest_ddcompat.jobs.wins.values import Item, Proposal

    Step = Callable[[Draft], None]
    """Makes one change of a file."""

__all__ = ["Amendments"]

_BY_HAND = "a change by hand"


class Amendments:
    """Changes of declarations files. What cannot be made is left, and nothing else with it.

    Args:
        files: The files.
        recorded: The declarations of all recorded tests.
    """

    def __init__(self, files: Files, recorded: Recorded) -> None:
        self._files = files
        self._recorded = recorded
        self._standing: dict[Path, _Standing] = {}
        self._steps: dict[Path, list[Step]] = defaultdict(list)
        self._failed: dict[Path, CompatibilityError] = {}
        self._left: list[str] = []

    def open(self, name: str) -> None:
        """Read a file, which may be a new one.

        Raises:
            CompatibilityError: It cannot be read or understood.
        """
        path = resolved(name)
        if path not in self._standing:
            file = read_file(self._files.text(name, may_be_new=True), name)
            self._standing[path] = _Standing(file, self._recorded.tests)

    def amend(self, items: Sequence[Item]) -> None:
        """Change the declarations that proposals name."""
        for (place, _, _), (proposal, tests) in _changes(items).items():
            try:
                name = _file_of(place)
                self._amend(self._known(name), place, proposal, [*tests])
            except CompatibilityError as error:
                self._left += map(str, error.problems)

    def _known(self, name: str) -> Path:
        """Open a file that a record names; one that cannot be read is tried once."""
        path = resolved(name)
        if path in self._failed:
            raise self._failed[path]
        try:
            if path not in self._standing:
                self._files.text(name)  # it must be there
                self.open(name)
        except CompatibilityError as error:
            self._failed[path] = error
            raise
        return path

    def _amend(self, path: Path, place: str, proposal: Proposal, tests: list[str]) -> None:
        standing = self._standing[path]
        by_number: dict[int, list[str]] = defaultdict(list)
        moved = []
        for test in tests:
            try:
                by_number[standing.now(self._recorded, test, place, path)].append(test)
            except CompatibilityError as error:
                moved.append(str(error))
        more = f" (and {len(moved) - 1} more of its tests)" if len(moved) > 1 else ""
        self._left += [f"{first}{more}" for first in moved[:1]]
        is_minimum = proposal.kind == "minimum"
        change = lowering(str(proposal.version)) if is_minimum else narrowing(proposal.version)
        for number, some in by_number.items():

            def step(draft: Draft, number: int = number, some: Sequence[str] = some) -> None:
                others = standing.tests[number]
                draft.change(number, some, others, change)

            self._steps[path].append(step)

    def declare(self, item: Item, name: str | None) -> None:
        """Add the declaration that an item proposes to a file that is open."""
        proposal = next((one for one in item.proposals if one.state and not one.note), None)
        if proposal is None:
            return
        if name is None:
            self._left.append(f"{proposal.words}: --declarations names no file")
            return
        path = resolved(name)
        new = undeclared(self._standing[path].file.tables, proposal, item.tests)
        if new:
            table = new_declaration(new, proposal.state, dict(proposal.when), proposal.reason)
            self._steps[path].append(lambda draft: draft.add(table))
        else:
            self._left.append(f"{proposal.words}: {name} has that already")

    def finish(self) -> list[str]:
        """Put the new texts into the files; return what is left, and why, in a line each."""
        for path, steps in self._steps.items():
            file = self._standing[path].file
            try:
                text = _text(file, steps)
            except CompatibilityError:
                text = self._as_far_as_can_be(file, steps)
            self._files.change(file.name, text)
        return [*dict.fromkeys(self._left)]

    def _as_far_as_can_be(self, file: DeclarationFile, steps: list[Step]) -> str:
        sound = self._sound(file, steps)
        try:
            return _text(file, sound)
        except CompatibilityError as error:  # each is right, and all together are too many
            self._left += map(str, error.problems)
            return _text(file, [])

    def _sound(self, file: DeclarationFile, steps: list[Step]) -> list[Step]:
        """Return the steps that can be made: all, or what is found among each half of them."""
        try:
            _text(file, steps)
        except CompatibilityError as error:
            if len(steps) == 1:
                self._left += map(str, error.problems)
                return []
            half = len(steps) // 2
            return [*self._sound(file, steps[:half]), *self._sound(file, steps[half:])]
        return steps


def _text(file: DeclarationFile, steps: Iterable[Step]) -> str:
    draft = Draft(file)
    for step in steps:
        step(draft)
    return draft.text()


class _Standing:
    """The declarations of a file as it is now, and for which tests they are.

    Args:
        file: The file.
        recorded: All recorded tests.

    Attributes:
        file: The file.
        tests: The recorded tests that each declaration is for, by its number.
    """

    def __init__(self, file: DeclarationFile, recorded: Iterable[str]) -> None:
        self.file = file
        self.tests: dict[int, list[str]] = defaultdict(list)
        self._of: dict[str, list[int]] = {}
        patterns: Patterns[int] = Patterns()
        for number, table in enumerate(file.tables):
            ids = table["tests"]
            for each in [ids] if isinstance(ids, str) else ids:
                patterns.add(each, number)
        for test in recorded:
            self._of[test] = sorted({*patterns.find(test)}) if _is_id(test) else []
            for number in self._of[test]:
                self.tests[number].append(test)

    def now(self, recorded: Recorded, test: str, place: str, path: Path) -> int:
        """Return the number of the declaration of a test that stood at a place.

        A file that has changed may have another declaration there. So all that it has for the test
        must say the same as all that it had, in the same order.

        Raises:
            CompatibilityError: They do not.
        """
        before = sorted(
            (at[1], one.place, one.identity)
            for one in recorded.of(test, place)
            if (at := file_and_line(one.place)) is not None and _leads_to(at[0], path)
        )
        tables = self.file.tables
        now = [_identity(tables[number]) for number in self._of.get(test, ())]
        if now != [identity for *_, identity in before] or not self.file.blocks:
            what = f'what is declared for "{test:.200}" has changed since these runs'
            raise CompatibilityError(Problem(what, _BY_HAND, file=place))
        return self._of[test][[known for _, known, _ in before].index(place)]


def _identity(table: Table) -> tuple[str, ...]:
    """Return what a record has of a declaration: blanks joined, as in reports."""
    return tuple(printable(" ".join(str(table.get(key, "")).split())) for key in IDENTITY)


def _leads_to(name: str, path: Path) -> bool:
    try:
        return resolved(name) == path
    except CompatibilityError:
        return False


def _is_id(test: str) -> bool:
    try:
        elements_of(test)
    except CompatibilityError:
        return False
    return True


def _changes(items: Sequence[Item]) -> dict[tuple[str, str, str], tuple[Proposal, dict[str, None]]]:
    """Return the changes of declarations, each with its tests, by place, kind and version."""
    found: dict[tuple[str, str, str], tuple[Proposal, dict[str, None]]] = {}
    for item in items:
        for proposal in item.proposals:
            for place in () if proposal.note or proposal.text else proposal.places:
                key = (place, proposal.kind, proposal.version or "")
                found.setdefault(key, (proposal, {}))[1].update(dict.fromkeys(item.tests))
    return found


def _file_of(place: str) -> str:
    """Return the file of a declaration's place, which must be below the current folder.

    Raises:
        CompatibilityError: It lies elsewhere, or the place has no line.
    """
    at = file_and_line(place)
    if at is None:
        raise CompatibilityError(f'"{place:.80}" is no place of a declaration; valid: FILE:LINE')
    here = Path.cwd().resolve()
    if Path(at[0]).is_absolute() or here not in resolved(at[0]).parents:
        valid = "run the command where the records' files of declarations are"
        raise CompatibilityError(Problem("this is not below the current folder", valid, file=at[0]))
    return at[0]
