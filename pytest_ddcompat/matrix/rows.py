"""The rows of a matrix: what each table and sentence of a page says, as data."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pytest_ddcompat.matrix.facts import FactDeclaration
from pytest_ddcompat.matrix.fields import Row, field
from pytest_ddcompat.matrix.kinds import (
    address,
    alternatives,
    array,
    date,
    deployment,
    fact_values,
    identifier,
    mapping,
    mark,
    name,
    one_of,
    sentence,
    site,
    table,
    text,
    version,
    version_range,
    version_ranges,
)
from pytest_ddcompat.matrix.statement import Overlay, Statement

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from pytest_ddcompat.matrix.kinds import Mark
    from pytest_ddcompat.values.errors import Place
    from pytest_ddcompat.values.versions import Range, Version

__all__ = [
    "LEVELS", "LEVEL_WORDS", "MINIMUMS", "NOT_THERE", "STATUSES", "Capability", "Coverage",
    "Deployment", "FactDeclaration", "Framework", "Minimum", "Note", "Overlay", "Page", "Release",
    "Runtime", "Site", "Statement", "Table", "Unresolved",
]  # fmt: skip

LEVELS = ("end_of_life", "maintenance", "general_availability")
"""Support levels of a release branch, the least first."""

LEVEL_WORDS = {
    "end_of_life": "End of Life",
    "maintenance": "Maintenance",
    "general_availability": "General Availability",
}

NOT_THERE = {
    "not_supported": "that there is none",
    "not_applicable": "that it does not apply",
    "pending": "that support is pending",
}
"""Statuses of a capability that no version has, with what is found then."""

MINIMUMS = ("minimum", "minimums", "versions")
"""Keys of a capability that say which tracer versions have it; a row has one of them."""

STATUSES = ("available", "preview", "partial", "deprecated", *NOT_THERE, "unresolved")
"""What a page may call a capability; `unresolved`: its words are not understood."""


class Page(Row):
    """Which published page this is, and when it was read."""

    id: str = field(identifier, "Id of the matrix.", decides=False)
    title: str = field(text, "Title of the page.", decides=False)
    address: str = field(address, "Address at which the page is published.", "", decides=False)
    read: dt.date = field(date, "Day on which the page was read.", decides=False)
    tracer: str = field(
        identifier, "Library whose versions the page speaks of: ddtrace.", decides=True
    )
    breadcrumbs: str = field(text, "Where the page stands in the documentation.", "", decides=False)


class Site(Statement):
    """A callout about Datadog sites."""

    excluded: tuple[str, ...] = field(
        array(site, at_least=1), "Sites that it is about, as in DD_SITE.", decides=True
    )
    status: str = field(
        one_of("not_supported", "preview"),
        "What the page is on these sites.",
        "not_supported",
        decides=True,
    )


class Table(Row):
    """The head of one of the page's tables."""

    heading: str = field(text, "Heading of the page that the table stands under.", decides=False)
    columns: tuple[str, ...] = field(
        array(text, at_least=1), "Words of the table's head.", decides=False
    )


class Minimum(Row):
    """A minimum tracer version that holds on some versions of a runtime, or by facts, only."""

    tracer: Version | None = field(
        version, "First tracer version that has the capability.", None, decides=True
    )
    tracers: Range | None = field(
        alternatives,
        "Tracer versions that have it, instead of a first one; any may admit.",
        None,
        decides=True,
    )
    runtime: str = field(
        identifier, "The runtime, such as python or nodejs; any if left out.", "", decides=True
    )
    versions: Range | None = field(
        version_ranges, "Versions of the runtime; any may admit.", None, decides=True
    )
    facts: Mapping[str, tuple[str | bool, ...]] = field(
        mapping(fact_values),
        "Facts of your own by id, each with a value or several, any of which will do. Where they "
        "hold, the row comes before minimums without facts.",
        {},
        decides=True,
    )

    def check(self, place: Place) -> None:
        """It has a tracer and depends on something: a runtime with its versions, or facts."""
        if (self.tracer is None) is (self.tracers is None):
            how = "none" if self.tracer is None else "both"
            place.problem(f'this has {how} of "tracer" and "tracers"', "one of them")
        if bool(self.runtime) is not bool(self.versions):
            place.problem('this has one of "runtime" and "versions"', "both, or none")
        elif not self.runtime and not self.facts:
            place.problem(
                "this depends on nothing", '"runtime" and "versions", or "facts"; else "minimum"'
            )


