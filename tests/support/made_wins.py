"""Records of made-up runs whose tests do not come to what is expected of them."""

from __future__ import annotations

import random
from itertools import count
from typing import TYPE_CHECKING, Any

from pytest_ddcompat import load_matrix
from support.made_records import Case, Declared, made_record

if TYPE_CHECKING:
    from collections.abc import Iterator

MATRIX = load_matrix()
BUNDLED = {"id": MATRIX.page.id, "sha256": MATRIX.digest}
X, Y = "a.py::test_x", "a.py::test_y"
BLOCKS = 'requires_capability("threat_protection", framework="{}")'

OK = Case("passed")
KO = Case("failed")
SKIPPED = Case("skipped", "unsupported", "ddtrace >=2.6.0")
WON = Case("xpassed", "unsupported", "ddtrace >=2.6.0", action="xfail")
LOST = WON._replace(outcome="xfailed")
MARKED = Case("xpassed")
BUG = Case(
    "xpassed", "unsupported", "not to be declared bug", check="state", capability="the test",
    marker='declared("bug", requires_tracer("<3"))', action="xfail",
    declared=(Declared("declarations.toml:3", "bug", "appsec"),),
)  # fmt: skip


def blocking(framework: str, case: Case) -> Case:
    """Make a case one that requires Threat Protection with a framework."""
    return case._replace(capability="threat_protection", marker=BLOCKS.format(framework))


def made_runs(*runs: tuple[str, Any], **changes: Any) -> list[dict[str, Any]]:
    """Make a record of each run, one a minute.

    Args:
        runs: Version of the tracer, and a case of the test `X` or the cases of all tests.
        changes: As those of `made_record`.
    """
    return [
        made_record(
            {X: cases} if isinstance(cases, Case) else cases,
            tracer=version,
            begin=f"2026-11-27T10:{minute:02}:00Z",
            **{"page": BUNDLED, "name": f"job-{minute}", **changes},
        )
        for minute, (version, cases) in enumerate(runs)
    ]


def random_runs(seed: int) -> Iterator[dict[str, Any]]:
    """Make records at random: few tests and versions, so that much is news and much is not."""
    pick = random.Random(seed)  # noqa: S311 - the same each time, which is what it is for
    kinds = [OK, KO, SKIPPED, WON, LOST, MARKED, MARKED._replace(outcome="xfailed"), BUG,
             BUG._replace(outcome="xfailed"), Case("error"), Case("passed", "undetermined"),
             KO._replace(error="it cannot be judged")]  # fmt: skip
    habits = [[pick.random() ** 3 for _ in kinds] for _ in range(3)]
    minutes = count()
    for _ in range(pick.randint(1, 9)):
        version = pick.choice(["2.9.0", "2.10.0rc1", "2.10", "2.10.0", "3.0.0"])
        tests = {
            f"a.py::test_{n}": blocking("flask", pick.choices(kinds, habits[n])[0])
            for n in range(3)
            if pick.random() < 0.9
        }
        yield made_record(
            tests,
            name=pick.choice(["one", "other", None]),
            tracer=pick.choice([version] * 9 + [None]),
            frameworks={"flask": pick.choice(["3.0.1", "3.0.2", "3.1", None])},
            begin=f"2026-11-27T10:{next(minutes):02}:00Z",
        )
