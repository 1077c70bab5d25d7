"""Datadog sites: by host and by parameter; other hosts as they are."""

from __future__ import annotations

import pytest

from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.sites import parse_known_site


@pytest.mark.parametrize(
    ("text", "host"),
    [
        pytest.param("US1", "datadoghq.com", id="US1"),
        pytest.param("us3", "us3.datadoghq.com", id="US3 in lower case"),
        pytest.param("US5", "us5.datadoghq.com", id="US5"),
        pytest.param("EU1", "datadoghq.eu", id="EU1"),
        pytest.param("EU", "datadoghq.eu", id="EU"),
        pytest.param("AP1", "ap1.datadoghq.com", id="AP1"),
        pytest.param("AP2", "ap2.datadoghq.com", id="AP2"),
        pytest.param("US1-FED", "ddog-gov.com", id="US1-FED"),
        pytest.param("https://app.ddog-gov.com/logs", "ddog-gov.com", id="an address"),
        pytest.param("us2.ddog-gov.com", "us2.ddog-gov.com", id="a further site of a government"),
        pytest.param("ap7.datadoghq.com", "ap7.datadoghq.com", id="a region that is not known yet"),
        pytest.param("proxy.example.org", "proxy.example.org", id="a host of one's own"),
    ],
)
def test_site(text: str, host: str) -> None:
    assert parse_known_site(text) == host


@pytest.mark.parametrize(
    ("text", "near"),
    [
        pytest.param("datadog.eu", "datadoghq.eu", id="datadog.eu"),
        pytest.param("datadog.com", "datadoghq.com", id="datadog.com"),
        pytest.param("datadohgq.com", "datadoghq.com", id="swapped letters"),
        pytest.param("app.dog-gov.com", "ddog-gov.com", id="of the user interface"),
        pytest.param("datadoghq", "datadoghq.com", id="without its end"),
        pytest.param("us5.datadoghq", "us5.datadoghq.com", id="of a region, without its end"),
        pytest.param("us5.datadoghq.com:443", "us5.datadoghq.com", id="a port"),
        pytest.param("https://app.datadoghq.eu:443/logs", "datadoghq.eu", id="an address's port"),
        pytest.param("datadoghq.com.", "datadoghq.com", id="a dot at the end"),
        pytest.param("datadoghq,com", "datadoghq.com", id="a comma"),
        pytest.param("US7", 'US1" or "US3" or "US5', id="a region that is not known"),
        pytest.param("eu-2", "EU1", id="a second region"),
        pytest.param("ap1.datadogh.com", "ap1.datadoghq.com", id="of a region"),
    ],
)
def test_misspelling_of_a_site(text: str, near: str) -> None:
    with pytest.raises(CompatibilityError, match=f'did you mean "{near}"'):
        parse_known_site(text)
