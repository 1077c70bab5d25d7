"""The record of a run as Markdown that fits a GitHub step summary."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from pytest_ddcompat.cli.report import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_ddcompat.cli.report import Group, Test, View

__all__ = ["markdown"]

_LARGEST = 1_000_000  # bytes; GitHub refuses a step summary of more than 1 MiB
_LONGEST = 2000  # characters of one reason
_CELL = 200  # characters of one cell
_FRAME = 200  # bytes, at most, of what stands around a list of tests
_FACTS = 100  # rows; no environment comes near it
_FORCED = str.maketrans({c: f"\\{c}" for c in r"\`*_[]|~#!$@"})


def markdown(view: View) -> str:
    """Show a record for a GitHub step summary: less than 1 MiB, whatever its size."""
    page = view.page
    lines = [
        f"## Compatibility: {counted(view.total)} gated",
        "",
        f"{_md(page['title'])} ({_md(page['id'])}, read {page['read']}); {view.end}",
        "",
        *_table(("outcome", "tests"), view.counts),
        *_table(("fact", "value", "taken from"), view.facts[:_FACTS]),
    ]
    left = _LARGEST - _size(lines)
    shown: list[tuple[Group, list[str]]] = []
    for group in view.groups:
        head = _heading(group)
        # Half is for the reasons, half for the tests.
        left -= _size(head) + _FRAME
        if left < _LARGEST // 2:
            break
        shown.append((group, head))
    for number, (group, head) in enumerate(shown):
        tests = _list(group.tests, left // (len(shown) - number))
        left -= _size(tests)
        lines += [*head, *tests]
    omitted = view.groups[len(shown) :]
    if omitted:
        count = sum(len(group.tests) for group in omitted)
        lines.append(f"{len(omitted)} more reasons, of {counted(count)}, are left out.")
    return "\n".join(lines) + "\n"


def _heading(group: Group) -> list[str]:
    lines = [f"### {counted(len(group.tests))} {group.verdict}: {group.outcomes}", ""]
    if group.reason:
        lines += [_md(group.reason), ""]
    if group.mend:
        lines += [f"Would mend it: **{_md(group.mend)}**", ""]
    return lines


def _list(tests: Sequence[Test], room: int) -> list[str]:
    """List tests as far as there is room; what stands in HTML is no Markdown."""
    lines = ["<details><summary>Tests</summary>", "<ul>"]
    end = ["</ul>", "</details>", ""]
    room -= _FRAME
    for number, test in enumerate(tests):
        line = f"<li><code>{_code(test.id)}</code> {test.outcome.replace('_', ' ')}</li>"
        room -= _size([line])
        if room < 0:
            lines.append(f"<li>{counted(len(tests) - number)} left out</li>")
            break
        lines.append(line)
    return [*lines, *end]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    cells = [[_md(str(cell), _CELL) for cell in row] for row in rows]
    rule = ["---"] * len(head)
    return [f"| {' | '.join(row)} |" for row in (list(head), rule, *cells)] + [""]


def _md(words: str, longest: int = _LONGEST) -> str:
    """Escape words for Markdown, and cut them off where they are too long."""
    cut = words if len(words) <= longest else f"{words[:longest]}…"
    return escape(cut.translate(_FORCED), quote=False)


def _code(words: str) -> str:
    """Escape words for HTML inside Markdown."""
    return escape(words).replace("|", "&#124;").replace("`", "&#96;")


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)
