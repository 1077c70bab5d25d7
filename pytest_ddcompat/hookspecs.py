"""Hooks that a conftest or another plugin may implement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.hookspec
def pytest_ddcompat_facts(config: pytest.Config) -> Mapping[str, object] | None:
    """Give facts of the environment, in their JSON form.

    Called once, when the first requirement of a run is met. The facts take precedence over
    detection, and options over them; of several implementations, the one registered last wins,
    fact by fact. None gives no facts. Implement it with
    `@pytest.hookimpl(optionalhook=True)` where pytest-ddcompat may be missing.

    Args:
        config: The run's configuration.
    """
