"""Small pages for tests: a page of one capability, to which a test adds what it is about."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from pytest_ddcompat.loading import matrix_from_mapping

if TYPE_CHECKING:
    from pytest_ddcompat import Matrix

READ: Final = dt.date(2026, 1, 2)
PAGE: Final = {
    "id": "some-page",
    "title": "Some page",
    "address": "https://example.com/some-page/",
    "read": READ,
    "tracer": "ddtrace",
}


def row(*documented: str, **values: object) -> dict[str, Any]:
    return {"heading": "Some heading", "documented": list(documented), **values}


FIREWALL: Final = row("Firewall", "1.2.0", id="firewall", minimum="1.2.0")


def small_page(**tables: object) -> Matrix:
    """A page whose only capability is a firewall from 1.2.0 on, unless a test says otherwise."""
    return matrix_from_mapping({"page": PAGE, "capabilities": [FIREWALL], **tables}, "a file")
