"""Ranges of versions: those of pages by PEP 440, those of markers by the order of versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version
from support.strategies import many

from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.versions import parse_marker_range, parse_range

numbers = st.integers(0, 3)
versions = st.builds(
    "{}{}.{}{}{}".format,
    st.sampled_from(["", "", "1!"]),
    numbers,
    numbers,
    st.sampled_from(["", ".0", ".1"]),
    st.sampled_from(
        ["", "", "a1", "rc1", "rc2", ".dev3", "rc1.dev2", ".post1", ".post1.dev1", "rc1.post2"]
    ),
)
installed = st.builds("{}{}".format, versions, st.sampled_from(["", "", "+g12ab", "+1"]))


@many
@given(versions, installed)
def test_of_complementary_markers_exactly_one_holds(bound: str, text: str) -> None:
    version = Version(text)
    for one, other in (("<", ">="), (">", "<="), ("==", "!=")):
        holds = version in parse_marker_range(f"{one}{bound}")
        assert holds is not (version in parse_marker_range(f"{other}{bound}")), one
    assert (version in parse_marker_range(f"<{bound}")) is (version < Version(bound))
    assert (version in parse_marker_range(f"<={bound}")) is (version <= Version(bound))


@many
@given(numbers, numbers, installed)
def test_a_series_and_all_else(major: int, minor: int, text: str) -> None:
    version = Version(text)
    series = parse_marker_range(f"=={major}.{minor}.*")
    assert (version in series) is not (version in parse_marker_range(f"!={major}.{minor}.*"))
    if not version.epoch:  # which packaging before 24 takes no notice of
        assert (version in series) is (version.release[:2] == (major, minor))


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        pytest.param("<4.9.0", ["4.9.0rc1", "4.9.0.dev3", "4.8.9"], ["4.9.0", "4.9.0+l"], id="<"),
        pytest.param(">=4.9.0", ["4.9.0", "4.9.0+l", "1!0"], ["4.9.0rc1", "4.9.0.dev3"], id=">="),
        pytest.param(">4.9.0", ["4.9.0.post1", "4.9.0+l", "4.9.1"], ["4.9.0", "4.9.0rc1"], id=">"),
        pytest.param("<=4.9.0", ["4.9.0", "4.9.0rc1"], ["4.9.0.post1", "4.9.0+l"], id="<="),
        pytest.param("==4.9.*", ["4.9.0rc1", "4.9.3", "4.9+l"], ["4.10.dev1", "4.8"], id="series"),
        pytest.param("~=4.9.1", ["4.9.1", "4.9.7rc1"], ["4.9.1rc1", "4.10.0"], id="~="),
        pytest.param("==4.9.0", ["4.9", "4.9.0+l"], ["4.9.0rc1", "4.9.0.post1"], id="=="),
        pytest.param("<2|>=4", ["1.9", "4.0", "2.0rc1"], ["2.0", "3.9", "4.0rc1"], id="either"),
        pytest.param(" <2 | >=4,<5 ", ["1.9", "4.0"], ["2.0", "5.0"], id="either, with spaces"),
    ],
)
def test_what_a_marker_admits(text: str, inside: list[str], outside: list[str]) -> None:
    wanted = parse_marker_range(text)
    assert [v for v in inside if Version(v) not in wanted] == []
    assert [v for v in outside if Version(v) in wanted] == []


def test_ranges_of_a_page_stay_as_pep_440_has_them() -> None:
    assert Version("5.0.0.dev1") not in parse_range(">=4.0,<5")
    assert Version("5.0.0.dev1") in parse_marker_range(">=4.0,<5")
    assert parse_range("<5") != parse_marker_range("<5")


NEAREST = {
    ">=3.1.0 <4": ">=3.1.0,<4",
    ">=3.1.0<4": ">=3.1.0,<4",
    ">=3.1 and <4": ">=3.1,<4",
    ">=3.1;<4": ">=3.1,<4",
    "<2 || >=4": "<2|>=4",
    "<2 or >=4": "<2|>=4",
    "<2|": "<2",
    "=>3.1": ">=3.1",
    "=<3.1": "<=3.1",
    "> =3.1": ">=3.1",
    "<>3.1": "!=3.1",
    "=3.1": "==3.1",
    "≥3.1": ">=3.1",
    "≤ 3.1": "<=3.1",
    "≠3.1": "!=3.1",
    "\N{FULLWIDTH GREATER-THAN SIGN}=3.1": ">=3.1",
    "^3.1": ">=3.1,<4",
    "^0.3": ">=0.3,<0.4",
    "~3.1": ">=3.1,<3.2",
    "~>3.1": "~=3.1",
    "~=3": ">=3,<4",
    "v3.1": ">=3.1",
    ">=v3.1": None,
    "3.1": ">=3.1",
    "3.1.0-beta.2": ">=3.1.0b2",
    "3.x": "==3.*",
    "3.1.*": "==3.1.*",
    ">=3.x": ">=3",
    ">=3.*": ">=3",
    "3.1+": ">=3.1",
    "3.1 or newer": ">=3.1",
    "from 3.1": ">=3.1",
    "3.1-4.0": ">=3.1,<=4.0",
    "3.1 to 4.0": ">=3.1,<=4.0",
    "ddtrace>=3.1": ">=3.1",
    "'>=3.1'": ">=3.1",
    "<4.17.0.dev1+g3cdcc": "<4.17.0.dev1",
    ">=4.17.0.dev1+g3cdcc,<5": ">=4.17.0.dev1,<5",
    "*": ">=0",
    "any": ">=0",
    "at least 3.1": ">=3.1",
    "At least v3.1, below 4": ">=3.1,<4",
    "min 3.1": ">=3.1",
    "min. 3.1": ">=3.1",
    "max 4": "<=4",
    "up to 4": "<=4",
    "newer than 3.1": ">3.1",
    "older than 4": "<4",
    "less than 4": "<4",
    "greater than or equal to 3.1": ">=3.1",
    "lower than or equal to 3.1": "<=3.1",
    "not older than 3.1": ">=3.1",
    "no later than 4": "<=4",
    "not below 3.1": ">=3.1",
    "3.1 and up": ">=3.1",
    "3.1 or later, below 4": ">=3.1,<4",
    "3.1 and older": "<=3.1",
    "version 3.1": ">=3.1",
    "version >= 3.1": ">=3.1",
    "exactly ==3.1": "==3.1",
    "!3.1": "!=3.1",
    "not 3.1": "!=3.1",
    "[3.1,4)": ">=3.1,<4",
    "(3.1,4]": ">3.1,<=4",
    "[3.1,)": ">=3.1",
    "(,4)": "<4",
    "[3.1]": "==3.1",
    "(,)": "",
    "==>3.1": ">=3.1",
    "=>=3.1": ">=3.1",
    ">==3.1": ">=3.1",
    "!==3.1": "!=3.1",
    "3.1..4": ">=3.1,<=4",
    "3.1...4": ">=3.1,<=4",
    "3.1|3.2": "",
    "from 3.1 to 4": ">=3.1,<=4",
    "between 3.1 and 4": ">=3.1,<=4",
    "==4.1.*.*": "==4.1.*",
    "4.x.x": "==4.*",
    ">=4.x.x": ">=4",
    ">=3,1": ">=3.1",
    ">=3,1,<4,5": ">=3.1,<4.5",
    ">=3.1,4": "",
    "4,5": "",
    "latest": "",
    ">": "",
    "": "",
}


@pytest.mark.parametrize(
    ("text", "near"), [pytest.param(*each, id=each[0]) for each in NEAREST.items()]
)
def test_nearest_spelling_of_what_is_refused(text: str, near: str | None) -> None:
    if near is None:
        assert parse_marker_range(text)
        return
    with pytest.raises(CompatibilityError) as caught:
        parse_marker_range(text)
    hint = f'; did you mean "{near}"?' if near else "; valid: a specifier such as >=2.0,<3"
    assert str(caught.value) == f'"{text}" is not a version specifier{hint}'
    assert not near or parse_marker_range(near)
