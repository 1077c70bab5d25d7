"""Records for readers: their environments, and what would let more of their tests run."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.cli.report_groups import (
    ORDER,
    Grouping,
    counted,
    joined,
    outcomes_in_words,
    some,
)
from pytest_ddcompat.cli.report_jobs import end_of, names_of, table_of
from pytest_ddcompat.environment.fact import PLURALS
from pytest_ddcompat.environment.value import in_words
from pytest_ddcompat.evaluation.remedies import changes_in
from pytest_ddcompat.jobs.rows import main_facts
from pytest_ddcompat.matrix.loading import bundled_ids, load_matrix
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.text import printable
from pytest_ddcompat.values.versions import Version, parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_ddcompat.cli.report_groups import Group
    from pytest_ddcompat.cli.report_jobs import JobTable

__all__ = ["View"]

_MOST_FACTS = 2000  # rows in any form
_TRIED = 20  # changes that are held against all others, those that most tests need
_FIXES = 5  # changes that are shown


class View(NamedTuple):
    """A record, or several, for readers; every string is fit for a terminal.

    Attributes:
        pages: Id, title, address, day read and hash of each page.
        facts: Name, value and signal of each fact; of several environments first those that they
            share, then those of each.
        counts: Number of tests by outcome, those that failed first.
        groups: The tests by decision and reason; those that failed first. Of several records,
            those alone that did not run or failed.
        end: How the run ended; of several records empty.
        place: The main facts of the environments, in words; of several records empty.
        fixes: Each change with the tests that it would let run, in words; that of most first.
        total: The number of tests; one of several records counts once.
        jobs: The table of jobs, if there are several records.
    """

    pages: list[dict[str, str]]
    facts: list[tuple[str, str, str]]
    counts: list[tuple[str, int]]
    groups: list[Group]
    end: str
    place: str
    fixes: list[tuple[str, str]]
    total: int
    jobs: JobTable | None = None

    @classmethod
    def of(cls, record: dict[str, Any]) -> View:
        """Make a view of a record from `read_record`."""
        record = _printable(record)
        environments = record["environments"]
        named = _labels(environments)
        grouping = Grouping(is_of_several=False)
        grouping.add(record, _names(record), named)
        counts = Counter(test["outcome"] for test in record["tests"])
        fixes = [
            (n, f"{name}: {what}" if name else what) for n, what, name in _fixes(record, named)
        ]
        fixes.sort(key=lambda pair: (-pair[0], pair[1]))
        return cls(
            record["matrices"],
            _first(list(_facts(environments, named))),
            [(outcome, counts[outcome]) for outcome in ORDER if counts[outcome]],
            grouping.groups(),
            end_of(record),
            _place(environments, named),
            [(phrase, _gain(n)) for n, phrase in fixes[:_FIXES]],
            len(record["tests"]),
        )

    @classmethod
    def of_several(cls, files: Sequence[str], records: Iterable[dict[str, Any]]) -> View:
        """Make a view of records from `read_record`, of the jobs of a workflow, and their files."""
        records = [_printable(record) for record in records]
        jobs = names_of(files, records)
        named = [_labels_of_job(job, r["environments"]) for job, r in zip(jobs, records)]
        grouping = Grouping(is_of_several=True)
        for record, labels in zip(records, named):
            grouping.add(record, _names(record), labels)
        counts = [Counter(test["outcome"] for test in r["tests"]) for r in records]
        total = sum(counts, Counter())
        places = [_place(r["environments"], _labels(r["environments"])) for r in records]
        environments = [environment for r in records for environment in r["environments"]]
        return cls(
            list({tuple(page.items()): page for r in records for page in r["matrices"]}.values()),
            _first(list(_facts(environments, [label for labels in named for label in labels]))),
            [(outcome, total[outcome]) for outcome in ORDER if total[outcome]],
            grouping.groups(),
            "",
            "",
            _shared_fixes(records, named),
            len({test["id"] for r in records for test in r["tests"]}),
            table_of(jobs, records, counts, places),
        )

    @property
    def title(self) -> str:
        """The number of jobs, if there are several, and of tests, in words."""
        return f"{self._jobs}{counted(self.total, 'gated ')}"

    @property
    def headline(self) -> str:
        """The same with a verb; of one record with the number of tests with each outcome."""
        is_counted = self.counts and not self.jobs
        counts = f": {outcomes_in_words(dict(self.counts))}" if is_counted else ""
        return f"{self._jobs}{counted(self.total)} gated{counts}"

    @property
    def _jobs(self) -> str:
        return f"{len(self.jobs.rows)} jobs, " if self.jobs else ""


def _printable(value: Any) -> Any:
    if isinstance(value, dict):
        return {printable(key): _printable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_printable(inner) for inner in value]
    # `printable` is slow over the names of many tests, of which few need it.
    if not isinstance(value, str) or value.isprintable():
        return value
    return printable(value)


def _labels(environments: Sequence[dict[str, Any]]) -> list[str]:
    """Return the name of each environment; an empty one if there is one environment only."""
    if len(environments) == 1:
        return [""]
    folders = [environment.get("folder") or "" for environment in environments]
    # Several without a folder are those of other processes.
    rest = "other folders" if folders.count("") == 1 else ""
    return [folder or rest or f"environment {n}" for n, folder in enumerate(folders, start=1)]


def _labels_of_job(job: str, environments: Sequence[dict[str, Any]]) -> list[str]:
    return [f"{job}: {name}" if name else job for name in _labels(environments)]


def _facts(
    environments: Sequence[dict[str, Any]], names: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    each = [dict.fromkeys(_facts_of(environment)) for environment in environments]
    shared = dict.fromkeys(row for row in each[0] if all(row in rows for rows in each))
    yield from shared
    for name, rows in zip(names, each):
        yield from ((f"{name}: {row[0]}", *row[1:]) for row in rows if row not in shared)


def _first(rows: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    more = len(rows) - _MOST_FACTS
    return rows if more <= 0 else [*rows[:_MOST_FACTS], ("…", f"and {more} more", "")]


def _facts_of(environment: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    facts, signals = dict(environment["facts"]), environment["signals"]
    for plural, kind in PLURALS.items():
        facts.update((f"{kind.key}.{name}", v) for name, v in facts.pop(plural, {}).items())
    for key in dict.fromkeys((*facts, *signals)):
        value = in_words(facts[key]) if key in facts else "unknown"
        yield key, value, signals.get(key, "")


def _names(record: dict[str, Any]) -> dict[str, str]:
    """Return the names of capabilities by id, as far as bundled pages have them."""
    ids = {page["id"] for page in record["matrices"]}
    pages = (load_matrix(name) for name in bundled_ids() if name in ids)
    return {c.id: c.name for page in pages for c in page.capabilities}


def _place(environments: Sequence[dict[str, Any]], names: Sequence[str]) -> str:
    if len(environments) == 1:
        return main_facts(environments[0]["facts"])
    pairs = zip(names, environments)
    return "; ".join(some([f"{name}: {main_facts(e['facts'])}" for name, e in pairs]))


def _fixes(record: dict[str, Any], names: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Yield how many of the tests that were stopped each change would let run, and where.

    A record has no matrix to try a change on the other tests. So a change is counted for those
    whose own changes it holds, such as `ddtrace >=3` for `ddtrace >=2.6.0`.
    """
    counts = Counter(test["decision"] for test in record["tests"])
    stopped: dict[int, Counter[frozenset[str]]] = {}
    phrases: dict[frozenset[str], str] = {}
    for number, decision in enumerate(record["decisions"]):
        if decision["mend"] and decision["action"] not in {"run", "xfail"} and counts[number]:
            need = changes_in(decision["mend"])
            phrases.setdefault(need, " and ".join(decision["mend"]))
            stopped.setdefault(decision["environment"], Counter())[need] += counts[number]
    for index, needs in stopped.items():
        for change, _ in needs.most_common(_TRIED):
            total = sum(n for need, n in needs.items() if _all_covered(need, change))
            yield total, phrases[change], names[index]


