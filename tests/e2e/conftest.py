"""Keeps these tests for `nox -s e2e`.

The session names the built wheel in DDCOMPAT_E2E_WHEEL; where that is not set, as in a plain
`pytest`, nothing of this folder is collected. The suites are never collected from here: they run in
the environments that the harness makes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .targets import Environments

SUITES = ["blocking/*", "planned/*", "suite/*"]

collect_ignore_glob = SUITES if os.environ.get("DDCOMPAT_E2E_WHEEL") else ["*"]


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Environments:
    from .targets import Environments  # where a plain `pytest` runs, there may be no flock

    folder = tmp_path_factory.getbasetemp()
    # Each worker has a folder of its own in that of the run.
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    return Environments(shared, Path(os.environ["DDCOMPAT_E2E_WHEEL"]))
