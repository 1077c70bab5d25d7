"""Facts are those of before the first test: what fixtures mock for the tests changes none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from support.records import record_of

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
    assert environment.package("pluggy").known
    assert environment.package("pluggy").words != "99.0"
    assert environment.package("no-such-package").words == "none"
    assert environment.tracer.words != "99.0"
    assert environment.site.words == "datadoghq.com"
"""
# Others than the page names are looked up for tests that are known to ask.
OF_THE_PAGE = "".join(
    line for line in CHECK.splitlines(keepends=True) if not re.search("no-such|pluggy", line)
)
BY_FIXTURE = f"def test_it(ddcompat):\n    environment = ddcompat.environment{CHECK}"
HELPER = """
from pytest_ddcompat import Requirement
def required():
    import pytest_ddcompat
    pytest_ddcompat.require("api_security")
"""
OTHER_HELPER = """
import pytest_ddcompat as dd
def required(): dd.require("api_security")
"""
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
    "require of the package by another name": (
        "import pytest_ddcompat as dd\ndef test_it():"
        f"{REQUIRE.replace('require(', 'dd.require(', 1)}"
    ),
    "require of a helper that has imported a name": (
        "from helper import required\ndef test_it():\n    required()\n    assert 0"
    ),
    "require of a helper that has imported the package": (
        "import other_helper\ndef test_it():\n    other_helper.required()\n    assert 0"
    ),
    "require within a test whose module imports a marker": (
        "from pytest_ddcompat import requires_tracer\ndef test_it():\n"
        f"    from pytest_ddcompat import require{REQUIRE}"
    ),
    "require within a test of a run with a marker": (
        "import pytest\n@pytest.mark.requires_tracer('>=99')\ndef test_marked(): pass\n"
        f"def test_it():\n    from pytest_ddcompat import require{REQUIRE}"
    ),
    "require of a conftest's fixture": "def test_it(required): assert 0",
    "a marker, then getfixturevalue": f"""
import pytest
@pytest.mark.requires_framework("pluggy")
def test_marked(): pass
def test_it(request):
    environment = request.getfixturevalue("ddcompat").environment{OF_THE_PAGE}""",
    "a marker for a package": """
import pytest
@pytest.mark.requires_package("pluggy", "<90")
@pytest.mark.requires_package("pytest", "<90")
def test_it(): pass""",
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
    project.write("helper.py", HELPER)
    project.write("other_helper.py", OTHER_HELPER)
    project.write("test_it.py", WAYS[way])
    run = project.run_apart(*more, "-p", "no:randomly")
    asks = "require" in way
    assert set(run.outcomes) == {"skipped" if asks else "passed"}, "\n".join(run.out)
    if not asks:
        return
    (reason,) = (
        line for line in run.section("ddcompat") if "skipped: api_security" in line.lower()
    )
    assert "found none installed" in reason


FOLDER = """
import os, platform
def pytest_ddcompat_facts(config):
    site = os.environ.get("DD_SITE", "datadoghq.com")
    return {"os": platform.system().lower(), "tracer": "4.1", "site": site}
"""
MARKING = """
import pytest
def pytest_collection_modifyitems(items):
    items[-1].add_marker(pytest.mark.requires_capability("api_security"))
"""
ASKING = {
    "fixture": """
def test_it(ddcompat):
    assert ddcompat.environment.os.value != "mocked"
    assert ddcompat.environment.site.value == "datadoghq.com"
""",
    "require": "import pytest_ddcompat\ndef test_it(): pytest_ddcompat.require('api_security')",
    "marked late": "def test_first(): pass\ndef test_last(): pass",
    "marked late, and asked inside": """
def test_first(request):
    assert request.getfixturevalue("ddcompat").environment.site.value == "datadoghq.com"
def test_last(): pass
""",
}


@pytest.mark.parametrize("way", ASKING)
@pytest.mark.parametrize("more", [(), ("-p", "xdist.plugin", "-n", "1")], ids=["", "xdist"])
def test_a_folders_hook_is_asked_before_what_is_mocked(
    project: Project, way: str, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("pytest.ini", "[pytest]\n")
    late = MARKING if "late" in way else ""
    mocks = MOCKS.replace("os\n", "os, platform\n", 1).replace(
        "        yield",
        '        patch.setattr(platform, "system", lambda: "Mocked")\n        yield',
    )
    project.write("conftest.py", mocks + late)
    project.write("a/conftest.py", FOLDER)
    project.write("a/test_a.py", ASKING[way])
    project.write("test_z.py", "def test_z(): pass")
    run = project.run_apart(*more, "-p", "no:randomly", "--ddcompat-report=run.json", "a")
    assert run.outcomes == {"passed": str(ASKING[way].count("def "))}, "\n".join(run.out)
    facts = record_of(project)["environments"][0]["facts"]
    assert (facts["site"], facts["os"] == "mocked") == ("datadoghq.com", False)
