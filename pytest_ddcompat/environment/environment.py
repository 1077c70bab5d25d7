"""The facts of where the tests run, or of the service that they test."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from pytest_ddcompat.values.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Protocol

    from pytest_ddcompat.values.versions import Version

    class Detects(Protocol):
        """Finds single facts of a machine."""

        def detect(self, key: str, environment: Environment) -> Fact[Any]:
            """Find one fact; `environment` gives the others that it depends on."""


__all__ = ["Environment", "Fact", "tracer_key"]

T = TypeVar("T")

KEYS = (
    "tracer", "python", "implementation", "os", "cpu", "deployments", "agent", "site",
    "remote_configuration", "date",
)  # fmt: skip
"""The facts, apart from each framework's version (`framework.NAME`)."""

FORCED_OFF = "ddtrace >=3.19 turns it off on AWS Lambda"
"""Signal of Remote Configuration where no setting turns it on; from ddtrace's own sources."""

LIBRARY = "ddtrace"
"""The library whose version the fact `tracer` is."""

_FRAMEWORK = "framework."


class Fact(Generic[T]):
    """One fact: known, known to be absent, or unknown.

    Attributes:
        value: The fact; None where it is known to be absent, or unknown.
        known: Whether it is known.
        signal: Where it was taken from, or why it is unknown.
    """

    __slots__ = ("known", "signal", "value")

    def __init__(self, value: T | None, signal: str, *, known: bool = True) -> None:
        self.value = value
        self.signal = signal
        self.known = known

    def __repr__(self) -> str:
        return f"Fact({self.value if self.known else 'unknown'}, {self.signal!r})"

    @classmethod
    def unknown(cls, reason: str) -> Fact[T]:
        """A fact that is not known, and why."""
        return cls(None, reason, known=False)


def tracer_key(library: str) -> str:
    """Key of the fact that is the version of a page's library: `tracer` is that of ddtrace."""
    return "tracer" if library == LIBRARY else f"{_FRAMEWORK}{library}"


