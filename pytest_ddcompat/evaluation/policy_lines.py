"""Lines of a policy: `code_security: xfail`, `*[end_of_life]: fail`, `*.agent?: skip`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.verdict import Outcome, Status
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.names import fold, unknown_name
from pytest_ddcompat.values.text import quoted
from pytest_ddcompat.values.wildcards import fits

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from pytest_ddcompat.evaluation.policy import Policy
    from pytest_ddcompat.evaluation.verdict import Finding, Verdict
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import Capability

__all__ = ["Line", "PolicyLines", "Ruling", "decide", "place_of"]


class Line(NamedTuple):
    """One line of a policy.

    Attributes:
        text: The line as it was written.
        name: A capability, or a pattern of capabilities with `*`.
        action: What happens to a test.
        check: The check that it is limited to; empty: any.
        level: The support level that it acts on; empty: it acts on what is not met.
        unknown: Whether it acts on what is unknown instead of what is violated.
    """

    text: str
    name: str
    action: Action
    check: str = ""
    level: str = ""
    unknown: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        """How specific the line is: a capability, then a pattern, then `*` alone."""
        is_pattern = "*" in self.name
        # A level is that of the check `release`, so it is narrower than the check alone.
        within = 2 if self.level else 1 if self.check else 0
        return (0 if not self.name.strip("*") else 1 if is_pattern else 2), within

    @property
    def part(self) -> Hashable:
        """The part of the findings of a capability on which it acts."""
        return self.check, self.level, self.unknown

    def names(self, capability: Capability, matrix: Matrix) -> bool:
        """Whether the line is for a capability of a page."""
        if "*" not in self.name:
            return matrix.find_capability(self.name) is capability
        pattern = "*".join(map(fold, self.name.split("*")))
        return any(fits(fold(name), pattern) for name in (capability.id, *capability.aliases))

    def acts_on(self, finding: Finding, level: str | None) -> bool:
        """Whether the line is for a finding of its capability.

        Args:
            finding: The finding.
            level: The support level of the release branch, if it is known.
        """
        if self.level:
            return finding.check == "release" and self.level == level
        if finding.outcome is not (Outcome.UNKNOWN if self.unknown else Outcome.VIOLATED):
            return False
        if self.check:
            return self.check == finding.check
        # Nearly every run has an unknown Agent: only a line that names the check is for that.
        return finding.check != "agent" or not self.unknown


class Ruling(NamedTuple):
    """The action on a test by lines of a policy.

    Attributes:
        action: The action.
        line: The line that says so; None if none does.
        finding: The finding that the line acts on.
    """

    action: Action
    line: Line | None = None
    finding: Finding | None = None


class PolicyLines:
    """The lines of a policy.

    Attributes:
        lines: The lines that are for capabilities, in their order.
        previews: Whether a preview will do for markers that do not say `preview=`.
    """

    def __init__(self, lines: Iterable[Line], *, previews: bool = True, origin: str = "") -> None:
        """Take lines together.

        Args:
            lines: The lines.
            previews: As the attribute.
            origin: What gave them, as messages name it.
        """
        self.lines = tuple(lines)
        self.previews = previews
        self._origin = origin
        self._by_capability: dict[tuple[Matrix, str], list[Line]] = {}

    def has(self, action: Action) -> bool:
        """Whether a line may take an action."""
        return any(line.action is action for line in self.lines)

    def check(self, matrices: Iterable[Matrix]) -> None:
        """Refuse lines that can never apply, and lines that are equally specific.

        Args:
            matrices: Those of the run, whose capabilities the lines may name.

        Raises:
            CompatibilityError: All problems, each with its line and the nearest valid name.
        """
        capabilities = [(c, matrix) for matrix in matrices for c in matrix.capabilities]
        problems = [
            problem.within(place_of(self._origin, line.text))
            for line in self.lines
            if (problem := _why_never(line, capabilities))
        ]
        alike: dict[tuple[int, int], Problem] = {}
        for pair in capabilities:
            for first, second in self._alike(*pair):
                problem = _both(self.lines[first], self.lines[second], pair[0].id)
                place = place_of(self._origin, self.lines[second].text)
                alike.setdefault((first, second), problem.within(place))
        if problems or alike:
            raise CompatibilityError([*problems, *alike.values()])

    def _alike(self, capability: Capability, matrix: Matrix) -> Iterable[tuple[int, int]]:
        """Return pairs of lines of which neither is the more specific for a capability."""
        parts: dict[Hashable, list[int]] = {}
        for number, line in enumerate(self.lines):
            if line.names(capability, matrix):
                parts.setdefault(line.part, []).append(number)
        for numbers in parts.values():
            rank = max(self.lines[number].rank for number in numbers)
            first, *others = [n for n in numbers if self.lines[n].rank == rank]
            yield from ((first, other) for other in others)

    def line_for(self, finding: Finding, matrix: Matrix, level: str | None) -> Line | None:
        """Return the most specific line that acts on a finding, or None if none does.

        Args:
            finding: The finding; one that is about no capability has no line.
            matrix: The page that it rests on.
            level: The support level of the release branch, if it is known.
        """
        lines = (line for line in self._of(finding.subject, matrix) if line.acts_on(finding, level))
        # Lines that are alike only on a folder's own page are no error: the stronger one acts.
        return max(lines, key=lambda line: (line.rank, line.action.strength), default=None)

    def _of(self, subject: str, matrix: Matrix) -> list[Line]:
        known = self._by_capability.get((matrix, subject))
        if known is None:
            capability = matrix.find_capability(subject)
            known = [line for line in self.lines if capability and line.names(capability, matrix)]
            self._by_capability[matrix, subject] = known
        return known


def decide(
    lines: PolicyLines,
    policy: Policy,
    verdict: Verdict,
    matrix: Matrix,
    level: str | None,
    *,
    strict: bool | None = None,
) -> Ruling:
    """Decide on a test by lines, and by the run's actions where no line applies.

    Args:
        lines: The lines.
        policy: The run's actions.
        verdict: The verdict on the test's requirement.
        matrix: The page that it rests on.
        level: The support level of the release branch, if it is known.
        strict: As for `Policy.action`; it comes before the lines.
    """
    unsupported = verdict.status is Status.UNSUPPORTED
    default = Ruling(policy.action(verdict.status, strict=strict))
    if unsupported and strict:
        return default
    rulings = [] if verdict.decisive else [default]
    for finding in verdict.findings:
        is_decisive = finding in verdict.decisive
        if not is_decisive and not _may_have_line(finding, unsupported=unsupported):
            continue
        line = lines.line_for(finding, matrix, level)
        if line is not None:
            rulings.append(Ruling(line.action, line, finding))
        elif is_decisive:
            rulings.append(default)
    ruling = max(rulings, key=lambda one: (one.action.strength, one.line is not None))
    if unsupported and strict is False and ruling.action is Action.FAIL:
        return Ruling(Action.SKIP)
    return ruling


def _may_have_line(finding: Finding, *, unsupported: bool) -> bool:
    """Whether a line may act on a finding that did not decide the verdict."""
    if finding.outcome is Outcome.UNKNOWN:
        # Of alternatives, what is unknown counts only where none is supported.
        return unsupported or finding.check == "agent"
    return finding.check == "release"


def place_of(origin: str, text: str) -> str:
    """Return the place of a line, as messages begin with it."""
    return f"{origin}: {quoted(text)}"


def _why_never(line: Line, capabilities: Sequence[tuple[Capability, Matrix]]) -> Problem | None:
    """Say why a line can never apply to a run's capabilities; None if it may."""
    named = [one for one, matrix in capabilities if line.names(one, matrix)]
    if not named:
        valid = [name for one, _ in capabilities for name in (one.id, *one.aliases)]
        return unknown_name(_absent(line), line.name, valid)
    if line.check == "facts" and not any(one.needs for one in named):
        valid = [one.id for one, _ in capabilities if one.needs]
        what = "no capability of this line needs a fact of your own"
        return Problem(what, ", ".join(valid) or "a check of which the page speaks")
    return None


def _absent(line: Line) -> str:
    if "*" in line.name:
        return f'no capability of this run matches "{line.name:.80}"'
    return f'this run has no capability "{line.name:.80}"'


def _both(first: Line, second: Line, capability: str) -> Problem:
    if first.text == second.text:
        return Problem("this line stands there twice", "one of them")
    if fold(first.name) == fold(second.name):
        return Problem(f"it is for the same as the line {quoted(first.text)}", "one of them")
    what = f"it is as specific for {capability} as the line {quoted(first.text)}"
    own = f", or a line for {capability} itself" if "*" in second.name else ""
    return Problem(what, f"one of them{own}")
