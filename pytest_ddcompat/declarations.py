"""The markers and options that the plugin declares to pytest."""

from __future__ import annotations

from typing import Any

__all__ = ["MARKERS", "OPTIONS"]

MARKERS = {
    "requires_capability": (
        "requires_capability(*names, framework=None, deployment=None, datastore=None, "
        "support_level=None, preview=True, matrix=None, strict=None): the environment must "
        "have the capabilities by Datadog's compatibility page."
    ),
    "requires_tracer": (
        "requires_tracer(specifier, *, matrix=None, strict=None): the installed ddtrace must match "
        "the version specifier."
    ),
    "requires_framework": (
        "requires_framework(name, specifier=None, *, matrix=None, strict=None): the framework must "
        "be installed, and match the version specifier."
    ),
    "requires_deployment": (
        "requires_deployment(*types, matrix=None, strict=None): the environment must be one of the "
        "deployment types."
    ),
    "requires_agent": (
        "requires_agent(specifier, *, matrix=None, strict=None): the Datadog Agent must match the "
        "version specifier."
    ),
    "requires_support_level": (
        "requires_support_level(level, *, matrix=None, strict=None): the release branch of the "
        "installed ddtrace must have at least this support level."
    ),
}
"""Each marker with the line that `pytest --markers` shows."""

_ACTIONS = ("run", "skip", "fail", "xfail", "deselect")
OPTIONS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "strict": (
        "bool",
        {"action": "store_true"},
        "fail tests that the environment does not support, instead of skipping them",
    ),
    "unsupported": (
        "string",
        {"choices": _ACTIONS},
        "what happens to tests that the environment does not support (default: skip)",
    ),
    "undetermined": (
        "string",
        {"choices": _ACTIONS},
        "what happens to tests of which that cannot be told (default: run)",
    ),
    "facts": (
        "string",
        {"metavar": "FILE"},
        "take the environment's facts from a JSON file (-: standard input)",
    ),
    "set": (
        "linelist",
        {"metavar": "KEY=VALUE", "action": "append"},
        "set one fact, such as tracer=2.5.0 or framework.django=4.2 (repeatable)",
    ),
    "agent": (
        "string",
        {"metavar": "auto|URL|off"},
        "ask the Datadog Agent for its version (default: off, nothing is asked)",
    ),
    "matrix": (
        "linelist",
        {"metavar": "ID|PATH", "action": "append"},
        "hold the tests against a bundled page or a .toml file (repeatable; default: iast-python)",
    ),
    "report": ("string", {"metavar": "PATH"}, "write the run's record to a JSON file"),
}
"""Each option: type of the ini option of the same meaning, what argparse is told, and its help."""
