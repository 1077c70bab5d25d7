"""The nearest of many names: found among few and among very many."""

from __future__ import annotations

import pytest

from pytest_ddcompat.values.nearness import Names

FEW = ["api_security", "code_security", "waf"]
MANY = [*(f"integration_number_{n}" for n in range(5000)), *FEW]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        pytest.param("api_securty", "api_security", id="a letter left out"),
        pytest.param("aapi_security", "api_security", id="a letter more"),
        pytest.param("api_secuirty", "api_security", id="letters swapped"),
        pytest.param("afw", "waf", id="letters swapped in a short name"),
        pytest.param("Code Securitty", "code_security", id="written otherwise"),
        pytest.param("wan", None, id="another short name"),
        pytest.param("kafka", None, id="another name"),
        pytest.param("security", None, id="a part of a name"),
    ],
)
def test_nearest_name(name: str, near: str | None) -> None:
    assert Names(FEW).nearest_misspelt(name) == near
    assert Names(MANY).nearest_misspelt(name) == near
