"""The limits that the benchmark holds figures against; the counting itself is its own check."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.mark.parametrize(
    ("figure", "most", "unit", "line"),
    [
        pytest.param(85_000, 85_000, "", "     85,000    of      85,000", id="at the limit"),
        pytest.param(85_001, 85_000, "", "     85,001  PAST      85,000", id="one past it"),
        pytest.param(-12, 85_000, "", "        -12    of      85,000", id="less than nothing"),
        pytest.param(1.0, 1.0, " %", "     1.00 %    of      1.00 %", id="a share at the limit"),
        pytest.param(1.01, 1.0, " %", "     1.01 %  PAST      1.00 %", id="a share past it"),
    ],
)
def test_limit(
    figure: float, most: float, unit: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    limit = import_module("instructions").Limit("a figure", figure, most, unit)
    assert str(limit) == f"{'a figure':60} {line}"
    assert limit.kept is ("PAST" not in line)


def test_no_valgrind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["instructions.py", "--short"])
    with pytest.raises(SystemExit) as ended:
        import_module("instructions").main()
    assert ended.value.code == "valgrind is not on PATH; Debian's package of that name brings it"
