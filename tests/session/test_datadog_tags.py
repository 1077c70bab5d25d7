"""Tags of gated tests for ddtrace's plugin: marks at the collection, and later those of a span."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support.core import STRICT, XDIST

if TYPE_CHECKING:
    from support.project import Project

OPTIONS = "ddtrace", "no-ddtrace"
FOUR = "verdict", "action", "capability", "matrix"


class Plugin:
    """Stands in for ddtrace's plugin: its options, and the marks that it reads.

    Attributes:
        read: By the name of a test, the tags of its marks when the collection ends.
    """

    def __init__(self, *, has_ini: bool = True) -> None:
        self.read: dict[str, dict[str, object]] = {}
        self._has_ini = has_ini

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        for name in OPTIONS:
            parser.addoption(f"--{name}", dest=name, action="store_true", default=False)
            if self._has_ini:
                parser.addini(name, "", type="bool")

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "dd_tags(**kwargs): tags")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            marks = [*item.iter_markers("dd_tags")]
            assert all(mark.kwargs for mark in marks)
            self.read[item.name] = {k: v for mark in marks for k, v in mark.kwargs.items()}


class Span:
    """Stands in for the span of the running test.

    Attributes:
        tags: The tags that it was given, by the name of the test.
    """

    def __init__(self) -> None:
        self.tags: dict[str, dict[str, str]] = {}
        self._running = ""

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._running = nodeid.rpartition("::")[2]

    def current_root_span(self) -> Span:
        return self

    def set_tag(self, name: str, value: str) -> None:
        self.tags.setdefault(self._running, {})[name] = value


def tags(*values: str) -> dict[str, str]:
    """Return the tags with these values; a dash stands for no tag."""
    return {f"ddcompat.{name}": value for name, value in zip(FOUR, values) if value != "-"}


TESTS = """
import pytest
import pytest_ddcompat

unmet = pytest.mark.requires_capability("api_security")
met = pytest.mark.requires_capability("threat_detection")

