"""Three tests of a service, each saying what it needs; the README shows what becomes of them."""

from __future__ import annotations

from pytest_ddcompat import requires_capability


@requires_capability("threat_detection", framework="django")
def test_reports_attack() -> None:
    """Needs ddtrace 1.9.0 and Django 2.2."""


@requires_capability("threat_protection", framework="django")
def test_blocks_attack() -> None:
    """Needs ddtrace 1.10.0, Django 2.2 and Remote Configuration."""


@requires_capability("API Security")
def test_learns_endpoints() -> None:
    """Needs ddtrace 2.6.0."""
