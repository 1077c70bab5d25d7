"""Files: read up to a limit, and written whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

__all__ = ["read_limited", "refusal", "unwritable", "write_atomically"]

_MEBIBYTE = 1024 * 1024


def read_limited(path: str | os.PathLike[str], limit: int) -> bytes:
    """Read a regular file.

    Args:
        path: The file.
        limit: Bytes that it may have, some whole MiB.

    Raises:
        OSError: It cannot be read.
        ValueError: It is larger, gives no data, or is no regular file, such as a pipe or a device
            without end.
    """
    with open(path, "rb", opener=_open_at_once) as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise ValueError("it is not a regular file")
        # Not by the size alone: it may grow, and the system's own files have none.
        content: bytes | None = file.read(limit + 1) if about.st_size <= limit else b""
        if content is None:  # such as /proc/kmsg, as long as the kernel has no more to say
            raise ValueError("it gives no data")
        if about.st_size > limit or len(content) > limit:
            raise ValueError(f"it is larger than {limit // _MEBIBYTE} MiB")
        return content


def _open_at_once(path: str, flags: int) -> int:
    # To open a pipe would wait for somebody to write to it.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


_ACCESS_LIST = "system.posix_acl_access"


def unwritable(path: Path) -> str:
    """Return why a file cannot be written, as far as is known without trying; else empty."""
    try:
        if path.is_dir():
            return "it is a directory"
        if path.exists() and not path.is_file():
            return "it is not a regular file"
        return "" if path.parent.is_dir() else f"there is no folder {path.parent}"
    except (OSError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error)


def refusal(path: Path) -> str:
    """Return why this user cannot write a file, as far as is known without trying; else empty."""
    return unwritable(path) or _protected(path)


def _protected(path: Path) -> str:
    if path.exists() and not os.access(path, os.W_OK):
        return "it is read-only"
    folder = path.parent  # where the new file comes to be
    return "" if os.access(folder, os.W_OK | os.X_OK) else f"the folder {folder} is read-only"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; an existing one stays until it is replaced.

    The new file has the owner, group, mode and access list of the one that it replaces.

    Args:
        path: The file; where it is a link, what that leads to is written.
        content: All of it.

    Raises:
        OSError: It cannot be written, or would belong to another user or group; nothing is left
            behind.
    """
    with suppress(FileNotFoundError):
        path.stat()  # The system refuses links that `realpath` would follow: of others in /tmp.
    path = Path(os.path.realpath(path))
    reason = refusal(path)
    if reason:
        raise OSError(reason)
    import secrets  # here: it brings modules that reading does not need

    temporary = path.with_name(f".ddcompat-{secrets.token_hex(8)}.tmp")
    # Made with its mode: between `open` and `chmod` others could read it.
    mode = 0o600 if path.exists() else 0o666
    try:
        with open(temporary, "xb", opener=partial(os.open, mode=mode)) as file:
            if path.exists():
                _take_over(path, temporary)
            file.write(content)
            file.flush()
            # Else a crash of the machine may leave the new name with nothing in it.
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _take_over(old: Path, new: Path) -> None:
    """Give a new file the owner, group, access list and mode of an old one."""
    owner = _owner(old)
    if owner != _owner(new):
        try:
            os.chown(new, *owner)
        except OSError:
            raise OSError("the new file would belong to another user or group") from None
    if sys.platform == "linux":
        # Where there is a list, the group's bits of the mode are the most that anyone in it gets;
        # and a folder may have one for new files.
        with suppress(OSError):
            os.removexattr(new, _ACCESS_LIST)
        if _ACCESS_LIST in _attributes(old):
            os.setxattr(new, _ACCESS_LIST, os.getxattr(old, _ACCESS_LIST))
    new.chmod(stat.S_IMODE(old.stat().st_mode))  # last, since a change of owner takes bits away


def _owner(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid


def _attributes(path: Path) -> list[str]:
    try:
        return os.listxattr(path) if sys.platform == "linux" else []
    except OSError:  # the file system has none
        return []
