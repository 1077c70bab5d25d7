"""Where the ends of ranges, and minimums, move: to just above and just below."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import some

from pytest_ddcompat.jobs.watched.ends import (
    just_above,
    moved_ends,
    moved_minimum,
    next_after,
    series_before,
)
from pytest_ddcompat.values.versions import Version, parse_marker_range, parse_range

pytestmark = pytest.mark.once

VERSIONS = ("1.9.0", "2.0", "1.0rc1", "1.0.post1", "1.0.dev3", "0", "1!2.0", "1.0rc1.post2.dev3")


@pytest.mark.parametrize(
    ("version", "before", "after"),
    [
        pytest.param("1.9.0", "1.8", "1.9.1", id="a minor version"),
        pytest.param("1.10.0", "1.9", "1.10.1", id="two digits"),
        pytest.param("2.0.0", "1", "2.0.1", id="a major version"),
        pytest.param("4.2.1", "4.2.0", "4.2.2", id="a micro version"),
        pytest.param("7.28", "7.27", "7.29", id="two numbers"),
        pytest.param("5", "4", "6", id="one number"),
        pytest.param("1.0", "0", "1.1", id="the first"),
        pytest.param("2.0rc1", "1", "2.1", id="a release candidate"),
        pytest.param("1!2.0", "1!1", "1!2.1", id="an epoch"),
        pytest.param("0.0", None, "0.1", id="nothing before it"),
    ],
)
def test_neighbours(version: str, before: str | None, after: str) -> None:
    found = series_before(Version(version))
    assert (found and str(found), str(next_after(Version(version)))) == (before, after)


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_that_a_job_runs_is_between(version: str) -> None:
    above = just_above(Version(version))
    assert above > Version(version)
    assert above < Version(f"{Version(version).base_version}.1")
    assert above.is_devrelease


def test_version_with_a_local_part_stays_above_its_release() -> None:
    assert Version("1.9.0") < Version("1.9.0+build.7") < just_above(Version("1.9.0+build.7"))


@pytest.mark.parametrize(
    ("specifiers", "moved"),
    [
        pytest.param([">=4.0,<5"], [">=4.0,<=5", ">=4.0,<4", ">4.0,<5", ">=3,<5"], id="both ends"),
        pytest.param([">=3.9"], [">3.9", ">=3.8"], id="lower end"),
        pytest.param(["<2"], ["<=2", "<1"], id="upper end"),
        pytest.param([">1"], [">2", ">=1"], id="without its lower end"),
        pytest.param(["<=2.1"], ["<=2.2", "<2.1"], id="with its upper end"),
        pytest.param(["==2.7.*"], [">2.7,<2.8", ">=2.6,<2.8", ">=2.7,<=2.8", ">=2.7,<2.7"],
                     id="a series"),
        pytest.param(["~=1.4.2"], [">1.4.2,<1.5", ">=1.4.1,<1.5", ">=1.4.2,<=1.5", ">=1.4.2,<1.4"],
                     id="a compatible release"),
        pytest.param(["==1.2"], [">=1.2,<=1.3", ">=1.1,<=1.2", ">1.2,<1.2"], id="one version"),
        pytest.param(["==1.2+local"], [">=1.2,<=1.3", ">=1.1,<=1.2", ">1.2,<1.2"],
                     id="one version with a local part"),
        pytest.param([">=1,!=1.5"], [">=1", "!=1.5,>1", "!=1.5,>=0"], id="without one version"),
        pytest.param(["!=1.5"], ["every version"], id="all but one version"),
        pytest.param([">=0"], [">0"], id="nothing below"),
        pytest.param(["===x"], [], id="one text"),
        pytest.param(["==2.7.*", ">=3.5"], [
            ">2.7,<2.8 or >=3.5", ">=2.6,<2.8 or >=3.5", ">=2.7,<=2.8 or >=3.5",
            ">=2.7,<2.7 or >=3.5", "==2.7.* or >3.5", "==2.7.* or >=3.4",
        ], id="two alternatives"),
    ],
)  # fmt: skip
def test_each_end_moves_both_ways(specifiers: list[str], moved: list[str]) -> None:
    assert [words for words, _ in moved_ends(parse_range(*specifiers))] == moved


@pytest.mark.parametrize(
    ("specifier", "version", "turning"),
    [
        pytest.param(">=4.0", "4.0", [">4.0"], id="at the lower end"),
        pytest.param(">=4.0", "3.19", [">=3"], id="just below it"),
        pytest.param(">=4.0", "2.9", [], id="further below"),
        pytest.param(">=4.0", "4.1", [], id="further above"),
        pytest.param("<5", "5", ["<=5"], id="at the upper end"),
        pytest.param("<5", "4.9", ["<4"], id="just below the upper end"),
        pytest.param("<5", "5.1", [], id="beyond the upper end"),
    ],
)
def test_version_at_the_end_turns(specifier: str, version: str, turning: list[str]) -> None:
    wanted, at = parse_range(specifier), Version(version)
    assert [
        words for words, moved in moved_ends(wanted) if (at in moved) is not (at in wanted)
    ] == turning


def test_ends_are_compared_as_the_range_is() -> None:
    candidate = Version("5.0rc1")
    (by_pep, _), (by_order, _) = (
        [moved for _, moved in moved_ends(parse("<5,>=4"))][:2]
        for parse in (parse_range, parse_marker_range)
    )
    assert candidate in by_pep
    assert candidate in by_order
    (by_pep,), (by_order,) = (
        [moved for words, moved in moved_ends(parse("<5")) if words == "<4"]
        for parse in (parse_range, parse_marker_range)
    )
    assert (Version("4.0rc1") in by_pep, Version("4.0rc1") in by_order) == (False, True)


@pytest.mark.parametrize("version", VERSIONS)
def test_minimum_moves_to_both_sides(version: str) -> None:
    minimum = Version(version)
    found = [moved for _, moved in moved_minimum(minimum)]
    assert found[0] > minimum
    assert [moved < minimum for moved in found[1:]] == [True] * (minimum.base_version != "0")


_ENDS = st.tuples(
    st.sampled_from([">=", "<=", ">", "<", "==", "!=", "~="]),
    st.lists(st.integers(0, 12), min_size=2, max_size=4).map(lambda n: ".".join(map(str, n))),
).map("".join)


@some
@given(st.lists(_ENDS, min_size=1, max_size=3), st.lists(_ENDS, max_size=2))
def test_every_move_is_a_range_of_its_own(one: list[str], other: list[str]) -> None:
    texts = [",".join(each) for each in (one, other) if each]
    wanted = parse_range(*texts)
    moved = [each for _, each in moved_ends(wanted)]
    assert len({wanted, *moved}) == len(moved) + 1
