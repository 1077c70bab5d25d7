"""Markers, options and stash keys that the plugin declares at the start of every run."""

from __future__ import annotations

import sys
from argparse import BooleanOptionalAction

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class Gating(Protocol):
        """The part of `session.hooks.GatingHooks` that the plugin uses."""

        @property
        def gates(self) -> Any:
            """The run's `session.folders.Gates`."""

        def before_collected(self, collector: pytest.Collector) -> None:
            """Prepare a collector before it collects."""

        def before_tests(self, session: pytest.Session) -> None:
            """Look at the environment before the first test."""

        def see_collected(self, collector: pytest.Collector, report: pytest.CollectReport) -> None:
            """Look at what a collector has collected."""

        def stop(self, item: pytest.Item) -> BaseException | None:
            """Return the outcome to raise when a test is set up, or None if it is to run."""


MARKERS = {
    "requires_capability": (
        "requires_capability(*names, framework=None, deployment=None, datastore=None, "
        "support_level=None, preview=True, matrix=None, strict=None): by default, skip the test "
        "unless your environment supports all these capabilities. Ids: threat_detection, "
        "threat_protection, customize_response_to_blocked_requests, "
        "software_composition_analysis (or sca), code_security, "
        "automatic_user_activity_event_tracking, api_security. Of a tuple of frameworks, "
        "deployment types or data stores, one is enough. By default, previews are enough, too."
    ),
    "requires_tracer": (
        "requires_tracer(specifier, *, matrix=None, strict=None): by default, skip the test unless "
        'the installed ddtrace matches this version specifier, such as ">=2.0,<3".'
    ),
    "requires_framework": (
        "requires_framework(name, specifier=None, *, matrix=None, strict=None): by default, skip "
        "the test unless this framework is installed, and matches the version specifier (default: "
        "any version)."
    ),
    "requires_deployment": (
        "requires_deployment(*types, matrix=None, strict=None): by default, skip the test unless "
        "you run it on one of these deployment types. Ids: docker, kubernetes, amazon_ecs, "
        "aws_fargate, aws_lambda."
    ),
    "requires_agent": (
        "requires_agent(specifier, *, matrix=None, strict=None): by default, skip the test unless "
        "the Datadog Agent matches this version specifier. If its version is unknown, the test "
        "runs."
    ),
    "requires_support_level": (
        "requires_support_level(level, *, matrix=None, strict=None): by default, skip the test "
        "unless the release branch of the installed ddtrace has at least this support level: "
        "general_availability, maintenance or end_of_life."
    ),
    "requires_python": (
        "requires_python(specifier, *, strict=None): by default, skip the test unless Python "
        "matches this version specifier."
    ),
    "requires_platform": (
        "requires_platform(*, os=None, cpu=None, implementation=None, strict=None): by default, "
        "skip the test on any other platform. Of a tuple, one is enough."
    ),
    "requires_package": (
        "requires_package(name, specifier=None, *, strict=None): by default, skip the test unless "
        "this distribution is installed, and matches the version specifier (default: any version)."
    ),
    "requires_fact": (
        "requires_fact(name, value=True, *, excluded=(), strict=None): by default, skip the test "
        "unless this fact of your own has this value."
    ),
}
"""Each marker with the line that `pytest --markers` shows."""

DECLARATION = "ddcompat_declaration"
"""Name of the mark that a test gets for each of its declarations in files."""

_YIELDING = {"requires_python", "requires_platform", "requires_package", "requires_fact"}
_SURE = {*MARKERS, DECLARATION} - _YIELDING

GATED = {*_SURE}
"""Names of the marks by which tests are gated.

The last four are added when the run first sees them, if no suite or plugin has registered such a
name: many had a marker like these before this plugin.
"""

