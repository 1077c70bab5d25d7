"""Loading a matrix: a bundled one by its id, a user's own by its path."""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from functools import lru_cache
from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.matrix.matrix import Matrix
from pytest_ddcompat.values.errors import InvalidMatrixError, MatrixError, Place, Problem
from pytest_ddcompat.values.names import unknown_name
from pytest_ddcompat.values.text import cut

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    if sys.version_info >= (3, 11):
        from importlib.resources.abc import Traversable
    else:
        from importlib.abc import Traversable

    Read = Callable[[Traversable], bytes]

__all__ = [
    "DEFAULT",
    "LIMIT",
    "bundled_ids",
    "data_folder",
    "load_matrix",
    "matrix_from_mapping",
    "matrix_from_toml",
    "parse_toml",
    "read_file",
]

DEFAULT = "iast-python"
"""Id of the matrix that is used when none is named."""

_PREPARED = ".prepared.json"  # quicker to load than TOML, and checked already
LIMIT = 16 * 1024 * 1024
"""Bytes of a file; the bundled matrix has some ten thousand."""

# A hundred parts of a key: readers of TOML take the square of their number.
_DEEP_KEY = r"""(?<![\w."'-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){100}"""

# Thousands of digits: not every release of Python refuses to convert them, for minutes.
_LONG_NUMBER = r"[=\[,]\s*[+-]?[0-9][0-9_]{4300}"


def read_file(file: Traversable) -> bytes:
    """Read a file, not much more of it than a matrix may have; the default of `load_matrix`.

    Raises:
        OSError: It cannot be read.
        ValueError: It is too large, or no file, such as a pipe, which may never end.
    """
    if isinstance(file, Path) and file.suffix == ".toml":
        from pytest_ddcompat.values.files import read_limited  # here: prepared ones need none

        return read_limited(file, LIMIT)
    with file.open("rb") as content:
        return content.read(LIMIT + 1)


def load_matrix(
    which: str | os.PathLike[str] = DEFAULT, *, overlay: bool = True, read: Read = read_file
) -> Matrix:
    """Load and check a matrix, with the overlays that it extends.

    Args:
        which: Id of a bundled matrix, or the path of a TOML file (it ends in `.toml`). A file
            with the key `extends` is an overlay.
        overlay: Whether a bundled matrix includes the interpretations that ship with it; without
            them it is the page alone.
        read: Returns the content of each file that is read, from its path; it may raise OSError.

    Raises:
        MatrixError: There is no such matrix, or its file cannot be read or understood; all
            `problems` are named together.
    """
    if isinstance(which, str) and not which.endswith(".toml"):
        return _bundled(which, overlay, read).of_origin(which)
    files = _chain(Path(which), read)
    last = files[-1]
    if "extends" in last.mapping:
        with _extended_by(last):
            matrix = _bundled(last.mapping["extends"], overlay, read)
    else:
        matrix = matrix_from_mapping(files.pop().mapping, last.name)
    extended = None
    for file in reversed(files):
        extended, matrix = matrix, _with_overlay(matrix, file)
    return matrix.of_origin(str(which), extended)


def bundled_ids() -> list[str]:
    """Ids of the matrices that come with the package.

    Raises:
        MatrixError: None has come with it.
    """
    folder = data_folder()
    names = [file.name for file in folder.iterdir()] if folder.is_dir() else []
    ids = [name[: -len(_PREPARED)] for name in names if name.endswith(_PREPARED)]
    if not ids:
        raise MatrixError(
            "the folder matrices/ of pytest-ddcompat holds no matrix; install it again"
        )
    return sorted(ids)


def data_folder() -> Traversable:
    """Where the bundled matrices are."""
    # Installed, the matrices lie inside the package; in a checkout, beside it.
    from importlib.resources import files

    package = files("pytest_ddcompat")
    inside = package / "matrices"
    if inside.is_dir() or not isinstance(package, Path):
        return inside
    return package.parent / "matrices"


def matrix_from_mapping(mapping: object, file: str) -> Matrix:
    """Check a parsed matrix.

    Args:
        mapping: What the TOML file holds.
        file: Name of the file, for messages.

    Raises:
        InvalidMatrixError: It is not as a matrix must be; all `problems` are named together.
    """
    problems: list[Problem] = []
    matrix = Matrix.from_table(mapping, Place(file, problems))
    if matrix is None or problems:
        raise InvalidMatrixError(problems, matrix)
    return matrix


def matrix_from_toml(matrix_id: str, *, overlay: bool = True, read: Read = read_file) -> Matrix:
    """Load a bundled matrix from its source: the page's TOML file and its interpretations.

    Raises:
        MatrixError: As for `load_matrix`.
    """
    page = _bundled_toml(f"{matrix_id}.toml", read)
    matrix = matrix_from_mapping(page.mapping, page.name)
    own = f"{matrix_id}.overlay.toml"
    if overlay and (data_folder() / own).is_file():
        matrix = _with_overlay(matrix, _bundled_toml(own, read), bundled=True)
    return matrix


