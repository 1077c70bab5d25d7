"""Facts of your own in a run: each way to give them, which comes first, and what is not shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.core import XDIST
from support.records import record_of

if TYPE_CHECKING:
    from support.project import Project, Run

OVERLAY = """
extends = "iast-python"

[[facts]]
id = "variant"
kind = "word"
words = ["flask-poc", "django-poc", "uwsgi-poc"]
variable = "WEBLOG_VARIANT"

[[facts]]
id = "iast_supported"
kind = "boolean"
variable = "IAST_SUPPORTED"

[[facts]]
id = "runner"
kind = "version"
variable = "RUNNER_VERSION"

[[capabilities]]
id = "code_security"
needs = { iast_supported = true, variant = ["flask-poc", "django-poc"] }
source = "our service"
reason = "it is turned on there"
"""
TESTS = """
import pytest
@pytest.mark.requires_fact("variant", "flask-poc")
def test_variant(): pass
@pytest.mark.requires_fact("iast_supported")
def test_boolean(): pass
@pytest.mark.requires_fact("runner", ">=1.2")
def test_version(): pass
@pytest.mark.requires_capability("code_security")
def test_capability(): pass
"""
BASE = (
    "--ddcompat-matrix=acme.toml", "--ddcompat-undetermined=skip",
    *(f"--ddcompat-set={s}" for s in (
        "tracer=4.16.0", "python=3.11", "os=linux", "cpu=x86-64", "implementation=cpython",
        "date=2026-05-31", "deployment=none", "site=datadoghq.com", "remote_configuration=on",
    )),
)  # fmt: skip
GIVEN = {"variant": "flask-poc", "iast_supported": True, "runner": "1.10"}
SETTINGS = [f"--ddcompat-set=fact.{k}={str(v).lower()}" for k, v in GIVEN.items()]
VARIABLES = {"WEBLOG_VARIANT": "flask-poc", "IAST_SUPPORTED": "1", "RUNNER_VERSION": "1.10"}
CONFTEST = f"def pytest_ddcompat_facts(config): return {{'facts': {GIVEN}}}"
PASSED = dict.fromkeys(
    ("test_variant", "test_boolean", "test_version", "test_capability"), "passed"
)
SKIPPED = dict.fromkeys(PASSED, "skipped")


@pytest.fixture
def own(project: Project) -> Project:
    project.write("acme.toml", OVERLAY)
    project.write("test_it.py", TESTS)
    project.write("pytest.ini", "[pytest]\n")  # no file of facts: variables are looked at
    return project


def said(run: Run) -> str:
    return "\n".join([*run.out, *run.err])


def give(
    how: str, project: Project, monkeypatch: pytest.MonkeyPatch, variant: str = "flask-poc"
) -> list[str]:
    """Give the variant, and with the default one all facts, in one of four ways."""
    if how == "set":
        return [f"--ddcompat-set=fact.variant={variant}", *SETTINGS[1:]]
    if how == "file":
        known = json.dumps({"facts": {**GIVEN, "variant": variant}})
        project.write("pytest.ini", "[pytest]\nddcompat_facts = own.json\n")
        project.write("own.json", known)
    elif how == "hook":
        project.write("conftest.py", CONFTEST.replace("flask-poc", variant))
    else:
        for name, value in {**VARIABLES, "WEBLOG_VARIANT": variant}.items():
            monkeypatch.setenv(name, value)
    return []


@pytest.mark.parametrize("how", ["set", "file", "hook", "variable"])
@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
def test_facts_are_given_in_four_ways(
    own: Project, how: str, more: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    if more:
        pytest.importorskip("xdist")
    run = own.run(*BASE, *give(how, own, monkeypatch), "--ddcompat-report=run.json", *more)
    assert run.outcomes == PASSED
    assert "variant flask-poc" in said(run)
    facts = record_of(own)["environments"][0]["facts"]["facts"]
    assert facts == {"iast_supported": True, "runner": "1.10", "variant": "flask-poc"}


def test_a_fact_that_nothing_gives_is_unknown(own: Project) -> None:
    run = own.run(*BASE, "-v")
    assert run.outcomes == SKIPPED
    assert "variant unknown (WEBLOG_VARIANT is not set)" in said(run)


WAYS = ["set", "file", "hook", "variable"]


@pytest.mark.parametrize("strongest", range(3))
def test_the_stronger_way_wins(
    own: Project, strongest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = []
    for number, how in enumerate(WAYS[strongest:]):
        variant = "django-poc" if number else "flask-poc"
        options += give(how, own, monkeypatch, variant)
    assert own.run(*BASE, *options).outcomes == PASSED


SECRET = "hunter2 token"  # noqa: S105 - it is what must not be shown


@pytest.mark.parametrize("variable", [*VARIABLES])
@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
def test_a_variable_that_is_no_value_is_not_shown(
    own: Project, variable: str, more: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    if more:
        pytest.importorskip("xdist")
    for name, value in {**VARIABLES, variable: SECRET}.items():
        monkeypatch.setenv(name, value)
    run = own.run(*BASE, "-vv", "-ra", "--ddcompat-report=run.json", *more)
    assert "skipped" in run.outcomes.values()
    assert f"{variable} is none of its values" in said(run)
    everything = said(run) + (own.path / "run.json").read_text(encoding="utf-8")
    assert "hunter2" not in everything


def test_no_other_variable_is_read(own: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARIANT", "flask-poc")
    assert own.run(*BASE).outcomes == SKIPPED


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        pytest.param(
            "fact.varient=flask-poc",
            'nothing declares the fact "varient"; did you mean "variant"? '
            "valid: iast_supported, runner, variant",
            id="not declared",
        ),
        pytest.param(
            "fact.variant=flask-pok",
            'fact.variant: "flask-pok" is not valid; did you mean "flask-poc"? '
            "valid: django-poc, flask-poc, uwsgi-poc",
            id="no word of the list",
        ),
        pytest.param(
            "fact.iast_supported=maybe",
            'fact.iast_supported: "maybe" is not valid; valid: true, false',
            id="no boolean",
        ),
        pytest.param(
            "fact.runner=newest",
            'fact.runner: "newest" is not a version; valid: a version such as 4.16.0',
            id="no version",
        ),
    ],
)
def test_bad_facts_are_errors(own: Project, setting: str, message: str) -> None:
    run = own.run(*BASE, f"--ddcompat-set={setting}")
    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert f"--ddcompat-set: {message}" in said(run)


def test_facts_that_pages_declare_differently_are_an_error(own: Project) -> None:
    other = OVERLAY.partition("[[capabilities]]")[0].replace("uwsgi-poc", "gunicorn")
    own.write("other.toml", other)
    run = own.run(*BASE, "--ddcompat-matrix=other.toml")
    assert "other.toml: facts[0]" in said(run)
    assert 'acme.toml: facts[0] declares the fact "variant" differently' in said(run)
    own.write("other.toml", other.replace("gunicorn", "uwsgi-poc"))
    own.write("test_it.py", TESTS.partition("@pytest.mark.requires_capability")[0])
    assert own.run(*BASE, *SETTINGS, "--ddcompat-matrix=other.toml").status == 0


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        pytest.param(
            'requires_fact("varient", "flask-poc")',
            'nothing declares the fact "varient"; did you mean "variant"? '
            "valid: iast_supported, runner, variant",
            id="not declared",
        ),
        pytest.param(
            'requires_fact("variant")',
            "true is not valid; valid: flask-poc, django-poc, uwsgi-poc",
            id="a word is missing",
        ),
        pytest.param(
            'requires_fact("variant", ("flask-poc", "djngo-poc"))',
            '"djngo-poc" is not valid; did you mean "django-poc"? '
            "valid: django-poc, flask-poc, uwsgi-poc",
            id="no word of the list",
        ),
        pytest.param(
            'requires_fact("iast_supported", "yes")',
            '"yes" is not valid; valid: true, false',
            id="text for a boolean",
        ),
        pytest.param(
            'requires_fact("iast_supported", excluded="yes")',
            'the fact "iast_supported" has no words, which alone can be excluded; '
            "valid: a marker without excluded=",
            id="exclusion of a boolean",
        ),
        pytest.param(
            'requires_fact("runner", ">=2,<1")',
            'no version of the fact "runner" can meet this; valid: a range such as >=1.2,<2',
            id="range without a version",
        ),
        pytest.param(
            'requires_fact("variant", "flask-poc", excluded=("flask-poc", "django-poc"))',
            'excluded leaves no word of the fact "variant" that can meet this; '
            "valid: words to exclude that leave one",
            id="exclusion of what is asked for",
        ),
        pytest.param(
            'requires_fact("variant", excluded=("flask-poc", "django-poc", "uwsgi-poc"))',
            'excluded leaves no word of the fact "variant" that can meet this; '
            "valid: words to exclude that leave one",
            id="exclusion of all words",
        ),
    ],
)
def test_bad_markers_are_errors(own: Project, marker: str, message: str) -> None:
    own.write("test_it.py", f"import pytest\n@pytest.mark.{marker}\ndef test(): pass\n")
    run = own.run(*BASE)
    assert run.outcomes == {"test_it.py": "collection failed"}
    assert message in said(run)


def test_a_fact_is_an_error_where_no_page_declares_one(own: Project) -> None:
    valid = "valid: one that [[facts]] of a matrix, an overlay or a declarations file declares"
    run = own.run(*BASE[1:], *SETTINGS[:1])
    assert f'--ddcompat-set: nothing declares the fact "variant"; {valid}' in said(run)
    run = own.run(*BASE[1:])
    assert f'nothing declares the fact "variant"; {valid}' in said(run)
