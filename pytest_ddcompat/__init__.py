"""Run, skip or fail tests depending on what Datadog documents for their environment.

The names of `__all__` are imported from their modules when they are first used: this package is
loaded into every run of pytest. They have no assertions: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.environment.value import Fact
    from pytest_ddcompat.evaluation.decision import Decision
    from pytest_ddcompat.evaluation.evaluate import evaluate
    from pytest_ddcompat.evaluation.policy import Action
    from pytest_ddcompat.evaluation.verdict import Finding, Outcome, Status, Verdict
    from pytest_ddcompat.matrix.loading import load_matrix
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.conditions import (
        requires_fact,
        requires_package,
        requires_platform,
        requires_python,
    )
    from pytest_ddcompat.requirement.markers import (
        requires_agent,
        requires_capability,
        requires_deployment,
        requires_framework,
        requires_support_level,
        requires_tracer,
    )
    from pytest_ddcompat.requirement.requirement import Requirement
    from pytest_ddcompat.session.amending import Override
    from pytest_ddcompat.session.fixture import Compatibility, require
    from pytest_ddcompat.values.errors import (
        CompatibilityError,
        FactsError,
        MatrixError,
        RequirementError,
    )

__version__ = "0.1.0"

__all__ = [
    "Action",
    "Compatibility",
    "CompatibilityError",
    "Decision",
    "Environment",
    "Fact",
    "FactsError",
    "Finding",
    "Matrix",
    "MatrixError",
    "Outcome",
    "Override",
    "Requirement",
    "RequirementError",
    "Status",
    "Verdict",
    "evaluate",
    "load_matrix",
    "require",
    "requires_agent",
    "requires_capability",
    "requires_deployment",
    "requires_fact",
    "requires_framework",
    "requires_package",
    "requires_platform",
    "requires_python",
    "requires_support_level",
    "requires_tracer",
]

# For `-p pytest_ddcompat`.
pytest_plugins = ["pytest_ddcompat.plugin"]

_MODULES = {
    "environment.environment": ("Environment",),
    "environment.value": ("Fact",),
    "values.errors": ("CompatibilityError", "FactsError", "MatrixError", "RequirementError"),
    "evaluation.evaluate": ("evaluate",),
    "evaluation.policy": ("Action",),
    "session.amending": ("Override",),
    "evaluation.decision": ("Decision",),
    "session.fixture": ("Compatibility", "require"),
    "matrix.loading": ("load_matrix",),
    "requirement.markers": (
        "requires_agent",
        "requires_capability",
        "requires_deployment",
        "requires_framework",
        "requires_support_level",
        "requires_tracer",
    ),
    "requirement.conditions": (
        "requires_fact",
        "requires_package",
        "requires_platform",
        "requires_python",
    ),
    "matrix.matrix": ("Matrix",),
    "requirement.requirement": ("Requirement",),
    "evaluation.verdict": ("Finding", "Outcome", "Status", "Verdict"),
}


class _OwnModules:
    """Finds the modules of this package, and leaves all others to the other finders."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, _: object = None) -> ModuleSpec | None:
        if not name.startswith("pytest_ddcompat."):
            return None
        from importlib.machinery import PathFinder

        return PathFinder.find_spec(name, path)


def import_unrewritten(name: str) -> ModuleType:
    """Import a module of this package past pytest's assertion rewriting.

    So is all of this package that it imports. There are no assertions, and pytest's import hook
    doubles the cost of a first verdict: 232 million instructions instead of 102 million. The
    function stands here because every further module of an empty run costs 0.04 % of that run.

    Args:
        name: The module's name within the package.
    """
    import importlib

    finders = sys.meta_path
    finders.insert(0, _OwnModules)
    try:
        return importlib.import_module(f"{__name__}.{name}")
    finally:
        finders.remove(_OwnModules)


def __getattr__(name: str) -> object:
    for module, provided in _MODULES.items():
        if name in provided:
            value: object = getattr(import_unrewritten(module), name)
            declared = sys.modules.get(f"{__name__}.declared")
            if declared is not None:
                declared.IMPORTED.add(name)
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *(name for name in globals() if name.startswith("__"))])


if "_pytest.assertion.rewrite" in sys.modules:
    import_unrewritten("plugin")
