"""Several pages at once: markers, hook and summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.core import XDIST
from support.several import ACME, BOTH, EXPECTED, RAISED, TESTS, hook, marked, told

if TYPE_CHECKING:
    from support.project import Project

UNMET = (
    'needs ddtrace >=2.6, found 2.5.0 (acme.toml: "2.6", overlay acme.toml: known '
    "(https://example.org/))"
)
AMBIGUOUS = (
    'iast-python and acme define "threat_protection" differently; '
    "choose one with matrix=: acme, iast-python"
)


def test_each_marker_is_held_against_its_page(project: Project) -> None:
    project.write("acme.toml", RAISED)
    project.write("test_it.py", TESTS)
    run = project.run(*BOTH)
    assert run.outcomes == EXPECTED
    head, counts, *reasons = run.section("ddcompat")
    assert head.startswith(
        "iast-python (read 2026-11-22) and acme (read 2026-11-22): ddtrace 2.5.0"
    )
    assert counts == "4 gated: 2 ran, 2 skipped"
    assert reasons[0].startswith("  1 skipped: acme: acme_waf_rules needs ddtrace >=2.6, found 2.5")
    assert reasons[1].startswith("  1 skipped: acme: threat_protection needs ddtrace >=2.6, found")
    assert reasons[2:] == ["ddtrace >=2.6 would let 2 more tests run"]


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        pytest.param("--ddcompat-strict", "failed", id="strict"),
        pytest.param("--ddcompat-unsupported=deselect", "deselected", id="deselected"),
        pytest.param("--ddcompat-set=tracer=2.6", "passed", id="met"),
    ],
)
def test_the_policy_is_the_same_for_every_page(
    project: Project, options: str, outcome: str
) -> None:
    project.write("acme.toml", ACME)
    project.write("test_it.py", marked('"acme_waf_rules"'))
    assert project.run(*BOTH, options).outcomes == {"test": outcome}


def test_reasons_of_one_page_do_not_name_it(project: Project) -> None:
    project.write("acme.toml", ACME)
    project.write("test_it.py", marked('"acme_waf_rules"'))
    run = project.run("--ddcompat-matrix=acme.toml", "-rs")
    (line,) = [line for line in run.out if line.startswith("SKIPPED")]
    assert line == f"SKIPPED [1] test_it.py:2: acme_waf_rules {UNMET}"


HOOKS = {
    "id": ("['iast-python']", ["iast-python"]),
    "path": ("['acme.toml']", ["iast-python", "acme"]),
    "path object": ("(pathlib.Path('acme.toml'),)", ["iast-python", "acme"]),
    "matrix": ("[load_matrix(pathlib.Path(__file__).parent / 'acme.toml')]",
               ["iast-python", "acme"]),
    "generator": ("(name for name in ['acme.toml'])", ["iast-python", "acme"]),
    "none": ("None", ["iast-python"]),
    "empty": ("[]", ["iast-python"]),
}  # fmt: skip


@pytest.mark.parametrize(("returned", "pages"), HOOKS.values(), ids=list(HOOKS))
def test_hook_adds_pages(project: Project, returned: str, pages: list[str]) -> None:
    project.write("acme.toml", ACME)
    project.write("conftest.py", hook(returned))
    assert told(project) == pages


def test_pages_of_the_hook_stand_behind_those_of_options(project: Project) -> None:
    project.write("acme.toml", ACME)
    project.write("conftest.py", hook("['iast-python']"))
    assert told(project, "--ddcompat-matrix=acme.toml") == ["acme", "iast-python"]


BAD_HOOKS = {
    "no such id": (
        "['iast-pyton']",
        (
            'MatrixError: pytest_ddcompat_matrices: there is no bundled matrix "iast-pyton"; '
            'did you mean "iast-python"? valid: iast-python, or the path of a .toml file'
        ),
    ),
    "string": (
        "'acme.toml'",
        (
            'pytest_ddcompat_matrices: it must return an iterable (got "acme.toml"); '
            "valid: a list, each the id of a bundled matrix, the path of a .toml file, or a Matrix"
        ),
    ),
    "number": (
        "3",
        (
            "pytest_ddcompat_matrices: it must return an iterable (got 3); "
            "valid: a list, each the id of a bundled matrix, the path of a .toml file, or a Matrix"
        ),
    ),
    "number in it": (
        "[3]",
        (
            "pytest_ddcompat_matrices: 3 is not a matrix; "
            "valid: the id of a bundled matrix, the path of a .toml file, or a Matrix"
        ),
    ),
    "raises": ("1 / 0", "pytest_ddcompat_matrices: ZeroDivisionError: division by zero"),
    "same id": (
        "['iast-python.toml']",
        (
            'two different matrices have the page id "iast-python": iast-python and '
            "{folder}/iast-python.toml; "
            "valid: a different id for each (set page.id in an overlay)"
        ),
    ),
}


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
@pytest.mark.parametrize(("returned", "message"), BAD_HOOKS.values(), ids=list(BAD_HOOKS))
def test_what_is_wrong_with_a_hook_is_the_error_of_tests_that_need_it(
    project: Project, returned: str, message: str, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("iast-python.toml", f'{ACME}\n[page]\nid = "iast-python"\n')
    project.write("conftest.py", hook(returned))
    project.write("test_it.py", marked('"sca"') + "def test_plain(): pass\n")
    run = project.run(*more)
    assert run.outcomes == {"test": "error", "test_plain": "passed"}
    assert "INTERNALERROR" not in "\n".join(run.out)
    line = f'requires_capability("sca"): {message.removeprefix("MatrixError: ")}'
    line = line.replace("{folder}", str(project.path))
    assert line in [line.strip() for line in run.out]


MISUSED = {
    "ambiguous": ('"threat_protection"', AMBIGUOUS),
    "ambiguous by alias": (
        '"Threat Protection", "sca"', AMBIGUOUS.replace("threat_protection", "Threat Protection"),
    ),
    "unknown page": (
        '"sca", matrix="acm"',
        'this run has no matrix "acm"; did you mean "acme"? valid: acme, iast-python',
    ),
    "no id": ('"sca", matrix=3', "matrix must be the id of a matrix (got 3)"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), MISUSED.values(), ids=list(MISUSED))
def test_misuse_is_an_error_of_the_collection(
    project: Project, arguments: str, message: str
) -> None:
    project.write("acme.toml", RAISED)
    project.write("test_it.py", marked(arguments))
    run = project.run(*BOTH)
    assert run.status == 2
    assert f"test_it.py:2: requires_capability({arguments}): {message}" in run.out


ASKED = """
import pytest
import pytest_ddcompat
pytest_ddcompat.require("threat_protection", matrix="iast-python")
@pytest_ddcompat.requires_capability("sca", matrix="acme")
def test_check(ddcompat):
    assert ddcompat.check("threat_protection", matrix="iast-python").status.value == "supported"
    assert ddcompat.check("threat_protection", matrix="acme").status.value == "unsupported"
    assert ddcompat.check("acme_waf_rules").status.value == "unsupported"
    with pytest.raises(pytest_ddcompat.RequirementError) as raised:
        ddcompat.check("threat_protection")
    assert 'define "threat_protection" differently; ' in str(raised.value)
def test_require(ddcompat):
    ddcompat.require("threat_protection", matrix="acme")
"""


def test_module_and_fixture_pick_a_page(project: Project) -> None:
    project.write("acme.toml", RAISED)
    project.write("test_it.py", ASKED)
    assert project.run(*BOTH).outcomes == {"test_check": "passed", "test_require": "skipped"}


DELETED = """
import pathlib
def pytest_sessionstart(session):
    pathlib.Path(session.config.rootpath, "acme.toml").unlink(missing_ok=True)
"""


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
def test_files_are_read_once_at_the_start(project: Project, more: tuple[str, ...]) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("acme.toml", RAISED)
    project.write("conftest.py", DELETED)
    project.write("test_it.py", TESTS)
    run = project.run(*BOTH, *more)
    assert not (project.path / "acme.toml").exists()
    assert run.outcomes == EXPECTED
    assert "ddtrace >=2.6 would let 2 more tests run" in run.section("ddcompat")
