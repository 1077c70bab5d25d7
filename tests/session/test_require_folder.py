"""A folder that its conftest or `__init__` gates by calling `require()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.records import record_of

if TYPE_CHECKING:
    from support.project import Project

CALL = "import pytest_ddcompat\npytest_ddcompat.require({!r})\n"
NEVER = "raise OSError('imported')\n"
XDIST = ("-p", "xdist.plugin", "-n", "2")


@pytest.fixture(params=["conftest.py", "__init__.py"])
def folder(project: Project, request: pytest.FixtureRequest) -> Project:
    project.write("test_out.py", "def test_out(): pass")
    project.write(f"api/{request.param}", CALL.format("api_security"))
    test = "class TestIn:\n    def test_in(self): pass\ndef test_in(): pass\n"
    project.write("api/test_one.py", NEVER + test)
    project.write("api/test_two.py", NEVER + test)
    if request.param == "__init__.py":
        # pytest 7 collects it as a package, and later ones import it with each module.
        project.write("api/sub/__init__.py", "")
    project.write("api/sub/test_three.py", NEVER + test)
    return project


@pytest.mark.parametrize(
    ("selected", "files", "more"),
    [
        (".", 3, ()),
        (".", 3, XDIST),
        ("api", 3, ()),
        ("api/test_one.py", 1, ()),
        ("api/test_one.py api/test_two.py", 2, XDIST),
        ("api/test_one.py::test_in", 1, XDIST),
        ("api/test_one.py::TestIn::test_in", 1, ()),
        ("api/sub/test_three.py::TestIn", 1, ()),
        ("api/test_one.py::test_in api/test_one.py::TestIn::test_in", 1, ()),
        ("api/test_one.py::test_in[a] api/test_one.py::test_in[b] api/test_two.py", 2, XDIST),
        ("api/test_one.py::TestIn::test_in api/test_one.py::TestIn api/test_two.py api/sub", 3, ()),
    ],
)
def test_a_folder_is_gated_however_it_is_selected(
    folder: Project, selected: str, files: int, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("xdist")
    passed = ["passed"] if selected == "." else []
    run = folder.run_apart(*selected.split(), *more)
    assert run.outcomes == {"skipped": str(files), **dict.fromkeys(passed, "1")}
    assert run.section("ddcompat")[1] == f"{files} gated: {files} skipped"
    run = folder.run_apart(
        *selected.split(), *more, "--ddcompat-strict", "--ddcompat-report=r.json"
    )
    assert run.outcomes == {"failed": str(files), **dict.fromkeys(passed, "1")}
    assert run.section("ddcompat")[1] == f"{files} gated: {files} failed"
    outcomes = [test["outcome"] for test in record_of(folder, "r.json")["tests"]]
    assert outcomes == files * ["failed"]


@pytest.mark.parametrize(
    ("order", "files", "passed"),
    [
        ("api/test_one.py::TestIn::test_in api/test_two.py api/sub api/test_one.py::TestIn", 3, 0),
        ("api/test_one.py::test_in api/test_two.py::test_in api/test_one.py::TestIn", 2, 0),
        ("api/sub/test_three.py::test_in api/test_one.py api/sub/test_three.py::TestIn", 2, 0),
        ("api/test_one.py::TestIn test_out.py api/test_two.py api/test_one.py::test_in", 2, 1),
        ("api/test_one.py::test_in api/test_one.py test_out.py api/test_one.py::TestIn", 1, 1),
        ("api/test_one.py api/test_two.py api/test_one.py test_out.py", 2, 1),
        ("api/test_one.py::test_in api/test_two.py api/test_one.py::test_in", 2, 0),
        ("--keep-duplicates api test_out.py api", 3, 1),
        ("--doctest-modules api/test_one.py api/test_two.py test_out.py", 2, 1),
    ],
)
def test_each_module_of_a_folder_is_stopped_once_in_any_order(
    folder: Project, order: str, files: int, passed: int
) -> None:
    others = {"passed": str(passed)} if passed else {}
    run = folder.run_apart(*order.split())
    assert run.outcomes == {"skipped": str(files), **others}
    assert run.section("ddcompat")[1] == f"{files} gated: {files} skipped"
    run = folder.run_apart(*order.split(), "--ddcompat-strict")
    assert run.outcomes == {"failed": str(files), **others}


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
def test_the_tests_of_a_supported_folder_run_and_are_gated(
    project: Project, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("api/conftest.py", CALL.format("threat_detection"))
    project.write("api/test_in.py", "def test_a(): pass\ndef test_b(): pass")
    run = project.run_apart("api", *more)
    assert run.outcomes == {"passed": "2"}
    assert run.section("ddcompat")[1] == "2 gated: 2 ran"


@pytest.mark.parametrize("selected", [".", "api"])
def test_a_name_that_the_page_does_not_have_is_an_error_at_the_conftest(
    project: Project, selected: str
) -> None:
    project.write("api/conftest.py", CALL.format("quux"))
    project.write("api/test_in.py", "def test_a(): pass")
    run = project.run_apart(selected)
    assert run.status == 2
    (line,) = (line for line in run.out if "no capability" in line and "conftest.py:2" in line)
    assert line.startswith(f"{project.path / 'api' / 'conftest.py'}:2: ")


def test_a_conftest_that_no_longer_requires_anything_counts_no_more(project: Project) -> None:
    project.write("api/conftest.py", CALL.format("api_security"))
    project.write("api/test_in.py", "def test_a(): pass")
    assert project.run("api").outcomes == {"api/test_in.py": "collection skipped"}
    project.write("api/conftest.py", "")
    assert project.run("api").outcomes == {"test_a": "passed"}


def test_two_selected_tests_of_a_module_are_both_found(project: Project) -> None:
    project.write("test_it.py", CALL.format("api_security") + NEVER)
    ids = ("test_it.py::test_a[x::y]", "test_it.py::TestB::test_b", "test_it.py::TestB::test_c")
    run = project.run(*ids)
    names = [name.partition("::")[2] for name in ids]
    assert run.outcomes == dict.fromkeys(names, "skipped")
    assert project.run(*ids, "--ddcompat-strict").outcomes == dict.fromkeys(names, "failed")


@pytest.mark.parametrize("more", ["", "--keep-duplicates", "--doctest-modules"])
@pytest.mark.parametrize(
    "order",
    [
        "test_it.py::test_a test_other.py test_it.py::TestB::test_b",
        "test_it.py::test_a test_it.py test_other.py test_it.py::TestB::test_b",
        "test_it.py::TestB::test_b test_other.py test_it.py::test_a test_it.py::TestB",
        "test_it.py test_it.py::test_a test_other.py test_it.py test_it.py::TestB::test_b",
    ],
)
def test_each_selected_test_of_a_module_is_found_once_in_any_order(
    project: Project, order: str, more: str
) -> None:
    project.write("test_it.py", CALL.format("api_security") + NEVER)
    project.write("test_other.py", "def test_other(): pass")
    names = ("test_a", "TestB::test_b")
    options = (*order.split(), *more.split())
    for strict, became in (((), "skipped"), (("--ddcompat-strict",), "failed")):
        run = project.run(*options, *strict)
        assert run.outcomes == {**dict.fromkeys(names, became), "test_other": "passed"}


@pytest.mark.parametrize("order", ["test_it.py::test_a", "test_it.py::test_a test_other.py"])
def test_a_test_of_a_module_that_a_helper_stops_is_found(project: Project, order: str) -> None:
    project.write("helper.py", CALL.format("api_security"))
    project.write("test_it.py", "import helper\n" + NEVER)
    project.write("test_other.py", "def test_other(): pass")
    others = {"test_other": "passed"} if "other" in order else {}
    run = project.run(*order.split())
    assert (run.status, run.outcomes) == (0, {"test_a": "skipped", **others})
