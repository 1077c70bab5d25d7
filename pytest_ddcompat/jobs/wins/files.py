"""The files that are changed: their texts as they were read, and as they are to be written."""

from __future__ import annotations

from pathlib import Path

from pytest_ddcompat.matrix.loading import LIMIT
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.files import read_limited

__all__ = ["Files", "resolved"]


class Files:
    """Texts of files; two names of one file are one."""

    def __init__(self) -> None:
        self._names: dict[Path, str] = {}
        self._read: dict[Path, str] = {}
        self._texts: dict[Path, str] = {}

    def text(self, name: str, *, may_be_new: bool = False) -> str:
        """Return the text of a file with the changes so far; empty if it is to be made.

        Raises:
            CompatibilityError: It cannot be read.
        """
        path = resolved(name)
        if path not in self._texts:
            is_new = may_be_new and not path.exists()
            self._read[path] = self._texts[path] = "" if is_new else _read(name)
            self._names[path] = name
        return self._texts[path]

    def change(self, name: str, text: str) -> None:
        """Change the text of a file that was read."""
        self._texts[resolved(name)] = text

    def changed(self) -> dict[str, str]:
        """Return the texts that differ from what was read, by the first name of each file."""
        return {
            self._names[path]: text
            for path, text in self._texts.items()
            if text != self._read[path]
        }


def resolved(name: str) -> Path:
    """Return the one path of a file, whatever leads to it.

    Raises:
        CompatibilityError: There can be no such path.
    """
    try:
        return Path(name).resolve()
    except (OSError, ValueError, RuntimeError) as error:  # links in a circle
        reason = getattr(error, "strerror", None) or error
        raise CompatibilityError(Problem(f"cannot read this: {reason}", file=name)) from None


def _read(name: str) -> str:
    try:
        return read_limited(name, LIMIT).decode("utf-8")
    except UnicodeDecodeError:
        reason = "it is not UTF-8 text"
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error)
    raise CompatibilityError(Problem(f"cannot read this: {reason}", file=name))
