"""A field that is declared tomorrow is compared, seen and not misquoted without further code."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from support.core import asks
from support.overlays import overlaid
from support.pages import FIREWALL, PAGE, complaints, row, runtime, small_page

from pytest_ddcompat import RequirementError
from pytest_ddcompat.analysis.diff import difference
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.matrix.fields import field
from pytest_ddcompat.matrix.kinds import array, boolean, date, mapping, mark, text, version
from pytest_ddcompat.matrix.matrix import Matrix
from pytest_ddcompat.matrix.overlay.rows import RULES, OverlayFile
from pytest_ddcompat.matrix.rows import Capability, Minimum

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_ddcompat.matrix.fields import Kind, Row

ROWS: dict[str, dict[str, Any]] = {
    "page": PAGE,
    "sites": row("Not here", excluded=["example.com"]),
    "capabilities": FIREWALL,
    "deployments": row("Docker", "yes", id="docker", capabilities={"firewall": True}),
    "releases": row(">=1,<2", tracer=">=1,<2", support_level="general_availability"),
    "runtimes": runtime(),
    "frameworks": row("Django", id="django", versions=[">=2"], capabilities={"firewall": True}),
    "coverage": row("SQLite", of="datastores", named=["sqlite"]),
    "facts": {"id": "variant", "kind": "boolean"},
    "unresolved": row("Perhaps", of="sites", reason="odd"),
}
MINIMUM = {"tracer": "1.2", "runtime": "python", "versions": [">=3.9"]}


def declare(table: str, monkeypatch: pytest.MonkeyPatch, *, decides: bool = True) -> None:
    """Give the rows of a table, in a matrix and in an overlay, a further key: `kernel`."""
    classes: list[type[Row] | None] = [
        Minimum if table == "minimums" else Matrix.fields[table].kind.row
    ]
    if table in RULES:
        classes.append(OverlayFile.fields[table].kind.row)
    for each in filter(None, classes):
        kernel = field(text, "Kernel of the operating system.", "", decides=decides)
        monkeypatch.setattr(each, "fields", {**each.fields, "kernel": kernel})


def page(table: str, kernel: str, **changes: str) -> Matrix:
    """A page with a row in every table, of which one has the new key."""
    tables = {name: dict(values) for name, values in ROWS.items()}
    if table == "minimums":
        del tables["capabilities"]["minimum"]
        tables["capabilities"]["minimums"] = [{**MINIMUM, "kernel": kernel}]
    else:
        tables[table]["kernel"] = kernel
    tables["page"].update(changes)
    return small_page(**{n: v if n == "page" else [v] for n, v in tables.items()})


# Two pages that declare one fact differently are an error.
@pytest.mark.parametrize("table", [*(name for name in ROWS if name != "facts"), "minimums"])
def test_pages_that_differ_in_it_are_told_apart(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(table, monkeypatch)
    one, other = page(table, "5.15"), page(table, "6.1", id="other")
    with pytest.raises(RequirementError, match=r'^some-page and other define "\w+" differently'):
        Matrices([one, other]).pick(asks("firewall"))
    alike = page(table, "5.15", id="other")
    assert Matrices([one, alike]).pick(asks("firewall")) is one


@pytest.mark.parametrize("table", [*ROWS, "minimums"])
def test_pages_that_differ_in_what_decides_nothing_are_not(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(table, monkeypatch, decides=False)
    one, other = page(table, "5.15"), page(table, "6.1", id="other")
    assert Matrices([one, other]).pick(asks("firewall")) is one
    assert difference(one, other) == ()


@pytest.mark.parametrize("table", [*ROWS, "minimums"])
def test_diff_shows_it(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(table, monkeypatch)
    (change,) = difference(page(table, "5.15"), page(table, "6.1"))
    assert ("5.15" in str(change.old), "6.1" in str(change.new)) == (True, True)
    (added,) = difference(page(table, ""), page(table, "6.1"))
    assert "6.1" in str(added.new)
    assert difference(page(table, "6.1"), page(table, "6.1")) == ()


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        pytest.param(boolean, True, "true", id="true"),
        pytest.param(boolean, False, "false", id="false"),
        pytest.param(mark, True, "true", id="a mark"),
        pytest.param(mapping(mark), {"firewall": False}, "firewall false", id="marks"),
        pytest.param(array(text), ["arm", "intel"], "arm; intel", id="words"),
        pytest.param(date, dt.date(2026, 5, 31), "2026-05-31", id="a date"),
        pytest.param(version, "6.1.0", "6.1.0", id="a version"),
    ],
)
def test_diff_writes_values_as_the_file_does(
    kind: Kind, value: object, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = field(kind, "Kernel of the operating system.", None, decides=True)
    monkeypatch.setattr(Capability, "fields", {**Capability.fields, "kernel": kernel})
    before, after = ({**FIREWALL, **more} for more in ({}, {"kernel": value}))
    (change,) = difference(small_page(capabilities=[before]), small_page(capabilities=[after]))
    assert change.new == words


@pytest.mark.parametrize("table", ["sites", "runtimes"])
def test_rows_that_differ_in_it_are_not_the_same_row(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(table, monkeypatch)

    def is_repeated(*kernels: str) -> bool:
        rows: dict[str, Any] = {table: [{**ROWS[table], "kernel": kernel} for kernel in kernels]}
        return any("this row repeats" in complaint for complaint in complaints(**rows))

    assert is_repeated("6.1", "6.1")
    assert not is_repeated("6.1", "5.15")


ADDED = {
    "sites": 'excluded = ["example.org"]',
    "capabilities": 'id = "new"\nminimum = "1.0"',
    "deployments": 'id = "vmware"\ncapabilities = {something = true}',
    "releases": 'tracer = ">=9,<10"\nsupport_level = "end_of_life"',
    "runtimes": 'os = "linux"\nimplementation = "pypy"\ntracer = ">=9"\n'
    'cpus = ["x86-64"]\npython = [">=3.9"]',
    "frameworks": 'id = "acme"\nversions = [">=1"]\ncapabilities = {something = true}',
    "coverage": 'of = "datastores"\nnamed = ["acme"]',
}


@pytest.mark.parametrize("table", ADDED)
def test_overlay_s_value_is_not_quoted_as_words_of_a_page(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(table, monkeypatch)
    made = overlaid(tmp_path, (table, f'{ADDED[table]}\nkernel = "6.1"'))
    added = getattr(made, table)[-1]
    assert added.kernel == "6.1"
    assert "6.1" not in added.quote()
