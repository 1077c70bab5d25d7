"""A real manifest in real runs: stubs of its tests end as its own parser says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_ddcompat.__main__ import main

pytest.importorskip("pytest_ddcompat.declarations.file")

pytestmark = pytest.mark.once  # what a run decides is tested elsewhere: this is the whole manifest

PEER = Path(__file__).parents[1] / "data/peer"
SAMPLE = json.loads((PEER / "sample.json").read_text(encoding="utf-8"))
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "pytest_ddcompat.plugin"}
CONFTEST = """\
import json
found = {}

def pytest_runtest_logreport(report):
    if report.outcome == "skipped" or report.when == "call":
        letter = "s" if report.outcome == "skipped" else "r"
        found[report.nodeid] = "x" if hasattr(report, "wasxfail") else letter

def pytest_sessionfinish():
    with open("found.json", "w") as file:
        json.dump(found, file)
"""


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a stub of each test, and the declarations."""
    folder = tmp_path_factory.mktemp("suite")
    for file, classes in SAMPLE["tests"].items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = []
        for name, tests in classes.items():
            lines += [f"class {name}:", *(f"    def {test}(self): pass" for test in tests), ""]
        path.write_text("\n".join(lines), encoding="utf-8")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    # Some classes are not named as pytest looks for them, and some files have one name.
    settings = "[pytest]\npython_classes = *\naddopts = --import-mode=importlib\n"
    (folder / "pytest.ini").write_text(settings, encoding="utf-8")
    arguments = ["import", "--declarations", str(PEER / "python.yml"), "-o"]
    assert main([*arguments, str(folder / "declarations.toml")]) == 0
    return folder


# Each run has 2,262 tests; WHOLE_SAMPLE=1 runs them all.
KEYS = [*SAMPLE["outcomes"]] if os.environ.get("WHOLE_SAMPLE") else ["4.4.0 flask-poc"]


@pytest.mark.parametrize("key", KEYS)
def test_stubs_end_as_the_manifest_says(suite: Path, key: str) -> None:
    tracer, variant = key.split()
    options = ["--ddcompat-set", f"tracer={tracer}", "--ddcompat-set", f"fact.variant={variant}"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*command, "--ddcompat-declarations", "declarations.toml", *options],
        cwd=suite, capture_output=True, text=True, check=False,
        env={**os.environ, **ALONE},
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    found = json.loads((suite / "found.json").read_text(encoding="utf-8"))
    assert "".join(found[node] for node in nodes()) == SAMPLE["outcomes"][key]


def nodes() -> list[str]:
    return [
        f"{file}::{name}::{test}"
        for file, classes in SAMPLE["tests"].items()
        for name, tests in classes.items()
        for test in tests
    ]
