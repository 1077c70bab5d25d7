"""Alternatives of a range: which are refused, against a plain count of the versions in them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.strategies import many

from pytest_ddcompat.values.alternatives import MOST_ALTERNATIVES, read_alternatives
from pytest_ddcompat.values.errors import Place, Problem
from pytest_ddcompat.values.versions import Version, parse_marker_range

BOUNDS = ["1", "1.3", "2.0rc1", "2", "2.3", "3"]
TRIED = sorted(
    Version(f"{bound}{rest}")
    for bound in [*BOUNDS, "0", "1.2", "1.4", "2.2", "2.4", "9"]
    for rest in (["", ".post1"] if "rc" in bound else ["", "rc1", "rc2", ".post1", ".0.1", ".9"])
)
bounds = st.sampled_from(BOUNDS)
ranges = st.one_of(
    st.builds(">={}".format, bounds),
    st.builds("<{}".format, bounds),
    st.builds(">{},<={}".format, bounds, bounds),
    st.builds(">={},<{}".format, bounds, bounds),
    st.builds(">={},<{},!={}".format, bounds, bounds, bounds),
    st.builds("=={}".format, bounds),
)


@many
@given(st.lists(ranges, min_size=1, max_size=4))
@example([">=2.0rc1,<2,!=2.0rc1"])
def test_refused_are_those_that_are_empty_or_share_a_version(texts: list[str]) -> None:
    problems: list[Problem] = []
    found = read_alternatives(texts, Place("a file", problems))
    inside = [{v for v in TRIED if v in parse_marker_range(text)} for text in texts]
    disjoint = sum(map(len, inside)) == len(set().union(*inside))
    assert (found is None) == bool(problems) == (not all(inside) or not disjoint), problems
    if found is not None:
        assert {v for v in TRIED if v in found} == set().union(*inside)


@pytest.mark.parametrize("number", [MOST_ALTERNATIVES, MOST_ALTERNATIVES + 1])
def test_most_alternatives(number: int) -> None:
    problems: list[Problem] = []
    found = read_alternatives([f"=={n}.*" for n in range(number)], Place("a file", problems))
    assert (found is None) == (number > MOST_ALTERNATIVES)
