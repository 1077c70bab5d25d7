"""Shapes of input of which a reader could take more than its share: a unit, and its reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from pytest_ddcompat import Requirement, evaluate, load_matrix
from pytest_ddcompat.declarations.file import read_declarations
from pytest_ddcompat.environment.parsing import facts_from_settings, facts_from_text
from pytest_ddcompat.record.reading import read_record
from support.core import MATRIX, environment
from support.importing import CAPABILITIES, imported, table

if TYPE_CHECKING:
    from pathlib import Path

    Read = Callable[[str, Path], object]  # of a text, which some write to a folder first

__all__ = ["GIVEN", "PAGE", "SHAPES", "Read", "repeated"]

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


def page(before: str = "", after: str = "") -> Read:
    return lambda text, _: imported(f"{CAPABILITIES}{before}{text}{after}\n")


def in_cell(name: str) -> Read:
    head, row = TABLES[name]
    return lambda text, _: imported(CAPABILITIES + table(head, row.replace("{}", f"a{text}b")))


def rows(name: str) -> tuple[str, str, Read]:
    head, row = ROWS[name]
    unit = f"| {row.replace('{}', '#')} |\n"
    whole = CAPABILITIES + table(head).rstrip()
    return f"rows of {name}", unit, lambda text, _: imported(f"{whole}\n{text}")


def toml(name: str) -> tuple[str, str, Read]:
    around, unit = TOML[name]
    return f"{name} in TOML", unit, lambda text, folder: load_matrix(file(folder, around % text))


def record(unit: str) -> tuple[str, str, Read]:
    return (
        f"{unit} in a record",
        unit,
        lambda text, folder: read_record(file(folder, f'{{{text}"version": 1}}')),
    )


def file(folder: Path, text: str) -> Path:
    path = folder / "input"
    path.write_text(text, encoding="utf-8")
    return path


def expression(text: str, _: Path) -> object:
    return evaluate(Requirement.capability(f"sca{text}x"), environment(), MATRIX)


def specifier(text: str, _: Path) -> object:
    return Requirement.tracer(f">=1{text}x")


def settings(text: str, _: Path) -> object:
    return facts_from_settings([f"tracer=1{text}x", f"site=a{text}", f"framework.a{text}x=1"], "-")


def facts(around: str) -> Read:
    return lambda text, _: facts_from_text((around % text.rstrip(",")).encode(), "facts")


def declarations(around: str) -> Read:
    return lambda text, _: read_declarations((around % text).encode(), "declarations")


DECLARATION = '[[declarations]]\ntests = "a#.py"\nstate = "bug"\n'

SHAPES: list[tuple[str, str, Read]] = [
    *((f"{space!r} in {name}", space, read) for space in SPACES for name, read in (
        ("a paragraph", page("a", "b")),
        ("a row", page(table("Type | CV").rstrip() + "\n| Docker |", "x |")),
        ("a tag", page("{% a", ">}")),
        ("HTML", page("<p a", "b")),
    )),
    *((f"{opener!r} on a page", opener, page()) for opener in OPENERS),
    *((f"{cell!r} in {name}", cell, in_cell(name)) for cell in CELLS for name in TABLES),
    *(rows(name) for name in ROWS),
    *(toml(name) for name in TOML),
    *(record(unit) for unit in ('"k#": 1,', '"decisions": [],', '"tests": [1],')),
    *((f"{unit!r} in an expression", unit, expression)
      for unit in (" ", "(", ")", " and sca", " not", "not ", "(sca) or ", ",", "-")),
    *((f"{unit!r} in a specifier", unit, specifier)
      for unit in (" ", "1.", ",>=1", " | ", "|>=1", "!", "~=")),
    *((f"{unit!r} in settings", unit, settings) for unit in (" ", "1.", "-", "a.", "!")),
    ("frameworks of facts", '"f#": "1",', facts('{"frameworks": {%s}}')),
    ("wrong versions of facts", '"f#": "x",', facts('{"frameworks": {%s}}')),
    ("unknown keys of facts", '"f#": "1",', facts("{%s}")),
    ("digits of facts", "9", facts('{"tracer": %s}')),
    ("facts in each other", "[", facts('{"tracer": %s}')),
    ("declarations", DECLARATION, declarations("%s")),
    ("declarations that are wrong", DECLARATION.replace("bug", "bog"), declarations("%s")),
    *((f"{unit!r} in declarations", unit, declarations(around))
      for around in (
          "a = 1 %s\n", 'a = "%s"\n', 'a = """%s"""\n', "a = '''%s'''\n", "a = [%s]\n",
          DECLARATION + "%s", DECLARATION + "when = [%s]", DECLARATION + 'when = "%s"',
          '[[declarations]]\nstate = "bug"\ntests = [%s]', '[[declarations]]\ntests = "a%s"',
      )
      for unit in (" ", "\n", "#", '\\"', '""', "'", "[", "{", "a#.b=1\n", '"a#",', "/*", "/**",
                   '{tracer="<#"},', '{package="a#"},', "{a#=1},", "sca or ")),
]  # fmt: skip
