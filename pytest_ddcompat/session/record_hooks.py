"""The hooks that keep a run's record: what was decided of each test, and what became of it.

With pytest-xdist the workers write what they decide to files of a folder of the controller, line
by line, so that nothing is lost when one of them crashes; the controller sees the outcomes.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddcompat.declared import marks_of
from pytest_ddcompat.record.builder import Draft, decision_entry, environment_entry, matrix_entry
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.session.faults import reason_of
from pytest_ddcompat.session.fixture import decision_of
from pytest_ddcompat.session.outcomes import parsed_decision
from pytest_ddcompat.session.state import DECISION, gate_of
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.files import unwritable, write_atomically
from pytest_ddcompat.values.names import printable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from pytest_ddcompat.session.gate import Gate

__all__ = ["Keeper", "Recorder", "Worker", "register"]

_KEY = "ddcompat_record"


def register(config: pytest.Config) -> None:
    """Keep the record of a run.

    Raises:
        pytest.UsageError: The path that it is to be written to is obviously wrong.
    """
    told = getattr(config, "workerinput", None)
    keeper: Keeper | None = None
    if told is None:
        keeper = Recorder(config, _path(config))
    elif _KEY in told:
        keeper = Worker(config, Path(told[_KEY]) / f"{told['workerid']}.jsonl")
    if keeper:
        config.pluginmanager.register(keeper, "ddcompat-record")


def _path(config: pytest.Config) -> Path:
    named, option = config.getoption("ddcompat_report"), "--ddcompat-report"
    folder = config.invocation_params.dir
    if named is None:
        named, option = config.getini("ddcompat_report"), "ddcompat_report"
        folder = config.inipath.parent if config.inipath else config.rootpath
    if named in {"", "-"}:
        raise pytest.UsageError(f"{option}: no file is named; valid: the path of a file")
    path = Path(os.path.abspath(folder / named))  # noqa: PTH100 - resolve() follows links
    told_by = Path(os.path.realpath(path)) in _inputs(config)
    reason = unwritable(path) or ("the run is told by it" if told_by else "")
    if reason:
        wrong = printable(f"{option}: {named} cannot be written: {reason}")
        raise pytest.UsageError(f"{wrong}; valid: a file in a folder that exists")
    return path


def _inputs(config: pytest.Config) -> set[Path]:
    """The files that tell a run what to do."""
    folder, ini = config.invocation_params.dir, config.inipath or config.rootpath / "pytest.ini"
    names = [config.getoption("ddcompat_facts"), *(config.getoption("ddcompat_matrix") or ())]
    of_ini = [ini, config.getini("ddcompat_facts"), *config.getini("ddcompat_matrix")]
    paths = [folder / name for name in names if name]
    paths += [ini.parent / str(name) for name in of_ini if name]
    paths += [Path(name) for name in gate_of(config).settings.files or ()]
    return {Path(os.path.realpath(path)) for path in paths}


class Keeper:
    """Notes what is decided, in the process that decides it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._problem = ""
        self.draft = Draft()

    def note(self, *facts: dict[str, Any]) -> None:
        """Keep facts."""
        for fact in facts:
            self.draft.add(fact)

    @contextmanager
    def _harmless(self) -> Iterator[None]:
        """Keep a failure of ours, or of a user's hook, from becoming the run's."""
        try:
            yield
        except BaseException as error:  # noqa: BLE001 - what ends a run is raised again
            reason = reason_of(error)
            if isinstance(error, (OSError, CompatibilityError)):
                reason = getattr(error, "strerror", None) or str(error)
            self._tell(reason)

    def _tell(self, problem: str) -> None:
        self._problem = self._problem or problem

    def _explain(self, key: str) -> str:
        """Note what the key of a decision stands for, and by what environment, unless it is known.

        Args:
            key: The decision's text; after it, on a new line, the error if it has one.
        """
        if key not in self.draft.decisions:
            text, _, error = key.partition("\n")
            gate, decided = gate_of(self._config), json.loads(text)
            asked = [Requirement.from_marker(marker) for marker in decided["requires"]]
            given = gate.environment, gate.matrices
            entry = decision_entry(decided, asked, *given, error, known=gate.verdicts)
            environment = environment_entry(*given)
            pages = {} if self.draft.matrices else {"matrices": _pages(gate)}
            self.note({"key": key, "entry": entry, "environment": environment, **pages})
        return key

    def _key(self, item: pytest.Item) -> str:
        """Key of the decision that a test's marks come to; empty if it has none of ours."""
        marks = marks_of(item)
        if marks:
            decision = gate_of(self._config).decide(marks)
            text = gate_of(self._config).text(decision)
            return self._explain(f"{text}\n{decision.error}" if decision.error else text)
        texts = _texts(item)
        return self._explain(texts[-1]) if texts else ""

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Note the tests that the policy deselects, and not those that the user does."""
        with self._harmless():
            keys = {item: self._key(item) for item in items if DECISION in item.stash}
            self.note(*(_test(i, key, outcome="deselected") for i, key in keys.items() if key))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note every gated test, so that those are known too that will not be run."""
        with self._harmless():
            keys = {item: self._key(item) for item in session.items}
            self.note(*(_test(item, key) for item, key in keys.items() if key))

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Note the modules that `require()` stops."""
        report = yield
        with self._harmless():
            excinfo = getattr(getattr(report, "call", None), "excinfo", None)
            decision = decision_of(excinfo.value) if excinfo else None
            if excinfo and decision and not report.passed:
                lines = [e.lineno + 1 for e in excinfo.traceback if e.path == collector.path]
                place = {"file": collector.nodeid, "line": lines[-1] if lines else None}
                outcome = {"outcome": "skipped" if report.skipped else "error"}
                key = self._explain(decision.to_text())
                self.note({"id": collector.nodeid, **place, "decision": key, **outcome})
        return report


class Worker(Keeper):
    """Writes what a worker decides to a file; it is the controller that keeps the record."""

    def __init__(self, config: pytest.Config, path: Path) -> None:
        super().__init__(config)
        self._path = path

    def note(self, *facts: dict[str, Any]) -> None:
        """Keep facts, here and in the file."""
        super().note(*facts)
        self._write_down(facts)

    def _write_down(self, facts: Iterable[dict[str, Any]]) -> None:
        # What is lost of them the controller takes from the reports, as far as they tell.
        with suppress(OSError), self._path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(fact) + "\n" for fact in facts)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what was decided after the collection, by late marks or inside the test."""
        with self._harmless():
            for text in _texts(report):
                self._explain(text)

    def _tell(self, problem: str) -> None:
        super()._tell(problem)
        self._write_down([{"problem": problem}])


