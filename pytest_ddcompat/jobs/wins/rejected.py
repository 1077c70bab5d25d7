"""News that is rejected: a file with the tests, and the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.declarations.keys import KEYS
from pytest_ddcompat.declarations.matching import Patterns
from pytest_ddcompat.jobs.allowed import read_entries
from pytest_ddcompat.matrix.fields import Key
from pytest_ddcompat.matrix.kinds import version, words
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.versions import parse_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_ddcompat.values.versions import Version

__all__ = ["Rejection", "Rejections", "read_rejected"]

_ENTRY = {
    "tests": Key(KEYS["tests"].kind, "Ids of the tests, or patterns of them."),
    "version": Key(version, "Version from which they seem to work; any if left out.", None),
    "reason": Key(words, "Why it is no news."),
}


class Rejection(NamedTuple):
    """An entry of the file.

    Attributes:
        tests: Patterns of node ids, as in a declarations file.
        version: Version of the tracer of the news; None: any, or none.
        reason: Why it is no news.
    """

    tests: tuple[str, ...]
    version: Version | None
    reason: str


class Rejections:
    """The entries of a file, by the news that they are for."""

    def __init__(self, entries: Sequence[Rejection] = ()) -> None:
        self._entries = entries
        self._patterns: Patterns[tuple[int, str]] = Patterns()
        for number, entry in enumerate(entries):
            for test in entry.tests:
                self._patterns.add(test, (number, test))

    def has(self, test: str, seen: str | None) -> bool:
        """Whether the news of a test is rejected.

        Args:
            test: Its node id.
            seen: Version from which it works; None: none.
        """
        return bool(self._find(test, seen))

    def unneeded(self, news: Iterable[tuple[str, str | None]]) -> list[Rejection]:
        """Return what is for no news: the entries, each with such patterns alone."""
        used = {each for test, seen in news for each in self._find(test, seen)}
        left = [
            entry._replace(tests=tuple(t for t in entry.tests if (number, t) not in used))
            for number, entry in enumerate(self._entries)
        ]
        return [entry for entry in left if entry.tests]

    def _find(self, test: str, seen: str | None) -> list[tuple[int, str]]:
        try:
            found = self._patterns.find(test)
        except CompatibilityError:
            return []  # an id of another plugin, of a kind of its own
        this = None if seen is None else parse_version(seen)
        return [
            (number, pattern)
            for number, pattern in found
            if self._entries[number].version in {None, this}
        ]


def read_rejected(name: str) -> Rejections:
    """Read a file of rejected news: tables `[[reject]]` with `tests`, `reason` and `version`.

    Raises:
        AllowedError: It cannot be read or understood; all problems are named.
    """
    entries = read_entries(name, "reject", _ENTRY)
    return Rejections([Rejection(**entry) for entry in entries])
