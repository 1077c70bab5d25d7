"""The page as one picture: what each capability comes to by version of the tracer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.environment.fact import FACTS, tracer_key
from pytest_ddcompat.evaluation.checks import CHECKS
from pytest_ddcompat.evaluation.checks.common import Question, Situation
from pytest_ddcompat.evaluation.evaluate import check_requirement, run_check, verdict_of
from pytest_ddcompat.evaluation.verdict import Finding
from pytest_ddcompat.matrix.rows import LEVEL_WORDS
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.versions import Version, base

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.environment.value import Fact
    from pytest_ddcompat.evaluation.checks import Check
    from pytest_ddcompat.evaluation.verdict import Status, Verdict
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Capability, Release

__all__ = ["Cell", "Column", "Grid", "Row", "facts_of", "grid_of"]

_MOST_COLUMNS = 20
_OF_MORE = 12  # columns where there would be more than that


class Column(NamedTuple):
    """One version of the tracer.

    Attributes:
        label: The version as it is written; `none` where no tracer is installed, `unknown` where
            that is not known.
        here: Whether it is the environment's own.
        boundaries: What begins or ends with it on the page, in words.
        release: The page's release branch that holds it, if one does.
        environment: The environment with this tracer.
        tracer: The version as a fact.
    """

    label: str
    here: bool
    boundaries: tuple[str, ...]
    release: Release | None
    environment: Environment
    tracer: Fact[Version]

    @property
    def branch(self) -> str:
        """The release branch and its support level, in words; empty without a branch."""
        if self.release is None:
            return ""
        level = LEVEL_WORDS[self.release.level(self.environment.date)]
        return f"{self.release.tracer}: {level}"

    def to_mapping(self) -> dict[str, Any]:
        """Plain values; `tracer` is null where none is installed, and left out if unknown."""
        fact = self.tracer
        tracer = {"tracer": fact.value and str(fact.value)} if fact.known else {}
        return {
            "label": self.label,
            **tracer,
            "here": self.here,
            "boundaries": list(self.boundaries),
            "branch": self.branch,
        }


class Cell(NamedTuple):
    """One capability with one version of the tracer.

    Attributes:
        column: The version.
        verdict: What the capability comes to with it.
    """

    column: Column
    verdict: Verdict

    @property
    def status(self) -> Status:
        """Supported, unsupported or undetermined."""
        return self.verdict.status

    @property
    def deciding(self) -> tuple[Finding, ...]:
        """The findings that decide the status; if it is supported, that of the capability's row."""
        verdict = self.verdict
        return verdict.decisive or tuple(f for f in verdict.findings if f.check == "tracer")


class Row(NamedTuple):
    """One capability with every version of the tracer."""

    capability: Capability
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """The capability's name, and where it begins if that has no column."""
        shown = {cell.column.tracer.value for cell in self.cells}
        capability, name = self.capability, self.capability.name
        between = [v for v in (*capability.boundaries, *capability.ends) if v not in shown]
        if not between:
            return name
        from_each = f"from {' or '.join(map(str, between))}"
        return f"{name} ({capability.versions or from_each})"

    def to_mapping(self) -> dict[str, Any]:
        """Plain values."""
        cells = [
            {
                "label": cell.column.label,
                "status": cell.status.value,
                "deciding": [finding.to_mapping() for finding in cell.deciding],
            }
            for cell in self.cells
        ]
        return {
            "capability": self.capability.id,
            "name": self.capability.name,
            "boundaries": [str(version) for version in self.capability.boundaries],
            "ends": [str(version) for version in self.capability.ends],
            "cells": cells,
        }


class Grid(NamedTuple):
    """The picture.

    Attributes:
        matrix: The page.
        environment: The facts apart from the tracer's version.
        frameworks: Frameworks that are asked for, any of which will do.
        deployments: Deployment types that are asked for, any of which will do.
        columns: Versions of the tracer, the lowest first.
        rows: Capabilities in the page's order.
        left_out: How many versions at which the page changes have no column.
    """

    matrix: Matrix
    environment: Environment
    frameworks: tuple[str, ...]
    deployments: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    left_out: int = 0

    @property
    def asked(self) -> list[str]:
        """The frameworks and the deployment types that are asked for, in words."""
        return [" or ".join(names) for names in (self.frameworks, self.deployments) if names]

    def to_mapping(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "matrix": self.matrix.page.id,
            "environment": self.environment.to_mapping(),
            "frameworks": list(self.frameworks),
            "deployments": list(self.deployments),
            "columns": [column.to_mapping() for column in self.columns],
            "left_out": self.left_out,
            "capabilities": [row.to_mapping() for row in self.rows],
        }


