"""The jobs of a workflow are those that GitHub makes of its matrices."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from pytest_ddcompat.importer.blocks import PageError
from pytest_ddcompat.importer.workflow import Workflow, read_workflow

pytestmark = pytest.mark.once


def jobs(matrix: str, runs_on: str = "ubuntu-latest") -> list[dict[str, str]]:
    text = f"jobs:\n  a:\n    runs-on: {runs_on}\n    strategy:\n      matrix:\n"
    text += f"{indent(dedent(matrix), ' ' * 8)}\n    steps: [{{run: pytest}}]\n"
    return [job.values for job in read_workflow(text, "a.yml").jobs]


@pytest.mark.parametrize(
    ("matrix", "found"),
    [
        pytest.param("python: [3.9, '3.10']", ["3.9", "3.10"], id="as it is written"),
        pytest.param("python: [3.9, 3.12]\ndd: [2, 4]", ["3.9 2", "3.9 4", "3.12 2", "3.12 4"],
                     id="a product"),
        pytest.param("python: [3.9, 3.12]\ndd: [2, 4]\nexclude: [{python: 3.9, dd: 4}]",
                     ["3.9 2", "3.12 2", "3.12 4"], id="without one"),
        pytest.param("python: [3.9, 3.12]\nexclude: [{python: 3.9}]", ["3.12"], id="without some"),
        pytest.param("python: [3.9, 3.12]\ninclude: [{python: 3.9, dd: 2}]", ["3.9 2", "3.12"],
                     id="more of one"),
        pytest.param("python: [3.9]\ninclude: [{dd: 2}, {dd: 4}, {python: 3.14}]",
                     ["3.9 4", "3.14"], id="more of all, and a further one"),
        pytest.param("include: [{python: 3.9}, {python: 3.14}]", ["3.9", "3.14"], id="only these"),
        pytest.param("python: [{a: 1}, 3.9]", ["3.9"], id="a mapping among them"),
        pytest.param("python: []", [], id="nothing"),
    ],
)  # fmt: skip
def test_combinations(matrix: str, found: list[str]) -> None:
    values = jobs(matrix)
    assert all(each.pop("runs-on") == "ubuntu-latest" for each in values)
    assert [" ".join(each.values()) for each in values] == found


def test_the_runner_may_be_one_of_the_matrix() -> None:
    values = jobs("os: [windows-latest, macos-latest]", "${{ matrix.os }}")
    assert [each["runs-on"] for each in values] == ["windows-latest", "macos-latest"]


def test_names_and_jobs_without_a_matrix() -> None:
    steps = "steps: [{run: pytest}]"
    text = f"jobs:\n  a: {{strategy: {{matrix: {{p: [1, 2]}}}}, {steps}}}\n  b: {{{steps}}}\n"
    found = read_workflow(text, "a.yml")
    assert [job.name for job in found.jobs] == ["a (1)", "a (2)", "b"]
    nothing = Workflow([], [], [])
    assert read_workflow("name: nothing\n", "a.yml") == nothing


def job(*steps: str, further: str = "") -> Workflow:
    text = "".join(f"\n      - {indent(each, ' ' * 8).strip()}" for each in steps)
    return read_workflow(f"jobs:\n  a:\n    steps:{text}\n{indent(further, ' ' * 4)}", "a.yml")


@pytest.mark.parametrize(
    ("step", "runs"),
    [
        pytest.param("run: ddtrace-run pytest -q", True, id="pytest"),
        pytest.param("run: |\n  cd a\n  python -m pytest; echo", True, id="among others"),
        pytest.param("run: .venv/bin/py.test", True, id="by a path"),
        pytest.param("run: uvx tox -e py312", True, id="tox"),
        pytest.param("run: nox", True, id="nox"),
        pytest.param("run: pip install pytest && mypy .", False, id="it is only installed"),
        pytest.param("run: pip -q install tox", False, id="it is installed quietly"),
        pytest.param("run: cat tox.ini pytest-report.xml", False, id="other names"),
        pytest.param("run: make docs", False, id="none"),
        pytest.param("uses: actions/checkout@v5", False, id="an action"),
        pytest.param("uses: ./.github/actions/test", None, id="an action of the repository"),
    ],
)
def test_jobs_that_run_tests(step: str, runs: bool | None) -> None:
    found = job(step)
    assert [each.name for each in found.jobs] == ([] if runs is False else ["a"])
    assert found.left_out == (["a"] if runs is False else [])
    unknown = ["a: it calls what is not read, and may run tests"]
    assert found.notes == (unknown if runs is None else [])
    assert all(each.is_read is (runs is not None) for each in found.jobs)


def test_a_job_that_runs_tests_may_call_what_is_not_read() -> None:
    (found,) = job("uses: ./.github/actions/set-up", "run: pytest").jobs
    assert not found.is_read


def test_a_job_that_is_another_workflow_is_kept() -> None:
    found = read_workflow("jobs: {a: {uses: ./x.yml}}", "a.yml")
    assert (len(found.jobs), found.left_out, len(found.notes)) == (1, [], 1)
    assert not found.jobs[0].is_read


PYTHON = "uses: actions/setup-python@v5\nwith: {python-version: %s}"
MATRIX = "strategy: {matrix: {dd: [4.16.0], py: ['3.10']}}"


@pytest.mark.parametrize(
    ("steps", "python", "pins"),
    [
        pytest.param([PYTHON % "'3.13'"], "3.13", {}, id="Python"),
        pytest.param([PYTHON % "'${{ matrix.py }}'"], "3.10", {}, id="Python of the matrix"),
        pytest.param([PYTHON % "3.10"], "3.1", {}, id="a number"),
        pytest.param([PYTHON % "'${{ env.PY }}'"], "${{ env.PY }}", {}, id="of an environment"),
        pytest.param([PYTHON % "'${{ matrix.no }}'"], None, {}, id="of nothing"),
        pytest.param(["run: pip install ddtrace==4.16.0 'django[argon2]==5.2' flask>=2"], None,
                     {"ddtrace": "4.16.0", "django": "5.2"}, id="packages"),
        pytest.param(["run: |\n  pip install \\\n    ddtrace==${{ matrix.dd }}"], None,
                     {"ddtrace": "4.16.0"}, id="a package of the matrix"),
        pytest.param(["run: pip install ddtrace==${{ matrix.no }}"], None, {}, id="not in it"),
        pytest.param(["run: uv run --with ddtrace==4.* pytest"], None, {"ddtrace": "4.*"},
                     id="beside a run"),
    ],
)  # fmt: skip
def test_what_steps_set_up(steps: list[str], python: str | None, pins: dict[str, str]) -> None:
    (found,) = job(*steps, "run: pytest", further=MATRIX).jobs
    assert (found.values.get("python-version"), found.pins) == (python, pins)


@pytest.mark.parametrize(
    ("matrix", "notes"),
    [
        pytest.param("p: [3.10, 3.9]", ["3.10 without quotes is the number 3.1"], id="a list"),
        pytest.param("include: [{p: 3.20}]", ["3.20 without quotes is the number 3.2"],
                     id="include"),
        pytest.param("p: ['3.10', 3.1, 4.0, 4.00, 10, 3.10.0, x]", [], id="all the same"),
    ],
)  # fmt: skip
def test_versions_that_are_numbers(matrix: str, notes: list[str]) -> None:
    text = f"jobs:\n a:\n  steps: [{{run: tox}}]\n  strategy: {{matrix: {{{matrix}}}}}\n"
    found = read_workflow(text, "a.yml").notes
    assert [note.partition("; ")[0] for note in found] == [f"a: line 4: {n}" for n in notes]


def test_a_number_is_read_as_github_reads_it() -> None:
    assert jobs("p: [3.10]")[0]["p"] == "3.1"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: {k: 1}\nb: {k: 1}\n", id="a key of each of two mappings"),
        pytest.param("1: a\n'1': b\n", id="a number and a text"),
        pytest.param("a: &a {k: 1}\nb: *a\nc: *a\n", id="aliases"),
        pytest.param("? [a]\n: 1\n? [b]\n: 2\n", id="keys that are lists"),
        pytest.param("a: !!str 1\nb: 2026-01-01\nc: ~\nd: =\ne: !!int '1'\nf: 1.5\ng: yes\n",
                     id="plain data"),
        pytest.param("a: &a {}\nb: {<<: *a}\n", id="a merge"),
    ],
)  # fmt: skip
def test_keys_and_tags_that_are_taken(text: str) -> None:
    assert read_workflow(text, "a.yml") == Workflow([], [], [])


EMPTY = "a.yml: the file is empty; valid: a workflow of GitHub Actions"
BILLION = "[x]\n" + "".join(
    f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(3000)
)


def test_aliases_that_come_to_few_values_are_taken() -> None:
    text = "a: &a [x, y]\nb: &b [*a, *a]\nc: {d: *b, e: *b}\njobs: {}\n"
    assert read_workflow(text, "a.yml").jobs == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("jobs: {a: {steps: [{run: tox}], strategy: {matrix: '${{ fromJSON(x) }}'}}}",
                     "a.yml: jobs.a.strategy.matrix: the values of an expression are not known; "
                     "valid: a matrix that is written out", id="an expression"),
        pytest.param(f"jobs: {{a: {{steps: [{{run: tox}}], strategy: {{matrix: {{p: "
                     f"{[*range(1, 258)]}}}}}}}}}",
                     "a.yml: jobs.a: this matrix has too many jobs; valid: 256 at most", id="many"),
        pytest.param("a: &a [*a]", "a.yml: line 1: this alias is within what it stands for, which "
                     "has no end; valid: aliases of what is before", id="an alias of itself"),
        pytest.param("jobs: &j\n  a: {env: *j}", "a.yml: line 2: this alias is within",
                     id="jobs within jobs"),
        pytest.param(f"a0: &a0 {BILLION}", "a.yml: its aliases stand for more than 100000 values; "
                     "valid: fewer aliases of aliases", id="aliases of aliases"),
        pytest.param("", EMPTY, id="an empty file"),
        pytest.param("# nothing\n", EMPTY, id="no more than a comment"),
        pytest.param("jobs:\n  t: {}\n  a: {}\n  t: {}\n", 'a.yml: line 4: the key "t" is there '
                     "twice, first in line 2; valid: once", id="two jobs of a name"),
        pytest.param("jobs:\n  t:\n    runs-on: a\n    runs-on: a\n", 'a.yml: line 4: the key '
                     '"runs-on" is there twice, first in line 3; ', id="a key twice"),
        pytest.param("on: x\nenv: {a: 1, \"a\": 2}", 'a.yml: line 2: the key "a" is there twice',
                     id="with quotes and without"),
        pytest.param("jobs:\n  a: !foo x\n", "a.yml: line 2: the tag !foo is none of plain data; "
                     "valid: a value without a tag", id="a tag"),
        pytest.param("on: !!set {push}\n", "a.yml: line 1: the tag !!set is none of plain data",
                     id="a tag of YAML 1.1"),
        pytest.param("a: &a [!!python/object:os.system x]\nb: *a", "a.yml: line 1: the tag "
                     "!!python/object:os.system is none of plain data", id="a tag of Python"),
        pytest.param("!x {}: 1", "a.yml: line 1: the tag !x is none", id="a tag of a key"),
        pytest.param("jobs: [", "a.yml: line 1: this is not valid YAML: ", id="no YAML"),
    ],
)  # fmt: skip
def test_refused(text: str, said: str) -> None:
    with pytest.raises(PageError) as caught:
        read_workflow(text, "a.yml")
    assert str(caught.value).startswith(said)
