"""The record of a run as Markdown that fits a GitHub step summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.cli.markdown import LARGEST, code, paragraph, size, table, words
from pytest_ddcompat.cli.report import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.cli.report import Group, Test, View

__all__ = ["markdown"]

_FRAME = 200  # bytes, at most, of what stands around a list of tests
_FACTS = 100  # rows; no environment comes near it


def markdown(view: View) -> str:
    """Show a record for a GitHub step summary: less than 1 MiB, whatever its size."""
    pages = [f"{words(p['title'])} ({words(p['id'])}, read {p['read']})" for p in view.pages]
    lines = [
        f"## Compatibility: {counted(view.total)} gated",
        "",
        f"{', '.join(pages)}; {view.end}",
        "",
        *table(("outcome", "tests"), view.counts),
        *table(("fact", "value", "taken from"), view.facts[:_FACTS]),
    ]
    left = LARGEST - size(lines)
    shown: list[tuple[Group, list[str]]] = []
    for group in view.groups:
        head = _heading(group)
        # Half is for the reasons, half for the tests.
        left -= size(head) + _FRAME
        if left < LARGEST // 2:
            break
        shown.append((group, head))
    for number, (group, head) in enumerate(shown):
        tests = _list(group.tests, left // (len(shown) - number))
        left -= size(tests)
        lines += [*head, *tests]
    omitted = view.groups[len(shown) :]
    if omitted:
        count = sum(len(group.tests) for group in omitted)
        lines.append(f"{len(omitted)} more reasons, of {counted(count)}, are left out.")
    return "\n".join(lines) + "\n"


def _heading(group: Group) -> list[str]:
    lines = [f"### {counted(len(group.tests))} {group.verdict}: {group.outcomes}", ""]
    if group.reason:
        lines += [paragraph(group.reason), ""]
    if group.mend:
        lines += [f"Would mend it: **{words(group.mend)}**", ""]
    return lines


def _list(tests: Sequence[Test], room: int) -> list[str]:
    """List tests as far as there is room; what stands in HTML is no Markdown."""
    lines = ["<details><summary>Tests</summary>", "<ul>"]
    end = ["</ul>", "</details>", ""]
    room -= _FRAME
    for number, test in enumerate(tests):
        line = f"<li><code>{code(test.id)}</code> {test.outcome.replace('_', ' ')}</li>"
        room -= size([line])
        if room < 0:
            lines.append(f"<li>{counted(len(tests) - number)} left out</li>")
            break
        lines.append(line)
    return [*lines, *end]