def grid_of(
    environment: Environment,
    matrix: Matrix,
    *,
    frameworks: Sequence[str] = (),
    deployments: Sequence[str] = (),
) -> Grid:
    """Evaluate every capability with every version of the tracer at which the page changes.

    Args:
        environment: The facts. Those that depend on the tracer's version, and are not looked up
            yet, are looked up for each version.
        matrix: The page.
        frameworks: Frameworks with any of which the capabilities must be supported.
        deployments: Deployment types on any of which they must be supported.

    Raises:
        RequirementError: The page has no such framework or deployment type.
    """
    boundaries = _boundaries(matrix)
    columns = _columns(environment, matrix, _shown(boundaries, environment, matrix))
    situations = [Situation.of(column.environment, matrix) for column in columns]
    shared: dict[tuple[str, int], Finding] = {}
    rows = []
    for capability in matrix.capabilities:
        required = Requirement.capability(
            capability.id,
            framework=tuple(frameworks) or None,
            deployment=tuple(deployments) or None,
        )
        check_requirement(required, matrix)
        questions = [Question(capability, required, situation) for situation in situations]
        found = _findings(questions, shared)
        cells = (Cell(c, verdict_of(Finding.all_about(capability.id, f)))
                 for c, f in zip(columns, found))  # fmt: skip
        rows.append(Row(capability, tuple(cells)))
    left_out = len(boundaries.keys() - {column.tracer.value for column in columns})
    asked = (tuple(frameworks), tuple(deployments))
    return Grid(matrix, environment, *asked, columns, tuple(rows), left_out)


def facts_of(check: Check, matrix: Matrix) -> tuple[str, ...]:
    """Return what the findings of a check depend on by a page.

    Args:
        check: Its declaration.
        matrix: The page.

    Returns:
        The facts, those of derived facts included, and `capability` where capabilities differ.
    """
    axes, facts = check.axes, list[str]()
    if check.name == "runtime" and not any(row.capability for row in matrix.runtimes):
        # Few pages have runtimes of single capabilities; of others the table is a seventh as large.
        axes = tuple(axis for axis in axes if axis != "capability")
    for axis in axes:
        facts += [*(FACTS[axis].derived_from if axis in FACTS else ()), axis]
    return tuple(dict.fromkeys(facts))


def _findings(
    questions: Sequence[Question], shared: dict[tuple[str, int], Finding]
) -> list[list[Finding]]:
    """Run every check for one capability with every version, each no more often than it differs.

    Args:
        questions: The capability's, one for each version.
        shared: Findings by check and version that are the same for all capabilities.
    """
    by_check = []
    for check in CHECKS:
        facts = facts_of(check, questions[0].situation.matrix)
        if "tracer" not in facts:
            found = [run_check(check, questions[0])] * len(questions)
        elif "capability" in facts:
            found = [run_check(check, question) for question in questions]
        else:
            for number, question in enumerate(questions):
                if (check.name, number) not in shared:
                    shared[check.name, number] = run_check(check, question)
            found = [shared[check.name, number] for number in range(len(questions))]
        by_check.append(found)
    return [list(each) for each in zip(*by_check)]


def _columns(
    environment: Environment, matrix: Matrix, boundaries: Mapping[Version, list[str]]
) -> tuple[Column, ...]:
    """Versions at which the page changes, and the environment's own; the lowest first."""
    own = environment.tracer_of(matrix.page.tracer)
    columns = [
        _column(matrix, environment, version, tuple(words))
        for version, words in sorted(boundaries.items(), key=lambda item: item[0])
    ]
    if own.value is None:
        label = "none" if own.known else "unknown"
        columns.insert(0, Column(label, True, (), None, environment, own))
    return tuple(columns)


def _shown(
    boundaries: Mapping[Version, list[str]], environment: Environment, matrix: Matrix
) -> dict[Version, list[str]]:
    """Choose the versions that get a column: a table of a thousand shows nothing.

    The environment's own comes first, then the newest branches, then what most capabilities have
    as their minimum. A row says itself where it begins.
    """
    own = environment.tracer_of(matrix.page.tracer).value
    branches = {release.tracer.lower for release in matrix.releases}

    def rank(version: Version) -> tuple[bool, bool, int, Version]:
        is_branch = version in branches
        count = 0 if is_branch else len(found[version])
        return version == own, is_branch, count, version

    found = dict(boundaries)
    if own is not None:
        found.setdefault(own, [])
    if len(found) <= _MOST_COLUMNS:
        return found
    return {version: found[version] for version in sorted(found, key=rank)[-_OF_MORE:]}


def _boundaries(matrix: Matrix) -> dict[Version, list[str]]:
    found: dict[Version, list[str]] = {}
    for capability in matrix.capabilities:
        for minimum in capability.boundaries:
            found.setdefault(minimum, []).append(f"minimum of {capability.name}")
        for end in capability.ends:
            found.setdefault(end, []).append(f"end of {capability.name}")
    for release in matrix.releases:
        if release.tracer.lower is not None:
            words = f"first of the branch {release.tracer}"
            found.setdefault(release.tracer.lower, []).append(words)
    return found


def _column(
    matrix: Matrix, environment: Environment, version: Version, words: tuple[str, ...]
) -> Column:
    library = matrix.page.tracer
    own = environment.tracer_of(library).value
    here = version == own
    replaced = environment if here else environment.replaced(tracer_key(library), version)
    label, release = str(own if here else version), matrix.release(base(version))
    return Column(label, here, words, release, replaced, replaced.tracer_of(library))
