"""How each reader is run, and how to read what it says of each test.

All say it in the same words: `fail` is a call that failed after a set-up that passed, where the
reader tells them apart, and `error` a set-up that failed. `fail*3` is three attempts.
"""

from __future__ import annotations

import html
import json
import re
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

from support.processes import output_of

from neighbours.gated import NOTES, column_of, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from neighbours.intake import Sent

WORDS = {
    "broken": "error",
    "error": "error",
    "failed": "fail",
    "failure": "fail",
    "passed": "pass",
    "skipped": "skip",
    "testFailed": "fail",
    "testIgnored": "skip",
    "xfailed": "xfail",
}
PHASES = {
    "setup passed, call passed": "pass",
    "setup passed, call failed": "fail",
    "setup passed, call skipped": "skip",
    "setup passed, call xfailed": "xfail",
    "setup skipped": "skip",
    "setup xfailed": "xfail",
    "setup failed": "error",
}
METADATA = "-p pytest_metadata.plugin"
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "pytest_ddcompat.plugin"}


@dataclass(frozen=True)
class Run:
    """One run of the project.

    Attributes:
        folder: The project's folder.
        output: What pytest printed.
        sent: What arrived at the intake: each run of a test.
    """

    folder: Path
    output: str
    sent: tuple[Sent, ...]

    def notes(self, kind: str) -> list[list[str]]:
        """Return the notes of a kind that the project took."""
        lines = (self.folder / NOTES).read_text(encoding="utf-8").splitlines()
        return [rest for first, *rest in map(str.split, lines) if first == kind]


@dataclass(frozen=True)
class Reader:
    """A tool that reads what becomes of tests.

    Attributes:
        options: What pytest is given; `-p` loads the tool's plugins.
        read: Returns a test's name and a word for it, once for each attempt.
        conftest: What is added to the project's conftest.py.
    """

    options: str
    read: Callable[[Run], Iterator[tuple[str, str]]]
    conftest: str = ""

    def run(self, folder: Path, *options: str) -> Run:
        """Run the project in a process of its own."""
        write(folder, self.conftest)
        pytest = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
        command = (*pytest, *self.options.split(), *options)
        if self.read is not ddtrace:
            return Run(folder, output_of(command, folder, ALONE).stdout, ())
        from neighbours.intake import intake  # msgpack is installed beside ddtrace alone

        with intake() as server:
            output = output_of(command, folder, server.variables).stdout
        return Run(folder, output, tuple(server.tests))

    def words(self, run: Run) -> dict[str, str]:
        """Return the reader's word for each column; different words are joined."""
        attempts: dict[str, list[str]] = defaultdict(list)
        for name, word in self.read(run):
            attempts[name].append(word)
        words: dict[str, set[str]] = defaultdict(set)
        for name, said in attempts.items():
            word = "/".join(sorted(set(said)))
            words[column_of(name)].add(f"{word}*{len(said)}" if len(said) > 1 else word)
        return {column: "/".join(sorted(said)) for column, said in words.items()}


def reports(run: Run) -> Iterator[tuple[str, str]]:
    """Read pytest's own reports, as the project's conftest notes them."""
    tests: dict[str, list[list[str]]] = defaultdict(list)
    for nodeid, when, outcome in run.notes("report"):
        attempts = tests[nodeid]
        if when == "setup":
            attempts.append([])
        if outcome == "retried":  # pytest-retry does not report that it sets up again
            attempts.append(["setup passed"])
        elif outcome != "rerun" and when != "teardown":
            attempts[-1].append(f"{when} {outcome}")
    for nodeid, attempts in tests.items():
        word = PHASES[", ".join(attempts[-1])]
        yield from [(nodeid, word)] * len(attempts)


def junit(run: Run) -> Iterator[tuple[str, str]]:
    """Read JUnit XML."""
    tree = ET.parse(run.folder / "junit.xml")  # noqa: S314 - pytest wrote it a moment ago
    for case in tree.iter("testcase"):
        found = [WORDS[part.tag] for part in case if part.tag in WORDS]
        yield case.get("name", ""), "+".join(found) or "pass"


def pytest_html(run: Run) -> Iterator[tuple[str, str]]:
    """Read the page of pytest-html."""
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    blob = re.search(r'data-jsonblob="([^"]*)"', page)
    assert blob, page
    for rows in json.loads(html.unescape(blob[1]))["tests"].values():
        for row in rows:
            name = re.sub("::(setup|call|teardown)$", "", row["testId"])
            yield name, WORDS[row["result"].lower()]


def json_report(run: Run) -> Iterator[tuple[str, str]]:
    """Read the file of pytest-json-report, which tells the phases too."""
    text = (run.folder / "report.json").read_text(encoding="utf-8")
    for test in json.loads(text)["tests"]:
        seen = [f"{when} {test[when]['outcome']}" for when in ("setup", "call") if when in test]
        word = WORDS[test["outcome"]]
        assert word in {PHASES[", ".join(seen)], "xfail"}, test
        yield test["nodeid"], word


def teamcity(run: Run) -> Iterator[tuple[str, str]]:
    """Read the service messages of teamcity-messages."""
    messages = re.findall(r"##teamcity\[(test\w+) .*?\bname='(.*?)'", run.output)
    stopped = {name: WORDS[kind] for kind, name in messages if kind in WORDS}
    for kind, name in messages:
        if kind == "testFinished" and not name.endswith("top_level_collect"):
            yield name, stopped.get(name, "pass")


def allure(run: Run) -> Iterator[tuple[str, str]]:
    """Read the results of Allure, which calls a set-up that failed `broken`."""
    for file in (run.folder / "allure").glob("*-result.json"):
        result: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        yield f"{result['fullName']}[{result['name']}]".replace("#", "."), WORDS[result["status"]]


def ddtrace(run: Run) -> Iterator[tuple[str, str]]:
    """Read what Test Optimization sent."""
    yield from ((test.name, test.status) for test in run.sent)


# A company's conftest that does not let skips be seen.
WITHOUT_SKIPS = """
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "passed"
"""

READERS = {
    "pytest": Reader("", reports),
    "junit": Reader("--junitxml=junit.xml", junit),
    "html": Reader(
        f"-p pytest_html.plugin -p pytest_html.fixtures {METADATA} --html=report.html", pytest_html
    ),
    "json-report": Reader(
        f"-p pytest_jsonreport.plugin {METADATA} --json-report --json-report-file=report.json",
        json_report,
    ),
    "teamcity": Reader("-p teamcity.pytest_plugin --teamcity", teamcity),
    "allure": Reader("-p allure_pytest.plugin --alluredir=allure", allure),
    "error-for-skips": Reader("-p pytest_error_for_skips --error-for-skips", reports),
    "skips-pass": Reader("", reports, WITHOUT_SKIPS),
    "flaky": Reader("-p flaky.flaky_pytest_plugin --force-flaky --max-runs=3", reports),
    "rerunfailures": Reader("-p pytest_rerunfailures --reruns=2", reports),
    "retry": Reader("-p pytest_retry.retry_plugin --retries=2", reports),
    "xdist": Reader("-p xdist.plugin -n 2", reports),
    **dict.fromkeys(("ddtrace-2", "ddtrace-3", "ddtrace-4"), Reader("--ddtrace", ddtrace)),
}
