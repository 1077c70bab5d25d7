"""Write the markers of a suite as declarations: `ddcompat declare --from-markers`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.cli.output import put, write, write_error
from pytest_ddcompat.declarations.marked import MarkedTest, tables_of_marks
from pytest_ddcompat.importer.declared import SCHEMA, table_of
from pytest_ddcompat.requirement.requirement import Requirement, without_strict
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.text import cut, printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from pytest_ddcompat.declarations.marked import Table

__all__ = ["write_declarations"]

_PLUGIN = "pytest_ddcompat.session.marks"
_QUIET = ("--collect-only", "-q", "--color=no", "-p", "no:cacheprovider", "-o", "ddcompat_report=")
_LONGEST = 300  # characters of a reason
_MOST_LINES = 200  # of what pytest says


def write_declarations(options: argparse.Namespace) -> int:
    """Write the declarations, and say what cannot be one; return 0.

    Raises:
        CompatibilityError: pytest cannot collect the tests.
    """
    found = _collect(options.tests)
    tests = [_marked(test) for test in found["tests"]]
    tables, problems = tables_of_marks(tests)
    for test in found["tests"]:
        problems += [f"{test['place']}: {problem}" for problem in test["problems"]]
    problems += [f"{name}: skipped when it is imported: {why}" for name, why in found["skipped"]]
    text = _text(tables)
    if options.output is not None:
        put(text, options.output, [path.partition("::")[0] for path in options.tests])
    if options.format == "json":
        account = {"tests": len(tests), "declarations": len(tables), "not_declared": problems}
        write(json.dumps(account, indent=2))
        return 0
    counts = {"tests": len(tests), "declarations": len(tables), "not declared": len(problems)}
    counted = ", ".join(f"{what}: {count}" for what, count in counts.items())
    words = "\n".join([counted, *(printable(cut(problem, _LONGEST)) for problem in problems)])
    if options.output is not None:
        write(words)
    else:
        # Only the file goes to the standard output, so that it can be redirected.
        write(text)
        write_error(words)
    return 0


def _collect(paths: Sequence[str]) -> dict[str, Any]:
    """Let pytest collect tests in a process of its own, and return what it has found."""
    for path in paths:
        if "::" in path:
            what = f'"{path:.80}" is a part of a file, of which other tests are not known'
            raise CompatibilityError(f"--from-markers: {what}; valid: files and folders")
    with TemporaryDirectory() as folder:
        kept = Path(folder) / "marks.json"
        command = [sys.executable, "-m", "pytest", *_QUIET, "-p", _PLUGIN]
        command += ["--ddcompat-marks-to", str(kept), *paths]
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
            f"--from-markers: pytest cannot collect these tests (its exit status is "
            f"{run.returncode}); see its messages above"
        )
    return found


def _marked(test: dict[str, Any]) -> MarkedTest:
    pairs = [without_strict(marker) for marker in test["markers"]]
    marks = tuple((Requirement.from_marker(marker), strict) for marker, strict in pairs)
    return MarkedTest(test["id"], test["place"], marks)


def _text(tables: Sequence[Table]) -> str:
    lines = [SCHEMA]
    for table in tables:
        lines += ["", *table_of(*table)]
    return "\n".join(lines) + "\n"
