"""Read the versions of manifests: semantic versions, and ranges of them as npm writes them."""

from __future__ import annotations

import re
from typing import NamedTuple

from packaging.version import Version

from pytest_ddcompat.importer.sets import NONE, Versions, alone, between, since

__all__ = ["Meant", "read_range", "read_version"]

_LONGEST = 200  # characters; those of published manifests have some thirty
_NUMBER = r"(0|[1-9][0-9]{0,8}|[xX*])"
_BLOCK = re.compile(
    rf"v?(<=|>=|[<>=^~]|){_NUMBER}(?:\.{_NUMBER}(?:\.{_NUMBER})?)?"
    r"(?:-([0-9A-Za-z.-]*))?(\+[0-9A-Za-z.-]*)?"
)
_LOOSE = re.compile(
    r"([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?"
    r"(?:-([0-9A-Za-z.-]+)|([A-Za-z][0-9A-Za-z.-]*))?(?:[.+~][0-9A-Za-z.+~-]*)?"
)
_DOT = re.compile(r"([0-9]+\.[0-9]+\.[0-9]+)\.(?=.)")
_DOTTED = {"python", "ruby"}  # elsewhere, what follows a third dot tells builds apart
_IDENTIFIER = re.compile(r"0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*")
_WORD = re.compile(r"([A-Za-z-]+)([0-9]{0,9})")
_KINDS = {
    "dev": "dev", "a": "a", "alpha": "a", "b": "b", "beta": "b", "c": "rc", "rc": "rc", "pre": "rc",
    "preview": "rc",
}  # fmt: skip
"""The pre-releases of PEP 440, by the words for them."""

_RARE = {"a", "b"}
_AS_TEXT = "a manifest orders the numbers of development builds as text: dev10 before dev2"


class Meant(NamedTuple):
    """A version or range of a manifest, understood.

    Attributes:
        versions: The versions in it.
        doubts: What about it is not exact.
        foreign: Words for pre-releases that PEP 440 does not have, such as `SNAPSHOT`; each with
            the version that stands for the first such pre-release.
    """

    versions: Versions
    doubts: tuple[str, ...] = ()
    foreign: tuple[tuple[str, str], ...] = ()


class _Bound(NamedTuple):
    """A semantic version: three numbers, and the identifiers of a pre-release."""

    release: tuple[int, ...]
    pre: tuple[str, ...] = ()

    def next(self, position: int) -> _Bound:
        """Count up the number at a position, and set those behind it to zero."""
        kept = self.release[:position]
        return _Bound((*kept, self.release[position] + 1, 0, 0)[:3])

    @property
    def kind(self) -> str:
        """The kind of pre-release by PEP 440; empty if it has none such."""
        return _KINDS.get(self._word[0], "")

    @property
    def since(self) -> Versions:
        """The version and all newer ones, by the order of manifests.

        That is by letters: `alpha`, `dev`, `rc`. What is built after `rc2`, and is `rc2.dev5` to
        PEP 440, is newer than `rc2`.
        """
        found = since(self._spelt(""))
        if not self.pre:
            return found
        word, number = self._word
        for kind, start, end in self._parts():
            if kind == self.kind:
                suffix = f".dev{number}" if kind == "dev" else f"{kind}{number}.dev0"
                found = found.or_in(between(self._spelt(suffix), end))
            elif word < kind:
                found = found.or_in(between(start, end))
        return found

    @property
    def alone(self) -> Versions:
        """This version, and no other."""
        if not self.pre:
            return alone(self._spelt(""))
        number = self._word[1]
        suffix = f".dev{number}" if self.kind == "dev" else f"{self.kind}{number}"
        return alone(self._spelt(suffix) if self.kind else self.since.cuts[0].version)

    @property
    def doubts(self) -> tuple[str, ...]:
        """The parts of the version that PEP 440 cannot express."""
        if not self.kind:
            return ()
        word, number = self._word
        used = 1 + (len(self.pre) > 1 and self.pre[0] == word and self.pre[1] == str(number))
        found = [f'"{".".join(self.pre[used:])}" does not count'] if self.pre[used:] else []
        if used == 1 and self.kind == "dev" and number > 1:
            found.append(_AS_TEXT)
        return tuple(found)

    @property
    def _word(self) -> tuple[str, int]:
        """The word of the pre-release, and its number."""
        found = _WORD.fullmatch(self.pre[0]) if self.pre else None
        if found is None:
            return "", 0
        number = found[2]
        if not number and len(self.pre) > 1 and self.pre[1].isdigit():
            number = self.pre[1]
        return found[1], int(number[:9] or 0)

    def _parts(self) -> list[tuple[str, Version, Version]]:
        """The kinds of pre-releases, and where those of this release begin and end."""
        # ddtrace has no alphas and betas, for which most specifiers would be twice as long.
        kinds = ["dev", *sorted(_RARE), "rc"] if self.kind in _RARE else ["dev", "rc"]
        starts = [self._spelt(f"{'' if kind == 'dev' else f'{kind}0'}.dev0") for kind in kinds]
        return list(zip(kinds, starts, [*starts[1:], self._spelt("")]))

    def _spelt(self, suffix: str) -> Version:
        return Version(f"{'.'.join(map(str, self.release))}{suffix}")


