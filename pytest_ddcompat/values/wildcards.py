"""Texts that fit a pattern in which `*` stands for any characters."""

from __future__ import annotations

__all__ = ["fits"]


def fits(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern with `*`, in time linear in both.

    Args:
        text: The text.
        pattern: The pattern; one without `*` stands for itself alone.
    """
    if "*" not in pattern:
        return text == pattern
    first, *middle, last = pattern.split("*")
    start, end = len(first), len(text) - len(last)
    if start > end or not (text.startswith(first) and text.endswith(last)):
        return False
    for part in middle:
        # The first place of each part is enough, so nothing is tried twice.
        found = text.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return True
