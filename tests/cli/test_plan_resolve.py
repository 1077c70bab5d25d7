"""`ddcompat plan --resolve`: what pip and uv say of the packages of a plan."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from pytest_ddcompat.cli.plan_resolve import resolve
from pytest_ddcompat.cli.plan_schema import plan_schema
from pytest_ddcompat.cli.plan_view import Beside
from pytest_ddcompat.planning.environments import Planned
from pytest_ddcompat.planning.plan import Plan
from pytest_ddcompat.values.errors import CompatibilityError

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.once

WHEELS = {"ddtrace": ["2.21.1", "3.19.9", "4.16.0"], "django": ["4.2.16", "5.2.1"]}
SOURCES = {"ddtrace": ["2.6.0", "2.21.1"], "httpx": ["0.27.2"]}
FACTS = {
    "tracer": "2.6.0", "python": "3.13", "os": "linux", "cpu": "x86-64",
    "frameworks": {"django": "4.0", "flask": None}, "packages": {"httpx": "0.20"},
}  # fmt: skip


CANNOT = "--resolve: pip cannot tell the versions of django: "


class Tools:
    """Stands in for the processes of pip and uv, and keeps their command lines."""

    def __init__(self, together: str = "") -> None:
        self.commands: list[list[str]] = []
        self.given: list[str] = []
        self._together = together

    def __call__(self, command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
        self.commands.append([*command])
        if command[0] == "/uv":
            self.given.append(options["input"])
            return subprocess.CompletedProcess(command, bool(self._together), "", self._together)
        known = WHEELS if "--only-binary=:all:" in command else SOURCES
        name = command[-1]
        if name not in known:
            said = f"ERROR: No matching distribution found for {name}\n"
            return subprocess.CompletedProcess(command, 1, "", said)
        text = json.dumps({"name": name, "versions": known[name]})
        return subprocess.CompletedProcess(command, 0, text, "")


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> Tools:
    found = Tools()
    monkeypatch.setattr(subprocess, "run", found)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    return found


def planned(**packages: str) -> Planned:
    return Planned(FACTS, (), packages)


@pytest.mark.parametrize(
    ("name", "specifier", "version", "status"),
    [
        pytest.param("ddtrace", ">=2.6.0,<3.0", "==2.21.1", "wheel", id="the newest in a range"),
        pytest.param("ddtrace", "", "==4.16.0", "wheel", id="any"),
        pytest.param("ddtrace", "<2.21", "<2.21", "sdist only (2.6.0)", id="sdist only"),
        pytest.param("ddtrace", "<2", "<2", "no release", id="neither"),
        pytest.param("httpx", ">=0.20", ">=0.20", "sdist only (0.27.2)", id="never a wheel"),
        pytest.param("flask", "", "", "no release", id="not known"),
    ],
)
def test_versions(name: str, specifier: str, version: str, status: str, tools: Tools) -> None:
    (found,) = resolve([planned(**{name: specifier})])
    assert found.planned.packages == {name: version}
    assert found.status == {name: status}
    assert found.lacking == ([] if status == "wheel" else [f"{name}{specifier}: {status}"])
    assert tools.commands[0][-2:] == ["--", name]


def test_facts_have_the_versions_that_are_installed(tools: Tools) -> None:
    (found,) = resolve([planned(ddtrace=">=2.6.0,<3.0", django=">=4", httpx=">=0.20")])
    changed = {"tracer": "2.21.1", "frameworks": {"django": "5.2.1", "flask": None}}
    assert found.planned.facts == {**FACTS, **changed}
    names = [command[-1] for command in tools.commands if "-vv" not in command]
    assert names == ["ddtrace", "django", "httpx", "httpx"]


@pytest.mark.usefixtures("tools")
def test_what_can_be_installed_is_as_the_schema_has_it() -> None:
    resolved = resolve([planned(ddtrace=">=2.6.0,<3.0", httpx=">=0.20")])
    plan = Plan((resolved[0].planned,), 1, (), (), (), (), ())
    found = {**plan.to_mapping(), **Beside(resolved=resolved).to_mapping()}
    jsonschema.validate(found, plan_schema())
    status = {"ddtrace": "wheel", "httpx": "sdist only (0.27.2)"}
    assert found["resolved"] == [{"packages": status, "problem": ""}]


@pytest.mark.parametrize(
    ("facts", "options"),
    [
        pytest.param({}, {"--python-version=3.13", "--implementation=cp",
                          "--platform=manylinux2014_x86_64"}, id="linux"),
        pytest.param({"os": "windows", "cpu": "i686", "python": "3.9.1"},
                     {"--python-version=3.9", "--platform=win32"}, id="32-bit Windows"),
        pytest.param({"os": "macos", "cpu": "aarch64", "implementation": "pypy"},
                     {"--implementation=pp", "--platform=macosx_14_0_arm64"}, id="macOS"),
    ],
)  # fmt: skip
def test_pip_is_asked_for_the_environment(
    facts: dict[str, Any], options: set[str], tools: Tools
) -> None:
    resolve([Planned({**FACTS, **facts}, (), {"django": ""})])
    assert options <= {*tools.commands[0]}


@pytest.mark.parametrize("said", ["", "No solution found"])
def test_uv_is_asked_for_all_packages_together(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = Tools(said)
    monkeypatch.setattr(subprocess, "run", tools)
    monkeypatch.setattr(shutil, "which", lambda _: "/uv")
    (found,) = resolve([planned(ddtrace=">=2.6.0,<3.0", django=">=4")])
    assert tools.given == ["ddtrace==2.21.1\ndjango==5.2.1"]
    assert "--python-platform=x86_64-manylinux_2_28" in tools.commands[-1]
    assert (found.problem, found.lacking) == (said, [f"together: {said}"] if said else [])


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param((2, "", "Usage: …\n\nno such option: --json\n"),
                     "--resolve: this pip has no `pip index versions --json`; "
                     "valid: a newer pip: python -m pip install --upgrade pip", id="an old pip"),
        pytest.param((1, "", "…\nERROR: it is cold\n"),
                     "--resolve: pip cannot tell the versions of django: ERROR: it is cold",
                     id="an error"),
        pytest.param((3, "", ("WARNING: x\nConfiguration file could not be loaded.\nFile contains "
                      "no section headers.\nfile: '/etc/pip.conf', line: 1\n'password'\n")),
                     f"{CANNOT}Configuration file could not be loaded. File contains no section "
                     "headers. file: '/etc/pip.conf', line: 1", id="no settings"),
        pytest.param((3, "", ("Configuration file could not be loaded.\nSource contains parsing "
                      "errors: '/etc/pip.conf'\n\t[line  2]: 'password\\n'\n")),
                     f"{CANNOT}Configuration file could not be loaded. Source contains parsing "
                     "errors: '/etc/pip.conf' [line  2]", id="a line that is no setting"),
        pytest.param((2, "", "Configuration file contains invalid UTF-8 characters in pip.conf.\n"),
                     f"{CANNOT}Configuration file contains invalid UTF-8 characters in pip.conf.",
                     id="settings that are no text"),
        pytest.param((1, "", ""), CANNOT, id="nothing"),
        pytest.param((0, "[]", "a warning"),
                     "--resolve: pip cannot tell the versions of django: a warning",
                     id="another answer"),
    ],
)  # fmt: skip
def test_pip_cannot_answer(
    answer: tuple[int, str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: Sequence[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, *answer)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(CompatibilityError) as caught:
        resolve([planned(django=">=4")])
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        pytest.param("connection error: [Errno 111] Connection refused - skipping",
                     "connection error: [Errno 111] Connection refused", id="refused"),
        pytest.param("HTTPSConnectionPool(host='index.test', port=443): Max retries exceeded with "
                     "url: /simple/django/ (Caused by …) - skipping",
                     "HTTPSConnectionPool(host='index.test', port=443): Max retries exceeded",
                     id="too many errors"),
        pytest.param("401 Client Error: Unauthorized for url: https://me:secret@index.test/ - "
                     "skipping", "401 Client Error: Unauthorized", id="a password"),
        pytest.param("404 Client Error: Not Found for url: https://index.test/ - skipping", None,
                     id="no such package"),
        pytest.param(None, None, id="no such version"),
    ],
)  # fmt: skip
def test_an_index_that_is_not_reached(
    said: str | None, reason: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def run(command: Sequence[str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.append([*command])
        told = said is not None and "-vv" in command
        out = f"Getting page\nCould not fetch URL https://index.test/: {said}\n" if told else ""
        error = "ERROR: No matching distribution found for django\n"
        return subprocess.CompletedProcess(command, 1, out, error)

    monkeypatch.setattr(subprocess, "run", run)
    if reason is None:
        assert resolve([planned(django=">=4")])[0].status == {"django": "no release"}
        return
    with pytest.raises(CompatibilityError) as caught:
        resolve([planned(django=">=4", httpx="")])
    assert str(caught.value) == (
        f"--resolve: cannot reach the index of django: {reason}; "
        "valid: a network, or an index that pip is configured for"
    )
    assert [command[-1] for command in asked] == ["django", "django"]
    assert {"--retries=1", "--timeout=15"} <= {*asked[0]}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param("Ignoring indexes: https://me:secret@index.test/simple\n0 location(s)\n", None,
                     id="no index"),
        pytest.param("Ignoring indexes: https://index.test/\nFound link file:///x/django-1.tar.gz\n",
                     "no release", id="a folder instead"),
        pytest.param("Ignoring indexes: https://index.test/\nSkipping link: No sources permitted\n",
                     "no release", id="a folder that has it in another form"),
        pytest.param("1 location(s) to search\n", "no release", id="an index without it"),
    ],
)  # fmt: skip
def test_pip_is_told_to_ask_no_index(
    said: str, status: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: Sequence[str], **_: Any) -> subprocess.CompletedProcess[str]:
        error = "ERROR: No matching distribution found for django\n"
        return subprocess.CompletedProcess(command, 1, said if "-vv" in command else "", error)

    monkeypatch.setattr(subprocess, "run", run)
    if status is not None:
        assert resolve([planned(django=">=4")])[0].status == {"django": status}
        return
    with pytest.raises(CompatibilityError) as caught:
        resolve([planned(django=">=4")])
    assert str(caught.value) == (
        "--resolve: pip is told to ask no index for django (no-index, PIP_NO_INDEX); "
        "valid: an index, or a folder (find-links) that has it"
    )
