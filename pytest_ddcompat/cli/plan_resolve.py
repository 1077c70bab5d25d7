"""Ask pip, and uv where it is there, which versions of a plan's packages can be installed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.text import cut, printable
from pytest_ddcompat.values.versions import parse_marker_range, parse_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ddcompat.planning.environments import Planned

__all__ = ["Resolved", "resolve"]

_SECONDS = 300  # for one question
_LONGEST = 500  # characters of what a tool says
_PATIENCE = ("--retries=1", "--timeout=15")  # of one question, of which a plan has many
_FAILED = re.compile(r"^Could not fetch URL \S+: (?!404 )(.*)$", re.MULTILINE)
"""What pip says of an index that does not answer; with 404, it says that it has no release."""

_IGNORING = "Ignoring indexes: "  # what pip says of `no-index`, and where it looks all the same:
_FOLDERS = re.compile(r"^(?:Found|Skipping) link", re.MULTILINE)
_WRITTEN = re.compile(r"(\[line +\d+\]): .*")

_MANY = ("_2_28", "_2_27", "_2_24", "_2_17", "2014", "_2_12", "2010", "_2_5", "1")
_LINUX = {"x86-64": "x86_64", "aarch64": "aarch64", "i686": "i686"}
_WINDOWS = {"x86-64": "win_amd64", "aarch64": "win_arm64", "i686": "win32"}
_MAC = {"x86-64": "x86_64", "aarch64": "arm64"}
_UV = {
    "linux": "{}-manylinux_2_28", "macos": "{}-apple-darwin", "windows": "{}-pc-windows-msvc",
}  # fmt: skip


class Resolved(NamedTuple):
    """An environment with versions that can be installed there.

    Attributes:
        planned: The environment; packages of which there is a wheel have one version.
        status: For each package `wheel`, `sdist only` or `no release`.
        problem: Why its packages cannot be installed together, as uv says; empty: uv is not
            there, or finds that they can.
    """

    planned: Planned
    status: dict[str, str]
    problem: str

    @property
    def lacking(self) -> list[str]:
        """The packages that cannot be installed as a wheel, each with the reason."""
        found = [
            f"{name}{self.planned.packages[name]}: {status}"
            for name, status in self.status.items()
            if status != "wheel"
        ]
        return [*found, *([f"together: {self.problem}"] if self.problem else [])]


def resolve(environments: Sequence[Planned]) -> list[Resolved]:
    """Find the newest versions that have a wheel for each environment; this uses the network.

    Args:
        environments: The environments of a plan.

    Raises:
        CompatibilityError: pip is too old, or cannot answer, or reaches no index.
    """
    known: dict[tuple[str, ...], list[str]] = {}
    return [_resolved(planned, known) for planned in environments]


def _resolved(planned: Planned, known: dict[tuple[str, ...], list[str]]) -> Resolved:
    facts = planned.facts
    python = ".".join(str(facts.get("python", "3.12")).split(".")[:2])
    target = [f"--python-version={python}"]
    target += [
        "--implementation=pp" if facts.get("implementation") == "pypy" else "--implementation=cp"
    ]
    target += [f"--platform={tag}" for tag in _tags(facts)]
    status: dict[str, str] = {}
    packages: dict[str, str] = {}
    changed = facts
    for name, specifier in planned.packages.items():
        wheel = _newest(name, specifier, ("--only-binary=:all:", *target), known)
        packages[name] = f"=={wheel}" if wheel else specifier
        if wheel:
            status[name] = "wheel"
            changed = _with(changed, name, wheel)
        else:
            # Without a wheel there may be a source distribution: that is not "not supported".
            source = _newest(name, specifier, ("--no-binary=:all:", target[0]), known)
            status[name] = f"sdist only ({source})" if source else "no release"
    problem = _together(packages, python, facts) if "wheel" in {*status.values()} else ""
    return Resolved(planned._replace(facts=changed, packages=packages), status, problem)


def _tags(facts: dict[str, Any]) -> list[str]:
    """Return the platform tags of wheels; pip takes none for another one that it fits."""
    os, cpu = facts.get("os", "linux"), facts.get("cpu", "x86-64")
    if os == "windows":
        return [_WINDOWS[cpu]] if cpu in _WINDOWS else []
    if os == "macos" and cpu in _MAC:
        return [f"macosx_{version}_{_MAC[cpu]}" for version in ("15_0", "14_0", "13_0", "11_0")]
    return [f"manylinux{many}_{_LINUX[cpu]}" for many in _MANY] if cpu in _LINUX else []


def _newest(
    name: str, specifier: str, options: tuple[str, ...], known: dict[tuple[str, ...], list[str]]
) -> str:
    """Return the newest version in a range; empty if there is none."""
    asked = (name, *options)
    if asked not in known:
        known[asked] = _versions(name, options)
    versions = [parse_version(text) for text in known[asked]]
    if specifier:
        wanted = parse_marker_range(specifier)
        versions = [version for version in versions if version in wanted]
    return str(max(versions)) if versions else ""


def _versions(name: str, options: Sequence[str]) -> list[str]:
    run = _run(_question(name, options, *_PATIENCE))
    if run.returncode == 0:
        try:
            return [str(version) for version in json.loads(run.stdout)["versions"]]
        except (ValueError, KeyError, TypeError):
            pass
    if "no such option: --json" in run.stderr or "unknown command" in run.stderr:
        what = "--resolve: this pip has no `pip index versions --json`"
        raise CompatibilityError(Problem(what, "a newer pip: python -m pip install --upgrade pip"))
    if "No matching distribution found" in run.stderr:
        _refuse_unreached(name, options)
        return []
    said = printable(cut(_telling(run.stderr), _LONGEST))
    raise CompatibilityError(f"--resolve: pip cannot tell the versions of {name}: {said}")


def _telling(said: str) -> str:
    """Return what tells why pip has failed: the last line, or all that names a wrong setting.

    What a file of settings has in the wrong place is left out, as it may be a password.
    """
    lines = [line.strip() for line in said.strip().splitlines()]
    first = next((n for n, line in enumerate(lines) if "onfiguration file" in line), None)
    if first is None:
        return lines[-1] if lines else ""
    return " ".join(_WRITTEN.sub(r"\1", line) for line in lines[first:] if line[:1] not in "'\"")


def _question(name: str, options: Sequence[str], *further: str) -> list[str]:
    command = [sys.executable, "-m", "pip", "index", "versions", "--json", *further]
    return [*command, "--disable-pip-version-check", "--no-input", *options, "--", name]


def _refuse_unreached(name: str, options: Sequence[str]) -> None:
    """Ask again, for the reason: only so does pip tell no release from no answer of the index."""
    run = _run(_question(name, options, "-vv", "--retries=0", _PATIENCE[1]))
    said = f"{run.stdout}\n{run.stderr}"
    if _IGNORING in said and not _FOLDERS.search(said):
        what = f"--resolve: pip is told to ask no index for {name} (no-index, PIP_NO_INDEX)"
        raise CompatibilityError(Problem(what, "an index, or a folder (find-links) that has it"))
    failed = _FAILED.search(run.stdout) or _FAILED.search(run.stderr)
    if failed:
        # What follows is the address, which may have a password in it.
        reason = failed[1].partition(" for url")[0].partition(" with url")[0]
        reason = reason.strip().removesuffix(" - skipping")
        what = f"--resolve: cannot reach the index of {name}: {printable(cut(reason, _LONGEST))}"
        raise CompatibilityError(Problem(what, "a network, or an index that pip is configured for"))


def _together(packages: dict[str, str], python: str, facts: dict[str, Any]) -> str:
    """Return why packages cannot be installed together, as uv says; empty if they can."""
    uv = shutil.which("uv")
    cpu = _LINUX.get(facts.get("cpu", "x86-64"), "")
    platform = _UV.get(facts.get("os", "linux"), "").format(cpu)
    if uv is None or not cpu or not platform:
        return ""
    command = [uv, "pip", "compile", "--quiet", "--no-header", f"--python-version={python}"]
    lines = "\n".join(f"{name}{specifier}" for name, specifier in packages.items())
    run = _run([*command, f"--python-platform={platform}", "-"], lines)
    return printable(cut(" ".join(run.stderr.split()), _LONGEST)) if run.returncode else ""


def _run(command: Sequence[str], given: str = "") -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - pip or uv, with names that markers have
            command,
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_SECONDS,
            cwd=sys.prefix,  # no module of the current folder takes the place of pip
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CompatibilityError(f"--resolve: {printable(cut(str(error), _LONGEST))}") from None


def _with(facts: dict[str, Any], name: str, version: str) -> dict[str, Any]:
    """Return facts with the version of a package that is installed."""
    if name == "ddtrace" and facts.get("tracer"):
        return {**facts, "tracer": version}
    for kind in ("frameworks", "packages"):
        if facts.get(kind, {}).get(name):
            return {**facts, kind: {**facts[kind], name: version}}
    return facts
