"""Where the commands write to: the standard output, or a file."""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

__all__ = ["console", "printing", "put", "write"]

_COMMAND = re.compile(r"^([ \t]*)::", re.MULTILINE)
"""What begins a command to GitHub's runner, which reads the log of a workflow."""


def console() -> Console:
    """Where text goes; colours only on a terminal that wants them (`NO_COLOR`)."""
    from rich.console import Console

    return Console(highlight=False, emoji=False, markup=False)


@contextmanager
def printing() -> Iterator[Console]:
    """Print to a console, and write it all at the end.

    Raises:
        CompatibilityError: As for `write`.
    """
    out = console()
    with out.capture() as captured:
        yield out
        out.quiet = True  # or rich writes nothing to the output, which a full device refuses
    write(_COMMAND.sub(r"\1\\x3a:", captured.get()))


def write(text: str, lacking: str = "backslashreplace") -> None:
    """Write to the standard output as it stands, with a line end.

    A reader that has gone (`| head`) has read enough: the command's answer stays what it is.

    Args:
        text: What is written.
        lacking: How characters are written that the encoding lacks, as `str.encode` knows it.

    Raises:
        CompatibilityError: It cannot be written.
    """
    if sys.stdout is None:
        raise CompatibilityError("standard output: it cannot be written: it is closed")
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(_ended(text).encode(encoding, lacking).decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
    except OSError as error:
        _drop_output()
        raise CompatibilityError(
            f"standard output: it cannot be written: {error.strerror or error}"
        ) from None


def _drop_output() -> None:
    """Keep what is left in the buffer from being written at exit, in vain again."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def put(text: str, output: str, inputs: Iterable[str | None]) -> None:
    """Write to a file, whole or not at all.

    Args:
        text: What is written.
        output: The file.
        inputs: Files that the text is made of, and that are not written over; None is none.

    Raises:
        CompatibilityError: The file cannot be written, or is one of the inputs.
    """
    path = Path(output)
    try:
        existing = [file for file in inputs if file and Path(file).exists()]
        if path.exists() and any(map(path.samefile, existing)):
            raise OSError("the command reads it")
        write_atomically(path, _ended(text).encode())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CompatibilityError(f"--output: {output} cannot be written: {reason}") from None


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"
