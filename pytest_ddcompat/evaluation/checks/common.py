"""The question that a check answers, and the comparisons that checks share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, NamedTuple

from pytest_ddcompat.environment.fact import tracer_key
from pytest_ddcompat.evaluation.verdict import Finding, Outcome
from pytest_ddcompat.values.stretches import choose, stretches_of
from pytest_ddcompat.values.versions import Version, base

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.environment.value import Fact
    from pytest_ddcompat.matrix.kinds import Mark
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Capability, Release, Statement
    from pytest_ddcompat.requirement.requirement import Requirement
    from pytest_ddcompat.values.stretches import Stretch
    from pytest_ddcompat.values.versions import Range

__all__ = [
    "Question", "Remedy", "Situation", "accepts", "any_of", "check_installed", "check_presence",
    "check_version", "in_range", "left_open", "newest", "quotes", "undecided", "unknown",
]  # fmt: skip

SATISFIED, VIOLATED = Outcome.SATISFIED, Outcome.VIOLATED
UNKNOWN, NOT_APPLICABLE = Outcome.UNKNOWN, Outcome.NOT_APPLICABLE

Remedy = tuple[str, tuple[tuple[str, object], ...]]
"""A remedy in words, and the facts that it changes."""


class Situation(NamedTuple):
    """An environment and a matrix, with what all checks need of the two.

    Attributes:
        environment: The facts.
        matrix: What the page says.
        installed: The version of the page's library.
        tracer: Its base version, by which branches and runtimes are found, or None where it is
            absent or unknown.
        release: The release branch of that version, if there is one.
        version: The installed version as text; empty where there is none.
    """

    environment: Environment
    matrix: Matrix
    installed: Fact[Version]
    tracer: Version | None
    release: Release | None
    version: str

    @classmethod
    def of(cls, environment: Environment, matrix: Matrix) -> Situation:
        """Look up the installed version and its release branch."""
        installed = environment.tracer_of(matrix.page.tracer)
        if installed.value is None:
            return cls(environment, matrix, installed, None, None, "")
        tracer = base(installed.value)
        release = matrix.release(tracer)
        return cls(environment, matrix, installed, tracer, release, str(installed.value))

    @property
    def level(self) -> str | None:
        """The support level of the release branch, if there is one."""
        return None if self.release is None else self.release.level(self.environment.date)


class Question(NamedTuple):
    """Whether one capability is supported in a situation, as a requirement asks for it."""

    capability: Capability
    requirement: Requirement
    situation: Situation


def accepts(mark: Mark, *, preview: bool) -> bool | None:
    """Whether a cell of a table of marks will do; None where its words are not understood.

    A blank cell is read as "not supported", since the page marks what is.
    """
    if mark == "unresolved":
        return None
    return preview if mark == "preview" else bool(mark)


def unknown(found: Finding, **changes: Any) -> Finding:
    """Return the finding as unknown, because the fact is.

    Args:
        found: The finding.
        changes: Other attributes that it gets.
    """
    return found._replace(outcome=UNKNOWN, observed="unknown", **changes)


def undecided(found: Finding, **changes: Any) -> Finding:
    """Return the finding as unknown, because the page does not decide on what was found.

    Args:
        found: The finding.
        changes: Other attributes that it gets.
    """
    return found._replace(outcome=UNKNOWN, **changes)


def left_open(found: Finding) -> Finding:
    """Return the finding as unknown, because the page's words leave it open."""
    return undecided(found, signal="the page's words leave it open")


def check_version(
    needed: str,
    fact: Fact[Version],
    admits: Callable[[Version], bool],
    *,
    key: str,
    source: str,
    absent: str,
    remedy: Callable[[str, Version | None], Remedy],
) -> Finding:
    """Compare a version with what is needed.

    Args:
        needed: What is needed, as it follows "needs".
        fact: The version; its value is None where the thing is absent.
        admits: Whether a version will do.
        key: Key of the fact; its first part is the name of the check.
        source: What the finding rests on.
        absent: What is found where the thing is absent.
        remedy: Takes the key of the fact and its version, and returns what would do.
    """
    check = key.partition(".")[0]
    version = fact.value
    if not fact.known:
        return Finding(check, UNKNOWN, needed, "unknown", source, signal=fact.signal)
    if version is not None and admits(version):
        return Finding(check, SATISFIED, needed, str(version), source, signal=fact.signal)
    words, change = remedy(key, version)
    return Finding(
        check,
        VIOLATED,
        needed,
        observed=absent if version is None else f"{version}{_hint_at_build(key, version)}",
        source=source,
        remedy=words,
        signal=fact.signal,
        change=change,
    )


