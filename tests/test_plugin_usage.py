"""Options that cannot be understood are usage errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

KEYS = "agent, cpu, date, deployment, framework.NAME, implementation, os, python, "
SET_KEYS = f"{KEYS}remote_configuration, site, tracer"
FILE_KEYS = (
    "agent, cpu, date, deployments, frameworks, implementation, os, python, "
    "remote_configuration, site, tracer"
)
VERSIONS = "valid: PEP 440, such as 4.16.0"
ACTIONS = "valid: deselect, fail, run, skip, xfail"
TYPES = "amazon_ecs, aws_fargate, aws_lambda, docker, kubernetes"
ADDRESSES = (
    "valid: http://host[:port][/path], https://host[:port][/path], unix:///path; or auto, or off"
)

NO_PAIR = "is not KEY=VALUE; valid: such as tracer=2.5.0"
BAD_OPTIONS = {
    "--ddcompat-set=tracr=1.0": (
        f'--ddcompat-set: unknown key "tracr"; did you mean "tracer"? valid: {SET_KEYS}'
    ),
    "--ddcompat-set=tracer": f'--ddcompat-set: "tracer" {NO_PAIR}',
    "--ddcompat-set=tracer=": (
        '--ddcompat-set: "tracer=" is not KEY=VALUE; valid: such as tracer=2.5.0'
    ),
    "--ddcompat-set=tracer=new": (
        f'--ddcompat-set: tracer: "new" is not a version; {VERSIONS}, or none: there is none'
    ),
    "--ddcompat-set=python=none": f'--ddcompat-set: python: "none" is not a version; {VERSIONS}',
    "--ddcompat-set=framework.=4": (
        f'--ddcompat-set: unknown key "framework."; did you mean "framework.NAME"? '
        f"valid: {SET_KEYS}"
    ),
    "--ddcompat-set=deployment=dockr": (
        '--ddcompat-set: deployment: "dockr" is not a deployment type; did you mean "docker"? '
        f"valid: {TYPES}, or none: a plain host"
    ),
    "--ddcompat-set=remote_configuration=maybe": (
        '--ddcompat-set: remote_configuration: this must be true or false (got "maybe")'
    ),
    "--ddcompat-set=date=tomorrow": (
        '--ddcompat-set: date: "tomorrow" is not a date; valid: such as 2026-05-31'
    ),
    "--ddcompat-set=site=not a site": (
        "--ddcompat-set: site: this is not a Datadog site; valid: a host name such as datadoghq.com"
    ),
    "--ddcompat-set=os=linx": (
        '--ddcompat-set: os: "linx" is not valid; did you mean "linux"? '
        "valid: linux, macos, windows"
    ),
    "--ddcompat-agent=localhost": (
        "--ddcompat-agent: the address does not begin with http://, https:// or unix://; "
        + ADDRESSES
    ),
    "--ddcompat-agent=http://user:secret@host": (
        "--ddcompat-agent: the address has credentials; " + ADDRESSES
    ),
    "--ddcompat-agent=tests": (
        "--ddcompat-agent: the address does not begin with http://, https:// or unix://; "
        + ADDRESSES
    ),
    "--ddcompat-facts=missing.json": (
        "missing.json: this facts file cannot be read: No such file or directory"
    ),
    "--ddcompat-facts=.": ".: this facts file cannot be read: Is a directory",
    "--ddcompat-facts=binary.json": "binary.json: byte 0: this is not UTF-8 text",
    "--ddcompat-facts=text.json": (
        "text.json: this is not valid JSON: Expecting value: line 1 column 1 (char 0)"
    ),
    "--ddcompat-facts=empty.json": (
        "empty.json: this is not valid JSON: Expecting value: line 1 column 1 (char 0)"
    ),
    "--ddcompat-facts=array.json": (
        'array.json: this must be a JSON object of facts (got ["tracer"])'
    ),
    "--ddcompat-facts=twice.json": 'twice.json: the key "tracer" stands here twice',
    "--ddcompat-facts=deep.json": "deep.json: this is not valid JSON: nested too deeply",
    "--ddcompat-facts=key.json": (
        f'key.json: unknown key "tracr"; did you mean "tracer"? valid: {FILE_KEYS}'
    ),
    "--ddcompat-facts=number.json": (
        "number.json: tracer: this must be a string that is not empty (got 4.16); "
        'valid: such as "4.16.0", or null: there is none'
    ),
    "--ddcompat-facts=null.json": (
        'null.json: os: this must be a string that is not empty (got null); valid: such as "linux"'
    ),
    "--ddcompat-strict --ddcompat-unsupported=skip": (
        "--ddcompat-strict contradicts --ddcompat-unsupported=skip; "
        "valid: one of them (strict is --ddcompat-unsupported=fail)"
    ),
    "--no-ddcompat-strict --ddcompat-unsupported=fail": (
        "--no-ddcompat-strict contradicts --ddcompat-unsupported=fail; "
        "valid: one of them (strict is --ddcompat-unsupported=fail)"
    ),
    "-o ddcompat_unsupported=skp": (
        f'ddcompat_unsupported: "skp" is not an action; did you mean "skip"? {ACTIONS}'
    ),
    "-o ddcompat_undetermined=maybe": (
        f'ddcompat_undetermined: "maybe" is not an action; {ACTIONS}'
    ),
    "-o ddcompat_strict=true -o ddcompat_unsupported=run": (
        "ddcompat_strict contradicts ddcompat_unsupported=run; "
        "valid: one of them (strict is ddcompat_unsupported=fail)"
    ),
    "-o ddcompat_set=tracer": f'ddcompat_set: "tracer" {NO_PAIR}',
    "-o ddcompat_facts=missing.json": (
        "missing.json: this facts file cannot be read: No such file or directory"
    ),
}
FILES = {
    "text.json": b"tracer = 1",
    "empty.json": b"",
    "array.json": b'["tracer"]',
    "binary.json": b"\x80\x81",
    "twice.json": b'{"tracer": "1.0", "tracer": "2.0"}',
    "deep.json": b"[" * 100_000,
    "key.json": b'{"tracr": "1.0"}',
    "number.json": b'{"tracer": 4.16}',
    "null.json": b'{"os": null}',
}


@pytest.mark.parametrize("options", BAD_OPTIONS)
def test_input_that_cannot_be_understood_is_a_usage_error(project: Project, options: str) -> None:
    for name, content in FILES.items():
        (project.path / name).write_bytes(content)
    project.write("test_it.py", "def test(): pass")
    arguments = [options] if "not a site" in options else options.split()
    run = project.run(*arguments)
    assert [line for line in run.err if line] == [f"ERROR: {BAD_OPTIONS[options]}"]
    assert (run.status, run.outcomes) == (4, {})
    assert "secret" not in "".join([*run.err, *run.out])


def test_all_problems_are_named_together(project: Project) -> None:
    project.write("key.json", '{"tracr": "1.0", "python": "new", "frameworks": {"django": 4}}')
    run = project.run("--ddcompat-set=cpu", "--ddcompat-facts=key.json")
    assert [line for line in run.err if line] == [
        'ERROR: --ddcompat-set: "cpu" is not KEY=VALUE; valid: such as tracer=2.5.0',
        f'ERROR: key.json: unknown key "tracr"; did you mean "tracer"? valid: {FILE_KEYS}',
        f'ERROR: key.json: python: "new" is not a version; {VERSIONS}',
        (
            "ERROR: key.json: frameworks.django: this must be a string that is not empty (got 4); "
            'valid: such as "4.2.1", or null: there is none'
        ),
    ]


def test_an_ini_truth_value_that_cannot_be_understood_is_named(project: Project) -> None:
    run = project.run("-o", "ddcompat_strict=maybe")
    assert run.status == 4
    assert "ddcompat_strict" in "".join(run.err)


@pytest.mark.parametrize("option", ["facts", "agent"])
def test_an_option_without_a_value_is_an_error(project: Project, option: str) -> None:
    """A variable of a script that is not set must not let other facts through."""
    run = project.run(f"--ddcompat-{option}=")
    assert run.status == 4
