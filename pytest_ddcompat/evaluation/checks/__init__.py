"""The checks of a capability: one function each, from what is asked to a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.evaluation.checks.deployment import check_deployment
from pytest_ddcompat.evaluation.checks.minimum import check_tracer
from pytest_ddcompat.evaluation.checks.service import (
    check_datastore,
    check_framework,
    check_remote_configuration,
    check_site,
)
from pytest_ddcompat.evaluation.checks.tracer import check_agent, check_release, check_runtime

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_ddcompat.evaluation.checks.common import Asked
    from pytest_ddcompat.evaluation.verdict import Finding

__all__ = ["CHECKS"]

CHECKS: tuple[Callable[[Asked], Finding], ...] = (
    check_site,
    check_tracer,
    check_release,
    check_runtime,
    check_agent,
    check_remote_configuration,
    check_deployment,
    check_framework,
    check_datastore,
)
"""All checks of a capability, in the order of their findings."""
