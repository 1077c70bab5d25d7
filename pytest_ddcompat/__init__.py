"""Run, skip or fail tests depending on what Datadog documents for their environment.

The names of `__all__` are imported from their modules when they are first used: this package is
loaded into every run of pytest. They have no assertions: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import sys

from pytest_ddcompat.lazy import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.environment.value import Fact
    from pytest_ddcompat.evaluation.evaluate import evaluate
    from pytest_ddcompat.evaluation.verdict import Finding, Outcome, Status, Verdict
    from pytest_ddcompat.matrix.loading import load_matrix
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.markers import (
        requires_agent,
        requires_capability,
        requires_deployment,
        requires_framework,
        requires_support_level,
        requires_tracer,
    )
    from pytest_ddcompat.requirement.requirement import Requirement
    from pytest_ddcompat.session.fixture import Compatibility, require
    from pytest_ddcompat.values.errors import (
        CompatibilityError,
        FactsError,
        MatrixError,
        RequirementError,
    )

__version__ = "0.1.0"

__all__ = [
    "Compatibility",
    "CompatibilityError",
    "Environment",
    "Fact",
    "FactsError",
    "Finding",
    "Matrix",
    "MatrixError",
    "Outcome",
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
    "requires_framework",
    "requires_support_level",
    "requires_tracer",
]

_MODULES = {
    "environment.environment": ("Environment",),
    "environment.value": ("Fact",),
    "values.errors": ("CompatibilityError", "FactsError", "MatrixError", "RequirementError"),
    "evaluation.evaluate": ("evaluate",),
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
    "matrix.matrix": ("Matrix",),
    "requirement.requirement": ("Requirement",),
    "evaluation.verdict": ("Finding", "Outcome", "Status", "Verdict"),
}


def __getattr__(name: str) -> object:
    for module, provided in _MODULES.items():
        if name in provided:
            value: object = getattr(import_module(module), name)
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *(name for name in globals() if name.startswith("__"))])


if "_pytest.assertion.rewrite" in sys.modules:
    import_module("plugin")
