"""What jobs cover, on records small enough to count by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from support.made_records import (
    AUTHOR,
    COMMIT,
    OLD,
    OLDER,
    OPEN,
    PAGE,
    PASSED,
    STRICT,
    Case,
    made_record,
    write_records,
)

from pytest_ddcompat import load_matrix
from pytest_ddcompat.jobs.account import account_of, coverage_schema
from pytest_ddcompat.jobs.allowed import Allowance, Allowances
from pytest_ddcompat.jobs.coverage import Coverage, measure
from pytest_ddcompat.jobs.pack import pack
from pytest_ddcompat.jobs.selection import Choice
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("duckdb")
pytestmark = pytest.mark.once

X, Y, Z = "a.py::test_x", "a.py::test_y", "b.py::test_z"
FILE = "a.py"  # as a record has it whose run did not import it
FAILED = Case("failed")
TOO_OLD = "api_security needs ddtrace >=2.6.0, found 2.5.0"
NO_AGENT = "api_security needs an Agent, found unknown"
MATRIX = load_matrix()
BUNDLED = {"id": MATRIX.page.id, "sha256": MATRIX.digest}


@pytest.fixture
def covered(tmp_path: Path) -> Any:
    def measured(*records: dict[str, Any], choice: Choice | None = None, **more: Any) -> Coverage:
        files = write_records(tmp_path / "records", *records)
        coverage = measure(files, choice or Choice(), **more)
        jsonschema.validate(account_of(coverage), coverage_schema())
        return coverage

    return measured


def names(coverage: Coverage, what: str = "never_run") -> list[str]:
    return [one.test for one in getattr(coverage, what)]


@pytest.mark.parametrize(
    ("jobs", "gated", "ran", "never_run"),
    [
        pytest.param([{X: PASSED}], 1, 1, [], id="one job, all ran"),
        pytest.param([{X: OLD}], 1, 0, [X], id="one job, none ran"),
        pytest.param([{X: OLD}, {X: FAILED}], 1, 1, [], id="another job ran it"),
        pytest.param([{X: OLD, Y: PASSED}, {X: OPEN, Z: AUTHOR}], 3, 1, [X, Z], id="two did not"),
        pytest.param([{X: Case("xfailed")}], 1, 1, [], id="expected to fail"),
        pytest.param([{X: Case("xpassed")}], 1, 1, [], id="passed against expectation"),
        pytest.param([{X: Case("error")}], 1, 1, [], id="an error of its set-up"),
        pytest.param([{X: STRICT}], 1, 0, [X], id="failed by strict mode"),
        pytest.param([{X: STRICT._replace(action="run")}], 1, 1, [], id="let run, and failed"),
        pytest.param([{X: OLD._replace(outcome="xfailed", action="xfail")}], 1, 1, [],
                     id="run as xfail"),
        pytest.param([{X: Case("not_run")}], 1, 0, [X], id="the run ended before it"),
        pytest.param([{X: Case("deselected")}], 1, 0, [X], id="deselected"),
        pytest.param([{}], 0, 0, [], id="no gated test"),
        pytest.param([{FILE: OLD}, {FILE: OLD}], 1, 0, [FILE], id="a file that no job imports"),
        pytest.param([{FILE: OLD}, {X: PASSED, Y: OLD}], 2, 1, [Y],
                     id="a file that another job imports"),
    ],
)  # fmt: skip
def test_what_ran(
    covered: Any, jobs: list[dict[str, Case]], gated: int, ran: int, never_run: list[str]
) -> None:
    records = [made_record(tests, name=f"job-{n}") for n, tests in enumerate(jobs)]
    coverage = covered(*records)
    assert (coverage.gated, coverage.ran, names(coverage)) == (gated, ran, never_run)


@pytest.mark.parametrize(
    ("cases", "words", "mend"),
    [
        pytest.param([OLD], [(TOO_OLD, 1)], "ddtrace >=2.6.0",
                     id="a fact"),
        pytest.param([OLD, OLD], [(TOO_OLD, 2)],
                     "ddtrace >=2.6.0", id="the same in two jobs"),
        pytest.param([OLD._replace(found="2.4", mend=("a", "b")), OLD, OLD],
                     [(TOO_OLD, 2),
                      ("api_security needs ddtrace >=2.6.0, found 2.4", 1)], "ddtrace >=2.6.0",
                     id="two facts, of which one takes less"),
        pytest.param([OLD._replace(mend=())], [(TOO_OLD, 1)],
                     "", id="nothing helps"),
        pytest.param([OLD._replace(capability="the test")],
                     [("needs ddtrace >=2.6.0, found 2.5.0", 1)], "ddtrace >=2.6.0",
                     id="another marker"),
        pytest.param([AUTHOR], [("it was skipped though it is supported", 1)], "", id="its author"),
        pytest.param([Case("not_run")], [("the run ended before it", 1)], "", id="not reached"),
        pytest.param([Case("deselected")], [("it was deselected", 1)], "", id="deselected"),
        pytest.param([Case("skipped", reason="it is irrelevant")], [("it is irrelevant", 1)], "",
                     id="a state"),
        pytest.param([Case("skipped", error="no such capability")], [("no such capability", 1)], "",
                     id="a marker that cannot be judged"),
        pytest.param([OPEN._replace(check="agent")], [(NO_AGENT, 1)],
                     "", id="an Agent that nobody asked for is another reason"),
    ],
)  # fmt: skip
def test_why_and_what_would_help(
    covered: Any, cases: list[Case], words: list[tuple[str, int]], mend: str
) -> None:
    records = [made_record({X: case}, name=f"job-{n}") for n, case in enumerate(cases)]
    (missed,) = covered(*records).never_run
    assert [(reason.words, reason.jobs) for reason in missed.because] == words
    assert missed.mend == mend


@pytest.mark.parametrize(
    ("days", "since"),
    [
        pytest.param([(27, OLD)], 27, id="new"),
        pytest.param([(25, OLD), (26, OLD), (27, OLD)], 25, id="since its first record"),
        pytest.param([(24, OLD), (25, PASSED), (26, OLD), (27, OLD)], 26, id="after it last ran"),
        pytest.param([(25, PASSED), (27, OLD)], 27, id="ran until now"),
    ],
)
def test_since_when(covered: Any, days: list[tuple[int, Case]], since: int) -> None:
    records = [
        made_record({X: case}, begin=f"2026-11-{day}T10:00:00Z", commit=COMMIT[:-2] + str(day))
        for day, case in days
    ]
    (missed,) = covered(*records).never_run
    assert str(missed.since) == f"2026-11-{since}"


def test_since_when_of_an_older_commit(covered: Any) -> None:
    records = [
        made_record({X: OLD}, begin="2026-11-20T10:00:00Z", commit=OLDER),
        made_record({X: PASSED}, begin="2026-11-27T10:00:00Z"),
    ]
    (missed,) = covered(*records, choice=Choice(commits=(OLDER[:6],))).never_run
    assert str(missed.since) == "2026-11-20"


def test_absent_tests_are_not_skipped_ones(covered: Any) -> None:
    record = made_record({X: PASSED, Y: OLD})
    coverage = covered(record, collected=[X, Y, Z, "c.py::test_\ud800'; --"])
    assert (names(coverage), coverage.absent) == ([Y], [Z, "c.py::test_\\ud800'; --"])


@pytest.mark.parametrize(
    ("jobs", "undetermined"),
    [
        pytest.param([{X: OPEN}], [X], id="in one job"),
        pytest.param([{X: OPEN}, {X: OPEN._replace(outcome="passed")}], [X], id="though it ran"),
        pytest.param([{X: OPEN}, {X: OLD}], [], id="once unsupported"),
        pytest.param([{X: OPEN}, {X: PASSED}], [], id="once supported"),
    ],
)
def test_always_undetermined(
    covered: Any, jobs: list[dict[str, Case]], undetermined: list[str]
) -> None:
    records = [made_record(tests, name=f"job-{n}") for n, tests in enumerate(jobs)]
    coverage = covered(*records)
    assert names(coverage, "undetermined") == undetermined
    for one in coverage.undetermined:
        assert [reason.needs for reason in one.because] == ["an Agent"]


def ran_in(**jobs: str) -> list[dict[str, Any]]:
    """Make records of jobs, each with the letters of the tests that it ran."""
    return [made_record({f"a.py::{t}": PASSED for t in tests}, name=n) for n, tests in jobs.items()]


@pytest.mark.parametrize(
    ("jobs", "redundant"),
    [
        pytest.param({"a": "x"}, [], id="the only one"),
        pytest.param({"a": "x", "b": "x"}, ["b"], id="one of two that are alike"),
        pytest.param({"a": "x", "b": "xy", "c": "z"}, ["a"], id="a part of another"),
        pytest.param({"a": "xy", "b": "xz", "c": "yz"}, ["c"], id="each test twice: one can go"),
        pytest.param({"a": "xyz", "b": "xu", "c": "yv", "d": "zw"}, ["a"], id="the largest"),
        pytest.param({"a": "", "b": "x"}, ["a"], id="one that ran nothing"),
        pytest.param({"a": "ab", "b": "bc", "c": "cd", "d": "de"}, ["c"], id="a chain"),
    ],
)
def test_jobs_that_add_nothing(covered: Any, jobs: dict[str, str], redundant: list[str]) -> None:
    assert covered(*ran_in(**jobs)).redundant_jobs == redundant


def test_jobs_of_one_name_are_told_apart(covered: Any) -> None:
    coverage = covered(
        made_record({X: PASSED, Y: PASSED}, name="test", tracer="2.5.0"),
        made_record({X: PASSED}, name="test", tracer="2.6.0"),
        made_record({Z: PASSED}, name="lint"),
    )
    assert [(job.name, job.gated, job.ran) for job in coverage.jobs] == [
        ("lint", 1, 1),
        ("test (ddtrace 2.5.0, Python 3.11.7, linux, x86-64)", 2, 2),
        ("test (ddtrace 2.6.0, Python 3.11.7, linux, x86-64)", 1, 1),
    ]
    assert coverage.redundant_jobs == ["test (ddtrace 2.6.0, Python 3.11.7, linux, x86-64)"]


def test_the_newest_attempt_of_a_job_counts(covered: Any) -> None:
    coverage = covered(
        made_record({X: PASSED}, name="test", attempt=1),
        made_record({Y: OLD}, name="test", attempt=2),
        made_record({Z: PASSED}, name="test", attempt=1, tracer="2.6.0"),
    )
    assert (coverage.gated, coverage.ran, names(coverage)) == (2, 1, [Y])
    assert [(suite.commit, suite.runs) for suite in coverage.left_out] == [("c0ffee000000", 1)]


def test_runs_of_one_job_count_together(covered: Any) -> None:
    coverage = covered(
        made_record({X: PASSED}, name="test", attempt=1, begin="2026-11-27T10:00:00Z"),
        made_record({Y: PASSED}, name="test", attempt=1, begin="2026-11-27T10:05:00Z"),
    )
    assert (coverage.gated, coverage.ran, len(coverage.jobs)) == (2, 2, 1)


OLD_RUN = made_record(
    {X: PASSED, Z: PASSED}, name="nightly", commit=OLDER, begin="2026-11-26T01:00:00Z"
)
NEW_RUN = made_record({X: OLD, Y: PASSED}, name="linux")


@pytest.mark.parametrize(
    ("choice", "gated", "ran", "left_out"),
    [
        pytest.param(Choice(), 2, 1, [OLDER], id="the newest commit"),
        pytest.param(Choice(commits=("decade",)), 2, 2, [COMMIT], id="another, by its beginning"),
        pytest.param(Choice(commits=("DECADE", COMMIT)), 3, 3, [], id="both"),
        pytest.param(
            Choice(jobs=("nightly",)), 3, 3, [], id="the newest, and a job of another day"
        ),
        pytest.param(Choice(jobs=("linux",)), 2, 1, [OLDER], id="a job that is there anyway"),
    ],
)
def test_which_runs_count(
    covered: Any, choice: Choice, gated: int, ran: int, left_out: list[str]
) -> None:
    coverage = covered(OLD_RUN, NEW_RUN, choice=choice)
    assert (coverage.gated, coverage.ran) == (gated, ran)
    assert [suite.commits[0] for suite in coverage.left_out] == left_out


def test_a_job_of_another_day_counts_with_its_newest_commit_alone(covered: Any) -> None:
    before = made_record(
        {"c.py::gone": OLD}, name="nightly", commit=64 * "d", begin="2026-11-25T01:00:00Z"
    )
    assert covered(before, OLD_RUN, NEW_RUN, choice=Choice(jobs=("nightly",))).gated == 3


def test_records_without_a_commit_are_one_suite(covered: Any) -> None:
    days = ("2026-11-20T10:00:00Z", "2026-11-28T10:00:00Z")
    records = [made_record({f"a.py::{day}": PASSED}, commit=None, begin=day) for day in days]
    coverage = covered(*records, NEW_RUN)
    assert (coverage.gated, coverage.suite.commits) == (2, (None,))
    assert [suite.commits for suite in coverage.left_out] == [(COMMIT,)]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"repository": "https://git.example/other"}, id="repository"),
        pytest.param({"repository": None}, id="no repository"),
        pytest.param({"page": {"sha256": 64 * "b"}}, id="page"),
    ],
)
def test_suites_are_kept_apart(covered: Any, changes: dict[str, Any]) -> None:
    other = made_record({Z: OLD}, **changes)
    with pytest.raises(CompatibilityError) as raised:
        covered(NEW_RUN, other)
    said = str(raised.value)
    assert said.startswith("these runs are of 2 suites, which cannot be counted together; valid: ")
    wanted = [part.partition(" ")[0] for part in said.split("--suite ")[1:]]
    found = [covered(NEW_RUN, other, choice=Choice(suites=(suite,))) for suite in wanted]
    assert sorted(coverage.gated for coverage in found) == [1, 2]
    assert all(coverage.left_out[0].id != coverage.suite.id for coverage in found)


def test_an_older_suite_is_left_out(covered: Any) -> None:
    other = made_record(
        {Z: OLD}, page={"sha256": 64 * "b"}, commit=OLDER, begin="2026-11-20T10:00:00Z"
    )
    coverage = covered(NEW_RUN, other)
    assert (coverage.gated, coverage.left_out[0].pages) == (2, {PAGE["id"]: 64 * "b"})


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        pytest.param(Choice(commits=("abc",)), '--commit: there is no commit "abc"', id="commit"),
        pytest.param(
            Choice(jobs=("linus",)),
            '--job: there is no job "linus"; did you mean "linux"?',
            id="job",
        ),
        pytest.param(Choice(suites=("x",)), '--suite: there is no suite "x"', id="suite"),
    ],
)  # fmt: skip
def test_a_choice_of_nothing(covered: Any, choice: Choice, said: str) -> None:
    with pytest.raises(CompatibilityError) as raised:
        covered(OLD_RUN, NEW_RUN, choice=choice)
    assert str(raised.value).startswith(said)


@pytest.mark.parametrize("text", ["", "c0"])
def test_several_commits_that_begin_alike(covered: Any, text: str) -> None:
    other = made_record({X: PASSED}, commit="c0ffee" + 34 * "1")
    with pytest.raises(
        CompatibilityError, match=f'--commit: 2 begin with "{text}"; valid: c0ffee0'
    ):
        covered(NEW_RUN, other, choice=Choice(commits=(text,)))


def test_rows_of_the_page_that_no_job_exercised(covered: Any) -> None:
    release = next(row for row in MATRIX.releases if "2.6" not in str(row.documented))
    case = PASSED._replace(capability="api_security", source=release.quote())
    only_skipped = OLD._replace(capability="software_composition_analysis")
    record = made_record({X: case, Y: only_skipped}, page=BUNDLED)
    coverage = covered(record, pages=[MATRIX])
    assert coverage.unexercised is not None
    capabilities = {row.capability for row in coverage.unexercised if row.table == "capabilities"}
    assert capabilities == {row.id for row in MATRIX.capabilities} - {"api_security"}
    releases = [row.words for row in coverage.unexercised if row.table == "releases"]
    quotes = [row.quote() for row in MATRIX.releases]
    assert releases == [quote for quote in quotes if quote != release.quote()]


def test_pages_that_are_not_at_hand(covered: Any) -> None:
    assert covered(made_record({X: PASSED}), pages=[MATRIX]).unexercised is None


def test_tests_that_need_not_run(covered: Any) -> None:
    allowed = Allowances([
        Allowance(("a.py::test_y", "a.py::test_x"), "first"),
        Allowance(("b.py", "gone.py"), "second"),
        Allowance(("**",), "third"),
    ])  # fmt: skip
    record = made_record({X: PASSED, Y: OLD, "c.py::t": OLD})
    coverage = covered(record, collected=[Z], allowed=allowed)
    assert (coverage.never_run, coverage.absent) == ([], [])
    found = {one.test: one.allowed for one in coverage.allowed}
    assert found == {Y: "first", "c.py::t": "third", Z: "second"}
    unneeded = [(entry.tests, entry.reason) for entry in coverage.unneeded]
    assert unneeded == [(("a.py::test_x",), "first"), (("gone.py",), "second")]
    assert coverage.percentage == 100


@pytest.mark.parametrize(
    ("tests", "percentage"),
    [
        pytest.param({X: PASSED, Y: OLD, Z: PASSED}, 66.66, id="two of three"),
        pytest.param({}, 100, id="none"),
        pytest.param({**{f"a.py::{n}": PASSED for n in range(99_999 // 9)}, Y: OLD}, 99.99,
                     id="nearly all is not all"),
    ],
)  # fmt: skip
def test_percentage(covered: Any, tests: dict[str, Case], percentage: float) -> None:
    assert account_of(covered(made_record(tests)))["percentage"] == percentage


def test_a_pack_gives_the_same_as_its_records(tmp_path: Path, covered: Any) -> None:
    pack(write_records(tmp_path / "again", OLD_RUN, NEW_RUN), str(tmp_path / "packed"))
    assert measure([str(tmp_path / "packed")], Choice()) == covered(OLD_RUN, NEW_RUN)


def test_a_pack_stands_alone(tmp_path: Path) -> None:
    files = write_records(tmp_path / "records", NEW_RUN)
    pack(files, str(tmp_path / "packed"))
    with pytest.raises(CompatibilityError, match="is a folder, which cannot stand beside others"):
        measure([*files, str(tmp_path / "packed")], Choice())


def test_a_record_that_is_named_twice_counts_once(covered: Any) -> None:
    coverage = covered(NEW_RUN, NEW_RUN)
    assert (coverage.gated, coverage.suite.runs) == (2, 1)
    assert [name.rpartition("/")[2] for name in coverage.packed_twice] == ["1.json"]
