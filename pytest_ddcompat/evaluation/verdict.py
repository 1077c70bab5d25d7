"""Verdicts, and the findings that they rest on."""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["LINE", "Finding", "Outcome", "Status", "Verdict", "first_of"]

LINE = 120
"""Characters of a reason as a run shows it; `-v`, `explain` and the record have it in full."""

# Compiled by `re` when a reason is first shortened: most runs stop no test.
_PARENTHESIS = r" \([^()]*\)"
_MORE = r"(?s)(?P<reason>.+?)(?:; (?P<more>\d+) more)?"
_CLAUSES = (
    r"^a release branch of [\w.-]+ with | or better$| on \d{4}-\d\d-\d\d$| for [\w.-]+ [\w.+!]+$"
)


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
        """What is needed and what was found, in words, without the subject."""
        source = f" ({self.source})" if self.source not in {"", self.signal} else ""
        return f"{_words(self)}{source}"

    def shortened(self, longest: int) -> str:
        """Return the sentence without what it rests on, cut where it still is too long.

        Lists in parentheses go first, then clauses that the summary's head has too, then all but
        the first of alternatives, then why a thing is not known: what stays can be read.

        Args:
            longest: Characters that it should have at most.
        """
        plain = self._replace(
            documented=re.sub(_PARENTHESIS, "", self.documented),
            observed=re.sub(_PARENTHESIS, "", self.observed),
        )
        clauses = plain._replace(
            documented=re.sub(_CLAUSES, "", plain.documented),
            observed=re.sub(_CLAUSES, "", plain.observed),
        )
        first = clauses._replace(
            documented=_first_of(clauses.documented, " or "),
            observed=_first_of(clauses.observed, " and "),
        )
        steps = [self, plain, clauses, first]
        if self.check == "runtime":
            steps.append(first._replace(documented="a documented runtime"))
        if self.outcome is Outcome.UNKNOWN:
            steps.append(steps[-1]._replace(signal=""))
        texts = [_words(step) for step in steps]
        return next((text for text in texts if len(text) <= longest), texts[-1])

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

    A verdict is true if it is supported.

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

    def __bool__(self) -> bool:
        return self.status is Status.SUPPORTED

    @property
    def reason(self) -> str:
        """Why the status is not supported, in words; empty if it is."""
        by_subject: dict[str, list[str]] = {}
        for finding in self.decisive:
            by_subject.setdefault(finding.subject, []).append(finding.sentence)
        return "; ".join(
            f"{subject} {', and '.join(sentences)}" for subject, sentences in by_subject.items()
        )

    @property
    def brief(self) -> str:
        """The reason in one line of `LINE` characters, where its words allow that."""
        reason = self.reason
        if len(reason) <= LINE:
            return reason
        subjects: dict[Finding, list[str]] = {}
        for finding in self.decisive:
            same = finding._replace(subject="", source="", remedy="", change=())
            subjects.setdefault(same, []).append(finding.subject)
        longest = LINE - (len("; 9 more") if len(subjects) > 1 else 0)
        parts, last = [], ""
        for finding, names in subjects.items():
            subject, sentence = _of_all(names, finding, longest)
            parts.append(f", and {sentence}" if subject == last else f"; {subject} {sentence}")
            last = subject
        return _fitting(parts)


def first_of(reasons: Iterable[str]) -> str:
    """Join reasons as far as a line of `LINE` characters holds them, and count the others.

    Args:
        reasons: The reasons, of which the first is always kept.
    """
    counted = [re.fullmatch(_MORE, reason) for reason in reasons]
    found = [match for match in counted if match]
    more = sum(int(match["more"] or 0) for match in found)
    return _fitting([f"; {match['reason']}" for match in found], more)


def _fitting(parts: Sequence[str], more: int = 0) -> str:
    text = parts[0].removeprefix("; ") if parts else ""
    for number, part in enumerate(parts[1:], start=1):
        left = len(parts) - number - 1 + more
        if len(text + part) + (len(f"; {left} more") if left else 0) > LINE:
            return f"{text}; {left + 1} more"
        text += part
    return f"{text}; {more} more" if more else text


def _words(finding: Finding) -> str:
    if finding.outcome is Outcome.UNKNOWN:
        why = f": {finding.signal}" if finding.signal else ""
        return f"needs {finding.documented}, which is unknown{why}"
    found = f", found {finding.observed}" if finding.observed else ""
    return f"needs {finding.documented}{found}"


def _of_all(subjects: Sequence[str], finding: Finding, longest: int) -> tuple[str, str]:
    """Return the subject and the sentence that say the same of several subjects once."""
    first, *others = subjects
    if not others:
        return first, finding.shortened(longest - len(first) - 1)
    both = f"{first} and {others[0]}"
    counted = f"{first} and {'1 other' if len(others) == 1 else f'{len(others)} others'}"
    sentence = finding.shortened(longest - len(counted) - 1)
    fits = len(others) == 1 and len(f"{both} {sentence}") <= longest
    return both if fits else counted, f"need{sentence.removeprefix('needs')}"


def _first_of(words: str, joint: str) -> str:
    first, *others = words.split(joint)
    return f"{first}{joint}{len(others)} others" if len(others) > 1 else words
