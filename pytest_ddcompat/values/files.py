"""How records, and what commands make, get into their files: whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from functools import partial
from pathlib import Path

__all__ = ["unwritable", "write_atomically"]


def unwritable(path: Path) -> str:
    """Return why a file cannot be written, as far as is known without trying; else empty."""
    try:
        if path.is_dir():
            return "it is a directory"
        if path.exists() and not path.is_file():
            return "it is no regular file"
        return "" if path.parent.is_dir() else f"there is no folder {path.parent}"
    except (OSError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; an existing one stays until it is replaced.

    Args:
        path: The file; where it is a link, what that leads to is written.
        content: All of it.

    Raises:
        OSError: It cannot be written; nothing is left behind.
    """
    with suppress(FileNotFoundError):
        path.stat()  # The system refuses links that `realpath` would follow: of others in /tmp.
    path = Path(os.path.realpath(path))
    reason = unwritable(path)
    if reason or (path.exists() and not os.access(path, os.W_OK)):
        raise OSError(reason or "it is read-only")
    temporary = path.with_name(f".ddcompat-{secrets.token_hex(8)}.tmp")
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666
    try:
        # Made with its mode: between `open` and `chmod` others could read it.
        with open(temporary, "xb", opener=partial(os.open, mode=mode)) as file:
            file.write(content)
            file.flush()
            # Else a crash of the machine may leave the new name with nothing in it.
            os.fsync(file.fileno())
        if path.exists():
            temporary.chmod(mode)  # the mask of the process has taken bits of it
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
