"""Pages that are at hand because a user names the overlay that is to get rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_ddcompat.evaluation.pages import load_kept
from pytest_ddcompat.matrix.loading import LIMIT, parse_toml
from pytest_ddcompat.values.files import read_limited

if TYPE_CHECKING:
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["overlay_at_hand"]


def overlay_at_hand(name: str | None, files: dict[str, bytes]) -> list[Matrix]:
    """Return the page that an overlay makes; none if the file is not there or is no overlay.

    What is no overlay is refused where it would be written.

    Args:
        name: Path of the file; None: there is none.
        files: Receives the contents of the files that are read, by their paths.

    Raises:
        CompatibilityError: It is an overlay that cannot be understood, or extends a page that is
            not there.
    """
    try:
        is_overlay = name is not None and "extends" in parse_toml(read_limited(name, LIMIT), name)
    except (OSError, ValueError):
        return []
    return [load_kept(Path(str(name)), files)] if is_overlay else []