def test_free(): pass
@met
def test_met(): pass
@unmet
def test_unmet(): pass
@unmet
@met
def test_both(): pass
@pytest.mark.requires_capability("threat_detection and not api_security")
def test_expression(): pass
@pytest.mark.requires_framework("fastapi")
def test_unknown(): pass
@pytest.mark.requires_python(">=3.9")
def test_no_page(): pass
@pytest.mark.requires_capability("api_security", strict=True)
def test_strict(): pass
@unmet
@pytest.mark.xfail
def test_xfail(): assert 0
@unmet
@pytest.mark.xfail(run=False)
def test_no_run(): assert 0
@unmet
@pytest.mark.skip
def test_skip(): pass
@unmet
@pytest.mark.dd_tags(team="appsec")
def test_own(): pass
def test_declared(): pass
"""
DECLARED = """
[[declarations]]
tests = "test_it.py::test_declared"
state = "bug"
when = {tracer = "<3"}
"""
PAGE = "iast-python"
UNMET = tags("unsupported", "skip", "api_security", PAGE)
EXPECTED = {
    "test_free": {},
    "test_met": tags("supported", "run", "threat_detection", PAGE),
    "test_unmet": UNMET,
    "test_both": tags("unsupported", "skip", "api_security,threat_detection", PAGE),
    "test_expression": tags("supported", "run", "threat_detection", PAGE),
    "test_unknown": tags("undetermined", "run", "-", PAGE),
    "test_no_page": tags("supported", "run"),
    "test_strict": tags("unsupported", "fail", "api_security", PAGE),
    "test_xfail": UNMET,
    "test_no_run": {},
    "test_skip": {},
    "test_own": {"team": "appsec", **UNMET},
    "test_declared": tags("unsupported", "xfail", "-", PAGE),
}


def collected(project: Project, *options: str, plugin: Plugin | None = None) -> Any:
    """Run the tests, and return what a plugin reads at the end of the collection."""
    plugin = plugin or Plugin()
    project.write("declared.toml", DECLARED)
    project.write("test_it.py", TESTS)
    run = project.run("--ddcompat-declarations=declared.toml", *options, plugins=[plugin])
    assert run.outcomes["test_unmet"] in {"skipped", "failed"}
    return plugin.read


def test_each_gated_test_is_marked_when_it_is_collected(project: Project) -> None:
    assert collected(project, "--ddtrace") == EXPECTED


def test_an_action_of_the_run_is_a_tag(project: Project) -> None:
    read = collected(project, "--ddtrace", STRICT)
    assert read["test_unmet"] == tags("unsupported", "fail", "api_security", PAGE)
    # The author's expectation gives way to strict.
    assert read["test_no_run"] == read["test_unmet"]
    assert read["test_skip"] == {}


@pytest.mark.parametrize(
    ("options", "has_ini", "is_on"),
    [
        pytest.param("", True, False, id="loaded"),
        pytest.param("--ddtrace", True, True, id="option"),
        pytest.param("-o ddtrace=true", True, True, id="ini option"),
        pytest.param("--ddtrace --no-ddtrace", True, False, id="turned off"),
        pytest.param("-o ddtrace=true -o no-ddtrace=true", True, False, id="turned off by ini"),
        pytest.param("", False, False, id="loaded, without ini options"),
        pytest.param("--ddtrace", False, True, id="option, without ini options"),
    ],
)
def test_only_tests_that_are_sent_are_marked(
    project: Project, options: str, has_ini: bool, is_on: bool
) -> None:
    read = collected(project, *options.split(), plugin=Plugin(has_ini=has_ini))
    assert read["test_unmet"] == (UNMET if is_on else {})
    assert read["test_own"]["team"] == "appsec"


def test_a_folder_is_tagged_by_its_own_page(project: Project) -> None:
    project.write("own.toml", 'extends = "iast-python"\npage = {id = "own"}\n')
    project.write(
        "folder/conftest.py",
        """
        from pathlib import Path
        from pytest_ddcompat import load_matrix
        def pytest_ddcompat_matrices():
            return [load_matrix(Path(__file__).parents[1] / "own.toml")]
        """,
    )
    own = "@pytest.mark.requires_capability('sca', matrix='own')"
    project.write("folder/test_own.py", f"import pytest\n{own}\ndef test_own(): pass")
    plugin = Plugin()
    project.run("--ddtrace", plugins=[plugin])
    assert plugin.read == {
        "test_own": tags("supported", "run", "software_composition_analysis", "own")
    }


LATE = """
import pytest
import pytest_ddcompat
met = pytest.mark.requires_capability("threat_detection")
unmet = pytest.mark.requires_capability("api_security")

def test_free(): pass
@met
def test_met(): pass
@unmet
@pytest.mark.skip
def test_skip(): pass
@met
def test_inside(ddcompat): ddcompat.require("api_security")
@pytest.fixture
def asks(ddcompat): ddcompat.require("api_security")
def test_in_fixture(asks): pass
@pytest.fixture(scope="module")
def shared(ddcompat): ddcompat.require("api_security")
def test_shared(shared): pass
def test_shared_again(shared): pass
def test_fails(): assert 0
def test_by_function(): pytest_ddcompat.require("api_security")
def test_caught(ddcompat):
    with pytest.raises(pytest.skip.Exception):
        ddcompat.require("api_security")
def test_late_mark(): pass
@pytest.fixture
def asks_at_the_end(ddcompat):
    yield
    ddcompat.require("api_security")
def test_too_late(asks_at_the_end): pass
"""
LATE_MARK = """
import pytest
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if item.name == "test_late_mark":
        item.add_marker(pytest.mark.requires_capability("api_security"))
