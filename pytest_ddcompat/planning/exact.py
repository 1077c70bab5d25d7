"""Solve what greed leaves open: whether some number of environments is enough, by HiGHS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_ddcompat.planning.cover import Cover

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.planning.problem import Alternative

__all__ = ["is_enough", "need_solver"]


def need_solver() -> None:
    """Import HiGHS, so that a plan that needs no solver needs the same extra as any other.

    Raises:
        ModuleNotFoundError: It is not installed.
    """
    import highspy  # noqa: F401


def is_enough(
    count: int,
    tests: Sequence[Sequence[Alternative]],
    full: Alternative,
    clashing: Sequence[int],
    seconds: float,
) -> Cover | bool | None:
    """Find out whether a number of environments is enough for all tests.

    Args:
        count: The number of environments.
        tests: The alternatives of each test.
        full: All combinations of each group.
        clashing: Tests of which no two can share an environment, `count` of them at most.
        seconds: The time that there is.

    Returns:
        The tests in their environments; False if no such environments exist; None if the time was
        too short.

    Raises:
        ModuleNotFoundError: HiGHS is not installed.
    """
    import highspy

    model = _Model(count, tests, full, clashing)
    solver = _quiet(highspy)
    solver.setOptionValue("time_limit", max(seconds, 0.01))
    solver.setOptionValue("random_seed", 0)
    solver.passModel(model.to_highs(highspy))
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return False
    if status != highspy.HighsModelStatus.kOptimal:
        return None
    return model.cover([*solver.getSolution().col_value])


def _quiet(highspy: Any) -> Any:
    """Return a solver that prints nothing.

    The one of the package prints a banner while it is made, before anything can be set.
    """

    class Quiet(highspy.Highs):  # type: ignore[misc] # highspy is typed Any here
        def __init__(self) -> None:
            super(highspy.Highs, self).__init__()

    solver = Quiet()
    solver.setOptionValue("output_flag", False)
    return solver


class _Model:
    """A linear model with whole numbers, in which each environment picks its combinations.

    Its variables: whether environment E has combination C of group G, and whether test T runs in E
    by alternative A. A test of the clashing ones is fixed to an environment of its own.
    """

    def __init__(
        self,
        count: int,
        tests: Sequence[Sequence[Alternative]],
        full: Alternative,
        clashing: Sequence[int],
    ) -> None:
        self._count, self._tests, self._full = count, tests, full
        self._fixed = {number: place for place, number in enumerate(clashing)}
        self._variables = 0
        self._rows: list[tuple[float, float, list[int], list[float]]] = []
        self._groups = [n for n, everything in enumerate(full) if everything.bit_length() > 1]
        self._picks = [self._pick() for _ in range(count)]
        self._runs: dict[tuple[int, int, int], int] = {}
        for number in range(len(tests)):
            self._add_test(number)

    def _pick(self) -> dict[int, list[int]]:
        """Add the variables of one environment: it has one combination of each group."""
        found = {}
        for group in self._groups:
            found[group] = [self._variable() for _ in range(self._full[group].bit_length())]
            self._rows.append((1, 1, found[group], [1.0] * len(found[group])))
        return found

    def _variable(self) -> int:
        self._variables += 1
        return self._variables - 1

    def _add_test(self, number: int) -> None:
        """Add that a test runs somewhere, and that it does only where its combinations are."""
        fixed = self._fixed.get(number)
        places = range(self._count) if fixed is None else [fixed]
        runs = []
        for place in places:
            for choice, alternative in enumerate(self._tests[number]):
                run = self._runs[number, place, choice] = self._variable()
                runs.append(run)
                for group in self._groups:
                    if alternative[group] == self._full[group]:
                        continue
                    picks = self._picks[place][group]
                    allowed = [v for n, v in enumerate(picks) if alternative[group] >> n & 1]
                    columns = [*allowed, run]
                    self._rows.append((0, 1, columns, [*[1.0] * len(allowed), -1.0]))
        self._rows.append((1, float(len(runs)), runs, [1.0] * len(runs)))

    def to_highs(self, highspy: Any) -> Any:
        """Return the model as HiGHS takes it, by its rows."""
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self._variables, len(self._rows)
        model.col_cost_ = [0.0] * self._variables
        model.col_lower_ = [0.0] * self._variables
        model.col_upper_ = [1.0] * self._variables
        model.row_lower_ = [row[0] for row in self._rows]
        model.row_upper_ = [row[1] for row in self._rows]
        starts = [0]
        for row in self._rows:
            starts.append(starts[-1] + len(row[2]))
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = starts
        model.a_matrix_.index_ = [column for row in self._rows for column in row[2]]
        model.a_matrix_.value_ = [value for row in self._rows for value in row[3]]
        model.integrality_ = [highspy.HighsVarType.kInteger] * self._variables
        return model

    def cover(self, values: Sequence[float]) -> Cover:
        """Return the tests of each environment, as a solution has them."""
        placed: list[list[int]] = [[] for _ in range(self._count)]
        masks = [[*self._full] for _ in range(self._count)]
        done: set[int] = set()
        for place, picks in enumerate(self._picks):
            for group, variables in picks.items():
                chosen = max(range(len(variables)), key=lambda n: values[variables[n]])
                masks[place][group] = 1 << chosen
        for (number, place, _), variable in self._runs.items():
            if values[variable] > 1 / 2 and number not in done:
                done.add(number)
                placed[place].append(number)
        return Cover(placed, [tuple(each) for each in masks])
