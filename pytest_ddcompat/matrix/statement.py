"""Statements: what every row of a page has, with the overlays that it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.matrix.fields import Row, field
from pytest_ddcompat.matrix.kinds import array, boolean, table, text

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Overlay", "Statement"]


class Overlay(Row):
    """That an overlay has added a row, or replaced something of it."""

    file: str = field(text, "Name of the overlay's file.", decides=False)
    source: str = field(text, "Where the overlay has it from.", decides=False)
    reason: str = field(text, "Why the overlay says so.", decides=False)
    keys: tuple[str, ...] = field(
        array(text),
        "Keys that it has changed, a mark as capabilities.sca; of a row that it has added, none.",
        (),
        decides=False,
    )

    bundled: bool = field(
        boolean,
        "Whether it ships with the matrix: how the page's words are read.",
        False,
        decides=False,
    )

    @property
    def name(self) -> str:
        """Name for users, who know no file of an overlay that ships with the package."""
        return "interpretation" if self.bundled else f"overlay {self.file}"

    @property
    def words(self) -> str:
        """The overlay in words, as they follow a quotation."""
        return f", {self.name}: {self.reason} ({self.source})"


class Statement(Row):
    """A statement of the page: its own words, and the heading that they stand under."""

    heading: str = field(text, "Heading of the page that the words stand under.", decides=False)
    documented: tuple[str, ...] = field(
        array(text, at_least=1),
        "The page's words as they stand: the cells of a row, or sentences.",
        decides=False,
    )
    interpretation: str = field(
        text, "Why the words are read so, where they leave it open.", "", decides=False
    )
    overlays: tuple[Overlay, ...] = field(
        array(table(Overlay)),
        "Overlays that the row rests on; loading writes them.",
        (),
        decides=False,
    )

    def quote(self, cell: int | None = None, keys: Iterable[str] = ()) -> str:
        """Quote the row, or one cell of it, with its heading and the overlays that it rests on.

        Args:
            cell: Index of the deciding cell; the whole row if it is None.
            keys: The deciding keys, as for `by_overlay`.
        """
        words = " | ".join(self.documented) if cell is None else self.documented[cell]
        return f'{self.heading}: "{words}"{self.by_overlay(keys)}'

    def by_overlay(self, keys: Iterable[str] = ()) -> str:
        """The overlays that it rests on, as they follow a quotation; empty if there is none.

        Args:
            keys: Those that decide: an overlay that changed others alone is left out.
        """
        if not self.overlays:
            return ""
        # Whatever decides, the words quoted are those of the overlay that changed them.
        deciding = {*keys, "heading", "documented"} if keys else set()
        return "".join(
            overlay.words
            for overlay in self.overlays
            if not deciding or not overlay.keys or deciding & {*overlay.keys}
        )

    @property
    def removal(self) -> str:
        """That it is taken away, with the overlay that does so, its last."""
        by = "".join(overlay.words for overlay in self.overlays[-1:])
        return f'removed: "{" | ".join(self.documented)}"{by}'
