"""Runs the commands of the wheel that the session has installed."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from support.processes import output_of

if TYPE_CHECKING:
    from pathlib import Path


def said(folder: Path, *arguments: str, status: int = 0) -> str:
    """Run a command in a folder, and return what it says in one line of words."""
    done = output_of([sys.executable, "-m", "pytest_ddcompat", *arguments], folder, {})
    assert done.returncode == status, done.stdout
    return " ".join(done.stdout.split())


def answer(folder: Path, *arguments: str, status: int = 0) -> Any:
    """Run a command in a folder, and return the JSON that it writes."""
    said(folder, *arguments, "--format", "json", "-o", "answer.json", status=status)
    return content(folder / "answer.json")


def content(file: Path) -> Any:
    """Return what a file of JSON holds, such as a record."""
    return json.loads(file.read_text(encoding="utf-8"))