def read_version(text: str, component: str) -> Meant:
    """Read what follows the `v` of a version, from which on a test runs.

    Args:
        text: The version, as loosely as manifests write it: `4.3.0rc1`, `3.1.0.dev`, `2.4`.
        component: The library; it decides what a third dot means.

    Raises:
        ValueError: It is not a version; the message says so.
    """
    text = text.strip()
    dashed = _DOT.sub(r"\1-", text, 1) if component in _DOTTED else text
    found = _LOOSE.fullmatch(dashed) if len(text) <= _LONGEST else None
    if found is None:
        raise ValueError(f'"{text:.80}" is not a version')
    *numbers, dashed, attached = found.groups()
    bound = _bound([int(number or 0) for number in numbers], dashed or attached)
    return _meant(bound.since, [bound])


def read_range(text: str) -> Meant:
    """Read a range as npm writes it.

    Args:
        text: The range: `>=2.1.0 <3 || ^1.4`, `1.2.3`, `1.x`, `1.0 - 2.0`.

    Raises:
        ValueError: It is not a range; the message says so.
    """
    if len(text) > _LONGEST:
        raise ValueError("the range is too long")
    bounds: list[_Bound] = []
    versions = NONE
    for group in text.split("||"):
        low, hyphen, high = group.strip().partition(" - ")
        blocks = [f">={low}", f"<={high}"] if hyphen else group.split() or [">=0.0.0"]
        first, *others = [_read_block(block.strip(), bounds) for block in blocks]
        for other in others:
            first = first.and_in(other)
        versions = versions.or_in(first)
    return _meant(versions, bounds)


def _meant(versions: Versions, bounds: list[_Bound]) -> Meant:
    doubts = [doubt for bound in bounds for doubt in bound.doubts]
    foreign = [
        (".".join(bound.pre), str(bound.since.cuts[0].version))
        for bound in bounds
        if bound.pre and not bound.kind
    ]
    return Meant(versions, tuple(dict.fromkeys(doubts)), tuple(dict.fromkeys(foreign)))


def _read_block(text: str, bounds: list[_Bound]) -> Versions:
    """Read one comparison of a range, and note the version in it."""
    found = _BLOCK.fullmatch(text)
    if found is None:
        raise ValueError(f'"{text:.80}" is not a version range')
    operator, *parts, pre, build = found.groups()
    numbers = [int(part) for part in parts if part and part.isdigit()]
    given = next((n for n, part in enumerate(parts) if part is None or part in "xX*"), 3)
    if given < len(parts) and (pre or build):
        raise ValueError(f'"{text:.80}" is not a version range')
    bound = _bound([*numbers[:given], 0, 0, 0][:3], pre)
    bounds.append(bound)
    if given:
        return _compared(operator or "=", bound, given)
    if operator not in {"", "=", ">="}:
        raise ValueError(f'"{text:.80}" is not a version range')
    return bound.since


def _bound(release: list[int], pre: str | None) -> _Bound:
    identifiers = pre.split(".") if pre else []
    if not all(map(_IDENTIFIER.fullmatch, identifiers)):
        raise ValueError(f'"{pre}" is not a pre-release')
    return _Bound(tuple(release), tuple(identifiers))


def _compared(operator: str, bound: _Bound, given: int) -> Versions:
    """Return the versions that a comparison admits; `1.2` has two given numbers, `1.x` one."""
    above = bound.next(given - 1)
    if operator == "^":
        position = next((n for n, number in enumerate(bound.release) if number), given - 1)
        # Without pre-releases of the next version.
        end = bound.next(position)._replace(pre=("0",))
        return bound.since.and_in(end.since.others)
    if operator == "~":
        end = bound.next(min(given, 2) - 1)
        if bound.pre and not bound.release[2]:
            end = bound._replace(pre=())  # as manifests are read: 1.2.0 is the one after 1.2.0-rc1
        return bound.since.and_in(end.since.others)
    if given < len(bound.release):
        return {
            ">": above.since,
            ">=": bound.since,
            "<": bound.since.others,
            "<=": above.since.others,
            "=": bound.since.and_in(above.since.others),
        }[operator]
    return {
        ">": bound.since.and_in(bound.alone.others),
        ">=": bound.since,
        "<": bound.since.others,
        "<=": bound.since.others.or_in(bound.alone),
        "=": bound.alone,
    }[operator]
