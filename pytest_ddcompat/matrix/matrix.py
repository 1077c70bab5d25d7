"""The matrix: one published page as data."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from pytest_ddcompat.matrix.facts import refuse_unknown_facts
from pytest_ddcompat.matrix.fields import Row, field, plain
from pytest_ddcompat.matrix.kinds import array, table
from pytest_ddcompat.matrix.rows import (
    Capability,
    Coverage,
    Deployment,
    FactDeclaration,
    Framework,
    Note,
    Page,
    Release,
    Runtime,
    Site,
    Statement,
    Table,
    Unresolved,
)
from pytest_ddcompat.values.errors import RequirementError
from pytest_ddcompat.values.names import FACT_KEYS, bare, fact_id, fold, unknown_name

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from pytest_ddcompat.values.errors import Place
    from pytest_ddcompat.values.versions import Version

    Keyed = tuple[Hashable, str]
    """What only one row may have, and the same in words."""

    PlaceOf = Callable[[str, int], Place]

__all__ = ["Matrix"]

R = TypeVar("R")


def _rows(row: type[Row], doc: str, *, decides: bool = True) -> Any:
    return field(array(table(row)), doc, (), decides=decides)


class Removed(Row):
    """Rows of the page that overlays have taken away.

    They are kept to say what a finding would be with them.
    """

    sites: tuple[Site, ...] = _rows(Site, "Callouts about sites.")
    capabilities: tuple[Capability, ...] = _rows(Capability, "Capabilities.")
    deployments: tuple[Deployment, ...] = _rows(Deployment, "Deployment types.")
    releases: tuple[Release, ...] = _rows(Release, "Release branches.")
    runtimes: tuple[Runtime, ...] = _rows(Runtime, "Runtimes.")
    frameworks: tuple[Framework, ...] = _rows(Framework, "Frameworks.")
    coverage: tuple[Coverage, ...] = _rows(Coverage, "Sentences.")


class Matrix(Row):
    """One page of compatibility requirements, as data.

    Attributes:
        origin: The id or path by which it was loaded; empty if it was made otherwise.
        extended: What it extends, if it was loaded from an overlay's file.
    """

    origin: str = ""
    extended: Matrix | None = None
    page: Page = field(table(Page), "Which page this is.", decides=True)
    sites: tuple[Site, ...] = _rows(Site, "Callouts that exclude Datadog sites.")
    tables: tuple[Table, ...] = _rows(Table, "Heads of the page's tables.", decides=False)
    capabilities: tuple[Capability, ...] = field(
        array(table(Capability), at_least=1), "Rows of the capability table.", decides=True
    )
    deployments: tuple[Deployment, ...] = _rows(
        Deployment, "Rows of the tables of deployment types."
    )
    releases: tuple[Release, ...] = _rows(Release, "Rows of the release table.")
    runtimes: tuple[Runtime, ...] = _rows(Runtime, "Rows of the runtime table.")
    frameworks: tuple[Framework, ...] = _rows(Framework, "Rows of the tables of frameworks.")
    coverage: tuple[Coverage, ...] = _rows(
        Coverage, "Sentences that cover frameworks or data stores."
    )
    facts: tuple[FactDeclaration, ...] = _rows(FactDeclaration, "Facts of your own.")
    notes: tuple[Note, ...] = _rows(Note, "Sentences that decide nothing.", decides=False)
    unresolved: tuple[Unresolved, ...] = _rows(Unresolved, "Words that are not understood.")
    removed: Removed = field(
        table(Removed),
        "Rows that overlays have taken away; loading writes them.",
        Removed.from_values({}),
        decides=False,
    )

    def check(self, place: Place) -> None:
        """Ids are unique, and every capability that a row names is defined."""
        self.check_rows(lambda kind, number: place.inside(f"{kind}[{number}]"))

    def check_rows(self, place_of: PlaceOf) -> None:
        """Check what no row can check alone.

        Args:
            place_of: Gives the place of a row by its kind, such as `releases`, and its index.
        """
        self._check_unique(place_of)
        self._check_facts(place_of)
        defined = {c.id: None for c in self.capabilities}
        for kind in ("deployments", "runtimes", "frameworks", "coverage", "unresolved"):
            for number, row in enumerate(getattr(self, kind)):
                for name in _capabilities_of(row):
                    if name not in defined and not place_of(kind, number).is_full:
                        what = f'this matrix has no capability "{name:.80}"'
                        place_of(kind, number).add(unknown_name(what, name, defined))

    def _check_facts(self, place_of: PlaceOf) -> None:
        """Every fact that a capability depends on is declared, and the values are its own."""
        for number, row in enumerate(self.capabilities):
            place = place_of("capabilities", number)
            refuse_unknown_facts(row.needs, self.own_facts, place.inside("needs"))
            for index, minimum in enumerate(row.minimums):
                where = place.inside(f"minimums[{index}]").inside("facts")
                refuse_unknown_facts(minimum.facts, self.own_facts, where)

    def _check_unique(self, place_of: PlaceOf) -> None:
        def once(kind: str, rows: Sequence[R], keys: Callable[[R], Iterable[Keyed]]) -> None:
            seen: dict[Hashable, int] = {}
            for number, row in enumerate(rows):
                for key, words in keys(row):
                    is_first = seen.setdefault(key, number) == number
                    if not is_first and not place_of(kind, number).is_full:
                        place_of(kind, number).problem(
                            f"another row has {words} too", "only one such row"
                        )

        once("capabilities", self.capabilities, _distinct_spellings)
        once("deployments", self.deployments, _marks_of)
        once("releases", self.releases, lambda row: [(row.tracer, f'"{row.tracer}"')])
        once("frameworks", self.frameworks, _identity_of)
        once("facts", self.facts, lambda row: [(fact_id(row.id), f'the id "{row.id}"')])

    def __repr__(self) -> str:
        counts = f"{len(self.capabilities)} capabilities, {len(self.releases)} releases"
        return f"<Matrix {self.page.id!r}, page read {self.page.read}: {counts}>"

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, as the schema of a record describes it."""
        import hashlib
        import json

        content = json.dumps(
            plain(self, _text), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return hashlib.sha256(content.encode()).hexdigest()

    def of_origin(self, which: str, extended: Matrix | None = None) -> Matrix:
        """Return the same matrix with the id or path by which it was loaded.

        Args:
            which: The id or path.
            extended: What it extends, if that is the path of an overlay.
        """
        if which == self.origin:
            return self  # not a copy: verdicts are cached by the matrix
        made = self.replaced({})
        made.__dict__.update(origin=which, extended=extended)
        return made

    def capability(self, name: str) -> Capability:
        """Return a capability by id, alias or documented name, however it is written.

        Raises:
            RequirementError: The page has none of that name; the nearest is named.
        """
        found = self.find_capability(name)
        if found is None:
            raise _absence("capability", name, self.removed.capabilities, self.capability_names())
        return found

    def find_capability(self, name: str) -> Capability | None:
        """Find a capability like `capability`; None if the page has none of that name."""
        return self._by_name.get(fold(name))

    def capability_names(self) -> list[str]:
        """All ids and aliases."""
        return [name for c in self.capabilities for name in (c.id, *c.aliases)]

    def deployment(self, name: str) -> Deployment:
        """Return a deployment type by its id, however it is written.

        Raises:
            RequirementError: The page has none of that name; the nearest is named.
        """
        found = self.find_deployment(name)
        if found is None:
            valid = [row.id for row in self.deployments]
            raise _absence("deployment type", name, self.removed.deployments, valid)
        return found

    def find_deployment(self, name: str) -> Deployment | None:
        """Find a deployment type like `deployment`; None if the page has none of that name."""
        return next((row for row in self.deployments if fold(row.id) == fold(name)), None)

    def framework_names(self) -> list[str]:
        """Ids of all frameworks of the page, each once."""
        return list(dict.fromkeys(f.id for f in self.frameworks))

    def datastore_names(self) -> list[str]:
        """All data stores that the page names."""
        return [name for row in self.coverage if row.of == "datastores" for name in row.named]

    def release(self, tracer: Version) -> Release | None:
        """The release branch that holds a tracer's base version."""
        return next((row for row in self.releases if tracer in row.tracer), None)

    def runtimes_of(self, capability: Capability) -> tuple[Runtime, ...]:
        """The rows of the runtime table that count for a capability: its own, if it has some."""
        own = self._own_runtimes
        return own.get(capability.id) or own.get("", ()) if own else self.runtimes

    def leaves_open(self, kind: str) -> Unresolved | None:
        """Words that may be a further row of a kind: `sites`, `releases` or `runtimes`."""
        return next((row for row in self.unresolved if row.of == kind), None)

    def limit_of(self, capability: Capability) -> Unresolved | None:
        """Words that may limit a capability, unless an overlay says what is true of it."""
        if capability.overlays:
            return None
        return next((row for row in self.unresolved if capability.id in row.capabilities), None)

    def is_settled(self, row: Unresolved) -> bool:
        """Whether overlays say what is true of every capability that words may limit."""
        limited = [self.find_capability(name) for name in row.capabilities]
        return bool(limited) and all(each and each.overlays for each in limited)

    @cached_property
    def restored(self) -> list[tuple[Statement, Matrix]]:
        """Each row that an overlay has taken away, and the matrix with that row in its place."""
        return [
            (row, self.replaced({kind: (*getattr(self, kind), row)}))
            for kind in self.removed.fields
            for row in getattr(self.removed, kind)
        ]

    @cached_property
    def own_facts(self) -> dict[str, FactDeclaration]:
        """The user-defined facts, by the reduced id, and the runtimes that minimums depend on."""
        return {**self.runtime_facts, **{fact_id(row.id): row for row in self.facts}}

    @cached_property
    def runtime_facts(self) -> dict[str, FactDeclaration]:
        """The declarations of runtimes of other languages, whose versions are facts."""
        rows = [minimum for row in self.capabilities for minimum in row.minimums]
        named = {fact_id(row.runtime): row.runtime for row in rows if row.runtime}
        return {
            key: FactDeclaration.from_values({"id": name, "kind": "version"})
            for key, name in named.items()
            if key not in _DOCUMENTED
        }

    @cached_property
    def _own_runtimes(self) -> dict[str, tuple[Runtime, ...]]:
        """The runtimes by capability, where some row speaks of one; else nothing."""
        named = dict.fromkeys(row.capability for row in self.runtimes)
        if not any(named):
            return {}
        return {name: tuple(r for r in self.runtimes if r.capability == name) for name in named}

    @cached_property
    def _by_name(self) -> dict[str, Capability]:
        return {fold(name): c for c, name in _spellings(self.capabilities)}


_DOCUMENTED = frozenset(map(fact_id, FACT_KEYS))  # python among them


def _capabilities_of(row: Deployment | Runtime | Framework | Coverage | Unresolved) -> list[str]:
    if isinstance(row, (Runtime, Coverage)):
        return [row.capability] if row.capability else []
    return list(row.capabilities)


def _absence(
    kind: str, name: str, removed: Iterable[Capability | Deployment], valid: Iterable[str]
) -> RequirementError:
    """Say that the page has no row of a name, and which overlay has removed it, if one has."""
    removal = next((f", {row.removal}" for row in removed if fold(row.id) == fold(name)), "")
    return RequirementError(
        unknown_name(f'the page has no {kind} "{name:.80}"{removal}', name, valid)
    )


def _text(value: object) -> object:
    return value if value is None or isinstance(value, bool) else str(value)


def _spellings(capabilities: Sequence[Capability]) -> list[tuple[Capability, str]]:
    """Every way to write each capability, the shorter form of its name where it is its own."""
    exact = [(c, spelling) for c in capabilities for spelling in _exact(c)]
    taken = {fold(spelling) for _, spelling in exact}
    short = Counter(fold(bare(c.name)) for c in capabilities)
    return exact + [
        (c, bare(c.name))
        for c in capabilities
        if fold(bare(c.name)) not in taken and short[fold(bare(c.name))] == 1
    ]


def _exact(capability: Capability) -> tuple[str, ...]:
    return (capability.name, *capability.aliases, capability.id)


def _distinct_spellings(capability: Capability) -> list[Keyed]:
    return [(folded, f'"{s}"') for folded, s in {fold(s): s for s in _exact(capability)}.items()]


def _marks_of(deployment: Deployment) -> list[Keyed]:
    place = deployment.id
    return [((fold(place), name), f'"{place}" with "{name}"') for name in deployment.capabilities]


def _identity_of(framework: Framework) -> list[Keyed]:
    key: tuple[Hashable, ...] = (
        fold(framework.id),
        fold(framework.heading),
        framework.versions,
    )
    versions = f" for {framework.versions}" if framework.versions else ""
    place = f'"{framework.id}" under "{framework.heading}"{versions}'
    marks: list[Keyed] = [
        ((*key, name), f'{place} with "{name}"') for name in framework.capabilities
    ]
    return marks or [(key, place)]
