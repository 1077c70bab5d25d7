"""Read the lines of a run's policy from its ini file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.evaluation.policy_reading import read_lines
from pytest_ddcompat.evaluation.ruling import Rules

if TYPE_CHECKING:
    import pytest

    from pytest_ddcompat.evaluation.policy import Policy

__all__ = ["ini_origin", "rules_of"]


def rules_of(config: pytest.Config, policy: Policy) -> Rules:
    """Read the lines of a run's policy.

    Raises:
        CompatibilityError: One cannot be understood.
    """
    texts = [str(text) for text in config.getini("ddcompat_policy")]
    return Rules(policy, read_lines(texts, ini_origin(config, "ddcompat_policy")))


def ini_origin(config: pytest.Config, name: str) -> str:
    """Return what gives an ini option, as messages name it: its file, or `-o`."""
    overrides: list[str] = config.getoption("override_ini", None) or []
    if any(one.startswith(f"{name}=") for one in overrides):
        return f"-o {name}"
    return f"{config.inipath}: {name}" if config.inipath else name
