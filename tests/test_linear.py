"""Every reader takes time in proportion to its input, whatever the input is made of.

Calls are counted, which needs no clock, at some length and at double that. The steps of a regular
expression cannot be counted: where a longer input takes long, which a linear reader does only on a
slow machine, its time is held against that of a quarter of it.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Callable

import pytest
from support.core import MATRIX, environment
from support.importing import CAPABILITIES, imported, table

from pytest_ddcompat import (
    CompatibilityError,
    Environment,
    FactsError,
    Requirement,
    evaluate,
    load_matrix,
)
from pytest_ddcompat.environment.parsing import facts_from_settings, facts_from_text
from pytest_ddcompat.record.format import read_record

if TYPE_CHECKING:
    from pathlib import Path

    Read = Callable[[str], object]

COUNTED = 4096  # characters
LONG = 16384
SPACES = (" ", "\t", "\u00a0", "\u200b", "\n", " \n")
OPENERS = (
    "[", "![", "[a](", "[a]: b\n", "<", "</", "<a b=", "<!", "<!--", "<!-- -->\n", "<?", "<!A ",
    "<td>", "<tr><td>a", "<table>\n", "<script>", "<template>", "{", "{% ", "{{< ", "{{< X >}}",
    "{% callout %}\n", "*a ", "**", "_a", "`", "``a", "~", "\\", "|", "|-|\n", "|a|\n|-|\n",
    "- a\n", "> ", "# ", "```\n", "&", "&#0", "http://a ", "(", "(a)", "minimum ", "works ",
    "minimum x version to get all ", "Bot Filter ", "CV ", "CV requires Remote Configuration.\n\n",
    "This product is not supported.\n\n", "app.ddog-gov.com ", "remote configuration must ",
)  # fmt: skip
CELLS = (
    " ", "(", "(A)", "1.", ">=1, ", "1 or ", "1 / ", "from 1 ", "1 or later ", "1.0 for Go 1, ",
    "Preview (", "(until ", "-", "a, ",
)  # fmt: skip
TABLES = {
    "a minimum": ("X capability | Minimum x version", "Some Name | {}"),
    "a capability": ("X capability | Minimum x version", "Some {} Name | 1"),
    "a branch": ("Release | Support level | Minimum Agent", "{} | GA | 7"),
    "a level": ("Release | Support level | Minimum Agent", ">=1 | {} | 7"),
    "versions": ("Framework | Versions | Bot Filter", "Django | {} | yes"),
    "a mark": ("Type | Bot Filter", "Docker | {}"),
}
ROWS = {
    "capabilities": ("X capability | Minimum x version", "Number {} (N{}) | 1"),
    "capabilities of one abbreviation": ("X capability | Minimum x version", "Number {} (AB) | 1"),
    "branches": ("Release | Support level", ">={} | GA"),
    "frameworks": ("Framework | Versions | Bot Filter", "Name {} | >=1 | yes"),
    "the same row": ("Framework | Versions | Bot Filter", "Name | >=1 | yes"),
    "a cell that may limit": ("Framework | Versions | CV | Note", "Name {} | 1 | yes | not CV"),
    "an unknown table": ("Thing | Bot Filter", "Thing {} | not"),
}
PAGE = '[page]\nid = "t"\ntitle = "T"\nread = 2026-01-02\ntracer = "ddtrace"\n'
FIRST = '[[capabilities]]\nheading = "h"\ndocumented = ["{}"]\nid = "a"\nminimum = "1"\n'
GIVEN = '\nsource = "s"\nreason = "r"\n'
TOML = {
    "blanks in a name": (PAGE + FIRST.format("a%sb"), " "),
    "parentheses in a name": (PAGE + FIRST.format("a%s"), "("),
    "digits": (PAGE + "x = %s", "9"),
    "a deep key": (PAGE + "%s = 1", "a . "),
    "unknown keys": ("%s" + PAGE, "k# = 1\n"),
    "releases of an overlay": (
        'extends = "iast-python"\n%s',
        f'[[releases]]\ntracer = "==1#.*"\nsupport_level = "maintenance"{GIVEN}',
    ),
    "capabilities of an overlay": (
        'extends = "iast-python"\n%s', f'[[capabilities]]\nid = "c#"\nminimum = "1"{GIVEN}'
    ),
    "removals of an overlay": (
        'extends = "iast-python"\n%s', f'[[capabilities]]\nid = "c#"\nremove = true{GIVEN}'
    ),
    "marks of no capability": (
        'extends = "iast-python"\n%s',
        f'[[frameworks]]\nid = "c#"\ncapabilities = {{x# = true}}{GIVEN}',
    ),
}  # fmt: skip


def repeated(unit: str, length: int) -> str:
    """Repeat a unit up to a length; `#` in it is a number of its own each time."""
    if "#" not in unit or unit.startswith("#"):
        return unit * (length // len(unit))
    return "".join(unit.replace("#", str(n)) for n in range(length // len(unit)))


def page(_unit: str, before: str = "", after: str = "") -> Read:
    return lambda text: imported(f"{CAPABILITIES}{before}{text}{after}\n")


def in_cell(name: str) -> Read:
    head, row = TABLES[name]
    return lambda text: imported(CAPABILITIES + table(head, row.replace("{}", f"a{text}b")))


SHAPES: list[tuple[str, str, Read]] = [
    *((f"{space!r} in {name}", space, read) for space in SPACES for name, read in (
        ("a paragraph", page(space, "a", "b")),
        ("a row", page(space, table("Type | CV").rstrip() + "\n| Docker |", "x |")),
        ("a tag", page(space, "{% a", ">}")),
        ("HTML", page(space, "<p a", "b")),
    )),
    *((f"{opener!r} on a page", opener, page(opener)) for opener in OPENERS),
    *((f"{cell!r} in {name}", cell, in_cell(name)) for cell in CELLS for name in TABLES),
]  # fmt: skip


def expression(text: str) -> object:
    return evaluate(Requirement.capability(f"sca{text}x"), environment(), MATRIX)


def facts(text: str) -> object:
    return facts_from_text(text.encode(), "facts")


def settings(text: str) -> object:
    return facts_from_settings([f"tracer=1{text}x", f"site=a{text}", f"framework.a{text}x=1"], "-")


SHAPES += [
    *((f"{unit!r} in an expression", unit, expression)
      for unit in (" ", "(", ")", " and sca", " not", "not ", "(sca) or ", ",", "-")),
    *((f"{unit!r} in a specifier", unit, lambda text: Requirement.tracer(f">=1{text}x"))
      for unit in (" ", "1.", ",>=1", " | ", "|>=1", "!", "~=")),
    *((f"{unit!r} in settings", unit, settings) for unit in (" ", "1.", "-", "a.", "!")),
    ("frameworks of facts", '"f#": "1",', lambda text: facts(f'{{"frameworks": {{{text[:-1]}}}}}')),
    ("wrong versions of facts", '"f#": "x",',
     lambda text: facts(f'{{"frameworks": {{{text[:-1]}}}}}')),
    ("unknown keys of facts", '"f#": "1",', lambda text: facts(f"{{{text[:-1]}}}")),
    ("digits of facts", "9", lambda text: facts(f'{{"tracer": {text}}}')),
    ("facts in each other", "[", lambda text: facts(f'{{"tracer": {text}}}')),
]  # fmt: skip


def check(unit: str, read: Read) -> None:
    once, twice = (calls_of(read, repeated(unit, n)) for n in (COUNTED, 2 * COUNTED))
    assert twice < 2.5 * once + 1000
    text = repeated(unit, LONG)
    if cpu_of(read, text) > 0.4:
        part, whole = (
            min(cpu_of(read, text[:length]) for _ in range(3)) for length in (LONG // 4, LONG)
        )
        assert whole < 8 * part


def calls_of(read: Read, text: str) -> int:
    """Count the calls of functions, those written in C too."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        with suppress(CompatibilityError):
            read(text)
    finally:
        sys.setprofile(before)
    return calls