class Capability(Statement):
    """A row of the capability table."""

    id: str = field(
        identifier, "Slug of the documented name, without a trailing parenthesis.", decides=False
    )
    aliases: tuple[str, ...] = field(
        array(identifier),
        "Other names; an abbreviation that the page gives in a parenthesis.",
        (),
        decides=False,
    )
    minimum: Version | None = field(
        version,
        "First tracer version that has it; left out where there is none, or the page names none.",
        None,
        decides=True,
    )
    minimums: tuple[Minimum, ...] = field(
        array(table(Minimum)),
        "In the place of one minimum, those that depend on the runtime's version. Where all "
        "depend on facts, the one minimum holds for other values.",
        (),
        decides=True,
    )
    versions: Range | None = field(
        alternatives,
        "Tracer versions that have it, instead of a minimum; any may admit.",
        None,
        decides=True,
    )
    needs: Mapping[str, tuple[str | bool, ...]] = field(
        mapping(fact_values),
        "Facts of your own by id, each with the value that the capability needs, or several, any "
        "of which will do.",
        {},
        decides=True,
    )
    status: str = field(one_of(*STATUSES), "What the page calls it.", "available", decides=True)
    remote_configuration: str = field(
        sentence,
        "Sentence by which the page requires Remote Configuration for it, if it does.",
        "",
        decides=True,
    )
    callout: str = field(
        text,
        "Words of a callout by which the page calls it a preview, if it does.",
        "",
        decides=False,
    )

    @property
    def name(self) -> str:
        """The documented name."""
        return self.documented[0]

    @cached_property
    def boundaries(self) -> tuple[Version, ...]:
        """Every tracer version from which on the page has it."""
        given = [self.minimum, *(row.tracer for row in self.minimums)]
        ranges = [bound for each in self._ranges for bound in each.bounds]
        return tuple(dict.fromkeys([*filter(None, given), *ranges]))

    @cached_property
    def ends(self) -> tuple[Version, ...]:
        """Every tracer version at which the page has it no longer."""
        cuts = {cut for each in self._ranges for cut in each.cuts}
        return tuple(sorted(cuts.difference(self.boundaries)))

    @property
    def _ranges(self) -> list[Range]:
        return [*filter(None, (self.versions, *(row.tracers for row in self.minimums)))]

    def check(self, place: Place) -> None:
        """What is available needs a minimum, which a preview may lack; all else has none."""
        given = [key for key in MINIMUMS if getattr(self, key) != self.fields[key].default]
        by_facts = all(each.facts for each in self.minimums)
        apart = [key for key in given if key != "minimums" or not by_facts]
        if len(apart) > 1:
            keys = " and ".join(f'"{key}"' for key in apart)
            valid = 'one of them, or "facts" in all minimums'
            place.problem(f"this has {keys}", valid if "minimums" in apart else "one of them")
        needs = self.status in {"available", "partial", "deprecated"}
        may_have = needs or self.status == "preview"
        if not (may_have if given else not needs):
            place.problem(
                f'the key "{(given or MINIMUMS)[0]}" and the status "{self.status}" '
                "contradict each other",
                f"a minimum, unless the status is {', '.join([*NOT_THERE, 'unresolved'])}",
            )


class Deployment(Statement):
    """A row of a table of deployment types."""

    id: str = field(deployment, "Id of the deployment type.", decides=True)
    capabilities: Mapping[str, Mark] = field(
        mapping(mark),
        "Capabilities that the table has a column for: whether the cell has a mark.",
        decides=True,
    )


class Release(Statement):
    """A row of the release table: a branch of tracer versions."""

    tracer: Range = field(version_range, "Tracer versions of the branch.", decides=True)
    support_level: str = field(one_of(*LEVELS), "Support level of the branch.", decides=True)
    until: dt.date | None = field(
        date, "Last day of maintenance; end of life comes after it.", None, decides=True
    )
    agent: Version | None = field(
        version, "Minimum version of the Datadog Agent; none if left out.", None, decides=True
    )

    def check(self, place: Place) -> None:
        """Only maintenance ends on a date."""
        if self.until and self.support_level != "maintenance":
            place.problem('only the support level "maintenance" takes the key "until"')

    def level(self, day: dt.date) -> str:
        """The support level on a day, one of `LEVELS`."""
        return "end_of_life" if self.until and day > self.until else self.support_level


class Runtime(Statement):
    """A row of the runtime table."""

    os: str = field(identifier, "Operating system: linux, macos or windows.", decides=True)
    cpus: tuple[str, ...] = field(
        array(one_of("x86-64", "aarch64", "i686", "64bit", "32bit"), at_least=1),
        "CPUs of the process; 64bit and 32bit are any of that width.",
        decides=True,
    )
    implementation: str = field(identifier, "Python implementation in lower case.", decides=True)
    python: Range = field(
        version_ranges, "Python versions, major and minor; any may admit.", decides=True
    )
    tracer: Range = field(version_range, "Tracer versions that the row speaks of.", decides=True)
    capability: str = field(
        identifier,
        "Capability it speaks of; all that no other row speaks of, if left out.",
        "",
        decides=True,
    )


class Framework(Statement):
    """A row of a table of frameworks."""

    id: str = field(name, "Id of the framework: the name of its distribution.", decides=True)
    versions: Range | None = field(
        version_ranges,
        "Versions of the framework; any may admit. Left out where the words are not understood.",
        None,
        decides=True,
    )
    capabilities: Mapping[str, Mark] = field(
        mapping(mark),
        "Capabilities that the table speaks of: whether the cell has a mark.",
        decides=True,
    )

    @property
    def name(self) -> str:
        """The documented name."""
        return self.documented[0]


class Coverage(Statement):
    """A sentence that covers frameworks or data stores beside the tables."""

    of: str = field(one_of("frameworks", "datastores"), "What the sentence covers.", decides=True)
    capability: str = field(
        identifier, "Capability it speaks of; all if left out.", "", decides=True
    )
    named: tuple[str, ...] = field(array(name), "What it names; all if left out.", (), decides=True)


class Note(Statement):
    """Sentences of the page that decide nothing."""


class Unresolved(Statement):
    """Words of the page that are not understood: what they mean is uncertain."""

    of: str = field(
        one_of("sites", "releases", "runtimes", "tables", "cells", "text"),
        "What the words would be a row of; tables: of a table of no known kind; cells: of a table "
        "of which they are a row that is read, but for some cells; text: none.",
        decides=True,
    )
    columns: tuple[str, ...] = field(
        array(text), "Head of the table that the row is of.", (), decides=False
    )
    capabilities: tuple[str, ...] = field(
        array(identifier),
        "Capabilities that the words may limit: none of them passes by them.",
        (),
        decides=True,
    )
    reason: str = field(text, "Why they are not understood.", decides=False)
