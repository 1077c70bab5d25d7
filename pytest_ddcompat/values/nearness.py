"""The nearest of very many names to a misspelt one, without a comparison with each."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from pytest_ddcompat.values.names import fold, letters_of, nearest_misspelt

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Names"]

_MOST = 100  # names that one is compared with
_PART = 3  # letters: a slip leaves some part of this length as it was
_LONGEST = 100  # letters that decide


class Names:
    """Names that one may be a misspelling of.

    Of at most 100, each is compared. Of more, those are that have the same letters, and the first
    ones that share the rarest parts of the name.

    Args:
        valid: The names.
    """

    def __init__(self, valid: Iterable[str]) -> None:
        self._names = list(valid)
        self._by_letters: dict[str, str] = {}
        self._by_part: dict[str, list[str]] = {}
        if len(self._names) > _MOST:
            for name in self._names:
                self._by_letters.setdefault(letters_of(name), name)
                for part in _parts(name):
                    self._by_part.setdefault(part, []).append(name)

    def nearest_misspelt(self, name: str) -> str | None:
        """Return the name that another is a misspelling of; None if it is of none.

        Args:
            name: A name that is not among the valid ones.
        """
        return nearest_misspelt(name, self._candidates(name))

    def _candidates(self, name: str) -> list[str]:
        if len(self._names) <= _MOST:
            return self._names
        swapped = self._by_letters.get(letters_of(name))
        if swapped is not None:
            return [swapped]
        sharing = [self._by_part.get(part, []) for part in _parts(name)]
        sharing.sort(key=len)
        return list(dict.fromkeys(islice(chain.from_iterable(sharing), _MOST)))


def _parts(name: str) -> dict[str, None]:
    """Return each three letters of a name that stand together, once."""
    folded = fold(name)[:_LONGEST]
    return dict.fromkeys(folded[n : n + _PART] for n in range(max(1, len(folded) - _PART + 1)))
