"""The README's examples, run as they stand."""

from __future__ import annotations

import json
import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.core import understood

from pytest_ddcompat import Environment
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.environment import detection
from pytest_ddcompat.environment.value import Fact
from pytest_ddcompat.importer.toml import to_toml

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```console\n\$ ddcompat (.*)\n((?:.*\n)*?)```", README)
SHOWN = {"check", "compare", "diff", "explain", "facts", "import", "lint", "matrices", "matrix"}


def block(comment: str) -> str:
    """The code block after a comment of the README that begins so."""
    found = re.search(rf"<!-- {re.escape(comment)}[^\n]*-->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found, f"the README has no block for {comment!r}"
    return found.group(1)


def test_example_file_is_the_one_shown() -> None:
    shown = block("file: tests/example_security.py")
    assert shown == (ROOT / "tests/example_security.py").read_text(encoding="utf-8")


def test_first_success(pytester: pytest.Pytester) -> None:
    pytester.mkdir("tests")
    pytester.makepyprojecttoml('[tool.pytest.ini_options]\naddopts = ["-ra"]')
    target = pytester.path / "tests/example_security.py"
    target.write_text(block("file: tests/example_security.py"), encoding="utf-8")
    command = re.search(r"python -m pytest (tests/example_security.py .*)", README)
    assert command
    assert f"<!-- output: {command.group(1)} -->" in README
    result = pytester.runpytest("-p", "no:randomly", *command.group(1).split())
    assert shown_lines(result.outlines) == shown_lines(
        block("output: tests/example_security.py").splitlines()
    )


def shown_lines(lines: list[str]) -> list[str]:
    """The lines from the first test on, without what depends on the machine."""
    first = next(n for n, line in enumerate(lines) if line.startswith("tests/example_security"))
    installed = [name for name in ("fastapi", "flask") if find_spec(name)]
    machine = "|".join(["CPython", "on", "CPU", "deployment", *installed])
    kept = [re.sub(rf", ({machine}) [^,]+", "", line) for line in lines[first:]]
    # Older pytest has fewer empty lines.
    return [line for line in kept if line and not re.fullmatch(r"=+ .* in [\d.]+s =+", line)]


def test_malformed_marker(pytester: pytest.Pytester) -> None:
    marker = re.search(r"<!-- error: (.*) -->", README)
    assert marker
    pytester.makepyfile(test_service=f"import pytest\n\n{marker.group(1)}\ndef test_a(): pass")
    result = pytester.runpytest()
    assert block("error: ").strip() in result.outlines


def test_module_is_skipped_before_its_import(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(block("example: runs with tracer=1.9.7"))
    pytester.runpytest("--ddcompat-set", "tracer=1.9.7").assert_outcomes(skipped=1)


def test_fixture(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(block("example: runs with tracer=2.6.0"))
    settings = ["tracer=2.6.0", "python=3.11", "implementation=cpython", "os=linux", "cpu=x86-64"]
    options = [option for setting in settings for option in ("--ddcompat-set", setting)]
    pytester.runpytest(*options).assert_outcomes(passed=1)


def test_facts() -> None:
    shown = json.loads(block("facts"))
    assert Environment.from_mapping(shown).to_mapping() == shown


def test_settings(pytester: pytest.Pytester) -> None:
    command = re.search(r"^pytest (--ddcompat-set tracer=2.5.0 .*)$", README, re.MULTILINE)
    assert command
    pytester.makepyfile(
        """
        def test_facts(ddcompat):
            facts = ddcompat.environment.to_mapping()
            assert facts["tracer"] == "2.5.0"
            assert facts["frameworks"]["django"] == "4.2"
            assert facts["deployments"] == ["aws_lambda"]
            assert facts["agent"] is None
        """
    )
    pytester.runpytest(*command.group(1).split()).assert_outcomes(passed=1)


def test_hook(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(block("conftest"))
    pytester.makepyfile(
        """
        def test_facts(ddcompat):
            assert ddcompat.environment.deployments.value == {"kubernetes"}
            assert str(ddcompat.environment.framework("Django").value) == "4.2"
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)


def test_overlay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("acme.toml").write_text(block("overlay"), encoding="utf-8")
    command = re.search(r"<!-- (explain: .*) -->", README)
    assert command
    main(command.group(1).replace("explain:", "explain").split())
    assert block("explain: ") in capsys.readouterr().out


@pytest.mark.parametrize("by", ["ini", "hook"])
def test_several_pages(pytester: pytest.Pytester, by: str) -> None:
    (pytester.path / "acme.toml").write_text(block("overlay"), encoding="utf-8")
    if by == "ini":
        pytester.makepyprojecttoml(block("pages ini"))
    else:
        pytester.makeconftest(block("pages conftest"))
    pytester.makepyfile(test_service=block("pages test"))
    options = ["--ddcompat-set=tracer=2.5.0", "--ddcompat-set=python=3.11"]
    result = pytester.runpytest(*options)
    result.assert_outcomes(passed=1, skipped=1)
    text = block("pages test").replace(', matrix="acme"', "")
    pytester.makepyfile(test_service=text)
    result = pytester.runpytest(*options)
    assert block("pages error").strip() in result.outlines


def test_interface(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(block("interface"), "README.md", "exec"), {})  # noqa: S102 - our own README
    assert "tracer violated ddtrace >=1.10.0 1.9.7" in capsys.readouterr().out


OLDER = {
    '["Django", "2.2", "yes", "yes"]': '["Django", "1.8", "yes", "yes"]',
    'versions = [">=2.2"]': 'versions = [">=1.8"]',
    '"2.6.0"': '"2.5.0"',
}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CPython 3.11 on Linux and x86-64, without ddtrace, in a folder with the facts shown."""
    for name in ("DD_SITE", "DD_REMOTE_CONFIGURATION_ENABLED", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    simulated = {
        "platform": SimpleNamespace(
            system=lambda: "Linux",
            machine=lambda: "x86_64",
            python_implementation=lambda: "CPython",
        ),
        "struct": SimpleNamespace(calcsize=lambda _: 8),
        "sys": SimpleNamespace(version_info=(3, 11, 7)),
        "_distribution": lambda _: Fact(None, "not installed"),
    }
    for name, value in simulated.items():
        monkeypatch.setattr(detection, name, value)
    monkeypatch.setattr(detection, "_deployment_signals", lambda _: iter(()))
    monkeypatch.chdir(tmp_path)
    Path("facts.json").write_text(block("facts"), encoding="utf-8")
    Path("firewall.md").write_text(block("page: firewall.md"), encoding="utf-8")
    text = to_toml(understood())
    for new, old in OLDER.items():
        text = text.replace(new, old)
    Path("older.toml").write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(("command", "output"), COMMANDS, ids=[c for c, _ in COMMANDS])
def test_command(command: str, output: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(shlex.split(command))
    printed = capsys.readouterr()
    assert [line.rstrip() for line in printed.out.splitlines()] == output.splitlines()
    assert printed.err == ""


def test_every_command_is_shown() -> None:
    assert {command.split()[0] for command, _ in COMMANDS} == SHOWN
