"""Import modules of this package past pytest's assertion rewriting.

They have no assertions, and pytest's import hook more than doubles the cost of a first verdict
(232 million instructions without this module, 102 million with it).
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

__all__ = ["import_module"]


class _OwnModules:
    """Finds the modules of this package, and leaves all others to the other finders."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, _: object = None) -> ModuleSpec | None:
        if not name.startswith("pytest_ddcompat."):
            return None
        from importlib.machinery import PathFinder

        return PathFinder.find_spec(name, path)


def import_module(name: str) -> ModuleType:
    """Import a module of this package, and all of this package that it imports.

    Args:
        name: Its name within the package.
    """
    import importlib

    finders = sys.meta_path
    finders.insert(0, _OwnModules)
    try:
        return importlib.import_module(f"pytest_ddcompat.{name}")
    finally:
        finders.remove(_OwnModules)
