"""Make the changes that news proposes: in declarations files and in an overlay, never in a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.jobs.wins.bugs import undeclared
from pytest_ddcompat.matrix.loading import LIMIT, bundled_ids, data_folder, parse_toml
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.files import read_limited
from pytest_ddcompat.values.versions import parse_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_ddcompat.jobs.wins.values import Item, Proposal

__all__ = ["Edits", "Targets", "edited"]

_LONGEST_LINE = 9  # digits of a line's number


class Targets(NamedTuple):
    """Files that a user names for what is added.

    Attributes:
        overlay: The overlay; None: no row is added.
        declarations: The declarations file; None: no declaration is added.
    """

    overlay: str | None = None
    declarations: str | None = None


class Edits(NamedTuple):
    """Files to write.

    Attributes:
        texts: The new text of each file.
        left: What is not written, and why, in a line each.
    """

    texts: dict[str, str]
    left: list[str]


class _Change(NamedTuple):
    """A change at a declaration."""

    file: str
    line: int
    proposal: Proposal
    tests: tuple[str, ...]


def edited(items: Sequence[Item], targets: Targets, declared: Mapping[str, set[str]]) -> Edits:
    """Return the files with all changes that can be made without a person.

    Of each piece of news the first proposal is made that can be, or each that concerns another
    declaration.

    Args:
        items: The news.
        targets: Files for what is added.
        declared: All recorded tests of each declaration, by its file and line.

    Raises:
        CompatibilityError: A file cannot be read, lies outside of the current folder, or is a page.
        ModuleNotFoundError: tomlkit is not installed.
    """
    files = _Files()
    if targets.overlay is not None:
        _check_overlay(targets.overlay, files.text(targets.overlay, may_be_new=True))
    left = []
    within = {place: {*tests} for place, tests in declared.items()}
    for change in _changes(items):
        try:
            _amend(files, change, within)
        except _Unchanged as error:
            left.append(str(error))
        else:
            within[f"{change.file}:{change.line}"].difference_update(change.tests)
    for item in items:
        left += _added(files, item, targets)
    left += _overlaid(files, items, targets)
    return Edits(files.changed(), left)


class _Unchanged(Exception):  # noqa: N818 - it ends one change, and is no error of the command
    """A change that cannot be made, as the text says; others still can."""


class _Files:
    """Texts of files, as they were read and as they are to be written."""

    def __init__(self) -> None:
        self._read: dict[str, str] = {}
        self.texts: dict[str, str] = {}

    def text(self, name: str, *, may_be_new: bool = False) -> str:
        """Return the text of a file with the changes so far; empty if it is to be made."""
        if name not in self.texts:
            is_new = may_be_new and not Path(name).exists()
            self._read[name] = self.texts[name] = "" if is_new else _read(name)
        return self.texts[name]

    def changed(self) -> dict[str, str]:
        """Return the texts that differ from what was read."""
        return {name: text for name, text in self.texts.items() if text != self._read[name]}


def _read(name: str) -> str:
    try:
        return read_limited(name, LIMIT).decode("utf-8")
    except UnicodeDecodeError:
        reason = "it is not UTF-8 text"
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error)
    raise CompatibilityError(Problem(f"cannot read this: {reason}", file=name))


def _changes(items: Sequence[Item]) -> Iterator[_Change]:
    """Yield the changes of declarations, the lowest of a file first: a change moves what follows.

    Several of one declaration are made together where they are the same.
    """
    found: dict[tuple[str, int, str, str], tuple[Proposal, dict[str, None]]] = {}
    for item in items:
        for proposal in item.proposals:
            for place in () if proposal.note or proposal.text else proposal.places:
                file, number = _split(place)
                key = (file, number, proposal.kind, proposal.version or "")
                found.setdefault(key, (proposal, {}))[1].update(dict.fromkeys(item.tests))
    for key in sorted(found, key=lambda key: (key[0], -key[1], *key[2:])):
        proposal, tests = found[key]
        yield _Change(key[0], key[1], proposal, tuple(tests))


def _split(place: str) -> tuple[str, int]:
    """Return the file and the line of a declaration's place in a record.

    Raises:
        CompatibilityError: It has no line.
    """
    file, _, line = place.rpartition(":")
    # More digits are no line, and Python refuses to read thousands of them.
    if not (line.isascii() and line.isdigit() and len(line) <= _LONGEST_LINE):
        raise CompatibilityError(f'"{place:.80}" is no place of a declaration; valid: FILE:LINE')
    return file, int(line)


def _amend(files: _Files, change: _Change, declared: Mapping[str, set[str]]) -> None:
    """Make a change of a declaration.

    Args:
        files: The files.
        change: The change.
        declared: The recorded tests of each declaration that no change has taken out of it.

    Raises:
        _Unchanged: It cannot be made.
    """
    from pytest_ddcompat.jobs.wins import writing

    file, line, proposal, tests = change
    _check_inside(file)
    others = sorted(declared[f"{file}:{line}"].difference(tests))
    text = files.text(file)
    try:
        if proposal.kind == "minimum":
            new = writing.lowered(text, file, line, tests, str(proposal.version), others=others)
        else:
            new = writing.narrowed(text, file, line, tests, proposal.version, others=others)
    except CompatibilityError as error:
        raise _Unchanged("; ".join(map(str, error.problems))) from None
    files.texts[file] = new


def _check_inside(file: str) -> None:
    """Refuse a file that a record names outside of the current folder.

    Raises:
        CompatibilityError: It lies elsewhere.
    """
    here = Path.cwd().resolve()
    try:
        path = (here / file).resolve()
    except (OSError, ValueError):
        path = here
    if Path(file).is_absolute() or here not in path.parents:
        valid = "run the command where the records' files of declarations are"
        raise CompatibilityError(Problem("this is not below the current folder", valid, file=file))


def _added(files: _Files, item: Item, targets: Targets) -> Iterator[str]:
    """Add the declaration that an item proposes; yield why it is not."""
    proposal = next((one for one in item.proposals if one.state and not one.note), None)
    if proposal is None:
        return
    if targets.declarations is None:
        yield f"{proposal.words}: --declarations names no file"
        return
    from pytest_ddcompat.jobs.wins import writing

    name = targets.declarations
    text = files.text(name, may_be_new=True)
    tests = undeclared(text, name, proposal, item.tests)
    if not tests:
        yield f"{proposal.words}: {name} has that already"
        return
    files.texts[name] = writing.declared(
        text, name, tests, proposal.state, dict(proposal.when), proposal.reason
    )


def _overlaid(files: _Files, items: Sequence[Item], targets: Targets) -> Iterator[str]:
    """Add the rows of pages that items propose; yield what is not added, and why."""
    best: dict[tuple[str, str], Proposal] = {}
    for one in (p for item in items for p in item.proposals if p.row and not p.note):
        known = best.setdefault((one.matrix, one.capability), one)
        # Between two versions nothing is known of the tests that need the higher one.
        if parse_version(str(one.version)) > parse_version(str(known.version)):
            best[one.matrix, one.capability] = one
    name = targets.overlay
    for one in best.values():
        if name is None:
            yield f"{one.words}: --overlay names no file"
            continue
        text = files.text(name)
        extended = _extended(name, text)
        if extended and one.matrix not in extended:
            yield f"{one.words}: {name} is no overlay of {one.matrix}"
            continue
        if not extended and one.matrix not in bundled_ids():
            yield f"{one.words}: {name} is not there; make it, with extends = …"
            continue
        from pytest_ddcompat.jobs.wins import writing

        row = {**dict(one.row), "source": one.source, "reason": one.reason}
        files.texts[name] = writing.overlaid(text, name, "capabilities", row, one.matrix)


def _check_overlay(name: str, text: str) -> None:
    """Refuse a page's own matrix, and what comes with the package.

    Raises:
        CompatibilityError: It is one.
    """
    folder = Path(str(data_folder())).resolve()
    if folder in Path(name).resolve().parents:
        what = "--overlay: this comes with the package"
        raise CompatibilityError(Problem(what, "an overlay of your own", file=name))
    if text and "extends" not in parse_toml(text.encode(), name):
        what = "--overlay: this is the matrix of a page, which is never edited"
        raise CompatibilityError(Problem(what, "a file with extends = …", file=name))


def _extended(name: str, text: str) -> set[str]:
    """Return the names by which a record may know an overlay's page; none of a new file."""
    if not text:
        return set()
    parsed: dict[str, Any] = parse_toml(text.encode(), name)
    page = parsed.get("page")
    own = page.get("id") if isinstance(page, dict) else None
    extends = str(parsed["extends"])
    return {extends, Path(extends).stem, Path(name).stem, str(own or "")}
