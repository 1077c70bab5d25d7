"""Verdicts, and the findings that they rest on."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Finding", "Outcome", "Status", "Verdict"]


class Outcome(enum.Enum):
    """The outcome of one check."""

    SATISFIED = "satisfied"
    VIOLATED = "violated"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Status(enum.Enum):
    """The status of a verdict."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    UNDETERMINED = "undetermined"


class Finding(NamedTuple):
    """The outcome of one check.

    Attributes:
        check: Name of the check, such as `tracer`, or `expression` for a `not`.
        outcome: Satisfied, violated, unknown or not applicable.
        documented: What is needed, as it would follow "needs".
        observed: What was found, as it would follow "found"; `unknown` if it is not known.
        source: The page's heading and words that it rests on, or the marker.
        remedy: What would fix it; empty if nothing would, or nothing needs to be fixed.
        subject: The capability that the finding is about, or `the test`.
        signal: Where what was observed was taken from, or why it is unknown.
        change: The facts that the remedy changes, each with its new value.
    """

    check: str
    outcome: Outcome
    documented: str = ""
    observed: str = ""
    source: str = ""
    remedy: str = ""
    subject: str = ""
    signal: str = ""
    change: tuple[tuple[str, object], ...] = ()

    @classmethod
    def all_about(cls, subject: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Return findings with another subject."""
        new = tuple.__new__  # NamedTuple's own is a call more
        return tuple(
            [
                new(cls, (check, outcome, needs, found, source, remedy, subject, signal, change))
                for check, outcome, needs, found, source, remedy, _, signal, change in findings
            ]
        )

    @property
    def sentence(self) -> str:
        """The finding in words, without its subject: what is needed, and what was found."""
        if self.outcome is Outcome.UNKNOWN:
            found = f", which is not known: {self.signal}"
        else:
            found = f", found {self.observed}" if self.observed else ""
        source = f" ({self.source})" if self.source not in {"", self.signal} else ""
        return f"needs {self.documented}{found}{source}"

    def to_mapping(self) -> dict[str, str]:
        """Return the finding as JSON has it."""
        return {
            "check": self.check,
            "outcome": self.outcome.value,
            "documented": self.documented,
            "observed": self.observed,
            "source": self.source,
            "remedy": self.remedy,
        }


class Verdict(NamedTuple):
    """Whether a requirement is supported, with every finding.

    Attributes:
        status: Supported, unsupported or undetermined.
        findings: The outcome of every check.
        decisive: Those of them that keep the status from being supported.
        nearest: Those of them that would have to be fixed: of alternatives, the first.
    """

    status: Status
    findings: tuple[Finding, ...]
    decisive: tuple[Finding, ...]
    nearest: tuple[Finding, ...] = ()

    @property
    def reason(self) -> str:
        """Why the status is not supported, in words; empty if it is."""
        by_subject: dict[str, list[str]] = {}
        for finding in self.decisive:
            by_subject.setdefault(finding.subject, []).append(finding.sentence)
        return "; ".join(
            f"{subject} {', and '.join(sentences)}" for subject, sentences in by_subject.items()
        )
