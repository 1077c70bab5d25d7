"""A bundled matrix with its overlay, as JSON that is quicker to read than TOML is to understand.

`python -m pytest_ddcompat.matrix.prepared ID` prints it; it ships as
`matrices/ID.prepared.json`, and counts only as long as the files that
it was made of are the same to the byte.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_ddcompat.matrix.fields import plain
from pytest_ddcompat.matrix.matrix import Matrix
from pytest_ddcompat.values.versions import Range, Version

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["prepared", "restored"]


def prepared(matrix: Matrix, sources: Mapping[str, bytes]) -> str:
    """Write a matrix as JSON.

    Args:
        matrix: What the sources come to.
        sources: Contents of the TOML files that it was loaded from, by name.
    """
    made = {"sources": _digests(sources), "matrix": plain(matrix, _leaf)}
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def restored(text: bytes, sources: Mapping[str, bytes]) -> Matrix | None:
    """The matrix that was prepared; None if it was prepared from other files.

    Args:
        text: What `prepared` wrote.
        sources: Contents of the TOML files as they are now, by name.
    """
    digests, matrix = _made(text)
    return matrix if digests == _digests(sources) else None


@lru_cache(maxsize=4)
def _made(text: bytes) -> tuple[dict[str, str], Matrix]:
    """What was prepared; once for all runs of a process, since verdicts are kept beside it."""
    made = json.loads(text)
    matrix = Matrix.from_prepared(made["matrix"])
    return made["sources"], matrix.of_origin(matrix.page.id)


def _digests(sources: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in sources.items()}


def _leaf(value: object) -> object:
    if isinstance(value, Range):
        return [str(specifier) for specifier in value.specifiers]
    return str(value) if isinstance(value, (dt.date, Version)) else value


if __name__ == "__main__":
    from pytest_ddcompat.matrix import loading

    for matrix_id in sys.argv[1:]:
        contents = {
            n: (loading.data_folder() / n).read_bytes() for n in loading.sources_of(matrix_id)
        }
        sys.stdout.write(prepared(loading.matrix_from_toml(matrix_id), contents))
