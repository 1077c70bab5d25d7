"""Let pytest collect tests for a command, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.cli.output import write_error
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["collect"]

_PLUGIN = "pytest_ddcompat.session.marks"
_QUIET = ("--collect-only", "-q", "--color=no", "-p", "no:cacheprovider", "-o", "ddcompat_report=")
_MOST_LINES = 200  # of what pytest says


def collect(
    paths: Sequence[str], option: str, further: Sequence[str] = (), *, parts: bool = False
) -> dict[str, Any]:
    """Let pytest collect tests, and return what it has found.

    Args:
        paths: Files and folders; none: as pytest has it.
        option: The command's option, for messages.
        further: Further arguments of pytest.
        parts: Whether a part of a file will do.

    Returns:
        `tests` with `id`, `place`, `markers`, `declared`, `problems` and `gated`, and the files
        that were `skipped`.

    Raises:
        CompatibilityError: pytest cannot collect the tests.
    """
    for path in paths:
        if "::" in path and not parts:
            what = f'"{path:.80}" is a part of a file, of which other tests are not known'
            raise CompatibilityError(f"{option}: {what}; valid: files and folders")
    with TemporaryDirectory() as folder:
        kept = Path(folder) / "marks.json"
        command = [sys.executable, "-m", "pytest", *_QUIET, "-p", _PLUGIN]
        command += ["--ddcompat-marks-to", str(kept), *further, *paths]
        run = subprocess.run(  # noqa: S603 - pytest, on what the user has named
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        found: dict[str, Any] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    if not found or found["failed"]:
        said = (run.stdout + run.stderr).decode("utf-8", "replace").splitlines()
        write_error("\n".join(printable(line) for line in said[-_MOST_LINES:]))
        raise CompatibilityError(
            f"{option}: pytest cannot collect these tests (its exit status is "
            f"{run.returncode}); see its messages above"
        )
    return found
