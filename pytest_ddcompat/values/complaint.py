"""Complaints: what is probably wrong in a file that can be read."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Complaint"]


class Complaint(NamedTuple):
    """Something of a file that is probably wrong.

    Attributes:
        where: The field (`releases[1].until`), or the file and line.
        what: What is wrong with it.
        value: What stands there.
        valid: What would be right.
        tip: What to do.
    """

    where: str
    what: str
    value: str
    valid: str
    tip: str

    def __str__(self) -> str:
        got = f" (got {self.value})" if self.value else ""
        joint = "" if self.what.endswith("?") else ";"
        valid = f"{joint} valid: {self.valid}" if self.valid else ""
        where = f"{self.where}: " if self.where else ""
        text = f"{where}{self.what}{got}{valid}"
        return f"{text}{'' if text.endswith('?') else ';'} tip: {self.tip}"
