"""From a file to a matrix: the bundled ones by id, a user's own by path."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.matrix.fields import Place
from pytest_ddcompat.matrix.matrix import Matrix
from pytest_ddcompat.matrix.prepared import restored
from pytest_ddcompat.values.errors import InvalidMatrixError, MatrixError
from pytest_ddcompat.values.names import choices

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    if sys.version_info >= (3, 11):
        from importlib.resources.abc import Traversable
    else:
        from importlib.abc import Traversable

__all__ = [
    "DEFAULT",
    "bundled_ids",
    "load_matrix",
    "matrix_from_mapping",
    "matrix_from_toml",
    "read_file",
    "sources_of",
]

DEFAULT = "iast-python"
"""Id of the matrix that is used when none is named."""

_LONGEST_CHAIN = 10
_LIMIT = 16 * 1024 * 1024  # bytes of a file; the bundled matrix has some ten thousand

# A hundred parts of a key: readers of TOML take the square of their number.
_DEEP_KEY = r"""(?<![\w."'-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){100}"""


def read_file(file: Traversable) -> bytes:
    """Read a file, not much more of it than a matrix may have; the default of `load_matrix`.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no file, such as a pipe, which may never end.
    """
    # A directory, and what is not there, the system refuses in words of its own.
    if isinstance(file, Path) and file.exists() and not (file.is_file() or file.is_dir()):
        raise ValueError("it is no regular file")
    with file.open("rb") as content:
        return content.read(_LIMIT + 1)


def load_matrix(
    which: str | os.PathLike[str] = DEFAULT,
    *,
    overlay: bool = True,
    read: Callable[[Traversable], bytes] = read_file,
) -> Matrix:
    """Load and check a matrix, with the overlays that it rests on.

    Args:
        which: Id of a bundled matrix, or the path of a TOML file (it ends in `.toml`). A file
            with the key `extends` is an overlay.
        overlay: Whether a bundled matrix has the interpretations of its own overlay; without
            them it is the page alone.
        read: Gives the content of each file that is read, from its path; it may raise OSError.

    Raises:
        MatrixError: There is no such matrix, or its file cannot be read or understood; every
            problem is in `problems`, as `file: where: what; valid: …`.
    """
    if isinstance(which, str) and not which.endswith(".toml"):
        return _bundled(which, overlay, read).of_origin(which)
    files = _chain(Path(which), read)
    last = files[-1]
    if "extends" in last.mapping:
        with _told_by(last):
            matrix = _bundled(last.mapping["extends"], overlay, read)
    else:
        matrix = matrix_from_mapping(files.pop().mapping, last.origin)
    for file in reversed(files):
        matrix = _with_overlay(matrix, file)
    return matrix.of_origin(str(which))


def bundled_ids() -> list[str]:
    """Ids of the matrices that come with the package."""
    names = [file.name[: -len(".toml")] for file in _bundled_files()]
    return [name for name in names if not name.endswith(".overlay")]


def matrix_from_mapping(mapping: object, origin: str) -> Matrix:
    """Check a parsed matrix.

    Args:
        mapping: What the TOML file holds.
        origin: Name of the file, for messages.

    Raises:
        InvalidMatrixError: As for `load_matrix`.
    """
    problems: list[str] = []
    matrix = Matrix.from_table(mapping, Place(f"{origin}: ", problems))
    if matrix is None or problems:
        raise InvalidMatrixError(problems, matrix)
    return matrix


class _File(NamedTuple):
    """A file, parsed; `origin` is its path as messages give it."""

    origin: str
    mapping: dict[str, Any]


def _chain(path: Path, read: Callable[[Traversable], bytes]) -> list[_File]:
    """A file, and the one that each extends, up to one that extends none or a bundled matrix."""
    paths, files = [path], [_parsed(path, str(path), read)]
    while "extends" in files[-1].mapping:
        named = files[-1].mapping["extends"]
        with _told_by(files[-1]):
            if not isinstance(named, str):
                raise MatrixError("this must be a string: an id, or the path of a .toml file")
            if not named.endswith(".toml"):
                break
            path = paths[-1].parent / named
            if normpath(path) in map(normpath, paths):
                raise MatrixError(f"{path} rests on this file; valid: a matrix that does not")
            if len(files) == _LONGEST_CHAIN:
                raise MatrixError(
                    f"{len(files) + 1} files rest on one another; valid: up to {_LONGEST_CHAIN}"
                )
            files.append(_parsed(path, str(path), read))
            paths.append(path)
    return files


@contextmanager
def _told_by(file: _File) -> Iterator[None]:
    """Say which file's `extends` led to a problem."""
    try:
        yield
    except MatrixError as error:
        raise MatrixError([f"{file.origin}: extends: {p}" for p in error.problems]) from None


def _with_overlay(matrix: Matrix, file: _File, page_id: str = "") -> Matrix:
    from pytest_ddcompat.matrix.overlay.apply import apply_overlay

    return apply_overlay(matrix, file.mapping, file.origin, page_id)


def _bundled(matrix_id: str, overlay: bool, read: Callable[[Traversable], bytes]) -> Matrix:
    ids = bundled_ids()
    if matrix_id not in ids:
        valid = choices(matrix_id, ids)
        raise MatrixError(
            f'no matrix "{matrix_id}" is bundled; {valid}, or the path of a .toml file'
        )
    ready = _prepared(matrix_id, read) if overlay else None
    if ready is not None:
        return ready
    return matrix_from_toml(matrix_id, overlay=overlay, read=read)


def matrix_from_toml(
    matrix_id: str, *, overlay: bool = True, read: Callable[[Traversable], bytes] = read_file
) -> Matrix:
    """Load a bundled matrix from its TOML files, as `load_matrix` would."""
    page, *own = sources_of(matrix_id)
    found = _parsed(data_folder() / page, f"matrices/{page}", read)
    matrix = matrix_from_mapping(found.mapping, found.origin)
    for name in own if overlay else ():
        found = _parsed(data_folder() / name, f"matrices/{name}", read)
        if found.mapping.get("extends") != matrix_id:
            raise MatrixError(f'{found.origin}: extends: this must be "{matrix_id}"')
        matrix = _with_overlay(matrix, found, matrix_id)
    return matrix


def sources_of(matrix_id: str) -> list[str]:
    """Names of the files of a bundled matrix: the page, and its own overlay if it has one."""
    names = [file.name for file in _bundled_files()]
    return [name for name in (f"{matrix_id}.toml", f"{matrix_id}.overlay.toml") if name in names]


def _prepared(matrix_id: str, read: Callable[[Traversable], bytes]) -> Matrix | None:
    """What was prepared of a bundled matrix; None if it cannot be read, or is of other files."""
    try:
        sources = {name: read(data_folder() / name) for name in sources_of(matrix_id)}
        return restored(read(data_folder() / f"{matrix_id}.prepared.json"), sources)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _bundled_files() -> list[Traversable]:
    folder = data_folder()
    files = [f for f in folder.iterdir() if f.name.endswith(".toml")] if folder.is_dir() else []
    if not files:
        raise MatrixError(
            "the folder matrices/ of pytest-ddcompat holds no matrix; install it again"
        )
    return sorted(files, key=lambda file: file.name)


def data_folder() -> Traversable:
    """Where the bundled matrices are."""
    # Installed, the matrices lie inside the package; in a checkout, beside it.
    from importlib.resources import files

    package = files("pytest_ddcompat")
    inside = package / "matrices"
    if inside.is_dir() or not isinstance(package, Path):
        return inside
    return package.parent / "matrices"


def _parsed(file: Traversable, origin: str, read: Callable[[Traversable], bytes]) -> _File:
    try:
        content = read(file)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise MatrixError(f"{origin}: this file cannot be read: {reason}") from None
    if len(content) > _LIMIT:
        raise MatrixError(f"{origin}: this file is larger than {_LIMIT // 1024 // 1024} MiB")
    return _File(origin, _toml(content, origin))


def _toml(content: bytes, origin: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        if re.search(_DEEP_KEY, text):
            raise RecursionError
        parsed: dict[str, Any] = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise MatrixError(f"{origin}: byte {error.start}: this is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise MatrixError(f"{origin}: this is not valid TOML: {error}") from None
    except ValueError:
        # Of a number that has more digits than Python converts.
        raise MatrixError(f"{origin}: a number has too many digits") from None
    except RecursionError:
        raise MatrixError(f"{origin}: this is nested too deeply") from None
    return parsed