# A type of None is that of a string, which pytest need not look up.
OPTIONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "strict": (
        "bool",
        {
            "action": BooleanOptionalAction,
            "help": "fail tests that your environment does not support, instead of skipping them; "
            "--no-ddcompat-strict undoes the ini option",
        },
    ),
    "unsupported": (
        None,
        {
            "choices": ("run", "skip", "fail", "xfail", "deselect"),
            "help": "what to do with tests that your environment does not support (default: skip)",
        },
    ),
    "undetermined": (
        None,
        {
            "choices": ("run", "skip", "fail", "xfail", "deselect"),
            "help": "what to do with undetermined tests, which depend on an unknown fact "
            "(default: run)",
        },
    ),
    "facts": (
        None,
        {
            "metavar": "FILE",
            "help": "read the facts of your environment from this JSON file; - is standard input "
            "(default: detect them)",
        },
    ),
    "set": (
        "linelist",
        {
            "metavar": "KEY=VALUE",
            "action": "append",
            "help": "set one fact, such as tracer=2.5.0 or framework.django=4.2; you can repeat "
            "this option",
        },
    ),
    "agent": (
        None,
        {
            "metavar": "auto|URL|off",
            "help": "query the Datadog Agent for its version; auto finds its address as ddtrace "
            "does (default: off)",
        },
    ),
    "matrix": (
        "linelist",
        {
            "metavar": "ID|PATH",
            "action": "append",
            "help": "judge by this bundled matrix or .toml file; you can repeat this option "
            "(default: iast-python)",
        },
    ),
    "expect": (
        "linelist",
        {
            "metavar": "EXPRESSION",
            "action": "append",
            "help": "fail the run, and tests that need it, unless your environment supports this "
            "capability, or expression of capabilities; you can repeat this option",
        },
    ),
    "declarations": (
        "linelist",
        {
            "metavar": "FILE",
            "action": "append",
            "help": "read what this TOML file declares for tests; you can repeat this option",
        },
    ),
    "report": (
        None,
        {"metavar": "PATH", "help": "write a record of the run to this JSON file"},
    ),
    "report_optional": (
        "bool",
        {
            "action": BooleanOptionalAction,
            "help": "let the run pass even if its record cannot be written",
        },
    ),
}
"""Each option with an ini option of the same meaning: its type, and arguments for argparse."""

FLAGS: dict[str, dict[str, Any]] = {
    "expect_exactly": {
        "action": "store_true",
        "help": "fail the run, too, if your environment supports a capability that no "
        "--ddcompat-expect names",
    },
    "only": {
        "metavar": "EXPRESSION",
        "action": "append",  # so that a second one can be refused
        "help": "run only tests that require this capability, or one of an expression such as "
        "'sca or api_security'",
    },
    "list": {
        "action": "store_true",
        "help": "list the tests by the capabilities that they require, without running them",
    },
    "run": {
        "metavar": "NODEID",
        "action": "append",
        "help": "run this test whatever is required or declared; you can repeat this option",
    },
    "job": {
        "metavar": "NAME",
        "help": "name the job in the record (default: its name in the CI service)",
    },
    "declarations_strict": {
        "action": "store_true",
        "help": "fail the run if something is wrong with its declarations",
    },
    "min_run": {
        "metavar": "N|PERCENT[,per-file]",
        "help": "fail the run if fewer of the tests with requirements ran, such as 5, 80%% or "
        "'50%%,per-file'",
    },
}
"""Options of a single run, which have no ini option: their arguments for argparse."""

_JUNIT = (
    "full (default): give each test case in JUnit XML the property ddcompat, and tags for Datadog; "
    "none: give it no properties, so that the file is valid by the schema of xunit2"
)

_POLICY = (
    "lines such as `code_security: xfail`, `*[end_of_life]: fail`, `*.agent: skip` and "
    "`preview: deny`: what happens to tests by capability, support level and check"
)

KEYS: dict[str, tuple[Any, str]] = {
    "junit": (None, _JUNIT),
    "policy": ("linelist", _POLICY),
    "require_ticket": ("linelist", "states that no file may declare without a ticket"),
    "states": ("linelist", "what happens to tests in a state: lines such as bug: skip"),
}
"""Ini options that have no option on the command line: the type of each, and its help."""

HOOKS = (
    "pytest_ddcompat_facts",
    "pytest_ddcompat_matrices",
    "pytest_ddcompat_declarations",
    "pytest_ddcompat_verdict",
    "pytest_ddcompat_decided",
)
"""Names of the hooks that `hookspecs` declares."""

IMPORTED: set[str] = set()
"""Names of this package that code of this run has imported from it so far."""

ENVIRON: pytest.StashKey[Callable[[], dict[str, str]]] = pytest.StashKey()
"""Returns the environment variables as they were when the run began; tests may change them."""

LOADED: list[int] = []
"""How many modules had been imported when pytest loaded the plugin; empty if it did not."""

RUNS: dict[pytest.Config, Gating | None] = {}
"""The runs of this process, the innermost last, each with the hooks that gate its tests if any."""

