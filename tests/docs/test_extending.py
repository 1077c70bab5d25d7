"""docs/explanation/extending.md, applied to a copy: the fact and the check that it adds work."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator

from pytest_ddcompat.environment.value import FactKind
from pytest_ddcompat.matrix import kinds

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/extending.md").read_text(encoding="utf-8")
STEP = re.compile(
    r"(?ms)^In `([^`]+)`, (before|after) (?:`` |`)(.+?)(?: ``|`):\n\n"
    r"```(?:python|markdown)\n(.*?)^```$"
)
(OVERLAY,) = re.findall(r"(?ms)^```toml\n(.*?)^```$", PAGE)

ASK = """\
import json, sys
from pytest_ddcompat import Environment, Requirement, evaluate, load_matrix
verdict = evaluate(
    Requirement.capability("threat_protection"),
    Environment.from_mapping(json.loads(sys.argv[1])),
    load_matrix("acme.toml"),
)
print(json.dumps([verdict.status.value, verdict.reason]))
"""
SCHEMAS = """\
import json
from pytest_ddcompat.environment.fact import facts_schema
from pytest_ddcompat.matrix.schema import matrix_schema, overlay_schema
from pytest_ddcompat.record.format import record_schema
print(json.dumps([facts_schema(), record_schema(), matrix_schema(), overlay_schema()]))
"""
SUITE = """\
import pytest
@pytest.mark.requires_capability("threat_protection")
def test(): pass
"""
SUPPORTED = {
    "tracer": "4.16.0", "python": "3.11.7", "implementation": "cpython", "os": "linux",
    "cpu": "x86-64", "deployments": ["docker"], "frameworks": {}, "site": "datadoghq.com",
    "remote_configuration": True, "date": "2026-05-31",
}  # fmt: skip
SOURCE = (
    '(Application Security capabilities support: "Threat Protection | 1.10.0", overlay acme.toml: '
    "our service turns it on by the variable alone (https://example.com/our-service))"
)
NEEDS = "threat_protection needs Application Security turned on"


class Copy(NamedTuple):
    """A copy of the package to which the page is applied, and a folder to run it in."""

    package: Path
    folder: Path

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environ = {"PYTHONPATH": str(self.package.parent), "COLUMNS": "200", **variables}
        # Loading other plugins would take most of the time.
        environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        environ["PYTEST_PLUGINS"] = "pytest_ddcompat.plugin"
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=environ, capture_output=True, text=True, check=False
        )

    def python(self, *arguments: str) -> Any:
        done = self.run(*arguments)
        assert done.stderr == ""
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    root = tmp_path_factory.mktemp("extended")
    for name in ("pytest_ddcompat", "matrices", "tests", "docs"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("CHANGELOG.md", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    for file, where, anchor, block in STEP.findall(PAGE):
        lines = (root / file).read_text(encoding="utf-8").splitlines(keepends=True)
        (at,) = (number for number, line in enumerate(lines) if line.startswith(anchor))
        blank = "" if file.endswith(".md") or block.startswith(" ") else "\n"
        lines.insert(at + (where == "after"), block + blank * (1 + block.startswith("def ")))
        (root / file).write_text("".join(lines), encoding="utf-8")
    folder = root / "run"
    folder.mkdir()
    (folder / "acme.toml").write_text(OVERLAY, encoding="utf-8")
    (folder / "test_it.py").write_text(SUITE, encoding="utf-8")
    return Copy(root / "pytest_ddcompat", folder)


@pytest.fixture(scope="module")
def schemas(copy: Copy) -> Any:
    return copy.python("-c", SCHEMAS)


def test_the_page_touches_five_files_as_it_says() -> None:
    assert "Five files of the package change, and then" in PAGE
    files = {file for file, *_ in STEP.findall(PAGE)}
    assert len([file for file in files if file.startswith("pytest_ddcompat/")]) == 5
    assert PAGE.count("```python") + PAGE.count("```markdown") == len(STEP.findall(PAGE))


def test_the_page_names_every_kind_of_a_field() -> None:
    section = PAGE.partition("## 3. ")[2].partition("## 4. ")[0]
    named = re.findall(r"(?m)^\| `(\w+)", section)
    makers = {"matching", "plain_kind"}
    assert sorted(named) == sorted({*kinds.__all__} - {"Mark", *makers})
    assert all(f"`{maker}`" in section for maker in makers)


def test_the_page_names_every_argument_of_a_declaration() -> None:
    rows = re.findall(r"(?m)^\| (`\w+`(?:, `\w+`)*) \|", PAGE)
    named = {name for row in rows for name in re.findall(r"\w+", row)}
    assert {*FactKind._fields} - named == {"key", "meaning"}


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        pytest.param({"appsec_enabled": True}, ["supported", ""], id="supported"),
        pytest.param(
            {"appsec_enabled": False},
            ["unsupported", f"{NEEDS}, found it off {SOURCE}"],
            id="unsupported",
        ),
        pytest.param(
            {},
            [
                "undetermined",
                f"{NEEDS}, which is unknown: not among the given facts {SOURCE}",
            ],
            id="unknown",
        ),
    ],
)
def test_verdict_by_facts_from_json(copy: Copy, facts: dict[str, bool], verdict: list[str]) -> None:
    given = json.dumps({**SUPPORTED, **facts})
    assert copy.python("-c", ASK, given) == verdict


def test_schemas_describe_the_fact_and_the_field(schemas: Any) -> None:
    facts, record, matrix, overlay = schemas
    recorded = record["properties"]["environments"]["items"]["properties"]["facts"]["properties"]
    assert facts["properties"]["appsec_enabled"]["type"] == "boolean"
    assert recorded["appsec_enabled"] == facts["properties"]["appsec_enabled"]
    assert matrix["$defs"]["capability"]["properties"]["appsec_enabled"]["type"] == "boolean"
    assert overlay["$defs"]["capability"]["properties"]["appsec_enabled"]["type"] == "boolean"


MARKER = 'requires_capability("threat_protection")'


@pytest.mark.parametrize(
    ("options", "variables", "counts", "words", "fact"),
    [
        pytest.param(
            ["--ddcompat-set=appsec_enabled=on"], {}, "1 gated: 1 ran",
            "Application Security on", True, id="set on",
        ),
        pytest.param(
            ["--ddcompat-set=appsec_enabled=off"], {}, "1 gated: 1 skipped",
            "Application Security off", False, id="set off",
        ),
        pytest.param(
            ["--ddcompat-set=appsec_enabled=unknown", "--ddcompat-undetermined=skip"], {},
            "1 gated: 1 skipped",
            "Application Security unknown (--ddcompat-set appsec_enabled=unknown)", None,
            id="set unknown",
        ),
        pytest.param(
            [], {"DD_APPSEC_ENABLED": "1"}, "1 gated: 1 ran", "Application Security on", True,
            id="variable is 1",
        ),
        pytest.param(
            [], {"DD_APPSEC_ENABLED": "no s3cret"}, "1 gated: 1 skipped",
            "Application Security off", False, id="variable is neither",
        ),
        pytest.param(
            ["--ddcompat-undetermined=skip"], {}, "1 gated: 1 skipped",
            "Application Security unknown (DD_APPSEC_ENABLED is not set)", None,
            id="variable is not set",
        ),
    ],
)  # fmt: skip
def test_run_of_pytest(
    *,
    copy: Copy,
    schemas: Any,
    options: list[str],
    variables: dict[str, str],
    counts: str,
    words: str,
    fact: object,
) -> None:
    """All but this fact is set, so that nothing else of this machine decides."""
    known = {key: value for key, value in SUPPORTED.items() if key != "frameworks"}
    known["deployment"] = "docker"
    del known["deployments"]
    done = copy.run(
        "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "-c", "/dev/null",
        "--rootdir=.", "--ddcompat-matrix=acme.toml", "--ddcompat-report=run.json", *options,
        *(f"--ddcompat-set={key}={str(value).lower()}" for key, value in known.items()),
        "test_it.py",
        **variables,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "s3cret" not in done.stdout
    assert words in done.stdout
    assert counts in done.stdout.replace("let through", "ran")
    record = json.loads((copy.folder / "run.json").read_text(encoding="utf-8"))
    assert record["environments"][0]["facts"].get("appsec_enabled") == fact
    (requirement,) = record["requirements"]
    checks = [record["findings"][index]["check"] for index in requirement["findings"]]
    assert "appsec_enabled" in checks
    assert "s3cret" not in json.dumps(record)
    Draft202012Validator(schemas[1]).validate(record)


def test_remedy_is_tried_with_the_others(copy: Copy) -> None:
    facts = {**SUPPORTED, "tracer": "1.9.7", "appsec_enabled": False}
    (copy.folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    done = copy.run(
        "-m", "pytest_ddcompat", "check", "threat_protection", "--matrix=acme.toml",
        "--facts=facts.json", "--format=json",
    )  # fmt: skip
    assert "ddtrace >=1.10.0" in done.stdout
    assert '"Application Security turned on"' in done.stdout


def test_commands_and_the_page_for_a_browser_show_it(copy: Copy) -> None:
    facts = {**SUPPORTED, "appsec_enabled": False}
    (copy.folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    shown = copy.run("-m", "pytest_ddcompat", "check", "--facts=facts.json").stdout
    assert re.search(r"^appsec_enabled +off +facts.json *$", shown, re.MULTILINE)
    page = copy.run(
        "-m", "pytest_ddcompat", "matrix", "acme.toml", "--facts=facts.json",
        "--format=html",
    ).stdout  # fmt: skip
    select = page.partition('<select id="appsec_enabled"')[2].partition("</select>")[0]
    labels = re.findall(r"<option[^>]*?( selected)?>(.*?)</option>", select)
    assert labels == [("", "on"), (" selected", "off (here)"), ("", "not known")]
    data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    table = data["tables"]["appsec_enabled"]
    assert table["axes"] == ["capability", "appsec_enabled"]

    def outcome(at: int) -> str:
        return str(data["strings"][data["bodies"][data["findings"][at][0]][0]])

    several = [list(map(outcome, row)) for row in table["at"] if isinstance(row, list)]
    assert ["satisfied", "violated", "unknown"] in several
    # It is the same whatever is chosen where the fact is not read.
    assert {outcome(row) for row in table["at"] if isinstance(row, int)} == {"not_applicable"}


def test_comparing_matrices_sees_the_field(copy: Copy) -> None:
    done = copy.run("-m", "pytest_ddcompat", "diff", "iast-python", "acme.toml")
    assert "appsec_enabled" in done.stdout


def test_documents_have_the_lines(copy: Copy) -> None:
    root = copy.package.parent
    for page in ("explanation/security", "reference/facts", "explanation/verdicts"):
        lines = (root / f"docs/{page}.md").read_text(encoding="utf-8").splitlines()
        (at,) = (n for n, line in enumerate(lines) if re.match(r"\| (Appl|`appsec)", line))
        assert lines[at - 1].startswith("|")
        assert lines[at + 1].startswith("|")
        assert len(set(map(columns, lines[at - 1 : at + 2]))) == 1
    assert "`appsec_enabled = true`" in (root / "CHANGELOG.md").read_text(encoding="utf-8")


def columns(row: str) -> int:
    return row.count(" | ")


@pytest.mark.parametrize(
    ("file", "which", "passed"),
    [
        pytest.param("evaluation/test_checks.py", "appsec_enabled or varied", 6, id="axes"),
        pytest.param("environment/test_fact.py", "phrases", 2, id="words of the summary"),
    ],
)
def test_tests_that_the_page_extends_pass(copy: Copy, file: str, which: str, passed: int) -> None:
    done = copy.run(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-k", which,
        f"{copy.package.parent}/tests/{file}",
    )  # fmt: skip
    counts = rf"^{passed} passed, \d+ deselected"
    assert re.search(counts, done.stdout, re.MULTILINE), done.stdout
