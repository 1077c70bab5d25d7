"""The facts of where the tests run, or of the service that they test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_ddcompat.environment.detection import LIBRARY, NOT_QUERIED, detect_date
from pytest_ddcompat.environment.fact import (
    FACTS,
    IMPLEMENTATIONS,
    KEYS,
    kind_of,
    phrase,
    tracer_key,
)
from pytest_ddcompat.environment.machine import Detector
from pytest_ddcompat.environment.parsing import facts_from_mapping
from pytest_ddcompat.environment.value import Fact
from pytest_ddcompat.values.names import DEPLOYMENT_TYPES
from pytest_ddcompat.values.variables import Hidden

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from pytest_ddcompat.environment.own import Declaration
    from pytest_ddcompat.environment.value import FactKind
    from pytest_ddcompat.values.versions import Version

__all__ = ["Environment"]

_MENTIONED = 40  # facts of one kind in a summary; a run names as many as its tests ask for
_NONE: frozenset[str] = frozenset()


class Environment:
    """The facts that a verdict rests on; those not given are looked up when first asked for."""

    def __init__(
        self,
        facts: Mapping[str, Fact[Any]],
        detector: Detector | None = None,
        frameworks: Iterable[str] = (),
        day: dt.date | None = None,
    ) -> None:
        self._facts = dict(facts)
        if day is not None:
            self._facts.setdefault("date", Fact(day, "today"))
        self._detector = detector
        # The names of facts of which there are several, as they were written, by key.
        self._names = {FACTS["framework"].key_of(name): name for name in frameworks}
        self._fixed = frozenset(facts)
        self._declared: Mapping[str, Declaration] = {}

    def __repr__(self) -> str:
        # Neither what would have to be detected, nor signals, which may tell of addresses.
        known = (f"{key}={self._facts[key].words}" for key in self._facts)
        return f"Environment({', '.join(known)})"

    @classmethod
    def from_mapping(cls, mapping: object, origin: str = "facts") -> Environment:
        """Take the facts as given; one that is absent is unknown.

        Args:
            mapping: The facts by key, as `matrices/facts.schema.json` describes them.
            origin: Where they come from, for messages and signals.

        Raises:
            FactsError: A key or value cannot be understood; every problem is named.
        """
        return cls(facts_from_mapping(mapping, origin))

    @classmethod
    def detect(
        cls, *, agent: str = "off", frameworks: Iterable[str] = ("django", "fastapi", "flask")
    ) -> Environment:
        """Look at this machine, each fact when it is first asked for.

        Args:
            agent: `off`, `auto` or an address: whether and where the Agent's /info is queried.
                Nothing touches the network when it is off.
            frameworks: Names that `to_mapping` includes, beside those looked up until then.

        Raises:
            FactsError: The Agent's address cannot be understood.
        """
        # Bound anew, since tracebacks show what arguments are when they are written.
        agent = Hidden(agent)
        return cls({}, Detector(agent=agent), frameworks)

    def fact(self, key: str) -> Fact[Any]:
        """Return one fact.

        Args:
            key: `tracer`, `python`, …, `framework.NAME`, `package.NAME`, `fact.ID`.

        Raises:
            KeyError: There is no such fact.
        """
        prefix, dot, name = key.partition(".")
        return self._one_of(FACTS[prefix], name) if dot else self._fact(key)

    def framework(self, name: str) -> Fact[Version]:
        """Return the version of a framework; its value is None where it is not installed.

        Args:
            name: Its name, however it is written.
        """
        return self._one_of(FACTS["framework"], name)

    def package(self, name: str) -> Fact[Version]:
        """Return the version of a distribution; its value is None where it is not installed.

        Args:
            name: Its name; by PEP 503, case, `-`, `_` and `.` make no difference.
        """
        return self._one_of(FACTS["package"], name)

    def _one_of(self, kind: FactKind, name: str) -> Fact[Any]:
        key = kind.key_of(name)
        if key not in self._names:
            declared = self._declared.get(key)
            self._names[key] = declared.id if declared else name.lower()
        return self._fact(key, self._names[key])

    def _fact(self, key: str, name: str = "") -> Fact[Any]:
        fact = self._facts.get(key)
        if fact is None:
            fact = self._facts[key] = self._found(key, name)
        return fact

    def _found(self, key: str, name: str) -> Fact[Any]:
        kind = kind_of(key)
        if key in self._declared:
            from pytest_ddcompat.environment.own import kind_by  # here, as most runs have none

            kind = kind_by(self._declared[key])
        if self._detector is not None:
            return self._detector.detect(kind, self, name)
        return detect_date() if key == "date" else Fact.unknown("not among the given facts")

    @property
    def tracer(self) -> Fact[Version]:
        """Version of the tracer; its value is None where it is not installed."""
        return self._fact("tracer")

    @property
    def python(self) -> Fact[Version]:
        """Version of Python; pages compare major and minor only."""
        return self._fact("python")

    @property
    def implementation(self) -> Fact[str]:
        """Python implementation in lower case."""
        return self._fact("implementation")

    @property
    def os(self) -> Fact[str]:
        """Operating system (linux, macos or windows), else the platform's own name."""
        return self._fact("os")

    @property
    def cpu(self) -> Fact[str]:
        """CPU of the process (x86-64, aarch64 or i686), else the machine's own name."""
        return self._fact("cpu")

    @property
    def deployments(self) -> Fact[frozenset[str]]:
        """Ids of every documented deployment type that applies; none on a plain host."""
        return self._fact("deployments")

    @property
    def undocumented_deployments(self) -> list[str]:
        """Deployment types that were given, and that only a matrix of the run can add."""
        given = self._facts.get("deployments")
        return sorted((given.value or _NONE).difference(DEPLOYMENT_TYPES)) if given else []

    @property
    def agent(self) -> Fact[Version]:
        """Version of the Datadog Agent; its value is None where there is none."""
        return self._fact("agent")

    @property
    def site(self) -> Fact[str]:
        """Datadog site in the form of DD_SITE."""
        return self._fact("site")

    @property
    def remote_configuration(self) -> Fact[bool]:
        """Whether Remote Configuration is on."""
        return self._fact("remote_configuration")

    @property
    def date(self) -> dt.date:
        """Day that decides support levels; today in UTC, unless it is given."""
        return cast("dt.date", self._fact("date").value)

    def derives(self, key: str) -> bool:
        """Whether a fact is detected from others, and so changes with them."""
        detected = self._detector is not None and key not in self._fixed
        return detected and bool(kind_of(key).derived_from)

    def replaced(self, key: str, value: object) -> Environment:
        """Return the same environment with one fact changed, to try what a change would bring.

        Args:
            key: The fact's.
            value: Its new value.
        """
        prefix, dot, name = key.partition(".")
        key = FACTS[prefix].key_of(name) if dot else key
        changed = {
            known: fact
            for known, fact in self._facts.items()
            if not (self.derives(known) and key in kind_of(known).derived_from)
        }
        changed[key] = Fact(value, "assumed")
        return self._with(changed, self._fixed | {key})

    def _with(
        self,
        facts: Mapping[str, Fact[Any]],
        fixed: frozenset[str],
        names: Mapping[str, str] | None = None,
        declared: Mapping[str, Declaration] | None = None,
    ) -> Environment:
        """Return the same environment with other facts.

        Args:
            facts: All its facts that are known so far.
            fixed: Keys of those that were given, or changed.
            names: Names of facts by key, beside those that it knows.
            declared: Other declarations of user-defined facts, by key.
        """
        environment = Environment(facts, self._detector)
        environment._names.update({**self._names, **(names or {})})
        environment._declared = self._declared if declared is None else declared
        environment._fixed = fixed
        return environment

    def is_given(self, key: str) -> bool:
        """Whether a fact was given, or changed since, and not detected."""
        return key in self._fixed

    def of_library(self, library: str) -> Environment:
        """Return the environment of a run whose only page is about a library.

        What was given for `tracer` is that library's version there, unless the library has a
        version of its own. Whether ddtrace is there too is then looked up or unknown.

        Args:
            library: Its name.
        """
        key = FACTS["framework"].key_of(library)
        own = self._facts.get(key)
        if library == LIBRARY or not self.is_given("tracer") or (own and own.value is not None):
            return self
        facts = dict(self._facts)
        given = facts.pop("tracer")
        facts[key] = Fact(given.value, f"{given.signal}, as tracer")
        return self._with(facts, (self._fixed - {"tracer"}) | {key}, {key: library})

    @property
    def declared(self) -> Mapping[str, Declaration]:
        """The declarations of user-defined facts, by key."""
        return self._declared

    @property
    def own_facts(self) -> dict[str, Fact[Any]]:
        """The user-defined facts that were given, by their reduced ids."""
        start = "fact."
        return {key[len(start) :]: self._facts[key] for key in self._fixed if key.startswith(start)}

    def declaring(self, declared: Mapping[str, Declaration]) -> Environment:
        """Return the same environment, in which user-defined facts are declared.

        Args:
            declared: The declarations by reduced id; those that there were before are left out.

        Raises:
            FactsError: A given fact has a value that its declaration does not allow.
        """
        from pytest_ddcompat.environment.own import parsed  # here, as most runs have none

        by_key = {FACTS["fact"].key_of(each.id): each for each in declared.values()}
        names = {key: by_key[key].id for key in by_key.keys() & self._fixed}
        return self._with(parsed(self._facts, by_key), self._fixed, names, by_key)

    def tracer_of(self, library: str) -> Fact[Version]:
        """Return the version of a page's library.

        One that is not found here is not known to be absent: it need not be a library of Python.

        Args:
            library: Its name.
        """
        if library == LIBRARY:
            return self.tracer
        key = tracer_key(library)
        fact = self.fact(key)
        if FACTS["framework"].key_of(library) in self._fixed or fact.value is not None:
            return fact
        return Fact.unknown(
            f"{fact.signal}; you can set it as {key}, or as tracer where no other page counts"
        )

    def to_mapping(
        self,
        frameworks: Iterable[str] = (),
        packages: Iterable[str] = (),
        facts: Iterable[str] = (),
    ) -> dict[str, Any]:
        """Return all known facts as plain values, in the form that `from_mapping` reads.

        The date is left out unless it was given, so that a kept file does not freeze support
        levels.

        Args:
            frameworks: Names that are looked up for it, beside those looked up until then.
            packages: As `frameworks`.
            facts: As `frameworks`, ids of user-defined facts.
        """
        for name in frameworks:
            self.framework(name)
        for name in packages:
            self.package(name)
        for name in facts:
            self.fact(f"fact.{name}")
        single = {key: self.fact(key) for key in KEYS if key != "date" or "date" in self._fixed}
        plain: dict[str, Any] = {key: fact.plain for key, fact in single.items() if fact.known}
        for plural, named in self.named().items():
            plain[plural] = {name: fact.plain for name, fact in named.items() if fact.known}
        return plain

    def named(self) -> dict[str, dict[str, Fact[Any]]]:
        """Return the facts given, looked up or named at the start of each kind with several.

        Returns:
            The facts by name, by the kind's plural: `frameworks`, and `packages` if there are any.
        """
        for key in self._facts:
            _, dot, name = key.partition(".")
            if dot:
                self._names.setdefault(key, name)
        names = sorted(self._names.items(), key=lambda item: item[1])
        found: dict[str, dict[str, Fact[Any]]] = {"frameworks": {}}
        for key, name in names:
            found.setdefault(kind_of(key).plural, {})[name] = self._fact(key, name)
        return found

    def phrases(self, named: Mapping[str, Mapping[str, Fact[Any]]]) -> list[tuple[int, str]]:
        """Return the facts as the summary of a run writes them, apart from the tracer.

        Each has a rank, by which those of several processes are put in order; 0 is left for what
        comes first.

        Args:
            named: Those to mention of each kind with several, by name, as `named` returns them;
                of very many some, the known ones first.
        """
        phrases = []
        implementation = IMPLEMENTATIONS.get(self.implementation.value or "", "Python")
        for rank, kind in enumerate(FACTS.values(), start=1):
            if kind.plural:
                phrases += [(rank, words) for words in _mentioned(kind, named.get(kind.plural, {}))]
                continue
            fact = self.fact(kind.key) if kind.in_summary else None
            if fact is not None and fact.signal != NOT_QUERIED:
                label = implementation if kind.key == "python" else kind.in_summary
                phrases.append((rank, phrase(label, fact)))
        return sorted(phrases)


def _mentioned(kind: FactKind, facts: Mapping[str, Fact[Any]]) -> list[str]:
    ordered = sorted(facts.items(), key=lambda item: (not item[1].known, item[0]))
    more = len(ordered) - _MENTIONED
    # The sign comes after all letters in the order of words.
    rest = [f"… and {more} more {kind.plural}"] if more > 0 else []
    return [*(phrase(name, fact) for name, fact in ordered[:_MENTIONED]), *rest]
