"""Records of made-up runs: a few by hand, or many at random, the same for the same seed."""

from __future__ import annotations

import hashlib
import json
import random
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

REPOSITORY = "https://git.example/acme/service"
COMMIT = "c0ffee" + 34 * "0"
OLDER = "decade" + 34 * "0"
PAGE = {
    "id": "iast-python", "title": "Python Compatibility Requirements", "address": None,
    "read": "2026-11-22", "sha256": 64 * "a",
}  # fmt: skip
FACTS: dict[str, Any] = {
    "tracer": "2.5.0", "python": "3.11.7", "implementation": "cpython", "os": "linux",
    "cpu": "x86-64", "deployments": ["docker"], "frameworks": {}, "date": "2026-05-31",
}  # fmt: skip
STARTED = ("passed", "failed", "xfailed", "xpassed", "error")


class Declared(NamedTuple):
    """A declaration of a made record."""

    place: str
    state: str = ""
    owner: str = ""


class Case(NamedTuple):
    """A test of a made record: its outcome, and why."""

    outcome: str
    verdict: str = "supported"
    needs: str = ""
    found: str = ""
    mend: tuple[str, ...] = ()
    capability: str = "api_security"
    check: str = "tracer"
    source: str = 'Application Security capabilities support: "2.6.0"'
    action: str = ""
    reason: str = ""
    error: str = ""
    marker: str = ""
    declared: tuple[Declared, ...] = ()


PASSED = Case("passed")
OLD = Case("skipped", "unsupported", "ddtrace >=2.6.0", "2.5.0", ("ddtrace >=2.6.0",))
OPEN = Case("skipped", "undetermined", "an Agent", "unknown", check="site")
AUTHOR = Case("skipped")
STRICT = OLD._replace(outcome="failed", action="fail")


def made_record(tests: Mapping[str, Case], **changes: Any) -> dict[str, Any]:
    """Make a record of format 2.

    Args:
        tests: Each test by its id.
        changes: `name`, `attempt`, `commit`, `repository`, `begin` and `id` of the run, facts by
            their key, `page` with changes of the page.
    """
    record: dict[str, Any] = {
        "version": 2,
        "run": _run(changes),
        "matrices": [{**PAGE, **changes.pop("page", {})}],
        "environments": [{"folder": "", "facts": {**FACTS, **changes}, "signals": {}}],
        **{key: [] for key in ("findings", "requirements", "declarations", "decisions", "tests")},
    }
    numbers: dict[Case, int] = {}
    for line, (test, case) in enumerate(tests.items(), start=1):
        action = case.action or ("run" if case.outcome in STARTED or _is_met(case) else "skip")
        decided = case._replace(outcome="", action=action)
        number = numbers.setdefault(decided, len(numbers))
        if number == len(record["decisions"]):
            _decide(record, decided)
        record["tests"].append({
            "id": test, "file": test.partition("::")[0], "line": line, "decision": number,
            "outcome": case.outcome,
        })  # fmt: skip
    return record


def _is_met(case: Case) -> bool:
    return case.verdict == "supported"


def has_run(record: Mapping[str, Any], test: Mapping[str, Any]) -> bool:
    """Whether a test of a record ran: it was started, and not failed instead by strict mode."""
    action = record["decisions"][test["decision"]]["action"]
    return test["outcome"] in STARTED and action in {"run", "xfail"}


def _run(changes: dict[str, Any]) -> dict[str, Any]:
    begin = changes.pop("begin", "2026-11-27T10:00:00Z")
    name, attempt = changes.pop("name", None), changes.pop("attempt", None)
    commit = changes.pop("commit", COMMIT)
    repository = changes.pop("repository", REPOSITORY)
    seed = json.dumps([begin, name, attempt, commit, repository, sorted(changes.items())])
    return {
        "id": changes.pop("id", hashlib.sha256(seed.encode()).hexdigest()[:32]),
        "begin": begin,
        "end": begin,
        "exit_status": 0,
        "interrupted": False,
        "versions": {"pytest-ddcompat": "0.1.0", "pytest": "9.2.0", "python": "3.11.7"},
        "commit": commit,
        "repository": repository,
        "job": {"name": name, "attempt": attempt, "address": None},
    }


def _decide(record: dict[str, Any], case: Case) -> None:
    outcome = {"supported": "satisfied", "unsupported": "violated", "undetermined": "unknown"}
    record["findings"].append({
        "check": case.check, "outcome": outcome[case.verdict], "documented": case.needs,
        "observed": case.found, "source": case.source, "remedy": " and ".join(case.mend),
        "subject": case.capability, "signal": "made up",
    })  # fmt: skip
    record["requirements"].append({
        "marker": case.marker or f'requires_capability("{case.capability}")',
        "verdict": case.verdict,
        "matrix": record["matrices"][0]["id"], "findings": [len(record["findings"]) - 1],
    })  # fmt: skip
    first = len(record["declarations"])
    record["declarations"] += [
        {**one._asdict(), "verdict": case.verdict, "ticket": "", "feature": ""}
        for one in case.declared
    ]
    needs = f"{case.capability} needs {case.needs}, found {case.found}"
    record["decisions"].append({
        "verdict": case.verdict, "action": case.action,
        "reason": case.reason or ("" if _is_met(case) else needs),
        "mend": [*case.mend], "error": case.error,
        "requirements": [len(record["requirements"]) - 1], "strict": [None],
        "declarations": [*range(first, len(record["declarations"]))],
        "environment": 0,
    })  # fmt: skip


def many_records(seed: int, jobs: int = 4, tests: int = 6) -> Iterator[dict[str, Any]]:
    """Make records at random: jobs of two commits on two days, some with two attempts."""
    pick = random.Random(seed)  # noqa: S311 - the same each time, which is what it is for
    newer = OLD._replace(needs="Python >=3.12", found="3.11", mend=("Python >=3.12", "x"))
    rare = [Case("failed"), Case("xfailed"), Case("not_run")]
    kinds = [PASSED, OLD, OPEN, AUTHOR, STRICT, newer, *rare]
    for commit, day in ((OLDER, 26), (COMMIT, 27), (None, 25)):
        for job in range(pick.randint(1, jobs)):
            for attempt in range(1, pick.randint(1, 2) + 1):
                chosen = [n for n in range(tests) if pick.random() < 0.8]
                weights = [pick.random() ** 2 for _ in kinds]
                yield made_record(
                    {f"test_a.py::test_{n}": pick.choices(kinds, weights)[0] for n in chosen},
                    name=pick.choice([f"job-{job}", None]),
                    attempt=attempt,
                    commit=commit,
                    tracer=pick.choice(["2.5.0", "2.6.0"]),
                    begin=f"2026-11-{day}T{10 + job}:{attempt}0:00Z",
                )


def write_records(folder: Path, *records: dict[str, Any]) -> list[str]:
    """Write records into files, and return their paths."""
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{number}.json" for number in range(len(records))]
    for path, record in zip(paths, records):
        path.write_text(json.dumps(record), encoding="utf-8")
    return [*map(str, paths)]
