"""Read a workflow that there is, and compare its jobs with what tests need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_ddcompat.importer.workflow import read_workflow
from pytest_ddcompat.planning.existing import compare_jobs
from pytest_ddcompat.values.day import today
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.files import read_limited

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.planning.candidates import Limits
    from pytest_ddcompat.planning.existing import Existing
    from pytest_ddcompat.planning.suite import GatedTest

__all__ = ["existing_of"]

_LIMIT = 1 << 20  # bytes of a workflow
_SCHEMA = "vendor.github-workflows"
_MOST_PROBLEMS = 20
_SECONDS = 60  # of the checker


def existing_of(
    path: str,
    tests: Sequence[GatedTest],
    matrices: Matrices,
    limits: Limits,
    *,
    never: Collection[str],
) -> Existing:
    """Check a workflow by its schema, and compare its jobs with what tests need.

    Args:
        path: The workflow.
        tests: The tests.
        matrices: The pages by which they are decided.
        limits: Facts that all jobs have.
        never: Ids of tests that are not missed where they run in no job.

    Raises:
        CompatibilityError: It cannot be read, or is no workflow.
        ModuleNotFoundError: The checker is not installed.
    """
    try:
        text = read_limited(path, _LIMIT).decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CompatibilityError(Problem(f"cannot read this file: {reason}", file=path)) from None
    workflow = read_workflow(text, path)
    _check(path)
    found = compare_jobs(workflow.jobs, tests, matrices, limits, today(), never=never)
    notes = (*workflow.notes, *found.notes)
    return found._replace(left_out=tuple(workflow.left_out), notes=notes)


def _check(path: str) -> None:
    """Refuse what is no workflow by the schema that check-jsonschema brings."""
    import check_jsonschema  # noqa: F401 - so that it is known whether it is installed

    command = [sys.executable, "-m", "check_jsonschema", f"--builtin-schema={_SCHEMA}"]
    try:
        run = subprocess.run(  # noqa: S603 - a package of the extra, on a file that is named
            [*command, "--output-format=json", "--", str(Path(path).resolve())],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            cwd=sys.prefix,  # no module of the current folder takes the checker's place
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        what = f"it cannot be checked by its schema within {_SECONDS} seconds"
        raise CompatibilityError(Problem(what, file=path)) from None
    if run.returncode == 0:
        return
    try:
        errors = json.loads(run.stdout)["errors"]
    except (ValueError, KeyError):
        errors = []
    problems = [Problem(str(e["message"]), where=str(e["path"]), file=path) for e in errors]
    # It says no more of what its own reader of YAML refuses.
    problems = problems or [Problem("it cannot be checked by its schema", "YAML 1.2", file=path)]
    raise CompatibilityError(problems[:_MOST_PROBLEMS])
