"""Rows of the tables: what a record says of its run, its decisions and their findings."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.environment.fact import FACTS
from pytest_ddcompat.environment.value import in_words
from pytest_ddcompat.jobs.tables import FORMAT, TESTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["LET_RUN", "RAN", "decision_rows", "finding_rows", "main_facts", "run_row", "test_rows"]

RAN = ("passed", "failed", "xfailed", "xpassed", "error")
"""Outcomes of tests that were started, or that strict mode failed instead."""

LET_RUN = ("run", "xfail")
"""Actions that let a test run."""

_MENTIONED = ("tracer", "python", "os", "cpu")
_VERSIONS = ("tracer", "python")
_DECLARED = ("state", "ticket", "owner", "feature")


def run_row(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a record's run in the table `runs`."""
    run, job, versions = record["run"], record["run"]["job"], record["run"]["versions"]
    pages = sorted({(page["id"], page["sha256"]) for page in record["matrices"]})
    all_facts = [environment["facts"] for environment in record["environments"]]
    undated = [{k: v for k, v in facts.items() if k != "date"} for facts in all_facts]
    return {
        "run": run["id"],
        "format": FORMAT,
        "began": run["begin"],
        "ended": run["end"],
        "exit_status": run["exit_status"],
        "interrupted": run["interrupted"],
        "plugin_version": versions.get("pytest-ddcompat", ""),
        "pytest_version": versions.get("pytest", ""),
        "python_version": versions.get("python", ""),
        "commit_sha": run["commit"],
        "repository": run["repository"],
        "job": job["name"],
        "attempt": job["attempt"],
        "address": job["address"],
        "matrices": _as_json([{"id": name, "sha256": digest} for name, digest in pages]),
        "suite": _digest([run["repository"], pages]),
        "variant": _digest(sorted(map(_as_json, undated))),
        "environment": "; ".join(
            dict.fromkeys(main_facts(facts) or "no facts" for facts in all_facts)
        ),
    }


def decision_rows(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return for each decision of a record what the table `tests` says of its tests."""
    environments = [_environment(environment["facts"]) for environment in record["environments"]]
    return [
        {
            "verdict": decision["verdict"],
            "action": decision["action"],
            "reason": decision["reason"],
            "error": decision["error"],
            "mend": " and ".join(decision["mend"]),
            "changes": len(decision["mend"]),
            "requires": _as_json(
                [record["requirements"][index]["marker"] for index in decision["requirements"]]
            ),
            **_declared([record["declarations"][index] for index in decision["declarations"]]),
            "declarations": _as_json(
                [record["declarations"][index] for index in decision["declarations"]]
            ),
            **environments[decision["environment"]],
        }
        for decision in record["decisions"]
    ]


def test_rows(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows of the table `tests`, one for each test of a record."""
    decisions = decision_rows(record)
    names = [column.name for column in TESTS.columns]
    for test in record["tests"]:
        row = {
            **decisions[test["decision"]],
            "run": record["run"]["id"],
            "test": test["id"],
            "file": test["file"],
            "line": test["line"],
            "outcome": test["outcome"],
            "ran": test["outcome"] in RAN and decisions[test["decision"]]["action"] in LET_RUN,
            "decision": test["decision"],
        }
        yield {name: row[name] for name in names}


def finding_rows(record: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the table `findings`, without the run, in the order of its columns."""
    findings = [
        (
            finding["check"], finding["outcome"], finding["documented"], finding["observed"],
            finding["source"], finding["remedy"], finding["subject"], finding["signal"],
        )
        for finding in record["findings"]
    ]  # fmt: skip
    for number, decision in enumerate(record["decisions"]):
        for index, strict in zip(decision["requirements"], decision["strict"]):
            requirement = record["requirements"][index]
            head = (
                number, requirement["marker"], requirement["verdict"], strict,
                requirement["matrix"],
            )  # fmt: skip
            for finding in requirement["findings"]:
                yield (*head, *findings[finding])


def _declared(declarations: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {
        key: ", ".join(dict.fromkeys(filter(None, (one.get(key, "") for one in declarations))))
        for key in _DECLARED
    }


def _environment(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {**{key: facts.get(key) for key in _MENTIONED}, "facts": _as_json(facts)}


def main_facts(facts: Mapping[str, Any]) -> str:
    """Return the main facts of an environment in words, separated by commas."""
    words = [
        f"{FACTS[key].label} {in_words(facts[key])}" if key in _VERSIONS else in_words(facts[key])
        for key in _MENTIONED
        if key in facts
    ]
    return ", ".join(words)


def _as_json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _digest(value: Iterable[object]) -> str:
    text = json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
