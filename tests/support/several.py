"""What the tests of several pages share: a second page, and tests that are held against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.overlays import WHY

if TYPE_CHECKING:
    from support.project import Project

RULES = f'[[capabilities]]\nid = "acme_waf_rules"\nminimum = "2.6"\n{WHY}'
ACME = f'extends = "iast-python"\n\n{RULES}'
RAISED = f'{ACME}\n[[capabilities]]\nid = "threat_protection"\nminimum = "2.6"\n{WHY}'
BOTH = ("--ddcompat-matrix=iast-python", "--ddcompat-matrix=acme.toml")
TESTS = """
import pytest
@pytest.mark.requires_capability("acme_waf_rules")
def test_rules(): pass
@pytest.mark.requires_capability("threat_protection", matrix="acme")
def test_acme(): pass
@pytest.mark.requires_capability("threat_protection", matrix="iast-python")
def test_page(): pass
@pytest.mark.requires_tracer(">=2", matrix="acme")
def test_tracer(): pass
"""
EXPECTED = {
    "test_rules": "skipped", "test_acme": "skipped", "test_page": "passed", "test_tracer": "passed",
}  # fmt: skip


def marked(arguments: str) -> str:
    return f"import pytest\n@pytest.mark.requires_capability({arguments})\ndef test(): pass\n"


def told(project: Project, *options: str) -> list[str]:
    """Run a test that tells the pages of the summary's head."""
    project.write("test_it.py", "import pytest\n@pytest.mark.requires_tracer('>=1')\ndef test(): 0")
    run = project.run(*options)
    assert run.outcomes == {"test": "passed"}
    (head,) = [line for line in run.section("ddcompat") if "ddtrace 2.5.0" in line]
    return [page.partition(" (read")[0] for page in head.partition(": ")[0].split(" and ")]


def hook(returned: str) -> str:
    return (
        "import pathlib\nfrom pytest_ddcompat import load_matrix\ncalls = []\n"
        "def pytest_ddcompat_matrices(config):\n    calls.append(1)\n    assert len(calls) == 1\n"
        f"    return {returned}\n"
    )