def cpu_of(read: Read, text: str) -> float:
    start = time.process_time()
    with suppress(CompatibilityError):
        read(text)
    return time.process_time() - start


@pytest.mark.parametrize(
    ("unit", "read"), [pytest.param(unit, read, id=name) for name, unit, read in SHAPES]
)
def test_shape(unit: str, read: Read) -> None:
    check(unit, read)


@pytest.mark.parametrize("name", ROWS)
def test_rows_of_a_page(name: str) -> None:
    head, row = ROWS[name]
    unit = f"| {row.replace('{}', '#')} |\n"
    check(unit, lambda text: imported(CAPABILITIES + table(head).rstrip() + f"\n{text}"))


@pytest.mark.parametrize("name", TOML)
def test_toml(name: str, tmp_path: Path) -> None:
    around, unit = TOML[name]
    path = tmp_path / "matrix.toml"

    def read(text: str) -> object:
        path.write_text(around % text, encoding="utf-8")
        return load_matrix(path)

    check(unit, read)


@pytest.mark.parametrize("unit", ['"k#": 1,', '"decisions": [],', '"tests": [1],'])
def test_record(unit: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"

    def read(text: str) -> object:
        path.write_text(f'{{{text}"version": 1}}', encoding="utf-8")
        return read_record(path)

    check(unit, read)


def test_ten_thousand_branches_of_an_overlay(tmp_path: Path) -> None:
    rows = (
        f'[[releases]]\ntracer = ">={n},<{n + 1}"\nsupport_level = "maintenance"{GIVEN}'
        for n in range(10, 10_010)
    )
    path = tmp_path / "many.toml"
    path.write_text('extends = "iast-python"\n' + "".join(rows), encoding="utf-8")
    assert len(load_matrix(path).releases) == 10_004


def test_most_names_of_facts() -> None:
    frameworks = {f"f{n}": "1" for n in range(1000)}
    assert len(facts(json.dumps({"frameworks": frameworks}))) == 1000  # type: ignore[arg-type]


MANY = {f"f{n}": "1.0" for n in range(60_000)}
SETTINGS = [f"framework.{name}=1.0" for name in MANY]


@pytest.mark.parametrize(
    ("read", "where"),
    [
        pytest.param(lambda: facts(json.dumps({"frameworks": MANY})), "facts: frameworks: this",
                     id="frameworks"),
        pytest.param(lambda: facts(json.dumps(MANY)), "facts: this", id="keys"),
        pytest.param(lambda: facts(json.dumps({"deployments": [*MANY]})),
                     "facts: deployments: this", id="deployments"),
        pytest.param(lambda: facts_from_settings(SETTINGS, "--set"), "--set: this", id="settings"),
        pytest.param(lambda: facts_from_settings([f"deployment={','.join(MANY)}"], "--set"),
                     "--set: deployment: this", id="deployments of a setting"),
        pytest.param(lambda: Environment.from_mapping({"frameworks": MANY}, origin="mine"),
                     "mine: frameworks: this", id="a mapping"),
    ],
)  # fmt: skip
def test_sixty_thousand_names_are_refused(read: Callable[[], object], where: str) -> None:
    with pytest.raises(FactsError) as raised:
        read()
    assert str(raised.value) == f"{where} has 60000 entries; valid: 1000 at most"
