"""What a run does with gated tests: it asks the gate, and acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat.execution import begin, stop
from pytest_ddcompat.gate import Decision, Gate
from pytest_ddcompat.plugin import ENVIRON, marks_of
from pytest_ddcompat.run import DECISION, tally_of

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

__all__ = ["Gating"]

_UNDECIDED = Decision.failed("it was not decided")


class Gating:
    """Decides of each test before anything of it is set up."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.gate = Gate(config, config.stash[ENVIRON])

    def see_collected(self, collector: pytest.Collector, report: pytest.CollectReport) -> None:
        """Refuse markers that cannot be understood; act on what a module has required."""
        if self.gate.asked:
            from pytest_ddcompat.collection import settle_asked

            decision = settle_asked(report, collector, self.gate)
            if decision:
                tally_of(self._config).add(decision)
        problems: dict[str, None] = {}
        for item in report.result or ():
            if not isinstance(item, pytest.Item):
                continue
            for mark in marks_of(item):
                problem = self.gate.problem(mark)
                if problem:
                    from pytest_ddcompat.collection import place_of

                    problems[f"{place_of(item)}: {problem}"] = None
        if problems:
            report.outcome = "failed"
            report.result = []
            report.longrepr = "\n".join(problems)
            report.ddcompat_refused = True  # type: ignore[attr-defined]

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None, None, None]:
        """Deselect what the policy deselects, when all others have had their say."""
        from pytest_ddcompat.collection import deselect, without_stand_ins

        stand_ins = without_stand_ins(config, items)
        yield
        items.extend(stand_ins)
        if self.gate.policy.deselects:
            for decision in deselect(config, items, self.decide):
                tally_of(config).add(self.gate.text(decision))

    def decide(self, item: pytest.Item) -> Decision | None:
        """What happens to a test by all marks that it has now; None if it has none of ours."""
        marks = marks_of(item)
        decision = item.stash[DECISION] = self.gate.decide(marks) if marks else None
        return decision

    def begin(
        self, item: pytest.Item, nextitem: pytest.Item | None, marks: Sequence[pytest.Mark]
    ) -> bool | None:
        """Decide by a test's marks; True where it has been run to its end, as a failure."""
        decision = item.stash[DECISION] = self.gate.decide(marks)
        return begin(item, nextitem, decision)

    def stop(self, item: pytest.Item) -> None:
        """Stop a test by what was decided, when it is set up."""
        decision = item.stash.get(DECISION, _UNDECIDED)
        if decision is _UNDECIDED:
            # Another plugin's protocol came before ours.
            decision = self.decide(item)
        if decision is not None:
            stop(item, decision, self.gate.attached(decision))
