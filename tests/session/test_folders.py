"""Folders with facts or matrices of their own, and workers of other environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.records import record_of

from pytest_ddcompat.record.reading import RecordError, read_record

if TYPE_CHECKING:
    from support.project import Project

LAMBDA = 'def pytest_ddcompat_facts(config): return {"deployments": ["aws_lambda"]}'
KUBERNETES = 'def pytest_ddcompat_facts(config): return {"deployments": ["kubernetes"]}'
INI = "[pytest]\nddcompat_set =\n    tracer=4.1.0\n    python=3.11\n    date=2026-05-31\n"
TESTS = """
from pytest_ddcompat import requires_capability, requires_deployment
@requires_deployment("{}")
def test_{}_is(): pass
@requires_capability("software_composition_analysis")
def test_{}_sca(): pass
"""
RIGHT = {
    "test_lambda_is": "passed",
    "test_lambda_sca": "skipped",
    "test_k8s_is": "passed",
    "test_k8s_sca": "passed",
}
XDIST = ("-p", "xdist.plugin", "-n", "2")


@pytest.fixture
def folders(project: Project) -> Project:
    project.write("pytest.ini", INI)
    project.write("lambda_service/conftest.py", LAMBDA)
    project.write("lambda_service/test_lambda.py", TESTS.format("aws_lambda", *2 * ["lambda"]))
    project.write("k8s_service/conftest.py", KUBERNETES)
    project.write("k8s_service/test_k8s.py", TESTS.format("kubernetes", *2 * ["k8s"]))
    return project


@pytest.mark.parametrize(
    "arguments",
    [
        "lambda_service k8s_service",
        "k8s_service lambda_service",
        ".",
        "k8s_service/test_k8s.py lambda_service",
    ],
)
@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
def test_a_folders_facts_are_those_of_its_own_tests(
    folders: Project, arguments: str, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("xdist")
    run = folders.run(*arguments.split(), *more, "--ddcompat-report=run.json")
    assert run.outcomes == RIGHT
    heads = [line for line in run.section("ddcompat") if "iast-python (read" in line]
    assert [head.partition(":")[0] for head in heads] == ["k8s_service", "lambda_service"]
    assert "deployment kubernetes" in heads[0]
    assert "deployment aws_lambda" in heads[1]
    assert _environments(record_of(folders)) == {
        "lambda_service/test_lambda.py": ("lambda_service", ["aws_lambda"]),
        "k8s_service/test_k8s.py": ("k8s_service", ["kubernetes"]),
    }


def _environments(record: dict[str, Any]) -> dict[str, tuple[str, list[str]]]:
    known = record["environments"]
    by_file = {}
    for test in record["tests"]:
        environment = known[record["decisions"][test["decision"]]["environment"]]
        by_file[test["file"]] = (environment["folder"], environment["facts"]["deployments"])
    return by_file


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        ("a c", "."),
        ("c/test_c.py::test_c a", "."),
        ("--rootdir=a a c", "."),
        ("-c a/pytest.ini c a", "."),
        ("--rootdir=a", "."),
        ("--rootdir=a --pyargs a c", "."),
        ("--rootdir=. a c", "a"),
    ],
)
def test_a_conftest_in_the_root_does_not_speak_for_what_is_outside(
    project: Project, arguments: str, folder: str, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("xdist")
    (project.path / "pytest.ini").unlink()
    project.write("a/pytest.ini", "[pytest]\n")
    project.write("own.toml", 'extends = "iast-python"\n[page]\nid = "own"\n')
    own = f"def pytest_ddcompat_matrices(config): return [{str(project.path / 'own.toml')!r}]"
    project.write("a/conftest.py", f"{LAMBDA}\n{own}")
    marked = "import pytest\n@pytest.mark.requires_deployment('aws_lambda')\ndef test_{}(): pass"
    project.write("a/test_a.py", marked.format("a"))
    project.write("c/test_c.py", marked.format("c"))
    run = project.run(*arguments.split(), *more)
    assert run.outcomes == {"test_a": "passed", "test_c": "skipped"}
    heads = [line for line in run.section("ddcompat") if "iast-python (read" in line]
    assert heads[0].startswith("iast-python (read")
    assert "aws_lambda" not in heads[0]
    assert "own (read" not in heads[0]
    assert heads[1].startswith(f"{folder}: iast-python (read")


@pytest.mark.parametrize("arguments", ["a", "a/test_a.py::test_a", "--rootdir=a a/test_a.py"])
def test_a_conftest_of_the_root_speaks_for_all_that_is_within(
    project: Project, arguments: str
) -> None:
    (project.path / "pytest.ini").unlink()
    project.write("a/pytest.ini", "[pytest]\n")
    project.write("a/conftest.py", LAMBDA)
    marked = "import pytest\n@pytest.mark.requires_deployment('aws_lambda')\ndef test_a(): pass"
    project.write("a/test_a.py", marked)
    run = project.run(*arguments.split(), "--ddcompat-report=run.json")
    assert run.outcomes == {"test_a": "passed"}
    assert _environments(record_of(project)) == {"test_a.py": ("", ["aws_lambda"])}


BAD = {
    "a wrong name": 'def pytest_ddcompat_facts(config): return {"deploymnts": []}',
    "an error": "def pytest_ddcompat_facts(config): raise RuntimeError('no facts')",
    "no pages": "def pytest_ddcompat_matrices(config): return ['no-such-page']",
}


@pytest.mark.parametrize("more", [(), (*XDIST[:-1], "1")], ids=["", "xdist"])
@pytest.mark.parametrize("bad", BAD)
def test_a_folders_bad_hook_is_the_error_of_its_own_tests(
    project: Project, bad: str, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("pytest.ini", INI)
    project.write("a/conftest.py", LAMBDA)
    project.write("b/conftest.py", BAD[bad])
    marked = (
        "import pytest\n@pytest.mark.requires_deployment('aws_lambda')\ndef test_{0}(): pass\n"
        "@pytest.mark.requires_deployment('aws_lambda')\ndef test_{0}_too(): pass\n"
        "def test_{0}_inside(ddcompat): ddcompat.require('software_composition_analysis')\n"
    )
    for folder in "abc":
        project.write(f"{folder}/test_{folder}.py", marked.format(folder))
    run = project.run("--ddcompat-report=run.json", *more)
    assert run.outcomes == {
        **dict.fromkeys(("test_a", "test_a_too"), "passed"),
        "test_a_inside": "skipped",
        **dict.fromkeys(("test_b", "test_b_too"), "error"),
        "test_b_inside": "failed",
        **dict.fromkeys(("test_c", "test_c_too"), "skipped"),
        "test_c_inside": run.outcomes["test_c_inside"],
    }
    summary = run.section("ddcompat")
    assert [line.partition(" ")[0] for line in summary[:2]] == ["iast-python", "a:"]
    assert summary[2].startswith("6 gated: ")
    (told,) = (line for line in run.out if line.startswith("ddcompat: "))
    assert f"the record {project.path / 'run.json'} may lack tests: " in told
    environments = _environments(record_of(project))
    assert {file: folder for file, (folder, _) in environments.items()} == {
        "a/test_a.py": "a",
        "c/test_c.py": "",
    }


def test_one_folder_alone_needs_no_name(folders: Project) -> None:
    run = folders.run("lambda_service")
    assert run.section("ddcompat")[0].startswith("iast-python (read")


def test_the_folders_in_a_folder_take_its_facts_and_may_replace_them(folders: Project) -> None:
    ask = "def test_{}(ddcompat): assert ddcompat.environment.deployments.value == {}"
    folders.write("conftest.py", 'def pytest_ddcompat_facts(config): return {"site": "a.example"}')
    site = "\ndef test_site_{}(ddcompat): assert ddcompat.environment.site.value == {}"
    folders.write("test_root.py", ask.format("root", "set()") + site.format("root", "'a.example'"))
    inside = ask.format("inside", "{'aws_lambda'}") + site.format("inside", "'a.example'")
    folders.write("lambda_service/a/test_inside.py", inside)
    own = '\ndef pytest_ddcompat_facts(config): return {"site": "b.example"}'
    folders.write("lambda_service/b/conftest.py", own)
    own = ask.format("own", "{'aws_lambda'}") + site.format("own", "'b.example'")
    folders.write("lambda_service/b/test_own.py", own)
    folders.write("test_root.py", site.format("root", "'a.example'"))
    run = folders.run()
    assert set(run.outcomes.values()) == {"passed", "skipped"}
    assert run.status == 0


def test_require_asks_its_own_folders(folders: Project) -> None:
    module = 'import pytest_ddcompat\npytest_ddcompat.require("software_composition_analysis")\n'
    for folder in ("lambda", "k8s"):
        folders.write(f"{folder}_service/test_m_{folder}.py", f"{module}def test_{folder}(): pass")
        folders.write(
            f"{folder}_service/test_f_{folder}.py",
            "def test_inside_{}(ddcompat): ddcompat.require('software_composition_analysis')\n"
            "def test_check_{}(ddcompat):\n"
            "    verdict = ddcompat.check('software_composition_analysis')\n"
            "    assert verdict.status.value == '{}'\n".format(
                folder, folder, {"lambda": "unsupported", "k8s": "supported"}[folder]
            ),
        )
    run = folders.run()
    assert run.outcomes == {
        **RIGHT,
        "lambda_service/test_m_lambda.py": "collection skipped",
        "test_k8s": "passed",
        "test_inside_lambda": "skipped",
        "test_inside_k8s": "passed",
        "test_check_lambda": "passed",
        "test_check_k8s": "passed",
    }


def test_a_folders_matrices_are_those_of_its_own_tests(folders: Project) -> None:
    folders.write("own.toml", 'extends = "iast-python"\n[page]\nid = "own"\n')
    more = 'def pytest_ddcompat_matrices(config): return ["own.toml"]'
    folders.write("k8s_service/conftest.py", f"{KUBERNETES}\n{more}")
    marked = "import pytest\n@pytest.mark.requires_capability('api_security', matrix='own')\n"
    folders.write("k8s_service/test_own.py", f"{marked}def test_own(): pass")
    folders.write("lambda_service/test_not.py", f"{marked}def test_not(): pass")
    run = folders.run("--continue-on-collection-errors")
    assert run.outcomes == {
        **RIGHT,
        "test_own": "passed",
        "lambda_service/test_not.py": "collection failed",
    }


@pytest.mark.parametrize(("dist", "tests"), [("load", 2), ("each", 4)])
def test_each_worker_decides_in_its_own_environment(
    project: Project, dist: str, tests: int
) -> None:
    pytest.importorskip("xdist")
    project.write("pytest.ini", INI)
    marked = "import pytest\npytestmark = pytest.mark.requires_capability('threat_detection')\n"
    project.write("test_it.py", f"{marked}def test_one(): pass\ndef test_two(): pass")
    workers = ("--tx", "popen//env:DD_SITE=ddog-gov.com", "--tx", "popen", "--dist", dist)
    run = project.run("-p", "xdist.plugin", *workers, "--ddcompat-report=run.json")
    record = record_of(project)
    environments = record["environments"]
    assert len(record["tests"]) == tests
    by_site = {}
    for test in record["tests"]:
        decision = record["decisions"][test["decision"]]
        site = environments[decision["environment"]]["facts"]["site"]
        by_site[site] = (decision["verdict"], test["outcome"])
    assert by_site == {
        "datadoghq.com": ("supported", "passed"),
        "ddog-gov.com": ("unsupported", "skipped"),
    }
    summary = run.section("ddcompat")
    assert ["site datadoghq.com" in summary[0], "site ddog-gov.com" in summary[1]] == [True, True]
    assert summary[2] == f"{tests} gated: {tests // 2} ran, {tests // 2} skipped"
    assert not any("would let" in line for line in summary if "ddtrace" in line)


def test_a_record_names_an_environment_that_it_has(folders: Project) -> None:
    folders.run(".", "--ddcompat-report=run.json")
    text = (folders.path / "run.json").read_text()
    (folders.path / "run.json").write_text(text.replace('"environment":1', '"environment":2'))
    with pytest.raises(RecordError, match=r"there is no 2 in environments; valid: 0 to 1"):
        read_record(folders.path / "run.json")


def test_the_day_is_that_of_the_controller_in_all_workers(project: Project) -> None:
    pytest.importorskip("xdist")
    project.write("pytest.ini", "[pytest]\nddcompat_set = tracer=4.1.0\n")
    project.write(
        "conftest.py",
        """
        import datetime as dt, importlib, os
        worker = os.environ.get("PYTEST_XDIST_WORKER")
        day = dt.date(1999, 1, 1 + int(worker[2:])) if worker else dt.date(1999, 6, 1)
        for name in ("session.day", "environment.detection"):
            module = importlib.import_module(f"pytest_ddcompat.{name}")
            module.today = lambda: day
        """,
    )
    marked = "import pytest\npytestmark = pytest.mark.requires_tracer('>=1')\n"
    project.write("test_it.py", marked + "def test_one(): pass\ndef test_two(): pass")
    options = ("-p", "xdist.plugin", "-n", "2", "--dist=each", "--ddcompat-report=run.json")
    project.run_apart(*options)
    record = record_of(project)
    (environment,) = record["environments"]
    assert environment["facts"]["date"] == "1999-06-01"
