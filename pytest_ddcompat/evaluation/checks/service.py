"""Checks of the service: its site, Remote Configuration, frameworks and data stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.environment.detection import FORCED_OFF
from pytest_ddcompat.evaluation.checks.common import (
    NOT_APPLICABLE,
    SATISFIED,
    UNKNOWN,
    VIOLATED,
    Question,
    accepts,
    any_of,
    check_presence,
    check_version,
    in_range,
    left_open,
    quotes,
    undecided,
    unknown,
)
from pytest_ddcompat.evaluation.verdict import Finding
from pytest_ddcompat.values.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Capability, Framework

__all__ = [
    "check_datastore",
    "check_framework",
    "check_remote_configuration",
    "check_site",
]


def check_site(question: Question) -> Finding:
    """Check the Datadog site: the page may exclude some, or be a preview on them."""
    situation, fact = question.situation, question.situation.environment.site
    open_row = situation.matrix.leaves_open("sites")
    excluded = [
        row
        for row in situation.matrix.sites
        if row.status != "preview" or not question.requirement.preview
    ]
    if not excluded and not open_row:
        return Finding("site", NOT_APPLICABLE)
    names = " or ".join([site for row in excluded for site in row.excluded])
    needed = f"a site other than {names}" if names else "a site that the page allows"
    source = excluded[0].quote(None, ("status",)) if excluded else ""
    found = Finding("site", SATISFIED, needed, str(fact.value), source, signal=fact.signal)
    if not fact.known:
        return unknown(found)
    for row in excluded:
        if fact.value in row.excluded:
            return found._replace(
                outcome=VIOLATED, source=row.quote(None, ("status",)), remedy=needed
            )
    for row in excluded:
        for site in row.excluded:
            if str(fact.value).endswith(f".{site}"):
                signal = f"the page excludes {site}, and does not mention {fact.value}"
                return undecided(found, source=row.quote(None, ("status",)), signal=signal)
    if open_row:
        return undecided(found, source=open_row.quote(), signal=open_row.reason)
    return found


def check_remote_configuration(question: Question) -> Finding:
    """Check that Remote Configuration is on, where a note requires it for the capability."""
    capability = question.capability
    by_overlay = capability.by_overlay(["remote_configuration"])
    if not capability.remote_configuration:
        source = capability.quote(None, ["remote_configuration"]) if by_overlay else ""
        return Finding("remote_configuration", NOT_APPLICABLE, source=source)
    fact = question.situation.environment.remote_configuration
    found = Finding(
        "remote_configuration",
        SATISFIED,
        documented="Remote Configuration",
        observed="it on",
        source=f'{capability.heading}: "{capability.remote_configuration}"{by_overlay}',
        signal=fact.signal,
    )
    if not fact.known:
        return unknown(found)
    if fact.value:
        return found
    found = found._replace(outcome=VIOLATED, observed=f"it off ({fact.signal})")
    if fact.signal == FORCED_OFF:
        # No setting turns it on there, so there is no remedy.
        return found
    remedy = "Remote Configuration turned on"
    return found._replace(remedy=remedy, change=(("remote_configuration", True),))


def check_framework(question: Question) -> Finding:
    """Check the named frameworks, any of which will do, by the tables' versions and marks."""
    if not question.requirement.frameworks:
        return Finding("framework", NOT_APPLICABLE)
    each = {name: _one_framework(question, name) for name in question.requirement.frameworks}
    found = [finding for finding in each.values() if finding is not None]
    unlisted = [name for name, finding in each.items() if finding is None]
    if not found:
        return _unlisted(question, unlisted)
    best = any_of(found)
    if best.outcome is not VIOLATED or not unlisted:
        return best
    others = f" (the page does not list {' or '.join(unlisted)})"
    return best._replace(documented=f"{best.documented}{others}")


def check_datastore(question: Question) -> Finding:
    """Check the named data stores, any of which will do, by the page's sentences.

    It is never violated: such sentences name examples, and rule out nothing.
    """
    wanted, matrix = question.requirement.datastores, question.situation.matrix
    if not wanted:
        return Finding("datastore", NOT_APPLICABLE)
    documented = f"documented support for {' or '.join(wanted)}"
    for name in wanted:
        covered = _covering(matrix, "datastores", question.capability, name)
        if covered:
            return Finding("datastore", SATISFIED, documented, name, covered, signal="the marker")
    about = {"", question.capability.id}
    rows = [
        r for r in matrix.coverage if r.of == "datastores" and r.named and r.capability in about
    ]
    return Finding(
        "datastore",
        UNKNOWN,
        documented,
        observed="unknown",
        source=quotes(rows, "named") or "the page says nothing of data stores for it",
        signal="the page does not name it",
    )


def _one_framework(question: Question, name: str) -> Finding | None:
    """Check one framework; None if the page lists others for the capability, and not it."""
    matrix, capability = question.situation.matrix, question.capability
    covered = _covering(matrix, "frameworks", capability, name)
    rows = [row for row in matrix.frameworks if capability.id in row.capabilities]
    if covered or not rows:
        silence = f"the page says nothing of frameworks for {capability.id}"
        found = check_presence(
            question.situation, f"framework.{name}", f"{name} installed", covered or silence
        )
        if covered or found.outcome is not SATISFIED:
            return found
        needed = f"documented support for {name}"
        observed = f"{name} {found.observed}"
        return undecided(found, documented=needed, observed=observed, signal=silence)
    preview = question.requirement.preview
    marks = {row: accepts(row.capabilities[capability.id], preview=preview) for row in rows}
    found_by_row = [
        _documented_framework(question, row, sure=marked is not None)
        for row, marked in marks.items()
        if marked is not False and fold(row.id) == fold(name)
    ]
    return any_of(found_by_row) if found_by_row else None


def _unlisted(question: Question, names: Sequence[str]) -> Finding:
    """Return the finding for frameworks that a marker names: no change of the environment helps."""
    capability, preview = question.capability, question.requirement.preview
    rows = [
        row for row in question.situation.matrix.frameworks if capability.id in row.capabilities
    ]
    marks = {row: accepts(row.capabilities[capability.id], preview=preview) for row in rows}
    listed = ", ".join(row.name for row, marked in marks.items() if marked)
    return Finding(
        "framework",
        VIOLATED,
        documented=f"a framework that the page lists for it ({listed}), not {' or '.join(names)}",
        source=quotes(rows, f"capabilities.{capability.id}"),
        signal="the marker",
    )


def _documented_framework(question: Question, row: Framework, *, sure: bool) -> Finding:
    """Check a framework by one row of the page.

    Args:
        question: Of which capability.
        row: The row.
        sure: Whether the words of its mark are understood.
    """
    situation = question.situation
    source = row.quote(None, ("versions", f"capabilities.{question.capability.id}"))
    key = f"framework.{row.id}"
    if row.versions is None:
        found = check_presence(situation, key, f"{row.name} installed", source)
    else:
        found = check_version(
            f"{row.name} {row.versions}",
            situation.environment.fact(key),
            row.versions.__contains__,
            key=key,
            source=source,
            absent="none installed",
            remedy=in_range(row.name, row.versions),
        )
    open_words = row.versions is None or not sure
    return left_open(found) if open_words and found.outcome is SATISFIED else found


def _covering(matrix: Matrix, of: str, capability: Capability, name: str) -> str:
    """Quote the sentence that covers a framework or data store for a capability; else empty."""
    for row in matrix.coverage:
        named = not row.named or fold(name) in map(fold, row.named)
        if row.of == of and row.capability in {"", capability.id} and named:
            return row.quote(None, ("named",))
    return ""
