"""A module whose import fails on a ddtrace that is older than API Security."""

import pytest_ddcompat

pytest_ddcompat.require("api_security")

from ddtrace.appsec import _processor  # type: ignore[import-not-found]  # noqa: E402


def test_api_security_module() -> None:
    assert _processor
