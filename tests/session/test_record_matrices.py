"""Several pages at once: the record of a run, and what is made of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from support.core import XDIST
from support.several import BOTH, EXPECTED, RAISED, TESTS, hook, marked

from pytest_ddcompat.__main__ import main
from pytest_ddcompat.record.format import record_schema
from pytest_ddcompat.record.reading import decisions_of, read_record

if TYPE_CHECKING:
    from support.project import Project

LEAST = """page = {id = "least", title = "Least", tracer = "ddtrace", read = 2026-11-22}
[[capabilities]]
id = "a"
documented = ["A"]
heading = "A"
minimum = "1.0"
"""


def recorded(project: Project) -> dict[str, Any]:
    record = read_record(project.path / "run.json")
    jsonschema.validate(record, record_schema())
    return {**record, "decisions": decisions_of(record)}


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
def test_record_names_every_page(
    project: Project, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("acme.toml", RAISED)
    project.write("test_it.py", TESTS)
    project.run(*BOTH, "--ddcompat-report=run.json", *more)
    record = recorded(project)
    assert [page["id"] for page in record["matrices"]] == ["iast-python", "acme"]
    asked = {r["marker"]: r["matrix"] for d in record["decisions"] for r in d["requirements"]}
    assert asked == {
        'requires_capability("acme_waf_rules")': "acme",
        'requires_capability("threat_protection", matrix="acme")': "acme",
        'requires_capability("threat_protection", matrix="iast-python")': "iast-python",
        'requires_tracer(">=2", matrix="acme")': "acme",
    }
    for form in ("text", "markdown", "html"):
        capsys.readouterr()
        assert main(["report", str(project.path / "run.json"), "--format", form]) == 0
        out = capsys.readouterr().out
        assert "(iast-python, read 2026-11-22)" in out.replace("\\", "")
        assert "(acme, read 2026-11-22)" in out


@pytest.mark.parametrize(
    "command",
    [
        *(f"report run.json --format {form}" for form in ("text", "markdown", "html")),
        *(f"matrix least.toml --format {form}" for form in ("text", "markdown", "html")),
        "check a --matrix least.toml --set tracer=1.0",
        "explain a --matrix least.toml",
    ],
)
def test_page_that_gives_only_what_it_must(
    project: Project,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    project.write("least.toml", LEAST)
    project.write("test_it.py", marked('"a"'))
    project.run("--ddcompat-matrix=least.toml", "--ddcompat-report=run.json")
    assert recorded(project)["matrices"][0]["address"] is None
    monkeypatch.chdir(project.path)
    capsys.readouterr()
    assert main(command.split()) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert not any(dead in out for dead in ('href=""', "](<>)", "None"))
    if "markdown" not in command:
        assert "" not in out.splitlines()[:2]  # where an address would be


def test_record_of_one_page_has_no_other(project: Project) -> None:
    project.write("test_it.py", marked('"sca"'))
    project.run("--ddcompat-report=run.json")
    assert len(recorded(project)["matrices"]) == 1


def test_diff_leaves_alone_what_rests_on_other_pages(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("acme.toml", RAISED)
    project.write("test_it.py", TESTS)
    project.run(*BOTH, "--ddcompat-report=run.json")
    later = f'{RAISED.replace("2.6", "2.5")}\n[page]\nid = "acme"\n'
    new = project.write("later.toml", later)
    capsys.readouterr()
    files = [str(project.path / "acme.toml"), str(new)]
    record = str(project.path / "run.json")
    main(["diff", *files, "--record", record, "--format", "json"])
    tests = json.loads(capsys.readouterr().out)["tests"]
    assert [Path(test["id"]).name for test in tests] == ["test_it.py::test_rules",
                                                         "test_it.py::test_acme"]  # fmt: skip


def test_hook_that_only_workers_have(project: Project) -> None:
    pytest.importorskip("xdist")
    project.write("sub/acme.toml", RAISED)
    project.write("sub/conftest.py", hook("[pathlib.Path(__file__).parent / 'acme.toml']"))
    project.write("sub/test_it.py", TESTS)
    project.write("test_top.py", "def test_top(): pass\n")
    run = project.run(*XDIST, "--ddcompat-report=run.json")
    assert run.outcomes == {**EXPECTED, "test_top": "passed"}
    record = recorded(project)
    assert [page["id"] for page in record["matrices"][1:]] == ["acme"]
