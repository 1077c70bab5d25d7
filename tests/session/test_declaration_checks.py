"""Declarations that are checked against the collected tests: lines, and an error under strict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.core import XDIST

if TYPE_CHECKING:
    from support.project import Project, Run

NAMED = "--ddcompat-declarations=declared.toml"
FAILS = "--ddcompat-declarations-strict"
BUG = '\n[[declarations]]\ntests = "{}"\nstate = "bug"\n'


@pytest.fixture
def suite(project: Project) -> Project:
    """Some tests in two files."""
    project.write("tests/test_one.py", """
        import pytest
        class TestIt:
            def test_method(self): pass
        @pytest.mark.parametrize("x", [1, 2])
        def test_two(x): pass
        """)  # fmt: skip
    project.write("tests/test_other.py", "def test_other(): pass")
    project.write("tests/test_skipped.py", """
        import pytest
        pytest.importorskip("module_that_is_not_there")
        def test(): pass
        """)  # fmt: skip
    return project


def told(run: Run) -> list[str]:
    return [line for line in run.out if line.startswith("ddcompat: ")]


@pytest.mark.parametrize("options", [(), XDIST], ids=["", "xdist"])
@pytest.mark.parametrize(
    ("word", "near"),
    [
        pytest.param("flask-pco", "flask-poc", id="misspelt"),
        pytest.param("flask-poc", "", id="named by a state"),
        pytest.param("django-poc", "", id="excluded"),
        pytest.param("rails71", "", id="another number"),
        pytest.param("gin", "", id="another word"),
    ],
)
def test_a_word_that_no_declaration_names(
    suite: Project, word: str, near: str, options: tuple[str, ...]
) -> None:
    suite.write("declared.toml", """
        [[facts]]
        id = "variant"
        kind = "word"
        [[declarations]]
        tests = "tests/test_one.py"
        state = "bug"
        when = [{fact = "variant", value = ["flask-poc", "rails70"]}]
        [[declarations]]
        tests = "tests/test_other.py"
        requires = {fact = "variant", excluded = "django-poc"}
        """)  # fmt: skip
    run = suite.run(NAMED, FAILS, f"--ddcompat-set=fact.variant={word}", *options)
    said = f'ddcompat: fact.variant is "{word}", which no declaration names; did you mean "{near}"?'
    assert told(run) == ([said] if near else [])
    assert run.status == pytest.ExitCode.OK


@pytest.mark.parametrize(
    ("tests", "options", "parts"),
    [
        pytest.param("tests/test_one.py", "", [], id="file"),
        pytest.param("tests", "", [], id="folder"),
        pytest.param("tests/test_one.py::TestIt::test_method", "", [], id="method"),
        pytest.param("tests/test_one.py::test_two[2]", "", [], id="parameters"),
        pytest.param("tests/test_skipped.py::test", "", [], id="test of a module that is skipped"),
        pytest.param("tests/test_other.py::test_other", "-k nothing", [], id="deselected test"),
        pytest.param(
            "tests/test_other.py::test_gone", "tests/test_one.py", [], id="file not collected"
        ),
        pytest.param(
            "tests/test_one.py::TestGone", "tests/test_one.py::TestIt", [], id="part of a file"
        ),
        pytest.param("tests/test_gone.py", "tests/test_one.py", [], id="no such file elsewhere"),
        pytest.param(
            "tests/test_one.py::TestGone", "",
            ['"tests/test_one.py" has no class or test "TestGone"'], id="no such class",
        ),
        pytest.param(
            "tests/test_one.py::TestIt::test_methd", "tests/test_one.py",
            ['"tests/test_one.py::TestIt" has no class or test "test_methd"; did you'],
            id="no such method",
        ),
        pytest.param(
            "tests/test_one.py::test_two[3]", "",
            ['"tests/test_one.py::test_two" has no parameters "[3]"'],
            id="no such parameters",
        ),
        pytest.param(
            "tests/test_gone.py::test", "",
            ['"tests" has no file or folder "test_gone.py"'], id="no such file",
        ),
        pytest.param("test_gone.py", "tests", [], id="no such file, outside of what is collected"),
    ],
)  # fmt: skip
def test_declared_and_collected(suite: Project, tests: str, options: str, parts: list[str]) -> None:
    (suite.path / "declared.toml").write_text(BUG.format(tests))
    found = told(suite.run(NAMED, *options.split()))
    assert len(found) == len(parts)
    assert all(line.startswith("ddcompat: declared.toml:2: tests: ") for line in found)
    assert all(part in line for line, part in zip(found, parts)), found


def test_two_that_say_the_same(suite: Project) -> None:
    (suite.path / "declared.toml").write_text(BUG.format("tests") * 2)
    (line,) = told(suite.run(NAMED))
    assert line.startswith("ddcompat: declared.toml:6: this says the same as declared.toml:2")


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
@pytest.mark.parametrize(
    ("tests", "strict", "status"),
    [
        pytest.param("tests/test_one.py::TestGone", (), pytest.ExitCode.OK, id="told"),
        pytest.param(
            "tests/test_one.py::TestGone", (FAILS,), pytest.ExitCode.INTERRUPTED, id="an error"
        ),
        pytest.param("tests", (FAILS,), pytest.ExitCode.OK, id="nothing wrong"),
    ],
)
def test_strict(
    suite: Project, tests: str, strict: tuple[str, ...], status: int, more: tuple[str, ...]
) -> None:
    (suite.path / "declared.toml").write_text(BUG.format(tests))
    run = suite.run(NAMED, *strict, *more)
    assert run.status == status
    assert len(told(run)) == ("Gone" in tests)  # once, whatever the number of workers
    if status == pytest.ExitCode.INTERRUPTED and not more:
        assert run.outcomes == {"tests/test_skipped.py": "collection skipped"}
        assert any("something is wrong with the declarations" in line for line in run.out)


@pytest.mark.parametrize(
    ("options", "count"),
    [
        pytest.param(("--collect-only",), 1, id="collect-only"),
        pytest.param(("--collect-only", "-q"), 0, id="ids for programs"),
        pytest.param(("--collect-only", "-q", FAILS), 1, id="strict"),
    ],
)
def test_collect_only(suite: Project, options: tuple[str, ...], count: int) -> None:
    (suite.path / "declared.toml").write_text(BUG.format("tests/test_one.py::TestGone"))
    assert len(told(suite.run(NAMED, *options))) == count


def test_a_long_list_ends(suite: Project) -> None:
    text = "".join(BUG.format(f"tests/test_one.py::test_{n}") for n in range(50))
    (suite.path / "declared.toml").write_text(text)
    lines = told(suite.run(NAMED))
    assert len(lines) == 41
    assert lines[-1] == "ddcompat: and 10 more"


def test_lines_are_in_the_order_of_the_file(suite: Project) -> None:
    suite.write("declared.toml", "".join(BUG.format(f"tests/gone_{n}.py") for n in "cabd"))
    run = suite.run(NAMED)
    assert [line.split(":")[2] for line in told(run)] == ["2", "6", "10", "14"]