def check_presence(situation: Situation, key: str, needed: str, source: str) -> Finding:
    """Check that a framework or package is installed, at any version.

    Args:
        situation: Whose environment it is.
        key: Key of the fact.
        needed: What is needed, as it follows "needs".
        source: What the finding rests on.
    """
    return check_version(
        needed,
        situation.environment.fact(key),
        lambda _: True,
        key=key,
        source=source,
        absent="none installed",
        remedy=lambda key, _: (needed, ((key, Version("0")),)),
    )


def _hint_at_build(key: str, version: Version) -> str:
    # What build tools write where they find no tag: 0.1.dev1+g1234567, 0+unknown, 0.0.0.
    untagged = not any(version.release) or (
        version.release in {(0, 1), (0, 1, 0)} and version.is_devrelease
    )
    hint = f", as of a build without tags; set the right one by --ddcompat-set {key}=VERSION"
    return hint if untagged else ""


def newest(
    label: str,
    found: Sequence[Stretch],
    key: str,
    installed: Version | None,
    rank: Callable[[Stretch], int] = bool,
) -> Remedy:
    """Return the remedy that `choose` picks.

    Args:
        label: What the version is of, as remedies write it.
        found: All versions that do.
        key: Key of the fact.
        installed: The present version, if there is one.
        rank: As for `choose`.
    """
    stretch, older = choose(found, installed, rank)
    if stretch is None:
        return "", ()
    return f"{label} {stretch.text}{older}", ((key, stretch.nearest(installed)),)


def in_range(label: str, wanted: Range) -> Callable[[str, Version | None], Remedy]:
    """Return the remedy of a version that must be in a range.

    Args:
        label: What the version is of, as remedies write it.
        wanted: The range; where it is connected, the remedy has its own spelling.
    """

    def remedy(key: str, version: Version | None) -> Remedy:
        found = stretches_of(wanted)
        if len(found) == 1:
            found = (found[0]._replace(text=str(wanted)),)
        return newest(label, found, key, version)

    return remedy


def check_installed(
    needed: str,
    situation: Situation,
    admits: Callable[[Version], bool],
    *,
    source: str,
    remedy: Callable[[str, Version | None], Remedy],
) -> Finding:
    """Compare the version of the page's library with what is needed, as `check_version` does."""
    found = check_version(
        needed,
        situation.installed,
        admits,
        key=tracer_key(situation.matrix.page.tracer),
        source=source,
        absent="none installed",
        remedy=remedy,
    )
    # Another library than ddtrace is the fact `framework.NAME`, but the check is the tracer's.
    return found if found.check == "tracer" else found._replace(check="tracer")


def any_of(findings: Sequence[Finding]) -> Finding:
    """Combine findings of alternatives: the first satisfied one, else the first unknown one."""
    for outcome in (SATISFIED, UNKNOWN):
        for finding in findings:
            if finding.outcome is outcome:
                return finding
    if len(findings) == 1:
        return findings[0]
    return findings[0]._replace(
        documented=_each_once(" or ", (f.documented for f in findings)),
        observed=_each_once(" and ", map(_with_its_name, findings)),
        source=_each_once("; ", (f.source for f in findings)),
        remedy=_each_once(" or ", (f.remedy for f in findings)),
    )


def _each_once(joint: str, words: Iterable[str]) -> str:
    return joint.join(dict.fromkeys(filter(None, words)))


def _with_its_name(finding: Finding) -> str:
    absent = finding.observed == "none installed"
    return f"{finding.documented.split()[0]} {'missing' if absent else finding.observed}"


def quotes(rows: Sequence[Statement], *keys: str) -> str:
    """Quote several rows of one table with its heading and the overlays that they rest on.

    Args:
        rows: The rows.
        keys: The deciding keys, as for `Statement.by_overlay`.
    """
    if not rows:
        return ""
    words = ", ".join('"' + " | ".join(row.documented) + '"' for row in rows)
    overlays = dict.fromkeys(row.by_overlay(keys) for row in rows)
    return f"{rows[0].heading}: {words}{''.join(overlays)}"
