"""Write the requirements files of a plan into a folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_ddcompat.cli.output import put
from pytest_ddcompat.values.errors import CompatibilityError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["write_requirements"]

_NAME = re.compile(r"environment-([1-9][0-9]{0,8})\.txt")
_LONGEST = 200  # bytes that are read of a file


def write_requirements(texts: Sequence[str], folder: Path) -> None:
    """Write a file for each environment, and remove those of earlier plans.

    Args:
        texts: The content of each file, whose first line says which it is.
        folder: The folder, which is made if it does not exist.

    Raises:
        CompatibilityError: It cannot be written, or has other files of these names.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = {int(name[1]): p for p in folder.iterdir() if (name := _NAME.fullmatch(p.name))}
        own = {number for number, path in there.items() if _is_own(path, number)}
        foreign = [there[number] for number in sorted(there.keys() - own) if number <= len(texts)]
        if foreign:
            what = "this file is none that an earlier plan has written"
            valid = "another folder, or to move the file away"
            raise CompatibilityError(Problem(what, valid, file=str(path)) for path in foreign)
        for number, text in enumerate(texts, start=1):
            put(text, str(folder / f"environment-{number}.txt"), [])
        for number in own:
            if number > len(texts):
                there[number].unlink()
    except OSError as error:
        reason = error.strerror or error
        raise CompatibilityError(
            f"--output: cannot write to the folder {folder}: {reason}"
        ) from None


def _is_own(path: Path, number: int) -> bool:
    """Whether a file is a requirements file that this command has written."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = re.match(rb"# environment ([0-9]{1,9})(?::|$)", file.readline(_LONGEST).rstrip())
    return head is not None and int(head[1]) == number
