"""Facts are those of before the first test: what fixtures mock for the tests changes none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.project import Project

MOCKS = """
import datetime, importlib.metadata, os
import pytest

class Mocked(importlib.metadata.Distribution):
    def read_text(self, name): return "Name: x\\nVersion: 99.0\\n"
    def locate_file(self, path): return path

class Frozen(datetime.datetime):
    @classmethod
    def now(cls, tz=None): return cls(1999, 1, 1, tzinfo=tz)

@pytest.fixture(scope="session", autouse=True)
def mocks():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.metadata, "distributions", lambda **_: [Mocked()])
        patch.setattr(importlib.metadata, "version", lambda _: "99.0")
        patch.setattr(datetime, "datetime", Frozen)
        patch.setattr(os, "environ", {"DD_SITE": "mocked.example"})
        yield
"""
CHECK = """
    assert environment.date.year > 2020
    assert environment.framework("django").words != "99.0"
    assert environment.framework("flask").words != "99.0"
    assert environment.framework("no-such-framework").words == "none"
    assert environment.framework("pluggy").words != "99.0"
    assert environment.framework("pluggy").known
    assert environment.tracer.words != "99.0"
    assert environment.site.words == "datadoghq.com"
"""
BY_FIXTURE = f"def test_it(ddcompat):\n    environment = ddcompat.environment{CHECK}"
REQUIRE = """
    require("api_security")
    assert 0, "api_security was supported by a mock"
"""
WAYS = {
    "fixture": BY_FIXTURE,
    "fixture of a fixture": f"""
import pytest
@pytest.fixture
def own(ddcompat): return ddcompat
def test_it(own):
    environment = own.environment{CHECK}""",
    "require": f"from pytest_ddcompat import require\ndef test_it():{REQUIRE}",
    "require of the package": (
        "import pytest_ddcompat\ndef test_it():"
        f"{REQUIRE.replace('require(', 'pytest_ddcompat.require(', 1)}"
    ),
    "require of a conftest's fixture": "def test_it(required): assert 0",
    "a marker, then the fixture": f"""
import pytest
@pytest.mark.requires_framework("pluggy", "<90")
def test_marked(): pass
{BY_FIXTURE}""",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("more", [(), ("-p", "xdist.plugin", "-n", "1")], ids=["", "xdist"])
def test_what_is_mocked_changes_no_fact(project: Project, way: str, more: tuple[str, ...]) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("pytest.ini", "[pytest]\n")
    fixture = "\nimport pytest_ddcompat\n@pytest.fixture\ndef required():"
    conftest = fixture + " pytest_ddcompat.require('api_security')\n"
    own = conftest if way == "require of a conftest's fixture" else ""
    project.write("conftest.py", MOCKS + own)
    project.write("test_it.py", WAYS[way])
    run = project.run_apart(*more)
    asks = "require" in way
    assert set(run.outcomes) == {"skipped" if asks else "passed"}, "\n".join(run.out)
    if not asks:
        return
    (reason,) = {line for line in run.section("ddcompat") if line.startswith("  1 skipped: ")}
    assert "found none installed" in reason
