"""A replaced file keeps its owner, group, mode and access list, or is refused."""

from __future__ import annotations

import os
import struct
import sys
from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.__main__ import main
from pytest_ddcompat.values import files
from pytest_ddcompat.values.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX's owners and modes")

ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
NONE = 0xFFFFFFFF


def acl(*entries: tuple[int, int, int]) -> bytes:
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


READABLE_BY_1234 = acl((1, 6, NONE), (2, 4, 1234), (4, 0, NONE), (16, 4, NONE), (32, 0, NONE))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "record.json"
    path.write_bytes(b"before")
    return path


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666, 0o2640])
def test_mode(file: Path, mode: int, mask: int) -> None:
    file.chmod(mode)
    before = os.umask(mask)
    try:
        write_atomically(file, b"after")
    finally:
        os.umask(before)
    assert (file.stat().st_mode & 0o7777, file.read_bytes()) == (mode, b"after")


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root may give away")
@pytest.mark.parametrize(("owner", "group"), [(1234, 0), (0, 1234), (1234, 1235)])
def test_owner_and_group(file: Path, owner: int, group: int) -> None:
    file.chmod(0o640)
    os.chown(file, owner, group)
    write_atomically(file, b"after")
    now = file.stat()
    assert (now.st_uid, now.st_gid, now.st_mode & 0o7777) == (owner, group, 0o640)
    assert file.read_bytes() == b"after"


def test_refused_where_the_owner_would_change(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    def owner(path: Path) -> tuple[int, int]:
        return (1, 2) if path.name == file.name else (1, 1)

    monkeypatch.setattr(os, "chown", refuse)
    monkeypatch.setattr(files, "_owner", owner)
    assert main(["matrix", "-o", str(file)]) == 2
    reason = "the new file would belong to another user or group"
    assert capsys.readouterr().err == f"ddcompat: --output: cannot write {file}: {reason}\n"
    assert file.read_bytes() == b"before"
    assert list(file.parent.iterdir()) == [file]


def test_nobody_else_can_read_it_while_it_is_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    file.chmod(0o600)

    def look(_: object) -> None:
        modes.extend(p.stat().st_mode & 0o7777 for p in file.parent.glob(".ddcompat-*"))

    monkeypatch.setattr(os, "fsync", look)
    before = os.umask(0)
    try:
        write_atomically(file, b"after")
    finally:
        os.umask(before)
    assert modes == [0o600]


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's access lists")
@pytest.mark.parametrize("folders", [False, True], ids=["the file's", "the folder's"])
def test_access_list(file: Path, folders: bool) -> None:
    file.chmod(0o640)
    where = file.parent if folders else file
    try:
        os.setxattr(where, DEFAULT if folders else ACCESS, READABLE_BY_1234)
    except OSError:
        pytest.skip("this file system has no access lists")
    mode = file.stat().st_mode
    write_atomically(file, b"after")
    assert file.stat().st_mode == mode
    lists = [os.getxattr(file, name) for name in os.listxattr(file) if name == ACCESS]
    assert lists == ([] if folders else [READABLE_BY_1234])