def _shared_fixes(
    records: Iterable[dict[str, Any]], named: Iterable[Sequence[str]]
) -> list[tuple[str, str]]:
    """Return the changes of several records; one that does as much in several jobs once."""
    where: dict[tuple[int, str], list[str]] = {}
    for record, labels in zip(records, named):
        for total, phrase, label in _fixes(record, labels):
            where.setdefault((total, phrase), []).append(label)
    found = sorted(where.items(), key=lambda pair: (-pair[0][0] * len(pair[1]), pair[0][1]))
    return [
        (phrase, f"{_gain(n)} in {'each of ' if len(jobs) > 1 else ''}{joined(jobs)}")
        for (n, phrase), jobs in found[:_FIXES]
    ]


def _gain(number: int) -> str:
    return f"would let {counted(number, 'more ')} run"


def _all_covered(needed: Iterable[str], change: Iterable[str]) -> bool:
    return all(any(_covers(made, need) for made in change) for need in needed)


def _covers(made: str, need: str) -> bool:
    """Whether a change fulfils another: the same, or a version above the same lower bound."""
    if made == need:
        return True
    name, _, versions = made.rpartition(" ")
    at_least = re.fullmatch(re.escape(name) + r" >=([\w.!+]+)", need)
    if at_least is None:
        return False
    try:
        lower = parse_marker_range(versions).lower
        return lower is not None and lower >= Version(at_least[1])
    except (CompatibilityError, ValueError):
        return False
