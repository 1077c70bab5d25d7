"""`pytest` in a checkout after an installation without the extra `test`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Without plugins of the environment: that of hypothesis would ask for hypothesis itself.
RUN = """
import sys
import pytest

sys.modules.update(dict.fromkeys({missing}))
sys.exit(pytest.main(["-p", "pytest_ddcompat", "-p", "no:cacheprovider", *sys.argv[1:]]))
"""


def run(missing: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", RUN.format(missing=missing), *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environ, check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize("arguments", [[], ["tests/values"], ["-q", "tests/cli", "tests/values"]])
def test_what_is_missing_is_one_line(arguments: list[str]) -> None:
    done = run(["hypothesis", "jsonschema"], *arguments)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert (done.stdout + done.stderr).rstrip("\n") == (
        "ERROR: the tests need hypothesis, jsonschema; "
        "install the extra `test`: python -m pip install '.[test]'"
    )


def test_a_file_that_is_named_runs() -> None:
    done = run(["hypothesis"], "tests/example_security.py", "--ddcompat-set", "tracer=4.16.0")
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr


def test_nothing_is_missing_with_the_extra() -> None:
    done = run([], "--collect-only", "-q", "tests/example_security.py", "tests/values")
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
