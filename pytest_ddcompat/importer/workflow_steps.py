"""Read what the steps of a job of GitHub Actions say: whether it runs tests, and on what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.importer.nodes import items_of, pairs_of, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_ddcompat.importer.nodes import Node

__all__ = ["Steps", "child_of", "read_steps"]

_RUNNER = re.compile(r"(?<![\w.-])(?:pytest|py\.test|tox|nox)(?![\w.-])")
_INSTALLS = re.compile(r"\b(?:pip3?|uv|pipx|poetry|conda)(?:\s+-\S+){0,5}\s+(?:install|add)\b")
_PIN = re.compile(
    r"(?<![\w.-])(?P<name>[A-Za-z0-9][\w.-]{0,99})(?:\[[^\]\s]{0,100}\])?==(?P<version>[^\s'\",;]+)"
)
_COMMANDS = re.compile(r"\n|&&|\|\||[;|]")
_EXPRESSION = re.compile(r"\$\{\{\s*([^\s{}]{1,100})\s*\}\}")
_MAKES_PYTHON = re.compile(r"(?:^|/)setup-(?:python|uv)(?:@|$)")


class Steps(NamedTuple):
    """The steps of a job, as far as they say what it runs, and on what.

    Attributes:
        runs_tests: Whether a step runs pytest, tox or nox; None: that is not known, as the job
            calls another workflow or an action of the repository.
        python: Where the Python stands that a step sets up; None: none does.
        pins: The versions of packages that a step installs, as they are written, by name.
        are_read: Whether all are read: the job calls no other workflow, and no action of the
            repository.
    """

    runs_tests: bool | None
    python: Node | None
    pins: dict[str, str]
    are_read: bool


def read_steps(job: Node) -> Steps:
    """Read the steps of a job.

    Args:
        job: The job.
    """
    python: Node | None = None
    pins: dict[str, str] = {}
    runs = False
    hidden = child_of(job, "uses") is not None
    steps = child_of(job, "steps")
    for step in items_of(steps) or () if steps is not None else ():
        action = _text(step, "uses")
        hidden = hidden or action.startswith("./")
        if _MAKES_PYTHON.search(action):
            python = child_of(child_of(step, "with"), "python-version") or python
        for command in _commands(_text(step, "run")):
            pins.update((pin["name"], pin["version"]) for pin in _PIN.finditer(command))
            if not _INSTALLS.search(command):
                runs = runs or _RUNNER.search(command) is not None
    known = None if hidden and not runs else runs
    return Steps(known, python, pins, not hidden)


def _commands(script: str) -> Iterator[str]:
    """Yield the commands of a script; the spaces within expressions are left out."""
    joined = _EXPRESSION.sub(r"${{\1}}", script.replace("\\\n", " "))
    yield from _COMMANDS.split(joined)


def _text(step: Node, key: str) -> str:
    node = child_of(step, key)
    return source_of(node) if node is not None else ""


def child_of(node: Node | None, key: str) -> Node | None:
    """Return the value of a key; None if the node is no mapping, or has no such key."""
    pairs = (pairs_of(node) or ()) if node is not None else ()
    return next((value for name, value in pairs if source_of(name) == key), None)
