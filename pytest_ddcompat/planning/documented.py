"""Prefer environments that the pages document, and name those that they do not."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.environment.fact import FACTS, PLATFORM_WORDS, tracer_key
from pytest_ddcompat.environment.value import in_words
from pytest_ddcompat.planning.atoms import atoms_in, canonical_key, formula_of
from pytest_ddcompat.planning.candidates import PYTHONS
from pytest_ddcompat.planning.clashes import holds
from pytest_ddcompat.planning.trial import UNKNOWN, Trial
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.names import DEPLOYMENT_TYPES
from pytest_ddcompat.values.versions import Version

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pytest_ddcompat.planning.atoms import Atom, Formula
    from pytest_ddcompat.planning.candidates import Limits

__all__ = ["Documented"]

_PLATFORM = ("python", "implementation", "cpu", "os")  # what is rather changed comes first
_AT_ONCE = 2  # facts that are changed together
_NOT_ON = {"macos": {*DEPLOYMENT_TYPES}, "windows": {"aws_lambda"}}
"""Deployment types that do not exist on a system: what they run is Linux, or Windows."""


class Documented:
    """Knows for which platforms and Pythons the runtime tables of pages name a tracer.

    Args:
        trial: It has the pages, and the day.
    """

    def __init__(self, trial: Trial) -> None:
        # One of its own, as that of a plan keeps what its tests have found out.
        self._trial = Trial(trial.matrices, trial.day)
        self._rows: dict[str, dict[Atom, None]] = {}
        self._tracers: dict[str, str] = {}
        self._libraries = {matrix.page.id: matrix.page.tracer for matrix in trial.matrices}
        for matrix in trial.matrices:
            if matrix.runtimes:
                page = matrix.page.id
                self._tracers[page] = canonical_key(tracer_key(matrix.page.tracer))
                every = (
                    Requirement("capability", names=(capability.id,), matrix=page)
                    for capability in matrix.capabilities
                )
                self._rows[page] = {
                    atom: None
                    for requirement in every
                    for atom in atoms_in(formula_of(requirement, trial.matrices))
                    if atom.check == "runtime"
                }

    def preferred(
        self,
        values: dict[str, Any],
        conditions: Sequence[Formula],
        candidates: Mapping[str, Sequence[Any]],
        trial: Trial,
        limits: Limits,
    ) -> dict[str, Any]:
        """Return facts with as few changes as make an environment one that the pages document.

        Where some conditions leave no such environment, nothing is changed.

        Args:
            values: The facts.
            conditions: What has to hold.
            candidates: The values of each fact, the preferred ones first.
            trial: It tries the conditions.
            limits: What environments there may be.
        """
        pages = _pages(conditions)
        if not self._lacking(values, pages):
            return values
        tracers = {key: page for page, key in self._tracers.items() if page in pages}
        keys = [key for key in dict.fromkeys((*_PLATFORM, *tracers)) if key in values]
        tries = {key: [*candidates[key]] for key in keys}
        for key, page in tracers.items():
            tries[key] += [v for v in self._versions(page, key) if limits.admits(key, v)]
        for count in range(1, _AT_ONCE + 1):
            for chosen in combinations(keys, count):
                for each in product(*(tries[key] for key in chosen)):
                    tried = {**values, **dict(zip(chosen, each))}
                    if not self._lacking(tried, pages) and all(
                        holds(condition, trial, tried) for condition in conditions
                    ):
                        return tried
        return values

    def notes(self, values: Mapping[str, Any], conditions: Iterable[Formula]) -> tuple[str, ...]:
        """Return what speaks against an environment that tests or limits force.

        Args:
            values: The facts.
            conditions: What has to hold.
        """
        found = []
        for page in self._lacking(values, _pages(conditions)):
            version = values[self._tracers[page]]
            platform = [
                f"{key} {in_words(values[key])}"
                for key in FACTS
                if key in _PLATFORM and values.get(key, UNKNOWN) is not UNKNOWN
            ]
            what = ", ".join([f"{self._libraries[page]} {version}", *platform])
            found.append(f"the page {page} documents no support for {what}")
        return (*found, *_foreign(values))

    def _versions(self, page: str, key: str) -> list[Version]:
        """Return the versions at which the rows of a page change, the newest first."""
        cuts = {cut for atom in self._rows[page] for cut in self._trial.cuts(atom, key)}
        return sorted(cuts, reverse=True)

    def _lacking(self, values: Mapping[str, Any], pages: Collection[str]) -> list[str]:
        """Return the pages whose runtime table names nothing that an environment may be."""
        return [
            page
            for page, key in self._tracers.items()
            if page in pages and isinstance(values.get(key), Version)
            if not self._is_named(page, values)
        ]

    def _is_named(self, page: str, values: Mapping[str, Any]) -> bool:
        """Whether a row names an environment; what is left open may be what the row names."""
        open_keys = [key for key in _PLATFORM if values.get(key, UNKNOWN) is UNKNOWN]
        for each in product(*map(_usual, open_keys)):
            tried = {**values, **dict(zip(open_keys, each))}
            if any(self._trial.holds(atom, tried) for atom in self._rows[page]):
                return True
        return False


def _usual(key: str) -> Sequence[Any]:
    if key == "python":
        return PYTHONS
    return [*dict.fromkeys([str(FACTS[key].example), *PLATFORM_WORDS[key].values()])]


def _pages(conditions: Iterable[Formula]) -> set[str]:
    """Return the pages that decide on some conditions."""
    return {atom.matrix for condition in conditions for atom in atoms_in(condition)}


def _foreign(values: Mapping[str, Any]) -> list[str]:
    """Say which deployment types do not exist on a system."""
    os, types = values.get("os"), values.get("deployments")
    kinds = sorted(_NOT_ON.get(str(os), set()) & types) if isinstance(types, frozenset) else []
    return [f"a deployment of {', '.join(kinds)} is never on {os}"] if kinds else []
