"""The jobs of a workflow are those that GitHub makes of its matrices."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from pytest_ddcompat.importer.blocks import PageError
from pytest_ddcompat.importer.workflow import read_jobs

pytestmark = pytest.mark.once


def jobs(matrix: str, runs_on: str = "ubuntu-latest") -> list[dict[str, str]]:
    text = f"jobs:\n  a:\n    runs-on: {runs_on}\n    strategy:\n      matrix:\n"
    return [job.values for job in read_jobs(text + indent(dedent(matrix), " " * 8), "a.yml")]


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
    text = "jobs:\n  a: {runs-on: x, strategy: {matrix: {p: [1, 2]}}}\n  b: {runs-on: y}\n"
    assert [job.name for job in read_jobs(text, "a.yml")] == ["a (1)", "a (2)", "b"]
    assert read_jobs("name: nothing\n", "a.yml") == read_jobs("", "a.yml") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("jobs: {a: {strategy: {matrix: '${{ fromJSON(x) }}'}}}",
                     "a.yml: jobs.a.strategy.matrix: the values of an expression are not known; "
                     "valid: a matrix that is written out", id="an expression"),
        pytest.param(f"jobs: {{a: {{strategy: {{matrix: {{p: {[*range(1, 258)]}}}}}}}}}",
                     "a.yml: jobs.a: this matrix has too many jobs; valid: 256 at most", id="many"),
        pytest.param("jobs: [", "a.yml: line 1: this is not valid YAML: ", id="no YAML"),
    ],
)  # fmt: skip
def test_refused(text: str, said: str) -> None:
    with pytest.raises(PageError) as caught:
        read_jobs(text, "a.yml")
    assert str(caught.value).startswith(said)
