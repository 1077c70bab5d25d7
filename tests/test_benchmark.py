"""The table of the benchmark; what it counts is checked by running it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.once

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module that counts instructions."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module("instructions")


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        pytest.param(85_000, "85,000        85,000   1.000", id="at the limit"),
        pytest.param(85_100, "85,100        85,000   1.001  past the limit", id="past it"),
        pytest.param(-850, "-850        85,000  -0.010", id="less than nothing"),
    ],
)
def test_row(figure: float, line: str, benchmark: Any) -> None:
    assert str(benchmark.Row("a figure", figure, 85_000)).split(None, 2)[2] == line


# Instructions of runs that stay within all limits, by their tests: of one test, of each more.
COUNTS = {
    "plain": (800_000_000, 2_000_000),
    "runs": (956_831_683, 2_100_000),
    "runs_if": (801_000_000, 2_100_000),
    "skipped": (940_000_000, 1_900_000),
    "skipped_if": (801_000_000, 1_900_000),
}
WITHOUT_PLUGIN = 792_079_208


@pytest.mark.parametrize(
    ("counts", "past"),
    [
        pytest.param({"runs": (956_831_683, 2_100_001)}, 0, id="a test that runs"),
        pytest.param({"skipped": (940_000_000, 1_900_001)}, 1, id="a skipped test"),
        pytest.param({"plain": (800_000_001, 2_000_000)}, 2, id="a run without markers"),
        pytest.param({"runs": (956_831_684, 2_100_000)}, 3, id="the first verdict"),
    ],
)
def test_limits_are_for_the_median_layout(
    counts: dict[str, tuple[int, int]],
    past: int,
    benchmark: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def rows_past_limits(*layouts: int) -> list[int]:
        def count(run: Any, _: Path) -> int:
            higher = counts if run.layout in layouts else {}
            one, each = {**COUNTS, **higher}[run.tests.name]
            return one + each * (run.number - 1) if run.plugin else WITHOUT_PLUGIN

        monkeypatch.setattr(benchmark, "count", count)
        return [n for n, row in enumerate(benchmark.measure(tmp_path)) if row.ratio > 1]

    monkeypatch.setattr(benchmark, "start", lambda *_, **__: None)
    assert rows_past_limits(*benchmark.LAYOUTS[:2]) == []
    assert rows_past_limits(*benchmark.LAYOUTS[2:]) == [past]


def test_no_valgrind(benchmark: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        benchmark.main()
    assert ended.value.code == "valgrind is not on PATH; Debian's package of that name brings it"
