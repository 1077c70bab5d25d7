"""Checks of the service: its site, Remote Configuration, frameworks and data stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.environment.environment import FORCED_OFF
from pytest_ddcompat.evaluation.checks.common import (
    NOT_APPLICABLE,
    SATISFIED,
    UNKNOWN,
    VIOLATED,
    Asked,
    Situation,
    accepts,
    any_of,
    check_version,
    left_open,
    quotes,
)
from pytest_ddcompat.evaluation.verdict import Finding
from pytest_ddcompat.values.names import fold
from pytest_ddcompat.values.versions import Version

if TYPE_CHECKING:
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Capability, Framework

__all__ = [
    "check_datastore",
    "check_framework",
    "check_remote_configuration",
    "check_site",
    "framework_installed",
]


def check_site(asked: Asked) -> Finding:
    """The page excludes some Datadog sites, or is a preview on them."""
    situation, fact = asked.situation, asked.situation.environment.site
    open_row = situation.matrix.leaves_open("sites")
    excluded = [
        row
        for row in situation.matrix.sites
        if row.status != "preview" or not asked.requirement.preview
    ]
    if not excluded and not open_row:
        return Finding("site", NOT_APPLICABLE)
    names = " or ".join([site for row in excluded for site in row.excluded])
    needed = f"a site other than {names}" if names else "a site that the page allows"
    source = excluded[0].quote(None, ("status",)) if excluded else ""
    found = Finding("site", SATISFIED, needed, str(fact.value), source, signal=fact.signal)
    if not fact.known:
        return found._replace(outcome=UNKNOWN, observed="unknown")
    for row in excluded:
        if fact.value in row.excluded:
            remedy = f"a site other than {fact.value}"
            return found._replace(
                outcome=VIOLATED, source=row.quote(None, ("status",)), remedy=remedy
            )
    if open_row:
        return found._replace(
            outcome=UNKNOWN, observed="unknown", source=open_row.quote(), signal=open_row.reason
        )
    return found


def check_remote_configuration(asked: Asked) -> Finding:
    """A note requires Remote Configuration for some capabilities."""
    capability = asked.capability
    by_overlay = capability.by_overlay(["remote_configuration"])
    if not capability.remote_configuration:
        source = capability.quote(None, ["remote_configuration"]) if by_overlay else ""
        return Finding("remote_configuration", NOT_APPLICABLE, source=source)
    fact = asked.situation.environment.remote_configuration
    found = Finding(
        "remote_configuration",
        SATISFIED,
        documented="Remote Configuration",
        observed="it on",
        source=f'{capability.heading}: "{capability.remote_configuration}"{by_overlay}',
        signal=fact.signal,
    )
    if not fact.known:
        return found._replace(outcome=UNKNOWN, observed="unknown")
    if fact.value:
        return found
    found = found._replace(outcome=VIOLATED, observed=f"it off ({fact.signal})")
    if fact.signal == FORCED_OFF:
        return found
    remedy = "Remote Configuration turned on"
    return found._replace(remedy=remedy, change=(("remote_configuration", True),))


def check_framework(asked: Asked) -> Finding:
    """The tables of frameworks give versions and marks; any of the named ones will do."""
    if not asked.requirement.frameworks:
        return Finding("framework", NOT_APPLICABLE)
    each = [_one_framework(asked, name) for name in asked.requirement.frameworks]
    return any_of(each)


def check_datastore(asked: Asked) -> Finding:
    """Sentences of the page cover data stores; any of the named ones will do."""
    wanted, matrix = asked.requirement.datastores, asked.situation.matrix
    if not wanted:
        return Finding("datastore", NOT_APPLICABLE)
    documented = f"{' or '.join(wanted)} covered by the page"
    for name in wanted:
        covered = _covering(matrix, "datastores", asked.capability, name)
        if covered:
            return Finding("datastore", SATISFIED, documented, name, covered, signal="the marker")
    rows = [row for row in matrix.coverage if row.of == "datastores" and row.named]
    return Finding(
        "datastore",
        UNKNOWN,
        documented,
        observed="unknown",
        source=quotes(rows, "named") or "the page says nothing of data stores",
        signal="the page does not name it",
    )


def framework_installed(situation: Situation, name: str, needed: str, source: str) -> Finding:
    """Ask that a framework is installed, at any version."""
    return check_version(
        needed,
        situation.environment.framework(name),
        lambda _: True,
        key=f"framework.{name}",
        source=source,
        absent="that it is not",
        bring=Version("0"),
    )


def _one_framework(asked: Asked, name: str) -> Finding:
    matrix, capability = asked.situation.matrix, asked.capability
    covered = _covering(matrix, "frameworks", capability, name)
    rows = [row for row in matrix.frameworks if capability.id in row.capabilities]
    if covered or not rows:
        silence = f"the page says nothing of frameworks for {capability.id}"
        found = framework_installed(asked.situation, name, f"{name} installed", covered or silence)
        if covered or found.outcome is not SATISFIED:
            return found
        needed = f"{name} to be documented for it"
        return found._replace(
            outcome=UNKNOWN, documented=needed, observed="unknown", signal=silence
        )
    preview = asked.requirement.preview
    marks = {row: accepts(row.capabilities[capability.id], preview=preview) for row in rows}
    documented = [
        _documented_framework(asked, row, sure=marked is not None)
        for row, marked in marks.items()
        if marked is not False and fold(row.id) == fold(name)
    ]
    if documented:
        return any_of(documented)
    listed = ", ".join(row.name for row, marked in marks.items() if marked)
    return Finding(
        "framework",
        VIOLATED,
        documented=f"a framework that the page lists for it ({listed})",
        observed=name,
        source=quotes(rows, f"capabilities.{capability.id}"),
        signal="the marker",
    )


def _documented_framework(asked: Asked, row: Framework, *, sure: bool) -> Finding:
    """Hold a framework against a row of the page, whose mark it is sure of or not."""
    situation = asked.situation
    source = row.quote(None, ("versions", f"capabilities.{asked.capability.id}"))
    fact = situation.environment.framework(row.id)
    if row.versions is None:
        found = framework_installed(situation, row.id, f"{row.name} installed", source)
    else:
        found = check_version(
            f"{row.name} {row.versions}",
            fact,
            row.versions.__contains__,
            key=f"framework.{row.id}",
            source=source,
            absent="none installed",
            bring=row.versions.above(fact.value),
        )
    open_words = row.versions is None or not sure
    return left_open(found) if open_words and found.outcome is SATISFIED else found


def _covering(matrix: Matrix, of: str, capability: Capability, name: str) -> str:
    """Quote the sentence that covers a framework or data store for a capability, if one does."""
    for row in matrix.coverage:
        named = not row.named or fold(name) in map(fold, row.named)
        if row.of == of and row.capability in {"", capability.id} and named:
            return row.quote(None, ("named",))
    return ""
