"""Find expectations that reality has overtaken, in the records of many runs."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.jobs.opening import opened
from pytest_ddcompat.jobs.selection import Choice, Suite, resolve
from pytest_ddcompat.jobs.wins.bugs import Bugs
from pytest_ddcompat.jobs.wins.pictures import Pictures
from pytest_ddcompat.jobs.wins.proposals import Advisor
from pytest_ddcompat.jobs.wins.recorded import Recorded
from pytest_ddcompat.jobs.wins.rejected import Rejections
from pytest_ddcompat.jobs.wins.values import Found, Item, Run
from pytest_ddcompat.jobs.wins.variants import in_order, place_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_ddcompat.jobs.asking import Engine
    from pytest_ddcompat.jobs.wins.rejected import Rejection
    from pytest_ddcompat.jobs.wins.values import Ground
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["Wins", "find_wins"]

_RUN = ("run", "job", "address", "tracer", "python", "outcome", "day")


class Wins(NamedTuple):
    """The news, with what is left out.

    Attributes:
        suite: What was tested, by how many runs of which commits.
        items: The news, by owner; what has none comes last.
        rejected: Number of tests whose news is rejected.
        unneeded: Entries of the rejected news that are for none.
        left_out: Number of runs of other suites.
        packed_twice: Files of runs that another file has too.
        recorded: The declarations of all tests of all records.
        unversioned: Number of runs without a usable version of the tracer, which show nothing.
    """

    suite: Suite
    items: list[Item]
    rejected: int
    unneeded: list[Rejection]
    left_out: int
    packed_twice: list[str]
    recorded: Recorded
    unversioned: int = 0

    @property
    def tests(self) -> int:
        """Number of pieces of news, each of a test in a variant."""
        return sum(len(item.tests) for item in self.items)


def find_wins(
    records: Sequence[str],
    suite: str | None = None,
    *,
    pages: Sequence[Matrix] = (),
    rejections: Rejections | None = None,
) -> Wins:
    """Find tests that pass though they are expected to fail, and the reverse.

    Args:
        records: Files of records, or the folder of a pack.
        suite: The suite, by the beginning of its digest; None: that of the newest run.
        pages: The pages whose rows may be corrected; those count that the records were made by.
        rejections: News that is rejected.

    Raises:
        CompatibilityError: A file is no record, a folder no pack, or there is no such suite.
        ModuleNotFoundError: DuckDB is not installed.
    """
    with opened(records) as (engine, twice):
        choice = resolve(engine, Choice(suites=tuple(filter(None, [suite]))))
        engine.fill("wanted_suites", [(one,) for one in choice.suites])
        engine.keep("compared")
        counted, left_out = _counted(engine)
        answers, versions = _asked(engine)
        unversioned = _unversioned(engine)
    found = _found(answers, versions)
    refused = rejections or Rejections()
    fresh = [one for one in found if not refused.has(one.test, one.version)]
    own = [page for page in pages if counted.pages.get(page.page.id) == page.digest]
    changed = {page.page.id for page in pages if page.page.id in counted.pages}
    changed.difference_update(page.page.id for page in own)
    pictures = Pictures(answers["pictures"], versions)
    bugs = Bugs([row["test"] for row in answers["recorded"]], own)
    advisor = Advisor(fresh, pictures, own, bugs, changed)
    return Wins(
        counted,
        _folded(fresh, advisor),
        len(found) - len(fresh),
        refused.unneeded((one.test, one.version) for one in found),
        left_out,
        twice,
        Recorded(answers["recorded"]),
        unversioned,
    )


def _counted(engine: Engine) -> tuple[Suite, int]:
    """Return the suite that is compared, and the number of runs of others."""
    rows = engine.ask("editions")
    suites = [Suite.of(row) for row in rows if row["is_compared"]]
    total = sum(row["runs"] for row in rows)
    runs = sum(one.runs for one in suites)
    commits = tuple(commit for one in suites for commit in one.commits)
    return suites[0]._replace(commits=commits, runs=runs), total - runs


def _asked(engine: Engine) -> tuple[dict[str, list[dict[str, Any]]], list[str]]:
    """Ask the questions, and return their answers and the versions of the tracer in order."""
    engine.keep("settings")
    placed, versions = place_settings(engine.ask("settings"))
    engine.fill("placed", placed)
    engine.keep("tried")
    engine.keep("news")
    asked = ("news", "grounds", "evidence", "pictures", "recorded")
    return {name: engine.ask(name) for name in asked}, versions


def _unversioned(engine: Engine) -> int:
    """Return the number of runs in which no test has a usable version of the tracer."""
    rows = engine.ask("tracers")
    usable = in_order({row["tracer"] for row in rows if row["tracer"] is not None})
    return len({row["run"] for row in rows} - {r["run"] for r in rows if r["tracer"] in usable})


def _found(answers: dict[str, list[dict[str, Any]]], versions: Sequence[str]) -> list[Found]:
    """Return the news of each test with what it rests on, and the runs that show it."""
    grounds: dict[Any, list[Ground]] = defaultdict(list)
    for row in answers["grounds"]:
        grounds[_key(row)].append(Found.ground_of(row))
    evidence: dict[Any, list[Run]] = defaultdict(list)
    for row in answers["evidence"]:
        seen = {**row, "tracer": versions[row["tracer_nth"]], "python": row["python"] or "",
                "day": str(row["day"])}  # fmt: skip
        evidence[_key(row)].append(Run(*(seen[name] for name in _RUN)))
    news = sorted(answers["news"], key=lambda row: (row["kind"] != "works", *_key(row)))
    return [
        Found(
            row["kind"], row["test"], row["variant"],
            None if row["from_nth"] is None else versions[row["from_nth"]],
            row["runs"], tuple(grounds[_key(row)]), tuple(evidence[_key(row)]),
        )
        for row in news
    ]  # fmt: skip


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["kind"], row["test"], row["variant"]


def _folded(found: Sequence[Found], advisor: Advisor) -> list[Item]:
    """Put tests together of which the same is to be said, by owner."""
    groups: dict[Any, list[Found]] = defaultdict(list)
    for one in found:
        same = tuple(proposal.same for proposal in advisor.of(one))
        groups[one.owner, one.kind, one.variant, one.version, same].append(one)
    ordered = sorted(groups.values(), key=lambda some: (not some[0].owner, some[0].owner))
    return [_item(some, advisor) for some in ordered]


def _item(some: Sequence[Found], advisor: Advisor) -> Item:
    first = some[0]
    together = [*zip(*map(advisor.of, some))]
    return Item(
        first.kind,
        tuple(one.test for one in some),
        first.owner,
        json.loads(first.variant),
        first.version,
        min(one.runs for one in some),
        _evidence(some),
        tuple(advisor.together(proposals, some) for proposals in together),
    )


def _evidence(some: Iterable[Found]) -> tuple[Run, ...]:
    """Return the runs of several tests, each once for each outcome."""
    return tuple(dict.fromkeys(run for one in some for run in one.evidence))
