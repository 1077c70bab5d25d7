"""What one published page says, as data: `Matrix` and its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.names import bare, choices, fold
from pytest_ddcompat.reading import (
    Place,
    Row,
    address,
    array,
    boolean,
    date,
    field,
    identifier,
    mapping,
    one_of,
    table,
    text,
    version,
    version_range,
    version_ranges,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from pytest_ddcompat.versions import Range, Version

__all__ = [
    "LEVELS", "LEVEL_WORDS", "Capability", "Coverage", "Deployment", "Framework", "Matrix", "Note",
    "Page", "Release", "Runtime", "Site", "Statement", "Table",
]  # fmt: skip

LEVELS = ("end_of_life", "maintenance", "general_availability")
"""Support levels of a release branch, the least first."""

LEVEL_WORDS = {
    "end_of_life": "End of Life",
    "maintenance": "Maintenance",
    "general_availability": "General Availability",
}


class Page(Row):
    """Which published page this is, and when it was read."""

    id: str = field(identifier, "Id of the matrix.")
    title: str = field(text, "Title of the page.")
    address: str = field(address, "Address at which the page is published.")
    read: dt.date = field(date, "Day on which the page was read.")
    tracer: str = field(identifier, "Library whose versions the page speaks of: ddtrace.")
    breadcrumbs: str = field(text, "Where the page stands in the documentation.", "")


class Statement(Row):
    """A statement of the page: its own words, and the heading that they stand under."""

    heading: str = field(text, "Heading of the page that the words stand under.")
    documented: tuple[str, ...] = field(
        array(text, at_least=1),
        "The page's words as they stand: the cells of a row, or sentences.",
    )
    interpretation: str = field(text, "Why the words are read so, where they leave it open.", "")

    def quote(self, cell: int | None = None) -> str:
        """Quote the row, or one cell of it, with its heading.

        Args:
            cell: Index of the deciding cell; the whole row if it is None.
        """
        words = " | ".join(self.documented) if cell is None else self.documented[cell]
        return f'{self.heading}: "{words}"'


class Site(Statement):
    """A callout that excludes Datadog sites."""

    excluded: tuple[str, ...] = field(
        array(text, at_least=1),
        "Sites on which nothing of the page is supported, as in DD_SITE.",
    )


class Table(Row):
    """The head of one of the page's tables."""

    heading: str = field(text, "Heading of the page that the table stands under.")
    columns: tuple[str, ...] = field(array(text, at_least=1), "Words of the table's head.")


class Capability(Statement):
    """A row of the capability table."""

    id: str = field(identifier, "Slug of the documented name, without a trailing parenthesis.")
    aliases: tuple[str, ...] = field(
        array(identifier),
        "Other names; an abbreviation that the page gives in a parenthesis.",
        (),
    )
    minimum: Version | None = field(
        version,
        "First tracer version that has it; left out only where it is not supported.",
        None,
    )
    status: str = field(
        one_of("available", "preview", "not_supported"), "What the page calls it.", "available"
    )
    remote_configuration: str = field(
        text,
        "Sentence by which the page requires Remote Configuration for it, if it does.",
        "",
    )

    @property
    def name(self) -> str:
        """The documented name."""
        return self.documented[0]

    def check(self, place: Place) -> None:
        """A supported capability has a minimum, one that is not supported has none."""
        if (self.minimum is None) != (self.status == "not_supported"):
            place.problem(
                f'the key "minimum" and the status "{self.status}" contradict each other; '
                'valid: a minimum, unless the status is "not_supported"'
            )


class Deployment(Statement):
    """A row of a table of deployment types."""

    id: str = field(identifier, "Id of the deployment type.")
    capabilities: Mapping[str, bool] = field(
        mapping(boolean),
        "Capabilities that the table has a column for: whether the cell has a mark.",
    )


class Release(Statement):
    """A row of the release table: a branch of tracer versions."""

    tracer: Range = field(version_range, "Tracer versions of the branch.")
    support_level: str = field(one_of(*LEVELS), "Support level of the branch.")
    until: dt.date | None = field(
        date, "Last day of maintenance; end of life comes after it.", None
    )
    agent: Version | None = field(
        version, "Minimum version of the Datadog Agent; none if left out.", None
    )

    def check(self, place: Place) -> None:
        """Only maintenance ends on a date."""
        if self.until and self.support_level != "maintenance":
            place.problem('the key "until" is for the support level "maintenance" only')

    def level(self, day: dt.date) -> str:
        """The support level on a day, one of `LEVELS`."""
        return "end_of_life" if self.until and day > self.until else self.support_level


class Runtime(Statement):
    """A row of the runtime table."""

    os: str = field(identifier, "Operating system: linux, macos or windows.")
    cpus: tuple[str, ...] = field(
        array(one_of("x86-64", "aarch64", "i686", "64bit", "32bit"), at_least=1),
        "CPUs of the process; 64bit and 32bit are any of that width.",
    )
    implementation: str = field(identifier, "Python implementation in lower case.")
    python: Range = field(version_ranges, "Python versions, major and minor; any may admit.")
    tracer: Range = field(version_range, "Tracer versions that the row speaks of.")