"""


@pytest.fixture
def span(monkeypatch: pytest.MonkeyPatch) -> Span:
    """Put a tracer with this span in the place of ddtrace."""
    span = Span()
    monkeypatch.setitem(sys.modules, "ddtrace", SimpleNamespace(tracer=span))
    return span


def run_late(project: Project, *plugins: object) -> dict[str, str]:
    project.write("conftest.py", LATE_MARK)
    project.write("test_it.py", LATE)
    run = project.run("--ddtrace", plugins=[Plugin(), *plugins])
    assert not [line for line in run.out if "has the tags of its collection" in line]
    return run.outcomes


def test_what_is_decided_later_is_set_on_the_running_test(project: Project, span: Span) -> None:
    run_late(project, span)
    assert span.tags == {
        "test_inside": tags("unsupported", "skip", "api_security,threat_detection", PAGE),
        "test_in_fixture": UNMET,
        "test_shared": UNMET,
        "test_shared_again": UNMET,
        "test_by_function": UNMET,
        "test_caught": tags("unsupported", "run", "api_security", PAGE),
        "test_late_mark": UNMET,
    }


@pytest.mark.parametrize("tracer", [None, SimpleNamespace(current_root_span=lambda: None)])
def test_a_run_without_a_span_is_the_same(
    project: Project, monkeypatch: pytest.MonkeyPatch, tracer: object
) -> None:
    monkeypatch.setitem(sys.modules, "ddtrace", SimpleNamespace(tracer=tracer))
    outcomes = run_late(project)
    assert outcomes["test_met"] == "passed"
    assert outcomes["test_inside"] == "skipped"


@pytest.mark.parametrize("options", [(), ("--ddtrace",)], ids=["off", "on"])
def test_a_fault_of_the_tracer_is_no_error_of_the_test(
    project: Project, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    def fail() -> None:
        raise RuntimeError("no span today")

    tracer = SimpleNamespace(current_root_span=fail)
    monkeypatch.setitem(sys.modules, "ddtrace", SimpleNamespace(tracer=tracer))
    project.write("test_it.py", "def test_it(ddcompat): ddcompat.require('api_security')")
    run = project.run(*options, plugins=[Plugin()])
    assert run.outcomes == {"test_it": "skipped"}
    told = "test_it.py::test_it has the tags of its collection in Datadog: RuntimeError: no span"
    assert (told in "\n".join(run.out)) is bool(options)


def test_a_list_of_tests_has_no_marks(project: Project) -> None:
    project.write("test_it.py", TESTS)
    plugin = Plugin()
    project.run("--ddtrace", "--collect-only", plugins=[plugin])
    assert plugin.read["test_unmet"] == {}


LISTING = """
import sys
def pytest_unconfigure():
    print("TAGS", "pytest_ddcompat.session.datadog_tags" in sys.modules)
"""
SENDING = """
def pytest_addoption(parser):
    parser.addoption("--ddtrace", action="store_true")
def pytest_configure(config):
    config.addinivalue_line("markers", "dd_tags(**kwargs): tags")
"""


@pytest.mark.parametrize(
    ("options", "test", "is_imported"),
    [
        pytest.param("", "unmet", False, id="no ddtrace"),
        pytest.param("-p sending", "unmet", False, id="ddtrace is off"),
        pytest.param("-p sending --ddtrace", "free", False, id="nothing gated"),
        pytest.param("-p sending --ddtrace", "unmet", True, id="ddtrace"),
    ],
)
def test_a_run_without_ddtrace_does_not_import_what_tags(
    project: Project, monkeypatch: pytest.MonkeyPatch, options: str, test: str, is_imported: bool
) -> None:
    project.write("pytest.ini", "[pytest]")
    project.write("listing.py", LISTING)
    project.write("sending.py", SENDING)
    mark = "@pytest.mark.requires_tracer('<1')\n" if test == "unmet" else ""
    project.write("test_it.py", f"import pytest\n{mark}def test_it(): pass")
    monkeypatch.setenv("PYTHONPATH", str(project.path))
    run = project.run_apart("-p", "listing", *options.split())
    assert f"TAGS {is_imported}" in run.out
    assert run.outcomes == ({"passed": "1"} if test == "free" else {"skipped": "1"})


NOTING = """
import pathlib
def pytest_runtest_setup(item):
    for mark in item.iter_markers("dd_tags"):
        pathlib.Path(item.name).write_text(mark.kwargs["ddcompat.action"])
"""


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
def test_workers_mark_the_tests_that_they_run(
    project: Project, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    project.write("sending.py", SENDING)
    project.write("conftest.py", NOTING)
    project.write("test_it.py", TESTS)
    monkeypatch.setenv("PYTHONPATH", str(project.path))
    project.run_apart("-p", "sending", "--ddtrace", *more)
    assert (project.path / "test_met").read_text() == "run"
    assert not (project.path / "test_free").exists()
