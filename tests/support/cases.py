"""Tables of cases: each input, and below it the whole message that it gets.

`tests/cases/*.toml` has a table for each reader. A new case is a few lines in one of them:

    [[case]]
    id = "a number for a version"
    input = '{"tracer": 4.16}'
    message = 'facts.json: tracer: this must be a non-empty string (got 4.16); …'

Keys of a case:
    id: what is wrong, in plain words; a command line may go without.
    input: what is tried. `{TEXT * NUMBER}` in it stands for a text that is repeated, and a line
        that is only `{NAME}` for one of the table's parts.
    whole: the same, where the table has words around each input and this is not put into them.
    raw: file below `cases/files` with the input, where it has bytes that no table can hold.
    schema: what the JSON Schema says, where it does not refuse the input too: "accepts", or
        "cannot read" of what is no TOML.
    message: all that is said, the last key. A list that the code computes stands in it by its name,
        such as `{facts}` (support/lists.py). A line that ends in `{…}` goes on in words of a
        library, which differ between versions.
Keys of a table:
    file: name of the file that holds the input, as messages have it.
    around: what each input is put into, in the place of `{input}`.
    parts: texts that many inputs share.
    files: files beside it; their values are as an input, or `{ raw = "FILE" }`.

From the folder `tests`:

    python -m support.cases --update                  write the messages as they are now
    python -m support.cases --write FOLDER TABLE ...  write each input to a file
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Mapping

CASES = Path(__file__).parents[1] / "cases"
FILES = CASES / "files"
SAID: dict[tuple[str, str], str] = {}
"""What was said of each case that was tried, by the case's table and id."""

PART = re.compile(r"^\{([a-z ]+)\}$", re.MULTILINE)
REPEATED = re.compile(r"\{([^{}\n]+) \* (\d+)\}")
MESSAGE = re.compile(r"""(?ms)^message = (?:'{3}.*?'{3}|'[^'\n]*'|"[^\n]*")$""")


class Case(NamedTuple):
    """One row of a table."""

    table: str
    id: str
    content: bytes
    message: str
    schema: str

    @property
    def text(self) -> str:
        return self.content.decode()

    def told(self, said: str) -> str:
        """What is said, to be compared with the message: lists have their names."""
        from support.lists import with_names

        lines = with_names(said).splitlines()
        for number, line in enumerate(self.message.splitlines()[: len(lines)]):
            if line.endswith("{…}") and lines[number].startswith(line[: -len("{…}")]):
                lines[number] = line
        SAID[self.table, self.id] = "\n".join(lines)
        return SAID[self.table, self.id]


class Table:
    """A table, read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.path = CASES / f"{name}.toml"
        content = tomllib.loads(self.path.read_text(encoding="utf-8"))
        rows: list[dict[str, str]] = content.pop("case")
        self.file: str = content.pop("file", "")
        self.around: str = content.pop("around", "")
        self.parts: dict[str, str] = content.pop("parts", {})
        self.files: dict[str, Any] = content.pop("files", {})
        if content:
            raise ValueError(f"{self.path}: unknown keys {sorted(content)}")
        self.cases = [self._case(**row) for row in rows]
        ids = [case.id for case in self.cases]
        if len({*ids}) < len(ids):
            raise ValueError(f"{self.path}: two cases have one id: {sorted(ids)}")

    def _case(self, *, message: str, id: str = "", schema: str = "refuses", **given: str) -> Case:  # noqa: A002
        content = self._content(given)
        name = id or given["input"]
        return Case(self.name, name, content, message.strip("\n"), schema)

    def _content(self, given: Mapping[str, str]) -> bytes:
        """The bytes of an input, which is given by one of three keys."""
        ((key, value),) = given.items()
        if key == "raw":
            return (FILES / value).read_bytes()
        if key == "input" and self.around:
            value = self.around.replace("{input}", value.strip("\n"))
        text = PART.sub(lambda found: self.parts[found[1]].strip("\n"), value)
        return REPEATED.sub(lambda found: found[1] * int(found[2]), text).encode()

    def write_files(self, folder: Path) -> Path:
        """Write the files beside the input into a folder, and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, value in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._content(value if isinstance(value, dict) else {"whole": value}))
        return folder


@cache
def table(name: str) -> Table:
    return Table(name)


def case(table_name: str, name: str) -> Case:
    """Find one case."""
    (found,) = (case for case in table(table_name).cases if case.id == name)
    return found


def each(*names: str, left_out: str = "") -> pytest.MarkDecorator:
    """Try a test with each case of tables, without those of which the schema is of one kind."""
    cases = [case for name in names for case in table(name).cases if case.schema != left_out]
    return pytest.mark.parametrize(
        "case", [pytest.param(case, id=f"{case.table}: {case.id}"[:100]) for case in cases]
    )


def with_messages(text: str, messages: list[str]) -> str:
    """Put new messages into a table's text, and leave all else as it is."""
    parts = MESSAGE.split(text)
    if len(parts) != len(messages) + 1:
        raise ValueError(f"{len(parts) - 1} lines begin with `message = `, not {len(messages)}")
    written = [f"message = {as_toml(message)}" for message in messages]
    return "".join(piece for pair in zip(parts, [*written, ""]) for piece in pair)


def as_toml(text: str) -> str:
    """Write a string as a table has it: with escapes only where it cannot do without."""
    if "'''" in text or re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
        return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    if "\n" not in text and "'" not in text:
        return f"'{text}'"
    return f"'''\n{text}\n'''" if re.search(r'["\\\n]', text) else f'"{text}"'


def update() -> None:
    """Try all cases, and write what was said of them into their tables."""
    sys.modules["support.cases"] = sys.modules[__name__]  # so that what is said comes to this SAID
    pytest.main([str(CASES / "test_tables.py"), "--quiet", "--tb=no", "-p", "no:randomly"])
    for path in sorted(CASES.glob("*.toml")):
        rows = table(path.stem).cases
        messages = [SAID.get((row.table, row.id), row.message) for row in rows]
        changed = sum(row.message != message for row, message in zip(rows, messages))
        text = with_messages(path.read_text(encoding="utf-8"), messages)
        path.write_text(text, encoding="utf-8")
        print(f"{path.name}: {changed} of {len(rows)} messages changed")  # noqa: T201


def write(folder: Path, names: list[str]) -> None:
    """Write each input to a file of its own."""
    for name in names:
        for number, row in enumerate(table(name).cases):
            (folder / f"{name}-{number}{Path(table(name).file).suffix}").write_bytes(row.content)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m support.cases")
    actions = parser.add_mutually_exclusive_group(required=True)
    actions.add_argument("--update", action="store_true", help="write the messages as they are now")
    actions.add_argument("--write", nargs="+", metavar=("FOLDER", "TABLE"),
                         help="write each input of tables to a file")  # fmt: skip
    options = parser.parse_args()
    if options.update:
        update()
    else:
        write(Path(options.write[0]), options.write[1:])


if __name__ == "__main__":
    main()
