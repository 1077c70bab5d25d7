"""No line that this plugin prints is a command to the log of a CI job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.project import Project

EVIL = "::error::x"


@pytest.mark.parametrize(
    ("text", "options", "shown"),
    [
        pytest.param(
            "import pytest\n@pytest.mark.requires_tracer('=')\ndef test_it(): pass\n",
            (),
            "\\x3a:error::x/test_it.py:2: ",
            id="a marker that cannot be understood",
        ),
        pytest.param(
            "from pytest_ddcompat import require\nfrom helper import *\n",
            ("--ddcompat-strict",),
            "\\x3a:error::x/helper.py:2: ",
            id="a module that is required elsewhere",
        ),
    ],
)
def test_file_name(project: Project, text: str, options: tuple[str, ...], shown: str) -> None:
    folder = project.path / EVIL
    folder.mkdir()
    (folder / "test_it.py").write_text(text, encoding="utf-8")
    helper = "from pytest_ddcompat import require\nrequire('api_security')\n"
    (folder / "helper.py").write_text(helper, encoding="utf-8")
    run = project.run("-q", *options, ".")
    # A line that pytest itself begins with a file's name is not ours.
    ours = [line for line in run.out if "error::x" in line and ": " in line]
    assert [line for line in ours if line.startswith(shown)]
    assert [line for line in ours if line.startswith("::error::x/") and ".py:" in line] == []
