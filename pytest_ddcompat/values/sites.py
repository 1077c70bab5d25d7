"""Datadog sites, by host as in DD_SITE, or by region: "Getting Started with Datadog Sites"."""

from __future__ import annotations

import re

from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.names import fold, nearest_misspelt

__all__ = ["SITES", "parse_known_site", "parse_site", "site_of_region"]

SITES = {
    "US1": "datadoghq.com",
    "US3": "us3.datadoghq.com",
    "US5": "us5.datadoghq.com",
    "EU1": "datadoghq.eu",
    "AP1": "ap1.datadoghq.com",
    "AP2": "ap2.datadoghq.com",
    "US1-FED": "ddog-gov.com",
    "US2-FED": "us2.ddog-gov.com",
}
"""Datadog's own sites by region."""

_BY_REGION = {
    fold(name): host
    for name, host in {
        **SITES,
        "US": "datadoghq.com",
        "EU": "datadoghq.eu",
        "GOV": "ddog-gov.com",
        "US-FED": "ddog-gov.com",
    }.items()
}
_VALID = "a host name such as datadoghq.com"


def parse_site(text: str) -> str:
    """Reduce a site to the form of DD_SITE: lower case, no scheme, path or leading `app.`.

    Raises:
        CompatibilityError: What is left is not a host name.
    """
    host = re.sub(r"^[a-z]+://", "", text.strip().lower()).split("/", 1)[0]
    host = host.removeprefix("app.")
    if not re.fullmatch(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,8}", host):
        raise CompatibilityError(Problem("this is not a Datadog site", _VALID))
    return host


def site_of_region(text: str) -> str | None:
    """Return the site of a region, named as on Datadog's pages; None if it names none."""
    return _BY_REGION.get(fold(text.strip()))


def parse_known_site(text: str) -> str:
    """Parse a site or its region, such as US1, and refuse a misspelling of Datadog's own.

    Raises:
        CompatibilityError: It is none; the nearest is named, but not the text: a variable's value.
    """
    host = site_of_region(text)
    try:
        host = host or parse_site(text)
    except CompatibilityError:
        raise _refused(_nearest(text)) from None
    # What ends in one of Datadog's hosts may be a new region, and of others any may be a proxy.
    if not host.endswith(tuple(SITES.values())):
        near = nearest_misspelt(host, SITES.values())
        if near:
            raise _refused(near)
    return host


def _refused(near: str) -> CompatibilityError:
    hint = f'; did you mean "{near}"?' if near else ""
    return CompatibilityError(Problem(f"this is not a Datadog site{hint}", _VALID))


def _nearest(text: str) -> str:
    """Return the site, or the regions, that a text which is no host name seems to mean."""
    host = re.sub(r"^[a-z]+://", "", text[:200].strip().lower()).split("/", 1)[0]
    host = re.sub(r"(:\d*)?\.?$", "", host).removeprefix("app.")
    beginning = [site for site in SITES.values() if site.startswith(f"{host}.")]
    near = host if host in SITES.values() else next(iter(beginning), "")
    alike = [region for region in SITES if region[:2] == host[:2].upper() and "-" not in region]
    if alike and re.fullmatch(r"[a-z]{2}-?\d+", host):
        return '" or "'.join(alike)
    return near or nearest_misspelt(host, SITES.values()) or ""
