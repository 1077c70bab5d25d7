"""Any input to the importer and the loader; what it once got wrong is kept in files."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.importing import CAPABILITIES, WHOLE, imported

from pytest_ddcompat import CompatibilityError, MatrixError, load_matrix
from pytest_ddcompat.environment.parsing import facts_from_text

if TYPE_CHECKING:
    import pytest

HERE = Path(__file__).parents[1]
MATRIX = (HERE.parent / "matrices" / "iast-python.toml").read_bytes()

some = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
ALPHABET = "\r|-:<>/!{}%[]()`*_#&;=~\"'\\ \n\t.0123456789abtrdhxyz"


def check(text: str) -> None:
    """Whatever a page is, it is refused with a message, or its account is complete."""
    with contextlib.suppress(CompatibilityError):
        found = imported(text)
        account = found.account
        assert account.cells == account.interpreted + len(account.unresolved)


@some
@given(st.text() | st.text(ALPHABET), st.booleans())
@example("---\n? [a]\n: b\n---\n", False)
def test_any_text(text: str, below: bool) -> None:
    check(CAPABILITIES + text if below else text)


@st.composite
def mutated(draw: st.DrawFn, whole: str) -> str:
    """A page with some pieces of it taken out, doubled, moved or replaced."""
    for _ in range(draw(st.integers(1, 6))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
        end = min(end, start + 60)
        piece, target = whole[start:end], draw(st.integers(0, len(whole)))
        kept = draw(st.sampled_from([whole, whole[:start] + whole[end:]]))
        put = draw(st.sampled_from(["", piece, piece[::-1]]) | st.text(ALPHABET, max_size=10))
        whole = kept[:target] + put + kept[target:]
    return whole


@some
@given(mutated(WHOLE))
def test_mutated_page(text: str) -> None:
    check(text)


@some
@given(st.binary() | st.text().map(str.encode), st.integers(0, len(MATRIX)), st.integers(0, 40))
def test_any_matrix(tmp_path_factory: pytest.TempPathFactory, data: bytes, at: int, n: int) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    for content in (data, MATRIX[:at] + data + MATRIX[at + n :]):
        file.write_bytes(content)
        with contextlib.suppress(MatrixError):
            load_matrix(file)


@some
@given(st.binary())
def test_any_facts(data: bytes) -> None:
    with contextlib.suppress(CompatibilityError):
        facts_from_text(data, "facts.json")