class Environment:
    """The facts that a verdict rests on; those not given are looked up when first asked for."""

    def __init__(
        self,
        given: Mapping[str, Fact[Any]],
        detector: Detects | None = None,
        frameworks: Iterable[str] = (),
    ) -> None:
        self._facts = dict(given)
        self._detector = detector
        self._frameworks = {fold(name): name for name in frameworks}
        self._given = frozenset(given)
        # What detection takes from the tracer and the deployments, unless it is given.
        self._derived = set() if detector is None else {"remote_configuration"} - given.keys()

    @classmethod
    def from_mapping(cls, mapping: object, origin: str = "facts") -> Environment:
        """Take the facts as given; one that is absent is unknown.

        Args:
            mapping: What the JSON form holds: `tracer`, `python`, `implementation`, `os`, `cpu`,
                `deployments`, `frameworks`, `agent`, `site`, `remote_configuration`, `date`.
            origin: Where they come from, for messages and signals.

        Raises:
            FactsError: A key or value cannot be understood; every problem is named.
        """
        from pytest_ddcompat.environment.parsing import facts_from_mapping

        return cls(facts_from_mapping(mapping, origin))

    @classmethod
    def detect(
        cls, *, agent: str = "off", frameworks: Iterable[str] = ("django", "fastapi", "flask")
    ) -> Environment:
        """Look at this machine, each fact when it is first asked for.

        Args:
            agent: `off`, `auto` or an address: whether and where the Agent's /info is asked.
                Nothing touches the network when it is off.
            frameworks: Names that `to_mapping` includes, beside those asked for until then.

        Raises:
            FactsError: The Agent's address cannot be understood.
        """
        from pytest_ddcompat.environment.detection import Detector

        return cls({}, Detector(agent=agent), frameworks)

    def fact(self, key: str) -> Fact[Any]:
        """One fact by its key: `tracer`, `python`, …, `framework.NAME`."""
        if key.startswith(_FRAMEWORK):
            return self.framework(key[len(_FRAMEWORK) :])
        return self._fact(key, key)

    def framework(self, name: str) -> Fact[Version]:
        """Version of a framework; its value is None where it is not installed."""
        folded = fold(name)
        self._frameworks.setdefault(folded, name.lower())
        return self._fact(f"{_FRAMEWORK}{folded}", f"{_FRAMEWORK}{self._frameworks[folded]}")

    def _fact(self, key: str, detected_as: str) -> Fact[Any]:
        fact = self._facts.get(key)
        if fact is None:
            fact = self._find(detected_as)
            self._facts[key] = fact
        return fact

    def _find(self, key: str) -> Fact[Any]:
        if self._detector is not None:
            return self._detector.detect(key, self)
        if key == "date":
            return Fact(dt.date.today(), "today")
        return Fact.unknown("not among the given facts")

    @property
    def tracer(self) -> Fact[Version]:
        """Version of the tracer; its value is None where it is not installed."""
        return self._fact("tracer", "tracer")

    @property
    def python(self) -> Fact[Version]:
        """Version of Python; only major and minor decide."""
        return self._fact("python", "python")

    @property
    def implementation(self) -> Fact[str]:
        """Python implementation in lower case."""
        return self._fact("implementation", "implementation")

    @property
    def os(self) -> Fact[str]:
        """Operating system: linux, macos, windows, else the platform's own name."""
        return self._fact("os", "os")

    @property
    def cpu(self) -> Fact[str]:
        """CPU of the process: x86-64, aarch64, i686, else the machine's own name."""
        return self._fact("cpu", "cpu")

    @property
    def deployments(self) -> Fact[frozenset[str]]:
        """Ids of every documented deployment type that applies; none on a plain host."""
        return self._fact("deployments", "deployments")

    @property
    def agent(self) -> Fact[Version]:
        """Version of the Datadog Agent; its value is None where there is none."""
        return self._fact("agent", "agent")

    @property
    def site(self) -> Fact[str]:
        """Datadog site in the form of DD_SITE."""
        return self._fact("site", "site")

    @property
    def remote_configuration(self) -> Fact[bool]:
        """Whether Remote Configuration is on."""
        return self._fact("remote_configuration", "remote_configuration")

    @property
    def date(self) -> dt.date:
        """Day that decides support levels: today, unless it is given."""
        return cast("dt.date", self._fact("date", "date").value)

    def derives(self, key: str) -> bool:
        """Whether a fact is detected from others, and so changes with them."""
        return key in self._derived

    def replaced(self, key: str, value: object) -> Environment:
        """The same environment with one fact changed, for asking what a change would bring."""
        if key.startswith(_FRAMEWORK):
            key = f"{_FRAMEWORK}{fold(key[len(_FRAMEWORK) :])}"
        changed = {**self._facts, key: Fact(value, "assumed")}
        if key in {"tracer", "deployments"}:
            for derived in self._derived:
                changed.pop(derived, None)
        environment = Environment(changed, self._detector, self._frameworks.values())
        environment._derived = self._derived - {key}
        environment._given = self._given | {key}
        return environment

    def tracer_of(self, library: str) -> Fact[Version]:
        """Version of a page's library.

        One that is not found here is not known to be absent: it need not be a library of Python.
        """
        if library == LIBRARY:
            return self.tracer
        key = tracer_key(library)
        fact = self.fact(key)
        if f"{_FRAMEWORK}{fold(library)}" in self._given or fact.value is not None:
            return fact
        return Fact.unknown(f"{fact.signal}; it can be given as {key}")

    def to_mapping(self, frameworks: Iterable[str] = ()) -> dict[str, Any]:
        """All known facts as plain values, in the form that `from_mapping` reads.

        The date is left out unless it was given, so that a kept file does not freeze support
        levels.

        Args:
            frameworks: Names that are looked up for it, beside those asked for until then.
        """
        for name in frameworks:
            self.framework(name)
        plain: dict[str, Any] = {}
        for key in KEYS:
            fact = self.fact(key)
            if fact.known and (key != "date" or "date" in self._given):
                plain[key] = _plain(fact.value)
        plain["frameworks"] = {
            name: _plain(fact.value) for name, fact in self.frameworks().items() if fact.known
        }
        return plain

    def frameworks(self) -> dict[str, Fact[Version]]:
        """Facts of all frameworks given, asked for or named at the start, by name."""
        for key in self._facts:
            if key.startswith(_FRAMEWORK):
                folded = key[len(_FRAMEWORK) :]
                self._frameworks.setdefault(folded, folded)
        return {name: self.framework(name) for name in sorted(self._frameworks.values())}


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    return sorted(value) if isinstance(value, frozenset) else str(value)
