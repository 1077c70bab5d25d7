"""The gate: from a test's markers to a decision, once for each distinct requirement."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.declared import DECLARATION
from pytest_ddcompat.environment.fact import KEYS
from pytest_ddcompat.evaluation.decision import Decision, combine, decide
from pytest_ddcompat.evaluation.pages import Matrices, Verdicts, check_facts
from pytest_ddcompat.matrix.loading import load_matrix
from pytest_ddcompat.requirement.markers import requirement_of, written
from pytest_ddcompat.session.day import day_of
from pytest_ddcompat.session.faults import describe, result_or_error
from pytest_ddcompat.session.options import (
    RunSettings,
    environment_of,
    matrices_of,
    policy_of,
    settings_of,
)
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pytest

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.environment.machine import Detector
    from pytest_ddcompat.environment.value import Fact
    from pytest_ddcompat.evaluation.declared_value import Declared
    from pytest_ddcompat.evaluation.policy import Action
    from pytest_ddcompat.evaluation.remedies import Remedies
    from pytest_ddcompat.evaluation.ruling import Rules
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import FactDeclaration
    from pytest_ddcompat.requirement.requirement import Requirement
    from pytest_ddcompat.session.declarations import RunDeclarations

__all__ = ["Gate", "Inputs"]


class _Marker:
    """Markers of the same arguments: what is wrong with them, or the decision on them."""

    __slots__ = ("decision", "mark", "problem")

    def __init__(self, mark: pytest.Mark, problem: str) -> None:
        self.mark = mark
        self.problem = problem
        self.decision: Decision | None = None


class Inputs:
    """The options of a run, and what its gates detect and load by them once.

    Attributes:
        config: The run's configuration.
        declarations: What files declare for tests; None if there are no files.
        in_full: Whether the run shows reasons in full.
        policy: What happens to tests.
        required: Decisions that the code of the module or test that runs has asked for, until
            they are attached to it.
        rules: Lines and expectations, which come before the policy; None if there are none.
        settings: The options for facts and matrices.
        day: The day that decides support levels where none is given.
    """

    def __init__(self, config: pytest.Config, environ: Mapping[str, str]) -> None:
        self.config = config
        self.in_full = config.getoption("verbose", 0) > 0
        self.policy = policy_of(config)
        self.rules: Rules | None = None
        if config.getini("ddcompat_policy"):
            # Imported here, since most runs have no lines.
            from pytest_ddcompat.session.ruling import rules_of

            self.rules = rules_of(config, self.policy)
        self.required: list[Decision] = []
        plain = getattr(config, "workerinput", {}).get("ddcompat")
        self.settings = RunSettings.from_plain(plain) if plain else settings_of(config)
        self._loaded = self.settings.load_matrices()
        self.declarations = self._load_declarations()
        self._environ = environ
        self.day = day_of(config)

    def _load_declarations(self) -> RunDeclarations | None:
        named = self.settings.declarations
        if not named:
            return None
        # Imported here, since most runs have none.
        from pytest_ddcompat.session.declaration_options import load

        return load(named, self.settings.files, self.config)

    @property
    def own_facts(self) -> tuple[FactDeclaration, ...]:
        """The user-defined facts that declarations files declare."""
        return () if self.declarations is None else self.declarations.declarations.facts

    def may(self, action: Action) -> bool:
        """Whether an action may be taken, other than a failure by `strict=` or expectations."""
        return (
            action in self.policy
            or (self.rules is not None and self.rules.lines.has(action))
            or (self.declarations is not None and self.declarations.may(action))
        )

    @cached_property
    def matrices(self) -> list[Matrix]:
        """The matrices that options name, or the default one."""
        return self._loaded or [load_matrix()]

    @cached_property
    def detector(self) -> Detector | None:
        """What detects the facts that are not given; None where none is to be detected."""
        return self.settings.facts.detector(self._environ)


class Gate:
    """The matrices and the environment of some tests, and the decisions made by them.

    Attributes:
        inputs: The options of the run.
        policy: What happens to tests.
        folder: The folder of the tests, relative to the root of the run, where its conftests give
            facts or matrices; else empty.
    """

    def __init__(self, inputs: Inputs, hooks: Any, folder: str = "") -> None:
        self.inputs = inputs
        self.policy = inputs.policy
        self.folder = folder
        self._hooks = hooks
        self._markers: dict[Any, _Marker] = {}
        self._combined: dict[tuple[_Marker, ...], Decision] = {}
        self._judged: dict[tuple[Requirement, bool | None], Decision] = {}
        self._found: dict[Hashable, Remedies] = {}

    @property
    def matrix(self) -> Matrix:
        """The first of the run's matrices."""
        return self.matrices.first

    @property
    def matrices(self) -> Matrices:
        """The run's matrices.

        Raises:
            MatrixError: A hook gives something that is no matrix, or that cannot be understood.
        """
        if isinstance(self._matrices, BaseException):
            raise self._matrices
        return self._matrices

    @cached_property
    def _matrices(self) -> Matrices | BaseException:
        # If a hook ends the run, the summary must not call it again.
        vars(self)["_matrices"] = RuntimeError("pytest_ddcompat_matrices has ended the run")
        inputs, hooks = self.inputs, self._hooks
        return result_or_error(
            lambda: matrices_of(inputs.matrices, inputs.config, hooks, inputs.own_facts)
        )

    @property
    def environment(self) -> Environment:
        """The run's environment.

        Raises:
            FactsError: A hook's facts cannot be understood.
        """
        if isinstance(self._environment, BaseException):
            raise self._environment
        return self._environment

    @cached_property
    def _environment(self) -> Environment | BaseException:
        vars(self)["_environment"] = RuntimeError("pytest_ddcompat_facts has ended the run")
        inputs, hooks = self.inputs, self._hooks
        facts = inputs.settings.facts
        return result_or_error(
            lambda: self._of_page(
                self._checked(
                    environment_of(facts, inputs.config, hooks, inputs.detector, inputs.day)
                )
            )
        )

    def _of_page(self, environment: Environment) -> Environment:
        pages = self._matrices if environment.is_given("tracer") else None
        return pages.read_tracer(environment) if isinstance(pages, Matrices) else environment

    def check_settings(self) -> None:
        """Refuse facts of options, lines of the policy and declarations that no matrix knows.

        Raises:
            CompatibilityError: Which it is, and the nearest that there is.
        """
        # Where a matrix decides, its hooks are asked early, and else they are not.
        environment = self.inputs.settings.facts.environment(detector=self.inputs.detector)
        if environment.undocumented_deployments or environment.own_facts:
            self._checked(environment)
        if self.inputs.rules is not None:
            self.inputs.rules.lines.check(self.matrices)
        declarations = self.inputs.declarations
        if declarations is not None and not isinstance(self._matrices, BaseException):
            declarations.check(self._matrices)

    def _checked(self, environment: Environment) -> Environment:
        if environment.undocumented_deployments:
            check_facts(environment, self.matrices)
        matrices = self._matrices
        if isinstance(matrices, BaseException):
            return environment
        if not environment.own_facts and not matrices.own_facts:
            return environment
        # Here, as most runs have none.
        from pytest_ddcompat.evaluation.own_facts import declare_facts

        return declare_facts(environment, matrices.own_facts)

    @cached_property
    def verdicts(self) -> Verdicts:
        """The verdicts of the run's environment."""
        return Verdicts(self.environment, self.matrices)

    @cached_property
    def key(self) -> str:
        """The environment in words, by which those of several processes are told apart.

        It has no framework that only some of their tests ask for.
        """
        facts = _facts(self.environment, self.matrices)
        return ", ".join([*(m.digest for m in self.matrices), *(fact.words for fact in facts)])

    def look_ahead(self) -> None:
        """Look at each fact of the environment, the frameworks of the matrices among them.

        Raises:
            CompatibilityError: A hook gives what cannot be understood.
        """
        result_or_error(lambda: self.matrices)  # its hooks are asked whatever those of facts give
        _facts(self.environment, self.matrices)

    @property
    def used(self) -> bool:
        """Whether a requirement was compared with the matrices, in an environment that is known."""
        has_compared = self._markers or self._judged
        return bool(has_compared) and self.fault is None

    @property
    def fault(self) -> BaseException | None:
        """The error of a hook by which the environment or the matrices are not known, if any."""
        asked = (self._matrices, self._environment)
        return next((error for error in asked if isinstance(error, BaseException)), None)

    def problem(self, mark: pytest.Mark) -> str:
        """Return what is wrong with a marker and the names in it; empty if nothing is."""
        return self._marker(mark).problem

    def decide(self, marks: Sequence[pytest.Mark]) -> Decision:
        """Decide what happens to a test with these marks."""
        if len(marks) == 1:
            marker = self._marker(marks[0])
            return marker.decision or self._decide_marker(marker)
        markers = tuple([self._marker(mark) for mark in marks])
        decision = self._combined.get(markers)
        if decision is None:
            decision = self.combine([self._decide_marker(marker) for marker in markers])
            self._combined[markers] = decision
        return decision

    def decide_known(self) -> list[Decision]:
        """Decide on every marker seen so far."""
        return [self._decide_marker(marker) for marker in [*self._markers.values()]]

    def combine(
        self, decisions: Sequence[Decision], declarations: tuple[Declared, ...] | None = None
    ) -> Decision:
        """Make one decision of those of a test's markers, with the remedies for all of them.

        Args:
            decisions: Those of the markers.
            declarations: The declarations that they rest on, if other than theirs.
        """
        decision = combine(decisions, in_full=self.inputs.in_full)
        others = {} if declarations is None else {"declarations": declarations}
        return decision.replaced(decision.action, lambda: self._remedies(decision), **others)

    def read(
        self, marker: str, positional: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> tuple[Requirement, bool | None]:
        """Understand a marker as `requirement_of` does, with the policy's word on previews.

        Raises:
            RequirementError: It cannot be understood.
        """
        rules = self.inputs.rules
        if rules is not None and marker == "requires_capability":
            keywords = {"preview": rules.lines.previews, **keywords}
        return requirement_of(marker, positional, keywords)

    def judge(self, requirement: Requirement, *, strict: bool | None) -> Decision:
        """Decide on one requirement.

        Raises:
            CompatibilityError: The requirement names something that its matrix does not have, or
                facts cannot be understood.
        """
        known = self._judged.get((requirement, strict))
        if known is not None:
            return known
        inputs = self.inputs
        decision = decide(
            requirement,
            strict,
            self.verdicts,
            self.policy,
            inputs.rules,
            in_full=inputs.in_full,
            folder=self.folder,
        )
        known = decision.replaced(decision.action, lambda: self._remedies(decision))
        self._judged[requirement, strict] = known
        return known

    def remedies(self, requirements: tuple[Requirement, ...]) -> Remedies:
        """Return what would let a test run that is stopped, found once for each cause."""
        requirements = self._stopping(requirements)
        # A change for one of several requirements may break what another one names.
        cause = self._cause(requirements[0]) if len(requirements) == 1 else requirements
        known = self._found.get(cause)
        if known is None:
            # Imported here, since most runs stop no test.
            from pytest_ddcompat.evaluation.remedies import find_remedies

            known = self._found[cause] = find_remedies(
                requirements,
                self.environment,
                self.matrices,
                undetermined=self._undetermined_runs,
                known=self.verdicts,
            )
        return known

    def _cause(self, requirement: Requirement) -> Hashable:
        """Return all that the remedies of a requirement depend on."""
        verdict = self.verdicts.of(requirement)
        # What these come to is among the findings, and no change for another check affects it.
        rest = requirement._replace(frameworks=(), deployments=(), datastores=())
        outcomes = tuple([finding.outcome for finding in verdict.findings])
        return rest, verdict.nearest, outcomes, self.matrices.pick(requirement).page.id

    def would_run(self, requirements: Sequence[Requirement], remedies: Remedies) -> bool:
        """Whether a test that is stopped would run wherever remedies for others may lead."""
        from pytest_ddcompat.evaluation.remedies import are_met

        runs, asked = self._undetermined_runs, self._stopping(tuple(requirements))
        return are_met(asked, remedies, self.matrices, undetermined=runs)

    def _stopping(self, requirements: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
        """Leave out the states in which a test runs, so that it need not get out of them."""
        declarations = self.inputs.declarations
        if declarations is None:
            return requirements
        return tuple(r for r in requirements if not declarations.lets_run(r))

    @property
    def _undetermined_runs(self) -> bool:
        return self.policy.undetermined.runs

    def _remedies(self, decision: Decision) -> tuple[str, ...]:
        return () if decision.action.runs else self.remedies(decision.requirements).phrases

    def _marker(self, mark: pytest.Mark) -> _Marker:
        positional, keywords = mark.args, mark.kwargs
        try:
            key: tuple[object, ...] = (mark.name, positional)
            if keywords or len(positional) != 1 or type(positional[0]) is not str:
                # 1 equals True, but is another argument.
                key = (*key, *keywords.items(), *map(type, (*positional, *keywords.values())))
            known = self._markers.get(key)
        except Exception as error:  # noqa: BLE001 - a user's class may do anything here
            return _Marker(mark, self._unhashable(mark, error))
        if known is None:
            known = self._markers[key] = _Marker(mark, self._find_problem(mark))
        return known

    def _unhashable(self, mark: pytest.Mark, error: Exception) -> str:
        reason = f"{error}; valid: a tuple instead of a list"
        if not isinstance(error, TypeError):
            reason = f"{type(error).__name__}: {error}"
        return self._find_problem(mark) or f"{written(mark)}: {reason}"

    def _find_problem(self, mark: pytest.Mark) -> str:
        try:
            asked = self._asked_by(mark)
            if not isinstance(self._matrices, BaseException):
                for requirement in asked:
                    self._matrices.check(requirement)
        except CompatibilityError as error:
            return f"{written(mark)}: {error}"
        except BaseException as error:  # noqa: BLE001 - a user's class may do anything here
            return f"{written(mark)}: {describe(error)}"
        return ""

    def _asked_by(self, mark: pytest.Mark) -> tuple[Requirement, ...]:
        if mark.name == DECLARATION:
            # Imported here, since most runs have none.
            from pytest_ddcompat.session.declarations import declaration_of

            declaration = declaration_of(mark)
            return (*declaration.requires, *declaration.when)
        return (self.read(mark.name, mark.args, mark.kwargs)[0],)

    def _decide_marker(self, marker: _Marker) -> Decision:
        if marker.decision is None:
            marker.decision = self._judge_mark(marker.mark, marker.problem)
        return marker.decision

    def _judge_mark(self, mark: pytest.Mark, problem: str) -> Decision:
        if problem:
            return Decision.failed(problem, self.folder)
        try:
            if mark.name == DECLARATION:
                return self._judge_declared(mark)
            requirement, strict = self.read(mark.name, mark.args, mark.kwargs)
            return self.judge(requirement, strict=strict)
        except CompatibilityError as error:
            return Decision.failed(f"{written(mark)}: {error}", self.folder)
        except BaseException as error:  # noqa: BLE001 - the test's error, not the run's
            return Decision.failed(f"{written(mark)}: {describe(error)}", self.folder)

    def _judge_declared(self, mark: pytest.Mark) -> Decision:
        # Imported here, since most runs have none.
        from pytest_ddcompat.evaluation.declared import decide_declared
        from pytest_ddcompat.session.declarations import declaration_of

        declarations = self.inputs.declarations
        actions = {} if declarations is None else declarations.actions
        return decide_declared(declaration_of(mark), actions, self)


def _facts(environment: Environment, matrices: Matrices) -> list[Fact[Any]]:
    """Return each fact of an environment, the frameworks of the matrices among them."""
    facts = [environment.fact(key) for key in KEYS]
    # A copy, for the summary names the frameworks that were looked up in the original.
    copy = environment.replaced("date", environment.date)
    facts += [copy.framework(name) for name in matrices.framework_names()]
    facts += [copy.fact(f"fact.{row.id}") for row in matrices.own_facts.values()]
    return facts + [environment.tracer_of(matrix.page.tracer) for matrix in matrices]
