"""Make the changes that news proposes: in declarations files and in an overlay, never in a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.jobs.wins.amending import Amendments
from pytest_ddcompat.jobs.wins.files import Files, resolved
from pytest_ddcompat.jobs.wins.overlay_file import with_row
from pytest_ddcompat.matrix.loading import bundled_ids, data_folder, parse_toml
from pytest_ddcompat.values.errors import CompatibilityError, MatrixError, Problem
from pytest_ddcompat.values.versions import parse_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_ddcompat.jobs.wins.recorded import Recorded
    from pytest_ddcompat.jobs.wins.values import Item, Proposal

__all__ = ["Edits", "Targets", "edited"]


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


def edited(items: Sequence[Item], targets: Targets, recorded: Recorded) -> Edits:
    """Return the files with all changes that can be made without a person.

    Of each piece of news the first proposal is made that can be, or each that concerns another
    declaration.

    Args:
        items: The news.
        targets: Files for what is added.
        recorded: The declarations of all recorded tests.

    Raises:
        CompatibilityError: A file of `targets` cannot be read or understood, or is a page.
        ModuleNotFoundError: tomlkit is not installed.
    """
    _check_apart(targets)
    files = Files()
    if targets.overlay is not None:
        _check_overlay(targets.overlay, files.text(targets.overlay, may_be_new=True))
    amendments = Amendments(files, recorded)
    if targets.declarations is not None:
        amendments.open(targets.declarations)
    amendments.amend(items)
    for item in items:
        amendments.declare(item, targets.declarations)
    left = amendments.finish()
    left += _overlaid(files, items, targets)
    return Edits(files.changed(), left)


def _check_apart(targets: Targets) -> None:
    """Refuse one file for two things.

    Raises:
        CompatibilityError: It is one.
    """
    overlay, declarations = targets
    if overlay and declarations and resolved(overlay) == resolved(declarations):
        what = "--declarations: this is the file of --overlay too"
        raise CompatibilityError(Problem(what, "a file for each", file=declarations))


def _overlaid(files: Files, items: Sequence[Item], targets: Targets) -> Iterator[str]:
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
        row = {**dict(one.row), "source": one.source, "reason": one.reason}
        try:
            files.change(name, with_row(text, name, "capabilities", row, one.matrix))
        except MatrixError as error:
            yield f"{one.words}: {error.problems[0]}"


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
