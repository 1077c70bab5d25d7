"""Find the changes to an environment with which requirements are met: each is tried."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.environment.fact import tracer_key
from pytest_ddcompat.evaluation.checks import CHECKS
from pytest_ddcompat.evaluation.checks.tracer import rank_of
from pytest_ddcompat.evaluation.cuts import cuts_of_page, is_version, key_of
from pytest_ddcompat.evaluation.evaluate import evaluate
from pytest_ddcompat.evaluation.pages import Verdicts
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.values.stretches import choose, stretches
from pytest_ddcompat.values.versions import Version, parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.evaluation.verdict import Finding
    from pytest_ddcompat.requirement.requirement import Requirement
    from pytest_ddcompat.values.stretches import Stretch

_RUN_ON = "a run on "
_REMEDY = re.compile(
    r"(?P<label>[^<>=!~]+?) (?P<specifier>installed|[<>=!~][^ ]*)"
    r"(?: \((?:preview|partial|deprecated|older than [^ ]+)\))*"
)

__all__ = ["Remedies", "are_met", "find_remedies"]


class Remedies(NamedTuple):
    """Changes with which requirements are met together.

    Attributes:
        phrases: Each change in words; empty if none is known, or none is needed.
        environment: The environment with the changes made.
    """

    phrases: tuple[str, ...]
    environment: Environment

    @property
    def key(self) -> frozenset[str]:
        """The changes in any order, with `>=2.6.0` as `>=2.6`; `~=2.6.0` is another range."""
        zeros = r"((?:[<>]=?|[=!]=)\d+(?:\.\d+)*?)(?:\.0)+(?![.\w])"
        return frozenset(re.sub(zeros, r"\1", phrase) for phrase in self.phrases)


def find_remedies(
    requirements: Sequence[Requirement],
    environment: Environment,
    matrices: Matrices,
    *,
    undetermined: bool = True,
    known: Verdicts | None = None,
) -> Remedies:
    """Find the changes with which requirements are met together.

    Each change is tried, for it may need another: of an upgrade that the page allows on another
    Python only, both are named. Of a version the whole range is named that will do.

    Args:
        requirements: All of them are to be met.
        environment: The facts.
        matrices: The matrices.
        undetermined: Whether a verdict that is undetermined will do.
        known: The verdicts of the environment, as far as they were reached.

    Raises:
        RequirementError: A requirement names what its matrix does not have, or has no matrix.
    """
    search = _Search(requirements, environment, matrices, undetermined=undetermined)
    reached = known or Verdicts(environment, matrices)
    # A change may violate another check; after one for each check nothing new can come.
    for _ in CHECKS:
        verdicts = [reached.of(r) for r in requirements]
        unmet = [v for v in verdicts if v.status is Status.UNSUPPORTED]
        if not unmet:
            if not undetermined and any(v.status is Status.UNDETERMINED for v in verdicts):
                break
            return Remedies(tuple(search.phrases()), search.environment)
        findings = [finding for verdict in unmet for finding in verdict.nearest]
        if not all(finding.change for finding in findings):
            break
        search.change(findings)
        reached = Verdicts(search.environment, matrices)
    return Remedies((), environment)


def are_met(
    requirements: Sequence[Requirement],
    environment: Environment,
    matrices: Matrices,
    *,
    undetermined: bool = True,
) -> bool:
    """Whether all requirements are met; the arguments are those of `find_remedies`."""
    statuses = {evaluate(r, environment, matrices.pick(r)).status for r in requirements}
    return not statuses & {Status.UNSUPPORTED, *(() if undetermined else (Status.UNDETERMINED,))}


class _Search:
    """The changes found so far, and what each of them may be.

    Attributes:
        environment: The environment with the changes made.
    """

    def __init__(
        self,
        requirements: Sequence[Requirement],
        environment: Environment,
        matrices: Matrices,
        *,
        undetermined: bool,
    ) -> None:
        self.environment = self._before = environment
        self._asked = [(requirement, matrices.pick(requirement)) for requirement in requirements]
        self._undetermined = undetermined
        self._mended: set[str] = set()
        self._words: dict[str, list[str]] = {}

    def change(self, findings: Sequence[Finding]) -> None:
        """Make the changes of findings, of versions the ones that mend all of them if some do."""
        changed = {key: value for finding in findings for key, value in finding.change}
        for finding in findings:
            self._mended.add(finding.check)
            for key, _ in finding.change:
                self._words.setdefault(key, []).append(finding.remedy)
        for key, value in changed.items():
            self.environment = self.environment.replaced(key, value)
        # What now is violated limits the range, too: on a newer Python the oldest tracer may be.
        verdicts = [evaluate(r, self.environment, matrix) for r, matrix in self._asked]
        self._mended.update(
            f.check for v in verdicts if v.status is Status.UNSUPPORTED for f in v.decisive
        )
        for key in changed:
            if is_version(key):
                best = self._best(key)
                if best is not None:
                    version = best.nearest(self._before.fact(key).value)
                    self.environment = self.environment.replaced(key, version)

    def phrases(self) -> Iterator[str]:
        """Write each change in words that hold whatever the others are, within their own words."""
        corners = [self.environment]
        for key, words in self._words.items():
            if key == "deployments":
                yield self._runs_on(words[-1])
            elif not is_version(key):
                yield words[-1]
            else:
                stretch = self._around(key, corners)
                if stretch is None:
                    yield words[-1]
                    continue
                corners = [e.replaced(key, v) for e in corners for v in stretch.samples]
                yield self._phrase(key, words, stretch)

    def _best(self, key: str) -> Stretch | None:
        day = self.environment.date
        pages = [m for _, m in self._asked if tracer_key(m.page.tracer) == key]

        def rank(stretch: Stretch) -> int:
            return max((rank_of(m, v, day) for m in pages for v in stretch.samples), default=0)

        installed = self._before.fact(key).value
        found = self._stretches(key, [self.environment], strictly=True)
        return choose(found, installed, rank)[0]

    def _around(self, key: str, corners: Sequence[Environment]) -> Stretch | None:
        """Find the versions around the one that was tried that will do in some environments."""
        tried = self.environment.fact(key).value
        for strictly in (True, False):
            for stretch in self._stretches(key, corners, strictly=strictly):
                if tried in stretch.samples:
                    return stretch
        return None

    def _stretches(
        self, key: str, corners: Sequence[Environment], *, strictly: bool
    ) -> tuple[Stretch, ...]:
        def do_all(version: Version) -> bool:
            return all(self._do(e.replaced(key, version), strictly=strictly) for e in corners)

        return stretches(self._cuts(key), do_all)

    def _do(self, environment: Environment, *, strictly: bool) -> bool:
        """Whether no requirement is unsupported and, strictly, no mended check is unknown."""
        for requirement, matrix in self._asked:
            verdict = evaluate(requirement, environment, matrix)
            if verdict.status is Status.UNSUPPORTED:
                return False
            if verdict.status is Status.UNDETERMINED and (
                not self._undetermined
                or (strictly and any(f.check in self._mended for f in verdict.decisive))
            ):
                return False
        return True

    def _cuts(self, key: str) -> list[Version]:
        """Return the versions at which verdicts may change, the spelling to be written first."""
        runtimes_first = "runtime" in self._mended and "release" not in self._mended
        cuts = [
            cut
            for requirement, matrix in self._asked
            if requirement.specifier and key == key_of(requirement, matrix)
            for cut in parse_marker_range(requirement.specifier).cuts
        ]
        for matrix in dict.fromkeys(matrix for _, matrix in self._asked):
            cuts += cuts_of_page(key, matrix, runtimes_first=runtimes_first)
        return cuts

    def _phrase(self, key: str, words: Sequence[str], stretch: Stretch) -> str:
        """Write a range of versions, in the words of a finding where these say the same."""
        label = ""
        for remedy in words:
            alternatives = remedy.split(" or ")
            parts = _REMEDY.fullmatch(alternatives[0])
            if parts is None:
                continue
            label = label or parts["label"]
            if parts["specifier"] == "installed":
                same = not stretch.text
            else:
                wanted = parse_marker_range(parts["specifier"])
                found = stretches(self._cuts(key), wanted.__contains__)
                same = [s.samples for s in found] == [stretch.samples]
            if same:
                # Of alternatives only the first was tried, together with all else that is asked.
                return remedy if len(self._asked) == 1 else alternatives[0]
        installed = self._before.fact(key).value
        older = choose([stretch], installed)[1]
        return f"{label} {stretch.text or 'installed'}{older}" if label else words[-1]

    def _runs_on(self, remedy: str) -> str:
        """Keep the deployment types of a remedy that will do for all requirements."""
        rows = {row.documented[0]: row.id for _, m in self._asked for row in m.deployments}
        types, comma, others = remedy.removeprefix(_RUN_ON).partition(", not on ")
        names = types.split(" or ")
        if len(names) == 1 or not all(name in rows for name in names):
            return remedy
        kept = [
            name
            for name in names
            if self._do(
                self.environment.replaced("deployments", frozenset({rows[name]})), strictly=False
            )
        ]
        return f"{_RUN_ON}{' or '.join(kept)}{comma}{others}"
