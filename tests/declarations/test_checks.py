"""Check declarations alone, and beside the tests of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.core import MATRIX

from pytest_ddcompat.declarations.checks import doubtful, refused, unsorted, without_ticket
from pytest_ddcompat.declarations.collected import unmatched
from pytest_ddcompat.declarations.file import load_declarations, read_declarations
from pytest_ddcompat.evaluation.pages import Matrices

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_ddcompat.declarations.file import Declarations
    from pytest_ddcompat.values.complaint import Complaint

PAGES = Matrices([MATRIX])
BRANCHES = " or ".join(str(row.tracer) for row in MATRIX.releases)


def read(*tables: str) -> Declarations:
    return read_declarations("".join(f"[[declarations]]\n{t}\n" for t in tables).encode(), "d.toml")


def said(complaints: Iterable[Complaint]) -> list[str]:
    return [str(complaint).partition("; tip: ")[0] for complaint in complaints]


def test_names_that_the_page_does_not_have() -> None:
    found = refused(
        read(
            'tests = "a"\nrequires = ["sca", "scaa"]',
            'tests = "b"\nstate = "bug"\nwhen = {deployment = "dokcer"}',
            'tests = "c"\nrequires = {capability = "sca", matrix = "other"}',
            'tests = "d"\nrequires = {framework = "starlette"}',
        ),
        PAGES,
    )
    assert [str(complaint).partition(" valid:")[0] for complaint in found] == [
        'd.toml:1: requires: the page has no capability "scaa"; did you mean "sca"?',
        'd.toml:4: when: the page has no deployment type "dokcer"; did you mean "docker"?',
        'd.toml:8: requires: this run has no matrix "other";',
    ]


@pytest.mark.parametrize(
    ("specifier", "reached"),
    [
        ("<5", True), (">=4.99", True), (">4", True), ("<1", True), ("!=4.0", True),
        (">=9|<1", True), (">=5", False), (">=5.0.0rc1", False), (">5", False), ("==9.*", False),
        (">=5,<6", False), (">=9|>=8", False),
    ],
)  # fmt: skip
def test_releases_of_the_page(specifier: str, reached: bool) -> None:
    found = doubtful(read(f'tests = "a"\nrequires = {{tracer = "{specifier}"}}'), PAGES)
    assert said(found) == [
        (
            "d.toml:1: requires: no release of the page iast-python reaches this "
            f'(got "{specifier}"); valid: versions of {BRANCHES}'
        )
    ] * (not reached)


def test_a_condition_that_no_release_reaches() -> None:
    (found,) = doubtful(read('tests = "a"\nstate = "bug"\nwhen = {tracer = ">=9"}'), PAGES)
    assert found.where == "d.toml:1: when"
    assert found.tip == "correct it, or update the page: as it stands, the state never applies"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({}, [], id="as the page has it"),
        pytest.param({"minimum": None, "status": "not_supported"},
                     ["the page iast-python says of sca that there is none"], id="not supported"),
        pytest.param({"minimum": "9"}, ["no release of the page iast-python has sca"],
                     id="newer than all releases"),
    ],
)  # fmt: skip
def test_capability_that_no_release_has(changes: dict[str, object], found: list[str]) -> None:
    from pytest_ddcompat.values.versions import Version

    minimum = changes.get("minimum")
    values = {**changes, "minimum": Version(str(minimum))} if minimum else changes
    capabilities = tuple(
        row.replaced(values) if "sca" in row.aliases else row for row in MATRIX.capabilities
    )
    pages = Matrices([MATRIX.replaced({"capabilities": capabilities})])
    declarations = read('tests = "a"\nrequires = "sca"', 'tests = "b"\nrequires = "not sca"')
    assert [complaint.what for complaint in doubtful(declarations, pages)] == found


def test_an_open_branch_reaches_everything() -> None:
    first, *others = MATRIX.releases
    from pytest_ddcompat.values.versions import parse_range

    rows = (first.replaced({"tracer": parse_range(">=4")}), *others)
    pages = Matrices([MATRIX.replaced({"releases": rows})])
    assert doubtful(read('tests = "a"\nrequires = {tracer = ">=9"}'), pages) == []
    pages = Matrices([MATRIX.replaced({"releases": ()})])
    assert doubtful(read('tests = "a"\nrequires = {tracer = ">=9"}'), pages) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("tests", "tests/", True, id="a folder, with and without its slash"),
        pytest.param("tests", "test", False, id="two folders"),
        pytest.param("tests/a.py::C", "tests/a.py", False, id="a class and its file"),
    ],
)
def test_tests_are_compared_as_the_ids_that_they_are(one: str, other: str, same: bool) -> None:
    tables = [f'tests = "{tests}"\nrequires = "sca"' for tests in (one, other)]
    assert bool(doubtful(read(*tables), PAGES)) is same


def test_two_that_say_the_same() -> None:
    same = 'tests = ["a", "b"]\nrequires = [{tracer = ">=2"}, "sca"]\nreason = "One."'
    other = 'tests = ["b", "a"]\nrequires = ["sca", {tracer = ">=2"}]\nowner = "me"'
    found = doubtful(
        read(same, f'{same}\nstate = "bug"', other, 'tests = "a"\nrequires = "sca"'), PAGES
    )
    assert said(found) == [
        'd.toml:10: this says the same as d.toml:1 (got "b", "a"); valid: one of them'
    ]


def test_tests_that_a_declaration_names_twice() -> None:
    found = doubtful(
        read(
            'tests = ["a.py::T", "a.py", "a.py::U::m", "ab.py", "c/", "c"]\nstate = "bug"',
            'tests = ["a.py::t", "a.py::t[1]", "a.py::u[2]", "a.py::t2"]\nstate = "bug"',
        ),
        PAGES,
    )
    assert said(found) == [
        'd.toml:1: tests: "a.py" holds for this already (got "a.py::T"); valid: each test once',
        'd.toml:1: tests: "a.py" holds for this already (got "a.py::U::m"); valid: each test once',
        'd.toml:1: tests: "c" holds for this already (got "c/"); valid: each test once',
        (
            'd.toml:4: tests: "a.py::t" holds for this already (got "a.py::t[1]"); '
            "valid: each test once"
        ),
    ]


def test_order() -> None:
    tables = ['tests = "a.py"\nstate = "bug"', 'tests = ["a.py", "c"]\nstate = "flaky"',
              'tests = "b.py"\nstate = "bug"', 'tests = "a.py"\nstate = "flaky"',
              'tests = "a"\nstate = "bug"']  # fmt: skip
    assert unsorted(read(*tables[:3])) == []
    assert said(unsorted(read(*tables))) == [
        (
            'd.toml:10: this stands behind the declaration of "b.py" (got "a.py"); '
            'valid: declarations sorted by "tests"'
        )
    ]
    one = b'[[declarations]]\ntests = "%s"\nstate = "bug"'
    assert unsorted(load_declarations([("x", one % b"b"), ("y", one % b"a")])) == []


def test_tickets() -> None:
    found = without_ticket(
        read(
            'tests = "a"\nstate = "bug"',
            'tests = "b"\nstate = "bug"\nticket = "X-1"',
            'tests = "c"\nstate = "missing"',
            'tests = "d"\nrequires = "sca"',
        ),
        ["bug", "flaky"],
    )
    assert said(found) == [
        (
            'd.toml:1: a declaration with the state "bug" needs a ticket (got "a"); '
            'valid: the key "ticket"'
        )
    ]


IDS = [
    "tests/test_a.py::TestX::test_boot", "tests/test_a.py::TestX::test_bat[1]",
    "tests/test_a.py::test_c", "tests/apps/test_b.py::test_b", "top.py::test_t", "a.py::::odd",
]  # fmt: skip


@pytest.mark.parametrize(
    ("test", "whole", "why"),
    [
        ("tests/test_a.py", [""], None),
        ("tests/test_a.py::TestX::test_bat", [""], None),
        ("tests/*/test_b.py", [""], None),
        ("**::test_t", [""], None),
        ("tests/test_a.py::TestY", ["tests/test_a.py"],
         (': "tests/test_a.py" has no class or test "TestY"; did you mean "TestX"? '
         "valid: TestX, test_c")),
        ("tests/test_a.py::TestY", ["tests/"],
         (': "tests/test_a.py" has no class or test "TestY"; did you mean "TestX"? '
         "valid: TestX, test_c")),
        ("tests/test_a.py::TestY", ["tests/apps", "tests/test_a.py::TestX"], None),
        ("tests/test_a.py::TestX::test_boott", ["tests/test_a.py"],
         (': "tests/test_a.py::TestX" has no class or test "test_boott"; did you mean "test_boot"? '
         "valid: test_bat, test_boot")),
        ("tests/test_a.py::TestX::test_bat[2]", [""],
         (': "tests/test_a.py::TestX::test_bat" has no parameters "[2]"; did you mean "[1]"? '
         "valid: [1]")),
        ("tests/app/", ["tests"],
         ': "tests" has no file or folder "app"; did you mean "apps"? valid: apps, test_a.py'),
        ("tests/app/", ["tests/test_a.py"], None),
        ("test/test_a.py", [""],
         (': this run has no file or folder "test"; did you mean "tests"? '
         "valid: tests, top.py")),
        ("tests/test_a.py::*::test_x", ["tests/test_a.py"], ""),
        ("tests/*.py::test_x", ["tests/test_a.py"], None),
        ("tests/*.py::test_x", ["tests"], ""),
        ("**::test_x", ["tests"], None),
        ("**::test_x", [""], ""),
    ],
)  # fmt: skip
def test_ids_of_no_test(test: str, whole: list[str], why: str | None) -> None:
    found = unmatched(read(f'tests = "{test}"\nstate = "bug"'), IDS, whole)
    message = f'd.toml:1: tests: no collected test is "{test}"{why}'
    assert said(found) == ([] if why is None else [message])


def test_each_id_of_a_declaration_counts() -> None:
    found = unmatched(read('tests = ["top.py", "top.py::test_u"]\nstate = "bug"'), IDS, ["top.py"])
    assert [complaint.what.partition(":")[0] for complaint in found] == [
        'no collected test is "top.py'
    ]


def test_hints_are_for_the_first_hundred() -> None:
    found = unmatched(
        read(*(f'tests = "top.py::test_t{n}"\nstate = "bug"' for n in range(102))), IDS, [""]
    )
    assert sum("did you mean" in complaint.what for complaint in found) == 100
    assert len(found) == 102
