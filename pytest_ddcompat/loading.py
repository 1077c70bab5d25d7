"""From a file to a matrix: the bundled ones by id, a user's own by path."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.errors import InvalidMatrixError, MatrixError
from pytest_ddcompat.matrix import Matrix
from pytest_ddcompat.names import choices
from pytest_ddcompat.reading import Place

if TYPE_CHECKING:
    import os

    if sys.version_info >= (3, 11):
        from importlib.resources.abc import Traversable
    else:
        from importlib.abc import Traversable

__all__ = ["DEFAULT", "bundled_ids", "load_matrix", "matrix_from_mapping"]

DEFAULT = "iast-python"
"""Id of the matrix that is used when none is named."""


def load_matrix(which: str | os.PathLike[str] = DEFAULT) -> Matrix:
    """Load and check a matrix.

    Args:
        which: Id of a bundled matrix, or the path of a TOML file (it ends in `.toml`).

    Raises:
        MatrixError: There is no such matrix, or its file cannot be read or understood; every
            problem is in `problems`, as `file: where: what; valid: …`.
    """
    if isinstance(which, str) and not which.endswith(".toml"):
        return _bundled(which)
    path = Path(which)
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise MatrixError(f"{path}: this file cannot be read: {reason}") from None
    return _parse(content, str(path))


def bundled_ids() -> list[str]:
    """Ids of the matrices that come with the package."""
    return [file.name[: -len(".toml")] for file in _bundled_files()]


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


def _bundled(matrix_id: str) -> Matrix:
    for file in _bundled_files():
        if file.name == f"{matrix_id}.toml":
            return _parse(file.read_bytes(), f"matrices/{file.name}")
    valid = choices(matrix_id, bundled_ids())
    raise MatrixError(f'no matrix "{matrix_id}" is bundled; {valid}, or the path of a .toml file')


def _bundled_files() -> list[Traversable]:
    folder = _folder()
    files = [f for f in folder.iterdir() if f.name.endswith(".toml")] if folder.is_dir() else []
    if not files:
        raise MatrixError(
            "the folder matrices/ of pytest-ddcompat holds no matrix; install it again"
        )
    return sorted(files, key=lambda file: file.name)


def _folder() -> Traversable:
    # Installed, the matrices lie inside the package; in a checkout, beside it.
    from importlib.resources import files

    package = files("pytest_ddcompat")
    inside = package / "matrices"
    if inside.is_dir() or not isinstance(package, Path):
        return inside
    return package.parent / "matrices"


def _parse(content: bytes, origin: str) -> Matrix:
    return matrix_from_mapping(_toml(content, origin), origin)


def _toml(content: bytes, origin: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        parsed: dict[str, Any] = tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise MatrixError(f"{origin}: byte {error.start}: this is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise MatrixError(f"{origin}: this is not valid TOML: {error}") from None
    except RecursionError:
        raise MatrixError(f"{origin}: this is nested too deeply") from None
    return parsed
