"""Values that no traceback shows: variables, addresses, contents of files."""

from __future__ import annotations

from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Hidden", "HiddenBytes", "UndeclaredError", "Variables"]


class Hidden(str):
    """Text that may hold a secret, such as an address: its `repr`, which tracebacks show, does not.

    It is text all the same. What is cut out of it is not hidden.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "<hidden text>"


class HiddenBytes(bytes):
    """The content of a file, as `Hidden`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} hidden bytes>"


class UndeclaredError(RuntimeError):
    """A detection reads a variable or a fact that its declaration does not name."""


class Variables(Mapping[str, str]):
    """Environment variables as they were when this was made.

    They may hold secrets, and pytest's tracebacks show the values of names: the `repr` shows none.

    Args:
        known: The variables.
        declared: The names that may be read; any if None.
    """

    def __init__(self, known: Mapping[str, str], declared: frozenset[str] | None = None) -> None:
        self._known = dict(known)
        self._declared = declared

    def __getitem__(self, name: str) -> str:
        if self._declared is not None and name not in self._declared:
            # No KeyError, which `get` and `in` would take for a variable that is not set.
            raise UndeclaredError(f"the variable {name} is read, but not declared")
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __repr__(self) -> str:
        return f"<{len(self)} environment variables>"

    def only(self, names: Iterable[str]) -> Variables:
        """Return a view that refuses to read any other name.

        Args:
            names: The names that may be read.
        """
        names = frozenset(names)
        return Variables({n: v for n, v in self._known.items() if n in names}, names)
