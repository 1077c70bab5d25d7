"""Play a GitHub workflow on this machine: its shell steps as they stand, its actions as stubs.

Of conditions it knows `!cancelled()`, `NAME == 'VALUE'` and `!NAME`, joined by `&&`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Callable

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

INSERTED = re.compile(r"\$\{\{ *(.*?) *\}\}")
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
GH = """\
#!/bin/sh
echo "$*" >> "$RUNNER_TEMP/../../gh.log"
if [ "$1 $2" = "pr list" ]; then echo "$OPEN_PULL_REQUEST"; fi
"""


def git(folder: Path, *arguments: str) -> str:
    """Run git without settings of this machine, and return what it prints."""
    settings = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    done = subprocess.run(
        [shutil.which("git") or "git", *author, *arguments], cwd=folder, check=True, text=True,
        capture_output=True, env={**os.environ, **settings},
    )  # fmt: skip
    return done.stdout


class Play:
    """A workflow on a branch `main`.

    Attributes:
        outcomes: "success", "failure" or "skipped" of each job, by name.
        printed: What each job's steps printed.
        calls: How `gh`, the command of GitHub, was called.

    Args:
        workflow: The file.
        origin: The repository, bare.
        folder: An empty folder for what the jobs write.
        env: What replaces variables of the workflow, or adds to them.
        known: Values of expressions such as `github.event_name`.
        tamper: Changes the folder of the artifacts before a job takes one.
        commands: Scripts that stand in for commands, by their names.
    """

    def __init__(
        self,
        workflow: Path,
        origin: Path,
        folder: Path,
        env: dict[str, str],
        *,
        known: Mapping[str, str] = MappingProxyType({}),
        tamper: Callable[[Path], object] = lambda _: None,
        commands: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._content = yaml.safe_load(workflow.read_text(encoding="utf-8"))
        self._origin, self._folder, self._env, self._tamper = origin, folder, env, tamper
        self.outcomes: dict[str, str] = {}
        self.printed: dict[str, str] = {}
        self._known = {"github.ref_name": "main", "github.token": "a-token", **known}
        (folder / "bin").mkdir(parents=True)
        for name, script in {"gh": GH, **commands}.items():
            (folder / "bin" / name).write_text(script, encoding="utf-8")
            (folder / "bin" / name).chmod(0o755)
        for name, job in self._content["jobs"].items():
            outcomes = {self._job(place, job) for place in self._places(name, job)}
            self.outcomes[name] = min(outcomes)  # "failure" before the others

    @property
    def calls(self) -> list[str]:
        log = self._folder / "gh.log"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def _value(self, text: object) -> str:
        return INSERTED.sub(lambda found: self._known.get(found[1], ""), str(text))

    def _places(self, name: str, job: dict[str, Any]) -> Iterator[str]:
        """Yield a name for each job of a matrix of one dimension, whose value is then known."""
        matrix = job.get("strategy", {}).get("matrix")
        if matrix is None:
            yield name
            return
        ((key, values),) = matrix.items()
        for number, value in enumerate(values):
            self._known.update({f"matrix.{key}": value, "strategy.job-index": str(number)})
            yield f"{name}-{number}"

    def _holds(self, condition: str, *, has_failed: bool = False) -> bool:
        parts = condition.removeprefix("${{ ").removesuffix(" }}").split(" && ")
        if has_failed and "!cancelled()" not in parts:
            return False
        return all(self._is_met(part) for part in parts if part not in {"", "!cancelled()"})

    def _is_met(self, part: str) -> bool:
        if part.startswith("!"):
            return not self._known.get(part[1:], "")
        name, _, value = part.partition(" == ")
        return self._known.get(name, "") == value.strip("'")

    def _job(self, name: str, job: dict[str, Any]) -> str:
        needed = job.get("needs", [])
        needed = [needed] if isinstance(needed, str) else needed
        has_failed = any(self.outcomes[other] != "success" for other in needed)
        if not self._holds(job.get("if", ""), has_failed=has_failed):
            return "skipped"
        place = self._folder / name
        (place / "temp").mkdir(parents=True)
        self.printed[name] = ""
        self._known["runner.temp"] = str(place / "temp")
        env = {**self._content.get("env", {}), **job.get("env", {}), **self._env}
        outcome = "success"
        for step in job["steps"]:
            has_failed = outcome == "failure"
            is_due = self._holds(step.get("if", ""), has_failed=has_failed)
            if is_due and not self._step(step, name, place, env):
                outcome = "failure"
        for output, value in job.get("outputs", {}).items():
            self._known[f"needs.{name}.outputs.{output}"] = self._value(value)
        return outcome

    def _step(self, step: dict[str, Any], job: str, place: Path, env: dict[str, str]) -> bool:
        if "uses" in step:
            given = {key: self._value(value) for key, value in step.get("with", {}).items()}
            action = step["uses"].partition("@")[0].partition("/")[2]
            getattr(self, "_" + action.replace("-", "_"))(place, given)
            return True
        if step["run"].startswith("python -m pip install "):
            return True  # the plugin of this environment is tried
        (place / "work").mkdir(exist_ok=True)
        done = subprocess.run(
            [*SHELL, step["run"]], cwd=place / "work", check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=self._environ(place, {**env, **step.get("env", {})}),
        )  # fmt: skip
        self.printed[job] += done.stdout
        self._keep_outputs(step.get("id", ""), place / "output")
        return done.returncode == 0

    def _environ(self, place: Path, env: dict[str, str]) -> dict[str, str]:
        path = [str(self._folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
        files = {name: place / name.rpartition("_")[2].lower() for name in FILES}
        return {
            "PATH": os.pathsep.join(path), "HOME": str(place), "RUNNER_TEMP": str(place / "temp"),
            "GIT_CONFIG_NOSYSTEM": "1", **{name: str(file) for name, file in files.items()},
            **{name: self._value(value) for name, value in env.items()},
        }  # fmt: skip

    def _keep_outputs(self, step: str, file: Path) -> None:
        for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
            name, _, value = line.partition("=")
            self._known[f"steps.{step}.outputs.{name}"] = value

    def _checkout(self, place: Path, _: dict[str, str]) -> None:
        git(place, "clone", "--quiet", str(self._origin), "work")

    def _setup_python(self, place: Path, _: dict[str, str]) -> None:
        """Take the Python that runs the tests."""

    def _upload_artifact(self, _: Path, given: dict[str, str]) -> None:
        target = self._folder / "artifacts" / given["name"]
        if Path(given["path"]).is_file():
            target.mkdir(parents=True)
            shutil.copy(given["path"], target)
        else:
            shutil.copytree(given["path"], target)

    def _download_artifact(self, _: Path, given: dict[str, str]) -> None:
        artifacts = self._folder / "artifacts"
        if "pattern" in given:
            for path in artifacts.glob(given["pattern"]):
                shutil.copytree(path, Path(given["path"]) / path.name)
            return
        self._tamper(artifacts / given["name"])
        shutil.copytree(artifacts / given["name"], given["path"])


FILES = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