class Framework(Statement):
    """A row of a table of frameworks."""

    id: str = field(identifier, "Id of the framework: the name of its distribution.")
    versions: Range = field(version_ranges, "Versions of the framework; any may admit.")
    capabilities: Mapping[str, bool] = field(
        mapping(boolean),
        "Capabilities that the table speaks of: whether the cell has a mark.",
    )

    @property
    def name(self) -> str:
        """The documented name."""
        return self.documented[0]


class Coverage(Statement):
    """A sentence that covers frameworks or data stores beside the tables."""

    of: str = field(one_of("frameworks", "datastores"), "What the sentence covers.")
    capability: str = field(identifier, "Capability it speaks of; all if left out.", "")
    named: tuple[str, ...] = field(array(identifier), "What it names; all if left out.", ())


class Note(Statement):
    """Sentences of the page that decide nothing."""


class Matrix(Row):
    """What one page of compatibility requirements says, as data."""

    page: Page = field(table(Page), "Which page this is.")
    sites: tuple[Site, ...] = field(array(table(Site)), "Callouts that exclude Datadog sites.", ())
    tables: tuple[Table, ...] = field(array(table(Table)), "Heads of the page's tables.", ())
    capabilities: tuple[Capability, ...] = field(
        array(table(Capability), at_least=1), "Rows of the capability table."
    )
    deployments: tuple[Deployment, ...] = field(
        array(table(Deployment)), "Rows of the tables of deployment types.", ()
    )
    releases: tuple[Release, ...] = field(array(table(Release)), "Rows of the release table.", ())
    runtimes: tuple[Runtime, ...] = field(array(table(Runtime)), "Rows of the runtime table.", ())
    frameworks: tuple[Framework, ...] = field(
        array(table(Framework)), "Rows of the tables of frameworks.", ()
    )
    coverage: tuple[Coverage, ...] = field(
        array(table(Coverage)), "Sentences that cover frameworks or data stores.", ()
    )
    notes: tuple[Note, ...] = field(array(table(Note)), "Sentences that decide nothing.", ())

    def check(self, place: Place) -> None:
        """Ids are unique, and every capability that a row names is defined."""
        self._check_unique(place)
        defined = [c.id for c in self.capabilities]
        for kind in ("deployments", "frameworks", "coverage"):
            for index, row in enumerate(getattr(self, kind)):
                inside = place.inside(f"{kind}[{index}]")
                for name in _capabilities_of(row):
                    if name not in defined:
                        inside.problem(
                            f'no capability "{name}" is defined; {choices(name, defined)}'
                        )

    def _check_unique(self, place: Place) -> None:
        def repeated(kind: str, keys: Iterable[str]) -> None:
            seen: set[str] = set()
            for key in keys:
                folded = fold(key)
                if folded in seen:
                    place.problem(f"{kind}: {key} stands here twice; valid: once")
                seen.add(folded)

        spellings = [{fold(s): s for s in _spellings(c)}.values() for c in self.capabilities]
        repeated("capabilities", [f'"{name}"' for each in spellings for name in each])
        repeated("deployments", [f'"{d.id}"' for d in self.deployments])
        repeated("releases", [f'"{r.tracer}"' for r in self.releases])
        repeated("frameworks", [f'"{f.id}" under "{f.heading}"' for f in self.frameworks])

    def capability(self, name: str) -> Capability | None:
        """Find a capability by id, alias or documented name, however it is written."""
        return self._by_name().get(fold(name))

    def capability_names(self) -> list[str]:
        """All ids and aliases."""
        return [name for c in self.capabilities for name in (c.id, *c.aliases)]

    def deployment(self, name: str) -> Deployment | None:
        """Find a deployment type by id or documented name, however it is written."""
        wanted = fold(name)
        return next((d for d in self.deployments if fold(d.id) == wanted), None)

    def framework_names(self) -> list[str]:
        """Ids of all frameworks of the page, each once."""
        return list(dict.fromkeys(f.id for f in self.frameworks))

    def datastore_names(self) -> list[str]:
        """All data stores that the page names."""
        return [name for row in self.coverage if row.of == "datastores" for name in row.named]

    def release(self, tracer: Version) -> Release | None:
        """The release branch that holds a tracer's base version."""
        return next((r for r in self.releases if tracer in r.tracer), None)

    def _by_name(self) -> dict[str, Capability]:
        found: dict[str, Capability] | None = self.__dict__.get("_names")
        if found is None:
            found = {fold(key): c for c in self.capabilities for key in _spellings(c)}
            self.__dict__["_names"] = found
        return found


def _capabilities_of(row: Deployment | Framework | Coverage) -> list[str]:
    if isinstance(row, Coverage):
        return [row.capability] if row.capability else []
    return list(row.capabilities)


def _spellings(capability: Capability) -> tuple[str, ...]:
    return (capability.name, bare(capability.name), *capability.aliases, capability.id)