class Recorder(Keeper):
    """Keeps the record, and writes it at the end."""

    def __init__(self, config: pytest.Config, path: Path) -> None:
        super().__init__(config)
        self._path = path
        self._folder = ""
        self._interrupted = False
        self._written = False

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where it writes what it decides."""
        with self._harmless():
            if not self._folder:
                self._folder = tempfile.mkdtemp(prefix="ddcompat-")
                self._config.add_cleanup(partial(shutil.rmtree, self._folder, ignore_errors=True))
            node.workerinput[_KEY] = self._folder

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in what became of a test."""
        with self._harmless():
            again = str(report.outcome) == "rerun"
            outcome, texts = _outcome(report), _texts(report)
            self.draft.see(report.nodeid, report.when, outcome, again=again)
            for text in texts:
                self.draft.ran[report.nodeid] = _test(report, text)
            if outcome == "skipped" and not texts:
                self.draft.skipped_by_others.add(report.nodeid)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Remember that the run was stopped from outside, and not by an option of pytest."""
        self._interrupted = self._interrupted or excinfo.type is KeyboardInterrupt

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Write the record after all else, when the exit status is known."""
        try:
            return (yield)
        finally:
            with self._harmless():
                self._write(int(session.exitstatus))
            reporter: Any = self._config.pluginmanager.getplugin("terminalreporter")
            if self._problem and reporter is not None:
                state = "may lack tests" if self._written else "is not written"
                what = f"ddcompat: the record {self._path} {state}: {self._problem}"
                reporter.ensure_newline()
                reporter.write_line(printable(what), yellow=True)

    def _write(self, exit_status: int) -> None:
        if self._folder:
            for file in sorted(Path(self._folder).glob("*.jsonl")):
                for fact in _facts(file):
                    self._tell(fact.get("problem", ""))
                    self.note(fact)
        for test in self.draft.tests():
            self._explain(test["decision"])
        gate = gate_of(self._config)
        if not (self._folder and self.draft.environment):
            # Tests may have asked for more of it since.
            self.note({"environment": environment_entry(gate.environment, gate.matrices)})
        pages = self.draft.matrices or _pages(gate)
        record = self.draft.record(pages, exit_status, interrupted=self._interrupted)
        write_atomically(self._path, (json.dumps(record, indent=1) + "\n").encode())
        self._written = True


def _pages(gate: Gate) -> list[dict[str, Any]]:
    return [matrix_entry(matrix) for matrix in gate.matrices]


def _facts(file: Path) -> Iterator[dict[str, Any]]:
    """Facts of a worker, the last of which may be cut off."""
    for line in file.read_text(encoding="utf-8").splitlines():
        with suppress(ValueError):
            yield json.loads(line)


def _outcome(report: pytest.TestReport) -> str:
    """What one report makes of a test; empty if nothing."""
    expected = hasattr(report, "wasxfail")
    if report.failed:
        return "error" if report.when in {"setup", "teardown"} else "failed"
    # A subtest that does not fail says nothing of the whole.
    if type(report) is pytest.TestReport and report.outcome == "skipped":
        return "xfailed" if expected else "skipped"
    if type(report) is pytest.TestReport and report.passed and report.when == "call":
        return "xpassed" if expected else "passed"
    return ""


def _texts(test: pytest.Item | pytest.TestReport) -> list[str]:
    texts = [str(text) for name, text in test.user_properties if name == "ddcompat"]
    return [text for text in texts if parsed_decision(text)]


def _test(test: pytest.Item | pytest.TestReport, key: str, **more: str) -> dict[str, Any]:
    file, line, _ = test.location
    place = {"file": file.replace(os.sep, "/"), "line": None if line is None else line + 1}
    return {"id": test.nodeid, **place, "decision": key, **more}
