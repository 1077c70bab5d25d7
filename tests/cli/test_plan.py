"""`ddcompat plan`: from a suite or a record to environments in which every test runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from pytest_ddcompat.__main__ import main
from pytest_ddcompat.environment.fact import facts_schema

if TYPE_CHECKING:
    from support.project import Project

pytestmark = pytest.mark.once
pytest.importorskip("highspy")  # here, as numpy can be loaded only once, and pytester forgets

SCHEMA = Path(__file__).parents[2] / "matrices/plan.schema.json"
SUITE = """
    import pytest
    from pytest_ddcompat import (
        requires_agent, requires_capability, requires_fact, requires_framework, requires_package,
        requires_platform, requires_python, requires_tracer,
    )

    @requires_capability("threat_protection", framework="django")
    def test_django(): pass

    @requires_capability("api_security")
    @requires_tracer("<3")
    def test_older(): pass

    @requires_capability("threat_detection and not api_security")
    def test_before(): pass

    @requires_platform(os="windows", cpu="i686")
    @requires_python(">=3.12")
    class TestWindows:
        @pytest.mark.parametrize("n", [1, 2])
        def test_n(self, n): pass

        @requires_agent(">=7.40")
        def test_agent(self): pass

    @requires_fact("variant", "flask-poc")
    @requires_package("httpx", ">=0.20,<0.28")
    def test_variant(): pass

    @requires_fact("variant", excluded="flask-poc")
    @requires_framework("flask", "==3.0.*")
    def test_other(): pass

    def test_declared(): pass
    def test_expected(): assert 0
    def test_known(): assert 0
    def test_plain(): pass
    """
DECLARED = """
    [[facts]]
    id = "variant"
    kind = "word"

    [[declarations]]
    tests = "test_suite.py::test_declared"
    requires = {deployment = "aws_lambda"}

    [[declarations]]
    tests = "test_suite.py::test_expected"
    requires = {tracer = ">=4"}
    state = "bug"

    [[declarations]]
    tests = "test_suite.py::test_known"
    state = "bug"
    """
IMPOSSIBLE = """
    from pytest_ddcompat import requires_capability, requires_python, requires_tracer

    @requires_tracer("<2")
    @requires_capability("api_security")
    def test_never(): pass

    @requires_python(">=3.12")
    def test_sometimes(): pass
    """
ROWS = [
    'the test needs ddtrace <2 (requires_tracer("<2"))',
    'api_security needs ddtrace >=2.6.0 (Application Security capabilities support: "2.6.0")',
]


@pytest.fixture(autouse=True)
def _suite(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.path)
    monkeypatch.setenv("COLUMNS", "100")
    project.write("test_suite.py", SUITE)
    project.write("declared.toml", DECLARED)
    project.write("pytest.ini", "[pytest]\nddcompat_declarations = declared.toml\n")


def answer(capsys: pytest.CaptureFixture[str], *options: str, status: int = 0) -> dict[str, Any]:
    capsys.readouterr()  # of a run of pytest
    assert main(["plan", "--format", "json", *options]) == status
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, json.loads(SCHEMA.read_text("utf-8")))
    return found


def gated(found: dict[str, Any]) -> set[str]:
    return {test.partition("::")[2] for tests in found["tests"] for test in tests}


GATED = {
    "test_django", "test_older", "test_before", "TestWindows::test_n[1]", "TestWindows::test_n[2]",
    "TestWindows::test_agent", "test_variant", "test_other", "test_declared", "test_expected",
    "test_known",
}  # fmt: skip


def test_every_test_runs_in_some_planned_environment(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, "--collect")
    assert (found["impossible"], gated(found)) == ([], GATED)
    assert found["lower_bound"] == len(found["environments"]) == 3
    assert [facts["os"] for facts in found["environments"]].count("windows") == 1
    ran = set()
    for number, facts in enumerate(found["environments"]):
        project.write("planned.json", json.dumps(facts))
        outcomes = project.run("--ddcompat-facts=planned.json", "--ddcompat-undetermined=skip")
        here = {name for name, outcome in outcomes.outcomes.items() if outcome != "skipped"}
        assert here - {"test_plain"} == {t.partition("::")[2] for t in found["tests"][number]}
        ran |= here
    assert ran == {*GATED, "test_plain"}


def test_environments_are_files_of_facts(capsys: pytest.CaptureFixture[str]) -> None:
    for facts in answer(capsys, "--collect", "test_suite.py")["environments"]:
        jsonschema.validate(facts, facts_schema())


def test_a_record_is_planned_as_the_suite_that_it_is_of(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.run("--ddcompat-report=record.json", "--ddcompat-facts=facts.json")
    of_record = answer(capsys, "record.json")
    assert of_record["environments"] == answer(capsys, "--collect")["environments"]
    assert gated(of_record) == GATED


def test_a_test_that_no_environment_runs_is_an_error(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("test_it.py", IMPOSSIBLE)
    found = answer(capsys, "--collect", "test_it.py", status=1)
    (impossible,) = found["impossible"]
    assert impossible["test"] == "test_it.py::test_never"
    assert sorted(impossible["rows"]) == sorted(ROWS)
    assert found["tests"] == [["test_it.py::test_sometimes"]]
    assert main(["plan", "--collect", "test_it.py"]) == 1
    text = capsys.readouterr().out
    assert "\nno environment runs these tests:\n  test_it.py::test_never\n    " in text


@pytest.mark.parametrize(
    ("options", "key", "values"),
    [
        pytest.param(["--python", "3.10..3.11"], "python", {"3.11"}, id="Pythons"),
        pytest.param(["--only", "tracer=>=2.6,<3"], "tracer", {"2.6.0"}, id="a range of a fact"),
        pytest.param(["--only", "os=macos"], "os", {"macos"}, id="a word"),
        pytest.param(["--only", "deployment=docker,kubernetes"], "deployments",
                     {"docker kubernetes"}, id="types that apply together"),
        pytest.param(["--offers", "offers.toml"], "python", {"3.12"}, id="what the CI offers"),
    ],
)  # fmt: skip
def test_limits(
    options: list[str],
    key: str,
    values: set[str],
    project: Project,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project.write("test_it.py", """
        from pytest_ddcompat import requires_capability
        @requires_capability("api_security")
        def test_it(): pass
        """)  # fmt: skip
    project.write("offers.toml", 'python = ["3.12"]\n[frameworks]\ndjango = ["4.2", "5.2"]\n')
    found = answer(capsys, "--collect", "test_it.py", *options)
    given = [facts[key] for facts in found["environments"]]
    assert {" ".join(v) if isinstance(v, list) else v for v in given} == values


def test_a_limit_of_which_nothing_can_come(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--collect", "test_suite.py", "--only", "fact.x=1"]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", 'ddcompat: no fact "x" is declared; valid: variant\n')


def test_notes_on_environments(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write("test_it.py", """
        from pytest_ddcompat import requires_python, requires_tracer
        @requires_tracer(">=4")
        @requires_python("<3.9")
        def test_a(): pass
        """)  # fmt: skip
    note = "the page iast-python documents no support for ddtrace 4, python 3.8"
    assert answer(capsys, "--collect", "test_it.py")["notes"] == [[note]]
    plan = ["plan", "--collect", "test_it.py"]
    assert main(plan) == 0
    assert f"\n  note: {note}\n" in capsys.readouterr().out
    assert main([*plan, "--format", "markdown"]) == 0
    assert "\n   - note: the page iast-python documents" in capsys.readouterr().out
    for form in ("github", "tox", "requirements"):
        assert main([*plan, "--format", form]) == 0
        assert capsys.readouterr().err == f"ddcompat: note: environment 1: {note}\n"


def test_forms_for_tools(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write("test_it.py", """
        from pytest_ddcompat import requires_framework, requires_python, requires_tracer
        @requires_python("==3.12.*")
        @requires_framework("django", ">=4,<5")
        def test_a(): pass
        @requires_python("==3.9.*")
        @requires_tracer("<3")
        def test_b(): pass
        """)  # fmt: skip
    plan = ["plan", "--collect", "test_it.py"]
    assert main([*plan, "--format", "github"]) == 0
    jobs = json.loads(capsys.readouterr().out)["include"]
    assert {(j["python-version"], j["runs-on"], j["requirements"]) for j in jobs} == {
        ("3.12", "ubuntu-latest", "django>=4,<5"), ("3.9", "ubuntu-latest", "ddtrace<3"),
    }  # fmt: skip
    assert all(isinstance(json.loads(job["facts"]), dict) for job in jobs)
    assert main([*plan, "--format", "tox"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = {job["python-version"].replace(".", ""): job["environment"] for job in jobs}
    assert f"    py312-plan{names['312']}" in lines
    assert f"    plan{names['312']}: django>=4,<5" in lines
    assert main([*plan, "--format", "requirements", "-o", "out/of"]) == 0
    files = {path.name: path.read_text("utf-8") for path in Path("out/of").iterdir()}
    assert {*files} == {"environment-1.txt", "environment-2.txt"}
    assert files[f"environment-{names['39']}.txt"].splitlines()[1:] == ["ddtrace<3"]
    assert main([*plan, "--format", "markdown"]) == 0
    assert capsys.readouterr().out.startswith("### 2 environments for 2 tests; no fewer will do")
    assert main([*plan, "-o", "plan.txt"]) == 0
    assert Path("plan.txt").read_text("utf-8").startswith("2 environments for 2 tests; no fewer ")


WORKFLOW = """
    on: push
    jobs:
      tests:
        runs-on: ${{ matrix.os }}
        strategy:
          matrix:
            os: [ubuntu-latest]
            python-version: ["3.9", "3.12"]
            ddtrace: ["2.5.0", "2.21.1"]
            include: [{os: windows-latest, python-version: pypy3.10, ddtrace: 4.x}]
        steps: [{run: pytest}]
    """
COMPARED = """
    from pytest_ddcompat import requires_capability, requires_framework, requires_platform
    @requires_capability("api_security")
    def test_runs(): pass
    @requires_capability("threat_detection")
    def test_runs_everywhere(): pass
    @requires_platform(implementation="pypy", os="windows")
    def test_on_windows(): pass
    @requires_platform(os="macos")
    def test_on_macos(): pass
    @requires_framework("django")
    def test_django(): pass
    """


@pytest.mark.parametrize(
    ("options", "undetermined", "redundant"),
    [
        pytest.param([], ["test_django"], set(), id="a fact is unknown"),
        pytest.param(["--only", "framework.django=4.2"], [],
                     {f"tests (ubuntu-latest, {rest})"
                      for rest in ("3.9, 2.5.0", "3.12, 2.5.0", "3.12, 2.21.1")},
                     id="it is given"),
    ],
)  # fmt: skip
def test_what_a_workflow_misses_and_has_twice(
    options: list[str],
    undetermined: list[str],
    redundant: set[str],
    project: Project,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("check_jsonschema")
    project.write("tests.yml", WORKFLOW)
    project.write("test_it.py", COMPARED)
    found = answer(capsys, "--collect", "test_it.py", "--existing", "tests.yml", *options)
    compared = found["existing"]
    assert [test.partition("::")[2] for test in compared["missing"]] == [
        "test_on_macos",
        *undetermined,
    ]
    assert [test.partition("::")[2] for test in compared["undetermined"]] == undetermined
    assert {*compared["redundant"]} == redundant
    assert main(["plan", "--collect", "test_it.py", "--existing", "tests.yml", *options]) == 0
    text = capsys.readouterr().out
    assert "\ntests that are supported in none of them:\n  test_it.py::test_on_macos\n" in text
    if undetermined:
        assert "; not known: framework.django\n" in text
        assert "if what is not known is so:\n  test_it.py::test_django\n" in text
    else:
        title = "jobs without which no test is lost:"
        assert f"\n{title}\n  tests (ubuntu-latest, 3.9, 2.5.0)\n" in text


JOBS = """
    on: push
    jobs:
      linux:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/setup-python@v5
            with: {python-version: 3.10}
          - run: pip install ddtrace==latest django==4.*
          - run: pytest
      windows:
        runs-on: windows-latest
        steps:
          - uses: actions/setup-python@v5
            with: {python-version: "3.12"}
          - run: pip install ddtrace==4.16.0 django==5.2
          - run: tox
      docs: {runs-on: windows-latest, steps: [{run: make docs}]}
      called: {uses: ./.github/workflows/other.yml}
    """
OF_JOBS = """
    from pytest_ddcompat import requires_capability, requires_framework, requires_platform
    @requires_platform(os="windows")
    @requires_framework("django", ">=5")
    def test_on_windows(): pass
    @requires_capability("api_security")
    def test_anywhere(): pass
    @requires_platform(os="macos")
    def test_on_macos(): pass
    """


def test_jobs_are_compared_by_all_tests_and_by_their_steps(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("check_jsonschema")
    project.write("tests.yml", JOBS)
    project.write("test_it.py", OF_JOBS)
    options = ["--collect", "test_it.py", "--existing", "tests.yml", "--only", "os=linux"]
    compared = answer(capsys, *options, status=1)["existing"]
    jobs = {job["name"]: job for job in compared["jobs"]}
    assert [*jobs] == ["linux", "windows", "called"]
    assert len(jobs["windows"]["tests"]) == 2
    assert jobs["windows"]["facts"]["frameworks"] == {"django": "5.2"}
    assert (jobs["windows"]["unknown"], jobs["linux"]["facts"]["python"]) == ([], "3.1")
    assert {"tracer", "python"} <= {*jobs["called"]["unknown"]}
    assert compared["redundant"] == []  # of both others something is not known
    assert compared["left_out"] == ["docs"]
    assert compared["missing"] == []  # what no planned environment runs is told there
    assert compared["notes"] == [
        'linux: line 8: 3.10 without quotes is the number 3.1; write "3.10"',
        "called: it calls what is not read, and may run tests",
        "ddtrace==latest is no value of the fact tracer",
        "django==4.* is no value of the fact framework.django",
    ]
    assert main(["plan", *options]) == 1
    text = capsys.readouterr().out
    assert "\njobs left out, as they run neither pytest nor tox nor nox:\n  docs\n\n" in text


def test_a_workflow_that_cannot_be_checked_in_time(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("check_jsonschema")
    run = subprocess.run

    def slow(command: list[str], **options: Any) -> Any:
        if "check_jsonschema" in command:
            raise subprocess.TimeoutExpired(command, options["timeout"])
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", slow)
    project.write("tests.yml", JOBS)
    assert main(["plan", "--collect", "--existing", "tests.yml"]) == 2
    said = "ddcompat: tests.yml: it cannot be checked by its schema within 60 seconds\n"
    assert capsys.readouterr() == ("", said)


def test_a_workflow_that_is_none(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("check_jsonschema")
    project.write("tests.yml", "on: push\njobs: {a: 3}\n")
    assert main(["plan", "--collect", "--existing", "tests.yml"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.partition(" is not")[0]) == ("", "ddcompat: tests.yml: $.jobs.a: 3")


def test_tests_that_are_not_known_are_named(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("test_not.py", "import pytest\npytest.importorskip('no_such_module')\n")
    assert main(["plan", "--collect", "test_not.py"]) == 2
    out, err = capsys.readouterr()
    first, second = err.splitlines()
    assert (out, second.partition("; ")[0]) == ("", "ddcompat: there is no gated test to plan for")
    assert first.startswith("not planned: test_not.py: skipped when it is imported: ")


UNDETERMINED = """
    from pytest_ddcompat import requires_capability, requires_tracer

    @requires_capability("api_security", framework="django")
    def test_unsure(): pass

    @requires_capability("api_security", framework="django")
    @requires_tracer("<2")
    def test_never(): pass
    """


def test_undetermined_tests_are_not_impossible(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("test_it.py", UNDETERMINED)
    found = answer(capsys, "--collect", "test_it.py", status=1)
    assert [each["test"] for each in found["impossible"]] == ["test_it.py::test_never"]
    (unsure,) = found["undetermined"]
    assert unsure["test"] == "test_it.py::test_unsure"
    assert "the page says nothing of frameworks for api_security" in unsure["rows"][0]
    assert main(["plan", "--collect", "test_it.py::test_unsure"]) == 0
    text = capsys.readouterr().out
    title = "undetermined everywhere, so that a run executes them by default:"
    assert f"\n{title}\n  test_it.py::test_unsure\n    api_security needs" in text
    planned = answer(capsys, "--collect", "test_suite.py::test_django")["environments"][0]
    project.write("planned.json", json.dumps(planned))
    ran = project.run("test_it.py", "--ddcompat-facts=planned.json").outcomes
    assert ran == {"test_unsure": "passed", "test_never": "skipped"}


def test_tests_that_need_not_run(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write("test_it.py", IMPOSSIBLE)
    project.write("allow.toml", """
        [[allow]]
        tests = ["test_it.py::test_never", "test_it.py::test_sometimes"]
        reason = "kept for later"
        """)  # fmt: skip
    options = ["--collect", "test_it.py", "--allow", "allow.toml"]
    found = answer(capsys, *options)
    assert [{**each, "rows": None} for each in found["impossible"]] == [
        {"test": "test_it.py::test_never", "rows": None}
    ]
    assert found["allowed"] == [{"test": "test_it.py::test_never", "reason": "kept for later"}]
    assert found["unneeded"] == ["test_it.py::test_sometimes"]
    assert main(["plan", *options]) == 0
    text = capsys.readouterr().out
    assert "\n    api_security needs" in text.partition("    allowed: kept for later\n")[0]
    assert "\nof --allow no longer needed:\n  test_it.py::test_sometimes\n" in text
    assert main(["plan", *options, "--format", "tox"]) == 0
    note = "ddcompat: note: of --allow no longer needed: test_it.py::test_sometimes\n"
    assert capsys.readouterr().err == note


def test_a_file_of_tests_that_need_not_run_which_is_none(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("allow.toml", "[[allow]]\ntests = 'a.py'\n")
    assert main(["plan", "--collect", "--allow", "allow.toml"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.partition(" is missing")[0]) == (
        "", 'ddcompat: allow.toml: allow[0]: the key "reason"',
    )  # fmt: skip


NOT_HOSTED = """
    from pytest_ddcompat import requires_agent, requires_deployment, requires_platform

    @requires_deployment("kubernetes")
    @requires_agent(">=7.50")
    @requires_platform(os="freebsd", implementation="graalpy")
    def test_a(): pass

    def test_plain(): pass
    """


def test_a_matrix_says_what_no_hosted_runner_is(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("test_it.py", NOT_HOSTED)
    plan = ["plan", "--format", "github", "--collect"]
    assert main([*plan, "test_it.py"]) == 0
    assert capsys.readouterr().err == (
        "ddcompat: note: environment 1 (freebsd): a hosted runner is no kubernetes and has no "
        "Datadog Agent and has no freebsd on x86-64 and sets up no graalpy\n"
    )
    assert main([*plan, "test_suite.py::test_django"]) == 0
    assert capsys.readouterr().err == ""
    project.write("test_it.py", IMPOSSIBLE)
    assert main([*plan, "test_it.py::test_never", "-o", "matrix.json"]) == 2
    out, err = capsys.readouterr()
    assert (out, Path("matrix.json").exists()) == ("", False)
    assert err == (
        "ddcompat: no environment runs test_it.py::test_never\n"
        "ddcompat: no environment is planned, and GitHub refuses a matrix without jobs; valid: a "
        "suite of which some environment runs a test\n"
    )


@pytest.mark.parametrize("output", ["acme.toml", "base.toml"])
def test_a_page_is_not_overwritten(
    output: str, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    base = project.write("base.toml", 'extends = "iast-python"\n')
    page = project.write("acme.toml", 'extends = "base.toml"\n')
    plan = ["plan", "--collect", "test_suite.py::test_before", "--matrix", "acme.toml"]
    assert main([*plan, "-o", output]) == 2
    assert capsys.readouterr().err.endswith(f"cannot write {output}: the command reads it\n")
    assert base.read_text(encoding="utf-8") == 'extends = "iast-python"\n'
    assert page.read_text(encoding="utf-8") == 'extends = "base.toml"\n'


def test_requirements_files_of_others_are_kept(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project.path / "out"
    folder.mkdir()
    plan = ["plan", "--collect", "test_suite.py", "--format", "requirements", "-o", "out"]
    own = {1: "# environment 1\n", 4: "# environment 4: Python 3.9\nx\n"}
    kept = {5: "# environment 4\n", 6: "mine\n", 12: ""}
    for number, text in {**own, **kept}.items():
        (folder / f"environment-{number}.txt").write_text(text, "utf-8")
    assert main(plan) == 0
    assert {path.name for path in folder.iterdir()} == {
        f"environment-{number}.txt" for number in (1, 2, 3, 5, 6, 12)
    }
    assert (folder / "environment-1.txt").read_text("utf-8").startswith("# environment 1: Python")
    before = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    before["environment-2.txt"] = "ddtrace==4.0\n"
    (folder / "environment-2.txt").write_text(before["environment-2.txt"], "utf-8")
    capsys.readouterr()
    assert main(plan) == 2
    assert {path.name: path.read_text("utf-8") for path in folder.iterdir()} == before
    said = "environment-2.txt: this file is none that an earlier plan has written; valid: another"
    assert said in capsys.readouterr().err


def test_boundaries_say_where_each_is_tried(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("test_it.py", """
        from pytest_ddcompat import requires_capability
        @requires_capability("api_security")
        def test_it(): pass
        """)  # fmt: skip
    project.write("offers.toml", 'tracer = ["4.16.0", "3.19.9", "2.5.0"]\n')
    options = ["--collect", "test_it.py", "--boundaries", "--offers", "offers.toml"]
    found = answer(capsys, *options)
    for each in found["boundaries"]:
        facts = found["environments"][each["environment"] - 1]
        assert each["versions"] == f"=={facts['tracer']}"
    assert main(["plan", *options]) == 0
    text = capsys.readouterr().out
    assert "requires_tracer" not in text
    assert "\n    the boundary is at ddtrace ==3.19.9\n" in text
    assert "\n  api_security tracer: lowest, ==3.19.9, in environment " in text


def test_without_the_extra(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    assert main(["plan", "--collect"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.partition("; ")[0]) == (
        "",
        "ddcompat: plan needs highspy, which is not installed",
    )
    assert err.endswith("; install pytest-ddcompat with the extra plan: pytest-ddcompat[plan]\n")
