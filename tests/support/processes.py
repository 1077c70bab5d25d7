"""Runs commands that must not see what the variables of a run would change."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

NOT_INHERITED = ("AWS_", "DD_", "_DD_", "DDCOMPAT_", "ECS_", "PYTEST_", "PYTHON")


def output_of(
    command: Sequence[str], folder: Path, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command that sees no variable which would change the facts or the run."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(NOT_INHERITED)}
    return subprocess.run(
        command,
        check=False,
        cwd=folder,
        encoding="utf-8",
        errors="replace",
        env={**inherited, **variables},
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=900,
    )
