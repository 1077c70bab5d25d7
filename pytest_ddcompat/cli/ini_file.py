"""Options of this plugin in the ini file of pytest, as far as a command needs them.

pytest reads its ini file only when it runs, and has no public function that reads it for others.
"""

from __future__ import annotations

import sys
from configparser import Error, RawConfigParser
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.files import read_limited
from pytest_ddcompat.values.text import cut

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["IniFile", "find_ini_file", "read_ini_file"]

_LIMIT = 1024 * 1024
_TABLES = {
    "pytest.toml": "pytest",
    ".pytest.toml": "pytest",
    "pytest.ini": "pytest",
    ".pytest.ini": "pytest",
    "pyproject.toml": "tool.pytest",
    "tox.ini": "pytest",
    "setup.cfg": "tool:pytest",
}
"""Each file in which pytest looks for options, in its order, and the table that it reads."""

_OTHER_TABLES = {".toml": "tool.pytest", ".cfg": "tool:pytest"}
"""The table of a file with another name, by how the name ends."""

_TRUE = {"1", "yes", "true", "on"}
_FALSE = {"0", "no", "false", "off"}


class IniFile(NamedTuple):
    """The options of pytest in a file.

    Attributes:
        path: The file.
        values: Each option; a text where the file is no TOML.
    """

    path: Path
    values: dict[str, Any]

    def lines(self, key: str) -> list[str]:
        """Return an option of several lines."""
        value = self.values.get(key, [])
        if isinstance(value, list):
            return [str(each) for each in value]
        return [line.strip() for line in str(value).splitlines() if line.strip()]

    def word(self, key: str) -> str:
        """Return an option of one word; empty if it is not given."""
        return str(self.values.get(key, "")).strip()

    def flag(self, key: str) -> bool | None:
        """Return an option that is true or false; None if it is not given.

        Raises:
            CompatibilityError: It is neither.
        """
        word = self.word(key).lower()
        if word and word not in _TRUE | _FALSE:
            problem = Problem(f'"{word:.80}" is neither true nor false', "true, false")
            raise CompatibilityError(problem.within(f"{self.path}: {key}"))
        return word in _TRUE if word else None


def find_ini_file(folder: Path) -> IniFile | None:
    """Return the ini file of a folder, or of the nearest one above that has one, as pytest does.

    Raises:
        CompatibilityError: A file cannot be read.
    """
    for above in (folder, *folder.parents):
        for name in _TABLES:
            path = above / name
            values = _values(path) if path.is_file() else None
            if values is not None or (path.is_file() and path.stem.endswith("pytest")):
                return IniFile(path, values or {})
    return None


def read_ini_file(path: Path) -> IniFile:
    """Read an ini file that is named.

    Raises:
        CompatibilityError: It cannot be read, or has no table of pytest.
    """
    values = _values(path)
    if values is None:
        tables = "[pytest], [tool:pytest] (setup.cfg) or [tool.pytest.ini_options] (TOML)"
        raise CompatibilityError(
            Problem("this file has no table of pytest", f"a file with {tables}", file=str(path))
        )
    return IniFile(path, values)


def _values(path: Path) -> dict[str, Any] | None:
    """Return the table of pytest in a file; None if it has none."""
    try:
        text = read_limited(path, _LIMIT).decode("utf-8-sig")
        read = _of_toml if path.suffix == ".toml" else _of_ini
        return read(text, _TABLES.get(path.name) or _OTHER_TABLES.get(path.suffix, "pytest"))
    except OSError as error:
        reason = error.strerror or str(error)
    except (ValueError, RecursionError, Error) as error:
        reason = cut(str(error).partition("\n")[0])
    raise CompatibilityError(Problem(f"cannot read this file: {reason}", file=str(path)))


def _of_toml(text: str, name: str) -> dict[str, Any] | None:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    table: Any = tomllib.loads(text)
    for part in name.split("."):
        table = table.get(part) if isinstance(table, dict) else None
    options = table.get("ini_options", table) if isinstance(table, dict) else None
    return options if isinstance(options, dict) else None


def _of_ini(text: str, name: str) -> dict[str, Any] | None:
    parser = RawConfigParser(allow_no_value=True)
    parser.read_string(text)
    return dict(parser[name]) if parser.has_section(name) else None
