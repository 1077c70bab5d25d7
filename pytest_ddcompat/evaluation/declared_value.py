"""A declaration of a test, as reports have it."""

from __future__ import annotations

from typing import Any, NamedTuple

from pytest_ddcompat.evaluation.verdict import Status

__all__ = ["Declared"]


class Declared(NamedTuple):
    """A declaration of a test, as reports have it.

    Attributes:
        place: File and line of the declaration.
        status: What it came to: of a state, unsupported where it applies.
        state: The state; empty if it declares none.
        ticket: Where it is being worked on.
        owner: Who answers for it.
        feature: What the test is about.
    """

    place: str
    status: Status
    state: str = ""
    ticket: str = ""
    owner: str = ""
    feature: str = ""

    def to_mapping(self) -> dict[str, str]:
        """Return it as JSON has it; what is empty is left out."""
        texts = {key: text for key, text in self._asdict().items() if text and key != "status"}
        return {**texts, "verdict": self.status.value}

    @classmethod
    def from_mapping(cls, mapping: dict[str, Any]) -> Declared:
        """Undo `to_mapping`.

        Raises:
            ValueError, TypeError, LookupError: It is not so written.
        """
        texts = {key: str(text) for key, text in mapping.items() if key != "verdict"}
        return cls(status=Status(mapping["verdict"]), **texts)
