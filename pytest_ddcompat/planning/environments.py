"""The environments of a plan, as files and commands need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.environment.detection import LIBRARY
from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.environment.fact import FACTS, kind_of
from pytest_ddcompat.environment.value import Fact
from pytest_ddcompat.evaluation.pages import Verdicts
from pytest_ddcompat.planning.atoms import Atom, Operation, atoms_in
from pytest_ddcompat.planning.clashes import holds
from pytest_ddcompat.planning.documented import Documented
from pytest_ddcompat.planning.trial import UNKNOWN
from pytest_ddcompat.values.stretches import stretches
from pytest_ddcompat.values.versions import Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.planning.atoms import Formula
    from pytest_ddcompat.planning.candidates import Limits
    from pytest_ddcompat.planning.suite import GatedTest
    from pytest_ddcompat.planning.trial import Trial
    from pytest_ddcompat.requirement.requirement import Requirement

__all__ = ["Planned", "build"]


class Planned(NamedTuple):
    """One environment of a plan.

    Attributes:
        facts: The facts, in the form that `--ddcompat-facts` reads.
        tests: Ids of all tests that are supported there.
        packages: The distributions to install, each with the PEP 440 specifiers of the versions
            that the tests allow which are planned for it; empty: any version.
        notes: What speaks against the environment, which its tests or limits force.
    """

    facts: dict[str, Any]
    tests: tuple[str, ...]
    packages: dict[str, str]
    notes: tuple[str, ...] = ()


def build(
    found: Sequence[tuple[dict[str, Any], Sequence[Formula]]],
    tests: Sequence[GatedTest],
    candidates: Mapping[str, Sequence[Any]],
    trial: Trial,
    limits: Limits,
) -> tuple[Planned, ...]:
    """Describe environments, and tell which tests are supported in each: as a run decides it.

    Args:
        found: The values of the facts of each, and what the tests ask for that it is needed for.
        tests: All tests.
        candidates: The values of each fact, the preferred ones first.
        trial: It tries what they ask for.
        limits: What environments there may be.

    Raises:
        FactsError: A value is none that the fact may have.
    """
    names = _names(tests, trial, limits)
    documented = Documented(trial)
    planned = []
    for values, needing in found:
        conditions = _conditions(needing)
        simple = _simplified(values, conditions, candidates, trial, limits)
        needed = documented.preferred(simple, conditions, candidates, trial, limits)
        facts = _plain(needed, names)
        atoms = _resolved(conditions, trial, needed)
        packages = {
            _name(key, names): _range(key, needed, atoms, trial, limits)
            for key, value in needed.items()
            if isinstance(value, Version) and _is_installed(key)
        }
        notes = documented.notes(needed, conditions)
        planned.append(Planned(facts, _supported(facts, tests, trial), packages, notes))
    return tuple(planned)


def _conditions(formulas: Iterable[Formula]) -> list[Formula]:
    """Return what has to hold, each once, so that all of some formulas do."""
    found: dict[Formula, None] = {}
    for formula in formulas:
        if isinstance(formula, Operation) and formula.all:
            found.update(dict.fromkeys(_conditions(formula.operands)))
        else:
            found[formula] = None
    return [*found]


def _resolved(conditions: Iterable[Formula], trial: Trial, values: Mapping[str, Any]) -> list[Atom]:
    """Return atoms that hold, and with which all conditions do: of alternatives the first."""
    found: dict[Atom, None] = {}
    for condition in conditions:
        if isinstance(condition, Atom):
            found[condition] = None
        else:
            chosen = next(each for each in condition.operands if holds(each, trial, values))
            found.update(dict.fromkeys(_resolved(_conditions([chosen]), trial, values)))
    return [*found]


def _is_installed(key: str) -> bool:
    return key == "tracer" or kind_of(key).is_distribution


def _names(tests: Sequence[GatedTest], trial: Trial, limits: Limits) -> dict[str, str]:
    """Return how facts of which there are several are written, by their keys."""
    framework, own = FACTS["framework"], FACTS["fact"]
    found: dict[str, str] = {}
    for row in trial.matrices.own_facts.values():
        found.setdefault(own.key_of(row.id), row.id)
    pages = [*trial.matrices]
    listed = [name for matrix in pages for name in matrix.framework_names()]
    asked = [name for t in tests for r in t.requirements for name in r.frameworks]
    for name in [*(matrix.page.tracer for matrix in pages), *listed, *asked]:
        found.setdefault(framework.key_of(name), name.lower())
    for test in tests:
        for requirement in test.requirements:
            for name in requirement.packages:
                found.setdefault(FACTS["package"].key_of(name), name)
            for name, _ in requirement.values if requirement.kind == "fact" else ():
                found.setdefault(own.key_of(name), name)
    return {**limits.names, **found}


def _name(key: str, names: Mapping[str, str]) -> str:
    """Return the name of a distribution: that of a package that no test names is its key's."""
    return LIBRARY if key == "tracer" else names.get(key, key.partition(".")[2])