@lru_cache(maxsize=4)
def _from_prepared(text: bytes) -> Matrix:
    # All runs of a process share one matrix, since verdicts are cached by it.
    matrix = Matrix.from_prepared(json.loads(text))
    return matrix.of_origin(matrix.page.id)


def _bundled(matrix_id: str, overlay: bool, read: Read) -> Matrix:
    ids = bundled_ids()
    if matrix_id not in ids:
        problem = unknown_name(f'there is no bundled matrix "{matrix_id:.80}"', matrix_id, ids)
        valid = f"{problem.valid}, or the path of a .toml file"
        raise MatrixError(problem._replace(valid=valid))
    if not overlay:
        # The prepared JSON has the interpretations in it; few ask for a page without them.
        return matrix_from_toml(matrix_id, overlay=False, read=read)
    name = f"{matrix_id}{_PREPARED}"
    content = _content(data_folder() / name, f"matrices/{name}", read)
    try:
        return _from_prepared(content)
    except (ValueError, LookupError, TypeError, AttributeError):
        # The JSON is restored unchecked, so damage shows wherever it is met first.
        what = "this file is damaged; install pytest-ddcompat again"
        raise MatrixError(Problem(what, file=f"matrices/{name}")) from None


class _File(NamedTuple):
    """A file, parsed; `name` is its path as messages give it."""

    name: str
    mapping: dict[str, Any]


def _bundled_toml(name: str, read: Read) -> _File:
    return _parsed(data_folder() / name, f"matrices/{name}", read)


def _chain(path: Path, read: Read) -> list[_File]:
    """A file, and the one that each extends, up to one that extends none or a bundled matrix."""
    files = [_parsed(path, str(path), read)]
    while "extends" in files[-1].mapping:
        last = files[-1]
        named = last.mapping["extends"]
        with _extended_by(last):
            if not isinstance(named, str):
                raise MatrixError("this must be a string: an id, or the path of a .toml file")
            if not named.endswith(".toml"):
                break
            path = Path(last.name).parent / named
            if normpath(path) in {normpath(file.name) for file in files}:
                raise MatrixError(
                    Problem(f"{path} extends this file", "a matrix that does not extend it")
                )
            files.append(_parsed(path, str(path), read))
    return files


@contextmanager
def _extended_by(file: _File) -> Iterator[None]:
    """Name the file whose `extends` led to a problem."""
    try:
        yield
    except MatrixError as error:
        raise MatrixError(
            p.within(f"{file.name}: extends")
            if p.file
            else p._replace(where="extends", file=file.name)
            for p in error.problems
        ) from None


def _with_overlay(matrix: Matrix, file: _File, *, bundled: bool = False) -> Matrix:
    # Here, as a run on a bundled matrix applies none, and its first verdict would pay for it.
    from pytest_ddcompat.matrix.overlay.apply import apply_overlay

    return apply_overlay(matrix, file.mapping, file.name, bundled=bundled)


def _parsed(file: Traversable, name: str, read: Read) -> _File:
    return _File(name, parse_toml(_content(file, name, read), name))


def _content(file: Traversable, name: str, read: Read) -> bytes:
    try:
        content = read(file)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise MatrixError(Problem(f"cannot read this file: {reason}", file=name)) from None
    if len(content) > LIMIT:
        what = f"this file is larger than {LIMIT // 1024 // 1024} MiB"
        raise MatrixError(Problem(what, file=name))
    return content


def parse_toml(content: bytes, name: str) -> dict[str, Any]:
    """Parse a TOML file.

    Args:
        content: The file's bytes.
        name: Name of the file, for messages.

    Raises:
        MatrixError: It is not UTF-8, not TOML, or made to take long.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        text = content.decode("utf-8-sig")  # Windows editors begin a file with a mark
        if re.search(_DEEP_KEY, text):
            raise RecursionError
        if re.search(_LONG_NUMBER, text):
            raise ValueError
        parsed: dict[str, Any] = tomllib.loads(text)
    except UnicodeDecodeError as error:
        what = f"byte {error.start}: this is not UTF-8 text"
    except tomllib.TOMLDecodeError as error:
        words, _, where = str(error).rpartition(" (at ")
        what = f"this is not valid TOML: {cut(words)} (at {where}"
    except ValueError:
        # Of a number that has more digits than Python converts.
        what = "a number has too many digits"
    except RecursionError:
        what = "this is nested too deeply"
    else:
        return parsed
    raise MatrixError(Problem(what, file=name))
