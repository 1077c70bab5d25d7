"""Several matrices at once: pick the one that a requirement is evaluated against, and do that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.evaluation.evaluate import capabilities_named, check_requirement, evaluate
from pytest_ddcompat.matrix.facts import together
from pytest_ddcompat.matrix.loading import load_matrix, read_file
from pytest_ddcompat.matrix.rows import Framework
from pytest_ddcompat.values.errors import FactsError, MatrixError, RequirementError
from pytest_ddcompat.values.names import DEPLOYMENT_TYPES, fold, unknown_name
from pytest_ddcompat.values.variables import HiddenBytes

if TYPE_CHECKING:
    import os
    import sys
    from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.verdict import Verdict
    from pytest_ddcompat.matrix.fields import Row
    from pytest_ddcompat.matrix.kinds import Mark
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Capability, FactDeclaration, Statement
    from pytest_ddcompat.requirement.requirement import Requirement

    if sys.version_info >= (3, 11):
        from importlib.resources.abc import Traversable
    else:
        from importlib.abc import Traversable

__all__ = ["Matrices", "Verdicts", "check_facts", "load_kept"]


class Matrices:
    """The matrices of a run, in their order; the same one twice counts once.

    Attributes:
        first: The page that counts where nothing else decides.
        own_facts: The user-defined facts that are declared, by reduced id.
    """

    def __init__(self, matrices: Iterable[Matrix], facts: Iterable[FactDeclaration] = ()) -> None:
        """Take the pages together.

        Args:
            matrices: The pages.
            facts: User-defined facts that are declared elsewhere.

        Raises:
            MatrixError: There is none, different ones have the same id, or two declare a fact
                differently.
        """
        self._by_id: dict[str, Matrix] = {}
        for matrix in matrices:
            known = self._by_id.setdefault(matrix.page.id, matrix)
            if known is not matrix and known.digest != matrix.digest:
                both = " and ".join(m.origin or "one of no file" for m in (known, matrix))
                raise MatrixError(
                    f'two different matrices have the page id "{matrix.page.id}": {both}; '
                    "valid: a different id for each (set page.id in an overlay)"
                )
        if not self._by_id:
            raise MatrixError("there is no matrix; valid: at least one matrix")
        self.first = next(iter(self._by_id.values()))
        self._picked: dict[Requirement, Matrix] = {}
        # A declaration of a runtime, which may name a variable, comes before what minimums name.
        self.own_facts = {
            **{key: row for matrix in self for key, row in matrix.runtime_facts.items()},
            **together([*(row for m in self for row in m.facts), *facts]),
        }

    def __iter__(self) -> Iterator[Matrix]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def pick(self, requirement: Requirement) -> Matrix:
        """Return the matrix that a requirement is evaluated against; of a state, the first of them.

        It is the one that the requirement names; else the first that has what it asks for.

        Raises:
            RequirementError: The named page is not here, no page has all that is asked for, or
                several define a capability differently.
        """
        if len(self) == 1 and requirement.matrix is None:
            return self.first
        picked = self._picked.get(requirement)
        if picked is None:
            picked = self._picked[requirement] = self._pick(requirement)
        return picked

    def check(self, requirement: Requirement) -> None:
        """Refuse a requirement that no page can be picked for, or whose names that has not.

        Raises:
            RequirementError: As for `pick` and `check_requirement`.
        """
        for part in requirement.parts:
            check_requirement(part, self.pick(part))
            if part.kind == "fact":
                # Here, as few suites require one.
                from pytest_ddcompat.evaluation.own_facts import check_required_fact

                check_required_fact(part, self.own_facts)

    def read_tracer(self, environment: Environment) -> Environment:
        """Return an environment as the pages read the fact `tracer` that is given.

        It is the version of ddtrace, or, of a page that stands alone, that of the page's library.

        Args:
            environment: The facts.
        """
        return environment.of_library(self.first.page.tracer) if len(self) == 1 else environment

    def framework_names(self) -> list[str]:
        """Ids of all frameworks of the pages, each once."""
        return list(dict.fromkeys(name for matrix in self for name in matrix.framework_names()))

    def _pick(self, requirement: Requirement) -> Matrix:
        if requirement.kind == "state":
            return self.pick(requirement.when[0]) if requirement.when else self.first
        if requirement.matrix is not None:
            return self._named(requirement.matrix)
        if requirement.kind == "capability":
            return self._by_capabilities(requirement)
        having = (m for m in self if all(map(m.find_deployment, requirement.deployments)))
        return next(having, self.first)

    def _named(self, matrix_id: str) -> Matrix:
        matrix = self._by_id.get(matrix_id)
        if matrix is None:
            what = f'this run has no matrix "{matrix_id}"'
            raise RequirementError(unknown_name(what, matrix_id, self._by_id))
        return matrix

    def _by_capabilities(self, requirement: Requirement) -> Matrix:
        named = self._split(requirement)
        having = [m for m, names in named.items() if all(map(m.find_capability, names))]
        if not having:
            raise self._lacking([name for names in named.values() for name in names])
        for name in named[having[0]]:
            if len({_definition(m, name) for m in having}) > 1:
                ids = [m.page.id for m in having]
                raise RequirementError(
                    f'{_listed(ids)} define "{name}" differently; '
                    f"choose one with matrix=: {', '.join(sorted(ids))}"
                )
        return having[0]

    def _split(self, requirement: Requirement) -> dict[Matrix, tuple[str, ...]]:
        """Return the capabilities that a requirement names, as each page reads the names."""
        named, problem = {}, None
        for matrix in self:
            try:
                named[matrix] = tuple(capabilities_named(requirement, matrix))
            except RequirementError as error:
                # Another page may have a name that is no expression.
                problem = error
        if problem and not named:
            raise problem
        return named

    def _lacking(self, names: Sequence[str]) -> RequirementError:
        """Why no page has all capabilities."""
        where = {n: [m.page.id for m in self if m.find_capability(n)] for n in dict.fromkeys(names)}
        for name, ids in where.items():
            if not ids:
                known = [spelling for m in self for spelling in m.capability_names()]
                what = f'none of the pages {", ".join(self._by_id)} has a capability "{name:.80}"'
                return RequirementError(unknown_name(what, name, known))
        parts = "; ".join(f'"{name}" is on {_listed(ids)}' for name, ids in where.items())
        return RequirementError(
            f"no matrix has all of these: {parts}; "
            "valid: capabilities of one matrix, or a marker for each matrix"
        )


class Verdicts:
    """The verdicts of one environment; each requirement is evaluated once.

    Attributes:
        environment: The environment.
        matrices: The pages by which it is evaluated.
    """

    def __init__(self, environment: Environment, matrices: Matrices) -> None:
        self.environment = environment
        self.matrices = matrices
        self._known: dict[Requirement, Verdict] = {}

    def of(self, requirement: Requirement) -> Verdict:
        """Return the verdict on a requirement.

        Raises:
            RequirementError: It names what its matrix does not have, or has no matrix.
        """
        known = self._known.get(requirement)
        if known is None:
            known = self._known[requirement] = self._evaluate(requirement)
        return known

    def _evaluate(self, requirement: Requirement) -> Verdict:
        if requirement.kind == "state":
            # Imported here, since most runs declare none.
            from pytest_ddcompat.evaluation.states import Condition, evaluate_state

            pick = self.matrices.pick
            conditions = [Condition(r, pick(r), self.of(r)) for r in requirement.when]
            return evaluate_state(requirement, conditions, self.environment)
        return evaluate(requirement, self.environment, self.matrices.pick(requirement))


def load_kept(
    which: str | os.PathLike[str], files: dict[str, bytes], *, overlay: bool = True
) -> Matrix:
    """Load a matrix, from contents that were kept as far as there are some.

    Args:
        which: As for `load_matrix`.
        files: Contents of files by their paths; those that are read are added.
        overlay: As for `load_matrix`.

    Raises:
        MatrixError: As for `load_matrix`.
    """

    def read(file: Traversable) -> bytes:
        content = files.get(str(file))
        if content is None:
            content = files[str(file)] = HiddenBytes(read_file(file))
        return content

    return load_matrix(which, overlay=overlay, read=read)


def check_facts(environment: Environment, matrices: Iterable[Matrix]) -> None:
    """Refuse a given deployment type that is neither documented nor in any of some matrices.

    Args:
        environment: The facts.
        matrices: All matrices of a run.

    Raises:
        FactsError: Which it is, and the nearest that there is.
    """
    named = environment.undocumented_deployments
    if not named:
        return
    valid = [*DEPLOYMENT_TYPES, *(row.id for matrix in matrices for row in matrix.deployments)]
    folded = {fold(name) for name in valid}
    origin = environment.deployments.signal
    problems = [
        unknown_name(f'deployments: "{name:.80}" is not a deployment type', name, valid)
        for name in named
        if fold(name) not in folded
    ]
    if problems:
        raise FactsError(problem.within(origin) for problem in problems)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _definition(matrix: Matrix, name: str) -> Hashable:
    """Return all that a verdict on a capability can depend on, whatever its words."""
    capability = matrix.find_capability(name)
    if capability is None:
        return None
    deciding = (key for key, spec in matrix.fields.items() if spec.decides)
    # Facts that two pages declare differently are an error.
    others = {"page", "capabilities", "runtimes", "facts", "unresolved"}
    tables = [key for key in deciding if key not in others]
    return (
        _values(matrix.page),
        _values(capability),
        *(_about(getattr(matrix, table), capability) for table in tables),
        _about(matrix.runtimes_of(capability), capability),
        _open(matrix, capability),
    )


def _about(rows: Iterable[Statement], capability: Capability) -> Hashable:
    """Return the deciding values that a table has for a capability, in any order."""
    found = set()
    for row in rows:
        values = row.deciding()
        if values.pop("capability", "") not in {"", capability.id}:
            continue
        marks: Mapping[str, Mark] | None = vars(row).get("capabilities")
        if marks is not None:
            # A framework without a mark says nothing of the capability; a deployment type without
            # one is still a type that the page knows.
            if isinstance(row, Framework) and capability.id not in marks:
                continue
            values["capabilities"] = marks.get(capability.id)
        found.add(frozenset(values.items()))
    return frozenset(found)


def _open(matrix: Matrix, capability: Capability) -> Hashable:
    """Return what words that are not understood leave open for a capability."""
    opened = {kind: matrix.leaves_open(kind) for kind in ("sites", "releases", "runtimes")}
    opened["limit"] = matrix.limit_of(capability)
    return frozenset(
        (kind, _values(row, without={"of", "capabilities"})) for kind, row in opened.items() if row
    )


def _values(row: Row, without: Collection[str] = ()) -> Hashable:
    return frozenset((key, value) for key, value in row.deciding().items() if key not in without)
