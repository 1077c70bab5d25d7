"""`ddcompat declare`: what is declared and what it comes to, and declarations made of markers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.core import SUPPORTED
from support.records import record_of

from pytest_ddcompat.__main__ import main
from pytest_ddcompat.declarations.file import read_declarations
from pytest_ddcompat.requirement.requirement import without_strict

if TYPE_CHECKING:
    from support.project import Project

DECLARED = """
[[facts]]
id = "variant"
kind = "word"

[[declarations]]
tests = "test_a.py::TestA::test_body"
state = "missing"
when = {tracer = "<5"}
ticket = "APPSEC-1"
owner = "appsec"

[[declarations]]
tests = "test_a.py::TestA::test_slow"
state = "flaky"
reason = "times out"
"""
OTHERS = """
[[declarations]]
tests = "test_a.py"
requires = {tracer = ">=4.20"}
unsupported = "fail"

[[declarations]]
tests = "tests/**/test_b.py"
requires = {fact = "variant", value = "flask-poc"}
undetermined = "skip"
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("facts.json").write_text(json.dumps(SUPPORTED), encoding="utf-8")
    Path("one.toml").write_text(DECLARED, encoding="utf-8")
    Path("two.toml").write_text(OTHERS, encoding="utf-8")


def answer(capsys: pytest.CaptureFixture[str], line: str) -> dict[str, tuple[str, list[str]]]:
    """Each test with its action, and place, verdict and action of its declarations."""
    assert main(["declare", "--facts", "facts.json", "--format", "json", *line.split()]) == 0
    found = json.loads(capsys.readouterr().out)
    keys = ("place", "verdict", "action")
    return {
        test["test"]: (test["action"], [" ".join(d[k] for k in keys) for d in test["declarations"]])
        for test in found["tests"]
    }


ONE = "--declarations one.toml"
TWO = f"{ONE} --declarations two.toml"
BODY, SLOW = "test_a.py::TestA::test_body", "test_a.py::TestA::test_slow"
OF_BODY = ("xfail", ["one.toml:6 unsupported xfail"])
OF_SLOW = ("skip", ["one.toml:13 unsupported skip"])


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param(f"{BODY} {ONE}", {BODY: OF_BODY}, id="a test"),
        pytest.param(f"{BODY}[1] {ONE}", {f"{BODY}[1]": OF_BODY}, id="a parametrised test"),
        pytest.param(
            f"test_a.py::TestA {ONE}", {BODY: OF_BODY, SLOW: OF_SLOW}, id="what is in a class"
        ),
        pytest.param(f"test_a.py {ONE}", {BODY: OF_BODY, SLOW: OF_SLOW}, id="what is in a file"),
        pytest.param(ONE, {BODY: OF_BODY, SLOW: OF_SLOW}, id="all"),
        pytest.param(f"test_b.py {ONE}", {"test_b.py": ("run", [])}, id="nothing"),
        pytest.param(
            f"{BODY} {TWO}",
            {BODY: ("fail", [*OF_BODY[1], "two.toml:2 unsupported fail"])},
            id="the strongest action",
        ),
        pytest.param(
            f"{BODY} {ONE} --set tracer=5.0",
            {BODY: ("run", ["one.toml:6 supported run"])},
            id="a state that does not apply",
        ),
        pytest.param(
            f"tests/x/test_b.py {TWO}",
            {"tests/x/test_b.py": ("skip", ["two.toml:7 undetermined skip"])},
            id="an unknown fact",
        ),
        pytest.param(
            f"tests/x/test_b.py {TWO} --set fact.variant=flask-poc",
            {"tests/x/test_b.py": ("run", ["two.toml:7 supported run"])},
            id="a fact that a file declares",
        ),
    ],
)
def test_what_is_declared(line: str, found: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, line) == found


