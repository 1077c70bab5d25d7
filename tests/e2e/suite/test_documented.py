"""One test for each capability of the page, and for what else a marker can ask."""

from __future__ import annotations

import pytest

from pytest_ddcompat import (
    requires_agent,
    requires_capability,
    requires_framework,
    requires_support_level,
    requires_tracer,
)


@requires_capability("threat_detection")
def test_threat_detection() -> None: ...


@requires_capability("Threat Protection")
def test_threat_protection() -> None: ...


@requires_capability("customize_response_to_blocked_requests")
def test_customize_response() -> None: ...


@requires_capability("sca")
def test_software_composition_analysis() -> None: ...


@requires_capability("code_security")
def test_code_security() -> None: ...


@requires_capability("automatic_user_activity_event_tracking")
def test_user_activity() -> None: ...


@requires_capability("api_security")
def test_api_security() -> None: ...


@pytest.mark.requires_capability("code_security", preview=False)
def test_code_security_no_preview() -> None: ...


@pytest.mark.requires_capability("threat_detection", framework="django")
def test_threat_detection_django() -> None: ...


@pytest.mark.requires_capability("threat_protection", framework="django")
def test_threat_protection_django() -> None: ...


@pytest.mark.requires_capability("threat_protection", framework="flask")
def test_threat_protection_flask() -> None: ...


@pytest.mark.requires_capability("threat_protection", framework=("django", "flask"))
def test_threat_protection_either() -> None: ...


@pytest.mark.requires_capability("software_composition_analysis", framework="django")
def test_sca_django() -> None: ...


@pytest.mark.requires_capability("automatic_user_activity_event_tracking", framework="django")
def test_user_activity_django() -> None: ...


@pytest.mark.requires_capability("api_security", framework="django")
def test_api_security_django() -> None: ...


@pytest.mark.requires_capability("threat_protection and not api_security")
def test_only_threat_protection() -> None: ...


@pytest.mark.requires_capability("threat_detection", support_level="general_availability")
def test_threat_detection_generally() -> None: ...


@requires_framework("django", ">=4.2,<5")
def test_framework() -> None: ...


@requires_tracer(">=1.20")
def test_tracer() -> None: ...


@requires_agent(">=7.28")
def test_agent() -> None: ...


@requires_support_level("general_availability")
def test_support_level() -> None: ...


def test_unmarked() -> None: ...
