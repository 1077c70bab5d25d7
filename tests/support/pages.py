"""Small pages for tests: a page of one capability, to which a test adds what it is about."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from pytest_ddcompat.analysis.lint import lint
from pytest_ddcompat.matrix.loading import matrix_from_mapping
from support.core import MATRICES, parsed_toml

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


def complaints(today: dt.date = READ, **tables: object) -> list[str]:
    """What is probably wrong with a small page, without the tips, which each complaint has."""
    found = [str(complaint).partition("; tip: ") for complaint in lint(small_page(**tables), today)]
    assert all(tip for _, _, tip in found)
    return [complaint for complaint, _, _ in found]


def branches(*ranges: str, **values: object) -> list[dict[str, Any]]:
    level = {"support_level": "end_of_life", **values}
    return [row(r, str(n), tracer=r, **level) for n, r in enumerate(ranges)]


def runtime(tracer: str = ">=1,<2", python: str = ">=3.9", **values: object) -> dict[str, Any]:
    words = (tracer, python, str(values))
    platform = {"os": "linux", "cpus": ["x86-64"], "implementation": "cpython", **values}
    return row(*words, **platform, python=[python], tracer=tracer)


def big_page(capabilities: int = 1321) -> Matrix:
    """The bundled page with so many capabilities, each with a minimum of its own."""
    table = parsed_toml(MATRICES / "iast-python.toml")
    table["capabilities"] += [
        row(f"Integration number {n}", minimum, id=f"integration_{n}", minimum=minimum)
        for n in range(len(table["capabilities"]), capabilities)
        for minimum in [f"{1 + n % 4}.{n // 4 % 40}.{n // 160}"]
    ]
    return matrix_from_mapping(table, "big.toml")


OPEN: Final = [row("<9", of="releases", reason="no level")]
OPEN_COMPLAINT: Final = (
    'unresolved[0]: words under "Some heading" are not understood: no level (got "<9")'
    "; valid: a row of a table that is known, or a note"
)