@pytest.mark.parametrize(
    ("ini", "actions"),
    [
        pytest.param("", ["fail", "xfail", "skip"], id="defaults"),
        pytest.param("ddcompat_states = missing: skip", ["fail", "skip", "skip"], id="states"),
        pytest.param("ddcompat_policy = *: deselect", ["fail", "xfail", "skip"], id="policy"),
    ],
)
def test_options_of_the_ini_file(
    ini: str, actions: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    named = "ddcompat_declarations =\n  two.toml\n  one.toml"
    Path("pytest.ini").write_text(f"[pytest]\n{named}\n{ini}\n", encoding="utf-8")
    found = answer(capsys, BODY)[BODY][1] + answer(capsys, SLOW)[SLOW][1][1:]
    assert [each.split()[-1] for each in found] == actions


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    asked = [BODY, "test_a.py::TestA::test_bodi"]
    assert main(["declare", *asked, *ONE.split(), "--facts", "facts.json"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("https://")
    assert out.endswith(
        """
test_a.py::TestA::test_body: xfail
  one.toml:6: unsupported, xfail
    state: missing
    when: requires_tracer("<5")
    ticket: APPSEC-1
    owner: appsec
    why: one.toml:6 declares it missing (APPSEC-1); ddtrace <5 (4.16.0)

test_a.py::TestA::test_bodi: run
  nothing declares this; did you mean "test_a.py::TestA::test_body"?
"""
    )


def test_a_remedy_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["declare", "test_a.py", *TWO.split()[2:], "--facts", "facts.json"]) == 0
    assert "    fix: ddtrace >=4.20\n" in capsys.readouterr().out


SUITE = """
import pytest
from pytest_ddcompat import requires_capability, requires_tracer

pytestmark = [pytest.mark.requires_tracer(">=2", strict=True), pytest.mark.requires_python(">=3.8")]

@pytest.mark.requires_deployment("docker", "kubernetes")
class TestService:
    @requires_capability("sca and not api_security", "threat_protection", preview=False)
    @requires_tracer(">=2|>=1.5,<1.7")
    def test_one(self): pass
    @requires_capability("api_security", framework=("django", "flask"), datastore="sqlite")
    @requires_capability("sca", support_level="ga")
    def test_two(self): pass
    class TestInner:
        @pytest.mark.requires_agent(">=7.50")
        def test_three(self): pass
        @pytest.mark.requires_agent(">=7.50")
        def test_four(self): pass

@pytest.mark.parametrize("x", [
    "a/b::c",
    pytest.param("b", marks=requires_tracer(">=4.20")),
    pytest.param("[c]", marks=pytest.mark.requires_agent(">=7.70", strict=True)),
])
@pytest.mark.requires_platform(os=("linux", "macos"), cpu="x86-64")
def test_many(x): pass

@pytest.mark.requires_package("httpx", "<1")
@pytest.mark.requires_package("wrapt")
@pytest.mark.requires_framework("django", ">=5")
@pytest.mark.requires_support_level("maintenance")
@pytest.mark.requires_fact("variant", ("flask-poc", "uds"))
def test_kinds(): pass

@pytest.mark.requires_fact("variant", excluded=("uds", "other"))
@pytest.mark.requires_fact("variant", "flask-poc")
def test_facts(): pass

def test_bare(): pass
"""
OF_A_CLASS = """
import pytest
class TestAll:
    @pytest.mark.requires_tracer(">=3")
    def test_one(self): pass
    @pytest.mark.requires_tracer(">=3")
    def test_two(self): pass
def test_bare(): pass
"""
FACTS = '[[facts]]\nid = "variant"\nkind = "word"\n'
# What marks, and nothing else, on lines of the suite.
MARKS = re.compile(
    r", marks=(?:pytest\.mark\.)?requires_\w+\(.*?\)(?=\))"
    r"|^ *@(?:pytest\.mark\.)?requires_.*\n|^pytestmark.*\n",
    re.MULTILINE,
)
HERE = "--ddcompat-set=fact.variant=flask-poc"


def bare_marker(text: str) -> str:
    """A marker without `strict=`, which a declaration has as an action."""
    return without_strict(text)[0]


def decisions(project: Project, options: list[str]) -> list[tuple[Any, ...]]:
    project.run("--ddcompat-report=record.json", *options)
    record = record_of(project, "record.json")
    found = []
    for test in record["tests"]:
        made = record["decisions"][test["decision"]]
        required = sorted(bare_marker(each["marker"]) for each in made["requirements"])
        found.append((test["id"], test["outcome"], made["verdict"], made["action"], required))
    return sorted(found)


def declare(project: Project, monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    monkeypatch.chdir(project.path)
    assert main(["declare", "--from-markers", "-o", "declared.toml", *options]) == 0


def test_declarations_decide_as_the_marks_they_are_made_of(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("facts.toml", FACTS)
    project.write("tests/test_suite.py", SUITE)
    project.write("tests/test_class.py", OF_A_CLASS)
    own = "--ddcompat-declarations=facts.toml"
    ini = "[pytest]\nddcompat_facts = facts.json\nddcompat_declarations = facts.toml\n"
    project.write("pytest.ini", ini)
    declare(project, monkeypatch)
    assert capsys.readouterr().out == "tests: 13, declarations: 12, not declared: 0\n"
    assert not (project.path / "record.json").exists()
    environments = [
        [HERE, "--ddcompat-set=tracer=4.20.1", "--ddcompat-set=deployments=docker"],
        [HERE, "--ddcompat-set=tracer=2.1", "--ddcompat-undetermined=skip"],
        ["--ddcompat-set=tracer=3.1", "--ddcompat-set=os=windows"],
        ["--ddcompat-set=tracer=5.0", "--ddcompat-set=agent=7.40", "--ddcompat-unsupported=xfail"],
    ]
    marked = [decisions(project, [*options, own]) for options in environments]
    for name, text in {"suite": SUITE, "class": OF_A_CLASS}.items():
        bare = MARKS.sub("", text)
        assert "requires_" not in bare.replace("import requires_capability, requires_tracer", "")
        project.write(f"tests/test_{name}.py", bare)
    declared = [
        decisions(project, [*options, own, "--ddcompat-declarations=declared.toml"])
        for options in environments
    ]
    assert len(marked[0]) == 12
    assert declared == marked
    assert len({str(each) for each in marked}) == len(environments)


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        pytest.param(OF_A_CLASS, {"test_it.py::TestAll": ['requires_tracer(">=3")']}, id="class"),
        pytest.param(
            OF_A_CLASS.replace("def test_bare(): pass", ""),
            {"test_it.py": ['requires_tracer(">=3")']},
            id="file",
        ),
        pytest.param("def test(): pass", {}, id="no marker"),
    ],
)
def test_tables_are_as_few_as_are_exact(
    text: str, tables: object, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("test_it.py", text)
    declare(project, monkeypatch)
    declared = read_declarations((project.path / "declared.toml").read_bytes(), "declared.toml")
    found = {d.tests: [r.marker for r in d.requires] for d in declared.declarations}
    assert {", ".join(tests): markers for tests, markers in found.items()} == tables


LOST = """
import pytest
@pytest.mark.requires_tracer(">=3", strict=False)
@pytest.mark.requires_agent(">=7")
def test_lax(): pass
@pytest.mark.parametrize("x", ["a", pytest.param("*", marks=pytest.mark.requires_agent(">=7"))])
def test_wild(x): pass
"""


def test_what_cannot_be_declared_is_named(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("test_it.py", LOST)
    project.write("test_not.py", "import pytest\npytest.importorskip('no_such_module')\n")
    monkeypatch.chdir(project.path)
    assert main(["declare", "--from-markers"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("#:schema declarations.schema.json\n\n[[declarations]]\n")
    assert 'requires = { agent = ">=7" }\n' in out
    first, lax, wild, skipped = err.splitlines()
    assert first == "tests: 3, declarations: 1, not declared: 3"
    marker = 'requires_tracer(">=3", strict=False)'
    assert lax == f"test_it.py:3: {marker}: declarations have no strict=False, so keep it"
    assert wild.startswith("test_it.py:6: test_it.py::test_wild[*]: no declaration can be for ")
    assert skipped.startswith("test_not.py: skipped when it is imported: Skipped: could not import")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("import no_such_module\n", "ModuleNotFoundError", id="import"),
        pytest.param(
            "import pytest\n@pytest.mark.requires_tracer('>>3')\ndef test(): pass\n",
            'test_it.py:2: requires_tracer(">>3")',
            id="a bad marker",
        ),
    ],
)
def test_a_suite_that_cannot_be_collected(
    text: str,
    said: str,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project.write("test_it.py", text)
    monkeypatch.chdir(project.path)
    assert main(["declare", "--from-markers", "test_it.py", "-o", "declared.toml"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.splitlines()[-1].startswith("ddcompat: --from-markers: pytest cannot collect these ")
    assert not Path("declared.toml").exists()


def test_no_test_is_run_and_nothing_written_beside(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("test_it.py", """
        import pytest
        print("said by the suite")
        @pytest.mark.requires_agent(">=7")
        def test(): open("ran", "w")
        """)  # fmt: skip
    line = "addopts = -k nothing --ddcompat-report=record.json\nddcompat_report = other.json\n"
    project.write("pytest.ini", f"[pytest]\n{line}")
    monkeypatch.chdir(project.path)
    before = {path.name for path in Path().iterdir()}
    assert main(["declare", "--from-markers", "test_it.py"]) == 0
    text = '[[declarations]]\ntests = "test_it.py"\nrequires = { agent = ">=7" }\n'
    assert capsys.readouterr().out == f"#:schema declarations.schema.json\n\n{text}"
    assert {path.name for path in Path().iterdir()} - before <= {"__pycache__"}