START: pytest.StashKey[Callable[[pytest.Config], Gating]] = pytest.StashKey()
"""How the gating of a run is started when something first needs it."""

STEP_BACK: pytest.StashKey[Callable[[pytest.Config, str], None]] = pytest.StashKey()
"""What is called with the name of a marker that somebody else has registered."""

_STEMS = (
    "quire", "need", "capab", "tracer", "framework", "deploy", "agent", "support",
    "python", "platform", "package", "fact",
)  # fmt: skip

OTHERS: set[str] = set()
"""Names of marks that are not this plugin's, as far as this run has seen them."""


def is_used(session: pytest.Session) -> bool:
    """Whether tests of a run may need facts, although none of them was marked when collected."""
    items = getattr(session, "items", ())
    # What hooks mark are tests.
    marked = (item for item in items if item.own_markers and marks_of(item))
    return bool(items) and (bool(IMPORTED) or any(marked) or asks_inside(session))


def gives_declarations(config: pytest.Config) -> bool:
    """Whether a hook gives declarations files."""
    caller = getattr(config.hook, "pytest_ddcompat_declarations", None)
    return caller is not None and bool(caller.get_hookimpls())


def asks_inside(session: pytest.Session) -> bool:
    """Whether tests of a run may ask inside: by the fixture, or by what has been imported."""
    items = getattr(session, "items", ())
    return (
        not MARKERS.keys() >= IMPORTED
        or any("ddcompat" in getattr(item, "fixturenames", ()) for item in items)
        or _is_imported(session.config)
    )


def _is_imported(config: pytest.Config) -> bool:
    """Whether a plugin, or a module that this run has imported, has imported the package."""
    name, root = __name__.partition(".")[0], str(config.rootpath)
    for plugin in config.pluginmanager.get_plugins():
        if name in getattr(plugin, "__dict__", ()):
            return True
    package = id(sys.modules[name])
    for module in [*sys.modules.values()][LOADED[0] :]:
        # Only plain modules: others may import what they are made of when their names are read.
        names = vars(module) if type(module) is type(sys) else {}
        # By another name, only in the project's own modules: there are many of others.
        is_own = str(names.get("__file__")).startswith(root)
        if name in names or (is_own and package in map(id, [*names.values()])):
            return True
    return False


def marks_of(node: pytest.Item | pytest.Collector | None) -> list[pytest.Mark]:
    """Return the markers of this plugin on a node and its parents, the nearest first.

    A mark of a misspelt name is among them, so that it is refused like any bad marker.
    """
    marks: list[pytest.Mark] = []
    while node is not None:
        # As `own_marks_of`, whose call and list cost each test of each run.
        for mark in node.own_markers:
            name = mark.name
            if name in GATED or (name not in OTHERS and is_ours(name, node.config)):
                marks.append(mark)
        node = node.parent
    return marks


def own_marks_of(node: pytest.Item | pytest.Collector) -> list[pytest.Mark]:
    """Return the markers of this plugin on a node alone, as `marks_of` does."""
    marks = []
    for mark in node.own_markers:
        name = mark.name
        if name in GATED or (name not in OTHERS and is_ours(name, node.config)):
            marks.append(mark)
    return marks


def is_ours(name: str, config: pytest.Config) -> bool:
    """Whether a mark is this plugin's: a marker, or a misspelt one that nobody has registered.

    Args:
        name: The name of a mark; of a tag of pytest-bdd, all of the tag.
        config: The run's configuration.
    """
    if name in GATED:
        return True
    # Each word of a marker has one of the stems: a slip in one word leaves the other's.
    folded = name.lower()
    if any(stem in folded for stem in _STEMS):
        # As --strict-markers takes the names of lines such as "name(argument): what it is".
        lines = set(config.getini("markers")).difference(MARKERS.values())
        others = {line.split(":")[0].split("(")[0].strip() for line in lines}.difference(_SURE)
        from pytest_ddcompat.values.slips import nearest_marker, split_tag

        if name in MARKERS and name not in others:
            GATED.add(name)
            return True
        if name in MARKERS:
            config.stash[STEP_BACK](config, name)
        elif (
            name not in others
            and split_tag(name)[0] not in others
            and nearest_marker(name, MARKERS.keys() - others)
        ):
            return True
    OTHERS.add(name)
    return False


def forget_names() -> None:
    """Forget what marks are ours: another run of this process may register other markers."""
    OTHERS.clear()
    GATED.intersection_update(_SURE)