def _simplified(
    values: Mapping[str, Any],
    conditions: Sequence[Formula],
    candidates: Mapping[str, Sequence[Any]],
    trial: Trial,
    limits: Limits,
) -> dict[str, Any]:
    """Return facts of which each has the most preferred value with which conditions hold.

    Of what may be installed, nothing is preferred.
    """
    found = dict(values)
    by_key: dict[str, list[Formula]] = {key: [] for key in values}
    for condition in conditions:
        for key in {key for atom in atoms_in(condition) for key in atom.axes}:
            by_key[key].append(condition)
    for key, concerned in by_key.items():
        nothing = [None] if _is_installed(key) and limits.admits(key, None) else []
        for value in (*nothing, *candidates[key]):
            tried = {**found, key: value}
            if all(holds(condition, trial, tried) for condition in concerned):
                found = tried
                break
    return found


def _plain(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return facts as JSON has them, in the order in which facts are declared."""
    found: dict[str, Any] = {}
    for kind in FACTS.values():
        if not kind.plural:
            if values.get(kind.key, UNKNOWN) is not UNKNOWN:
                found[kind.key] = Fact(values[kind.key], "").plain
            continue
        several = {
            names.get(key, key.partition(".")[2]): Fact(value, "").plain
            for key, value in sorted(values.items())
            if kind_of(key) is kind and value is not UNKNOWN
        }
        if several:
            found[kind.plural] = several
    return found


def _range(
    key: str, values: Mapping[str, Any], atoms: Iterable[Atom], trial: Trial, limits: Limits
) -> str:
    """Return the connected range around a version in which the tests run that it is needed for."""
    if key in limits.values:
        return f"=={values[key]}"  # only what is offered can be installed
    concerned = [atom for atom in atoms if key in atom.axes]
    cuts = {cut for atom in concerned for cut in trial.cuts(atom, key)}
    cuts.update(limits.ranges[key].cuts if key in limits.ranges else ())

    def admits(version: Version) -> bool:
        tried = {**values, key: version}
        return limits.admits(key, version) and all(trial.holds(atom, tried) for atom in concerned)

    found = stretches({*cuts, values[key]}, admits)
    return next((s.text for s in found if values[key] in s.samples), f"=={values[key]}")


def _supported(
    facts: Mapping[str, Any], tests: Sequence[GatedTest], trial: Trial
) -> tuple[str, ...]:
    environment = Environment.from_mapping({"date": str(trial.day), **facts}, "the plan")
    environment = trial.matrices.read_tracer(environment)
    declared = trial.matrices.own_facts
    verdicts = Verdicts(
        environment.declaring(declared) if declared else environment, trial.matrices
    )
    known: dict[tuple[Requirement, ...], bool] = {}
    for test in tests:
        if test.requirements not in known:
            known[test.requirements] = all(verdicts.of(r) for r in test.requirements)
    return tuple(test.id for test in tests if known[test.requirements])
