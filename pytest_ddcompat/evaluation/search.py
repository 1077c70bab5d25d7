"""The search for the versions and deployment types with which requirements are met together."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import chain
from typing import TYPE_CHECKING

from pytest_ddcompat.environment.fact import IMPLEMENTATIONS, tracer_key
from pytest_ddcompat.environment.value import in_setting
from pytest_ddcompat.evaluation.checks.tracer import rank_of
from pytest_ddcompat.evaluation.cuts import cuts_of_page, cuts_of_requirement
from pytest_ddcompat.evaluation.pages import Verdicts
from pytest_ddcompat.evaluation.verdict import Status
from pytest_ddcompat.values.stretches import choose, samples, stretches
from pytest_ddcompat.values.versions import Range, Version, base, parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence
    from typing import Any

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.evaluation.verdict import Finding, Verdict
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.requirement.requirement import Requirement
    from pytest_ddcompat.values.stretches import Stretch

_BEFORE_WORDS = re.compile(r"a run on |[a-z0-9_-]+=")
_REMEDY = re.compile(
    r"(?P<label>[^<>=!~]+?) (?P<specifier>installed|[<>=!~][^ ]*)"
    r"(?: \((?:preview|partial|deprecated|older than [^ ]+)\))*"
)

__all__ = ["Search"]


class Search:
    """The changes found so far, and what each of them may be.

    Attributes:
        environment: The environment with the changes made.
        ranges: The versions that `phrases` names, by fact.
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
        self._matrices = matrices
        self._asked = requirements
        self._parts = [[(part, matrices.pick(part)) for part in r.parts] for r in requirements]
        self.ranges: dict[str, Range] = {}
        self._undetermined = undetermined
        self._mended: set[str] = set()
        self._words: dict[str, list[str]] = {}
        self._changed: dict[str, Any] = {}
        self._tried: dict[Hashable, Verdict] = {}
        self._own_cuts: dict[tuple[int, str], list[Version]] = {}

    def change(self, findings: Sequence[Finding]) -> None:
        """Make the changes of findings, of versions the ones that mend all of them if some do."""
        for finding in findings:
            self._mended.add(finding.check)
            # A finding about several facts joins what mends each of them.
            several = len(finding.change) > 1
            parts = finding.remedy.split(" and ") if several else [finding.remedy]
            for (key, value), words in zip(finding.change, parts):
                self._words.setdefault(key, []).append(words)
                self._changed[key] = value
        # What now is violated limits the range, too: on a newer Python the oldest tracer may be.
        verdicts = [self._verdict(number, self._changed) for number in range(len(self._asked))]
        self._mended.update(
            f.check for v in verdicts if v.status is Status.UNSUPPORTED for f in v.decisive
        )
        # Earlier changes, too: after this one, more versions may do, or do with fewer changes.
        for key in self._changed:
            if self._is_version(key):
                best = self._best(key)
                if best is not None:
                    self._changed[key] = best.nearest(self._before.fact(key).value)
        self.environment = self._with(self._changed)

    def phrases(self) -> Iterator[str]:
        """Write each change in words that hold whatever the others are, within their own words."""
        self._leave_out_needless()
        corners: list[Mapping[str, object]] = [self._changed]
        for key, words in self._words.items():
            values: Sequence[object] = [self._changed[key]]
            phrase = words[-1]
            if self._is_version(key):
                stretch = self._around(key, corners)
                values = stretch.samples
                self.ranges[key] = Range((stretch.text,), by_order=True)
                phrase = self._phrase(key, words, stretch)
            else:
                phrase, values = self._alternatives(key, phrase, corners)
            corners = [{**facts, key: value} for facts in corners for value in values]
            yield phrase

    def holds(self, ranges: Mapping[str, Range]) -> bool:
        """Whether all requirements are met at all versions of some ranges."""
        corners: list[Mapping[str, object]] = [{}]
        for key, wanted in ranges.items():
            cuts = [c for r, matrix in self._pairs() for c in cuts_of_requirement(r, key, matrix)]
            tried = samples(cuts, wanted)
            corners = [{**facts, key: version} for facts in corners for version in tried]
        return all(self._do(facts, strictly=False) for facts in corners)

    def _leave_out_needless(self) -> None:
        """Leave out changes that others made needless: of two frameworks, one may be enough."""
        for key in [*self._words] if len(self._words) > 1 else ():
            others = {other: self._changed[other] for other in self._words if other != key}
            if self._do(others, strictly=False):
                del self._words[key]
                self._changed = others
        self.environment = self._with(self._changed)

    def _best(self, key: str) -> Stretch | None:
        day = self.environment.date
        pages = [m for _, m in self._pairs() if tracer_key(m.page.tracer) == key]

        def rank(stretch: Stretch) -> int:
            return max((rank_of(m, v, day) for m in pages for v in stretch.samples), default=0)

        installed = self._before.fact(key).value
        found = self._stretches(key, [self._changed], strictly=True)
        return choose(found, installed, rank)[0]

    def _around(self, key: str, corners: Sequence[Mapping[str, object]]) -> Stretch:
        """Find the versions around the one that was tried that will do in some environments."""
        tried = self._changed[key]
        return next(
            stretch
            for strictly in (True, False)
            for stretch in self._stretches(key, corners, strictly=strictly)
            # It is no sample if no version did at the time when the finding's own was tried.
            if tried in Range((stretch.text,), by_order=True)
        )

    def _stretches(
        self, key: str, corners: Sequence[Mapping[str, object]], *, strictly: bool
    ) -> tuple[Stretch, ...]:
        def do_all(version: Version) -> bool:
            return all(self._do({**facts, key: version}, strictly=strictly) for facts in corners)

        return stretches(self._cuts(key), do_all)

    def _do(self, changed: Mapping[str, object], *, strictly: bool) -> bool:
        """Whether no requirement is unsupported and, strictly, no mended check is unknown."""
        for number in range(len(self._asked)):
            verdict = self._verdict(number, changed)
            if verdict.status is Status.UNSUPPORTED:
                return False
            if verdict.status is Status.UNDETERMINED and (
                not self._undetermined
                or (strictly and any(f.check in self._mended for f in verdict.decisive))
            ):
                return False
        return True

    def _verdict(self, number: int, changed: Mapping[str, object]) -> Verdict:
        """Return the verdict on a requirement with some facts changed, or one that is alike."""
        alike = (number, *[(key, self._place(number, key, changed[key])) for key in changed])
        verdict = self._tried.get(alike)
        if verdict is None:
            verdicts = Verdicts(self._with(changed), self._matrices)
            verdict = self._tried[alike] = verdicts.of(self._asked[number])
        return verdict

    def _place(self, number: int, key: str, value: object) -> Hashable:
        """Return where a version is among those at which the verdict on a requirement changes."""
        if not isinstance(value, Version) or value != base(value):
            return value  # 4.0rc1 is below 4.0, and yet of the branch 4.0
        cuts = self._own_cuts.get((number, key))
        if cuts is None:
            parts = self._parts[number]
            cuts = sorted(c for r, matrix in parts for c in cuts_of_requirement(r, key, matrix))
            self._own_cuts[number, key] = cuts
        place = bisect_left(cuts, value)
        return place, place < len(cuts) and cuts[place] == value

    def _pairs(self) -> Iterator[tuple[Requirement, Matrix]]:
        """Yield what pages decide, each with its page."""
        return chain.from_iterable(self._parts)

    def _is_version(self, key: str) -> bool:
        return isinstance(self._changed[key], Version)

    def _with(self, changed: Mapping[str, object]) -> Environment:
        environment = self._before
        for key, value in changed.items():
            environment = environment.replaced(key, value)
        return environment

    def _cuts(self, key: str) -> list[Version]:
        """Return the versions at which verdicts may change, the spelling to be written first."""
        runtimes_first = "runtime" in self._mended and "release" not in self._mended
        cuts = [
            cut
            for requirement, matrix in self._pairs()
            if requirement.specifier or requirement.kind == "fact"
            for cut in cuts_of_requirement(requirement, key, matrix)
        ]
        for matrix in dict.fromkeys(matrix for _, matrix in self._pairs()):
            rows = tuple(matrix.capabilities)
            cuts += cuts_of_page(key, matrix, rows, runtimes_first=runtimes_first)
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

    def _alternatives(
        self, key: str, remedy: str, corners: Sequence[Mapping[str, object]]
    ) -> tuple[str, Sequence[object]]:
        """Keep the deployment types, or the words of another fact, that do for all requirements."""
        start = _BEFORE_WORDS.match(remedy)
        words, comma, others = remedy[start.end() if start else 0 :].partition(", not on ")
        names = words.split(" or ")
        valid = self._values_by_name(key)
        if start is None or len(names) == 1 or not all(name in valid for name in names):
            return remedy, [self._changed[key]]
        kept = {
            name: valid[name]
            for name in names
            if all(self._do({**facts, key: valid[name]}, strictly=False) for facts in corners)
        }
        return f"{start.group()}{' or '.join(kept)}{comma}{others}", [*kept.values()]

    def _values_by_name(self, key: str) -> dict[str, object]:
        """Return the values that a fact may be changed to by their names in remedies."""
        if key == "deployments":
            rows = {row.documented[0]: row.id for _, m in self._pairs() for row in m.deployments}
            return {name: frozenset({kind}) for name, kind in rows.items()}
        name = key.rpartition(".")[2]
        values = [value for r, _ in self._pairs() for value in dict(r.values).get(name, ())]
        pages = dict.fromkeys(matrix for _, matrix in self._pairs())
        needed = (row.needs.get(name, ()) for matrix in pages for row in matrix.capabilities)
        values += dict.fromkeys(value for several in needed for value in several)
        return {IMPLEMENTATIONS.get(str(value), in_setting(value)): value for value in values}
