"""The hooks that write a run's record."""

from __future__ import annotations

import os
import platform
import secrets
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from pytest_ddcompat import __version__
from pytest_ddcompat.declared import ENVIRON
from pytest_ddcompat.record.builder import (
    build_record,
    decision_entry,
    environment_entry,
    matrix_entry,
    merge_environments,
    run_entry,
    to_json,
)
from pytest_ddcompat.record.job import VARIABLES, detect_job
from pytest_ddcompat.session.execution import is_left_out_by_author
from pytest_ddcompat.session.faults import describe
from pytest_ddcompat.session.outcomes import place_of
from pytest_ddcompat.session.state import (
    codec_of,
    decision_on,
    gates_of,
    is_distributed,
    is_worker,
    ledger_of,
)
from pytest_ddcompat.session.xdist import read_journals, write_journal, write_test
from pytest_ddcompat.values.errors import CompatibilityError, RequirementError
from pytest_ddcompat.values.files import unwritable, write_atomically
from pytest_ddcompat.values.text import printable
from pytest_ddcompat.values.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from pytest_ddcompat.evaluation.decision import Decision
    from pytest_ddcompat.session.gate import Gate
    from pytest_ddcompat.session.outcomes import Entry

__all__ = ["Recorder", "WorkerRecorder", "register"]


def register(config: pytest.Config) -> None:
    """Write the record of a run.

    Raises:
        pytest.UsageError: The path that it is to be written to is obviously wrong.
    """
    recorder = WorkerRecorder(config) if is_worker(config) else Recorder(config, _path(config))
    config.pluginmanager.register(recorder, "ddcompat-record")


def _path(config: pytest.Config) -> Path:
    named, option = config.getoption("ddcompat_report"), "--ddcompat-report"
    folder = config.invocation_params.dir
    if named is None:
        named, option = config.getini("ddcompat_report"), "ddcompat_report"
        folder = config.inipath.parent if config.inipath else config.rootpath
    if named in {"", "-"}:
        raise pytest.UsageError(
            f'{option}: "{named}" is not the name of a file; valid: the path of a file'
        )
    path = Path(os.path.abspath(folder / named))  # noqa: PTH100 - resolve() follows links
    is_input = Path(os.path.realpath(path)) in _inputs(config)
    reason = "the run reads it" if is_input else "" if _is_optional(config) else unwritable(path)
    if reason:
        wrong = printable(f"{option}: cannot write {named}: {reason}")
        raise pytest.UsageError(f"{wrong}; valid: a file in a folder that exists")
    return path


def _is_optional(config: pytest.Config) -> bool:
    option: bool | None = config.getoption("ddcompat_report_optional")
    return bool(config.getini("ddcompat_report_optional")) if option is None else option


def _inputs(config: pytest.Config) -> set[Path]:
    """Return the files that a run reads its options, facts and matrices from."""
    folder, ini = config.invocation_params.dir, config.inipath or config.rootpath / "pytest.ini"
    names = [config.getoption("ddcompat_facts"), *(config.getoption("ddcompat_matrix") or ())]
    of_ini = [ini, config.getini("ddcompat_facts"), *config.getini("ddcompat_matrix")]
    paths = [folder / name for name in names if name]
    paths += [ini.parent / str(name) for name in of_ini if name]
    paths += [Path(name) for name in gates_of(config).first.inputs.settings.files]
    return {Path(os.path.realpath(path)) for path in paths}


class _Hooks:
    """The hooks of both a worker and the process that writes the record."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._problem = ""

    @contextmanager
    def _contain(self) -> Iterator[None]:
        """Keep a fault, or an error of a user's hook, from ending the run."""
        try:
            yield
        except BaseException as error:  # noqa: BLE001 - what ends a run is raised again
            self._note(_words(error))

    def _note(self, problem: str) -> None:
        self._problem = self._problem or problem

    def _collect(self, item: pytest.Item, decision: Decision) -> None:
        ledger_of(self._config).collect(item.nodeid, place_of(item), decision)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Enter every gated test, so that the record has those too that will not be run."""
        with self._contain():
            for item in session.items:
                decision = decision_on(item)
                if decision is not None and not is_left_out_by_author(item, decision):
                    self._collect(item, decision)


class WorkerRecorder(_Hooks):
    """Writes the tests of a worker, and its decisions with all findings, to its journal."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        self._written: set[Decision] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write a decision made after the collection, by late marks or inside the test."""
        with self._contain():
            decision = codec_of(self._config).find(report.user_properties)
            if decision is not None:
                self._write(decision)

    def _collect(self, item: pytest.Item, decision: Decision) -> None:
        self._write(decision)
        write_test(item, decision)

    def _write(self, decision: Decision) -> None:
        if decision in self._written:
            return
        gate = gates_of(self._config).of_folder(decision.folder)
        self._written.add(decision)
        if gate is None:
            return
        if gate.fault is not None:
            self._note(_words(gate.fault))
            return
        line = {
            "text": codec_of(self._config).encode(decision),
            "entry": decision_entry(decision, gate.verdicts, gate.matrices),
            **_described(gate),
        }
        write_journal(self._config, line)

    def _note(self, problem: str) -> None:
        super()._note(problem)
        write_journal(self._config, {"problem": problem})


class Recorder(_Hooks):
    """Writes the record at the end of a run."""

    def __init__(self, config: pytest.Config, path: Path) -> None:
        super().__init__(config)
        self._path = path
        self._is_optional = _is_optional(config)
        self._id = secrets.token_hex(16)
        self._begin = datetime.now(timezone.utc)
        self._interrupted = False
        self._is_written = False

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Remember that the run was stopped from outside, and not by an option of pytest."""
        self._interrupted = self._interrupted or excinfo.type is KeyboardInterrupt

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Write the record after all else, when the exit status is known."""
        try:
            return (yield)
        finally:
            with self._contain():
                self._write(int(session.exitstatus))
            self._tell_problem()
            # An earlier record must not be taken for this run's.
            if session.exitstatus == 0 and not self._is_written and not self._is_optional:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _tell_problem(self) -> None:
        reporter: Any = self._config.pluginmanager.getplugin("terminalreporter")
        if self._problem and reporter is not None:
            state = "may lack tests" if self._is_written else "is not written"
            what = f"ddcompat: the record {self._path} {state}: {self._problem}"
            reporter.ensure_newline()
            reporter.write_line(printable(what), yellow=True)

    def _write(self, exit_status: int) -> None:
        known = _Known()
        for line in read_journals(self._config) if is_distributed(self._config) else ():
            if "problem" in line:
                self._note(line["problem"])
            else:
                known.add(line)
        entries = [
            (entry, explained)
            for entry in ledger_of(self._config).entries()
            if entry.decision and (explained := self._explain(entry, known))
        ]
        if not entries:
            gates = gates_of(self._config)
            known.describe(_described((gates.used() or [gates.first])[0]))
        record = build_record(
            self._run(exit_status),
            [*known.matrices.values()],
            [*known.environments.values()],
            entries,
        )
        write_atomically(self._path, to_json(record).encode())
        self._is_written = True

    def _run(self, exit_status: int) -> dict[str, Any]:
        variables = Variables(self._config.stash[ENVIRON]()).only(VARIABLES)
        versions = {
            "pytest-ddcompat": __version__,
            "pytest": pytest.__version__,
            "python": platform.python_version(),
        }
        return run_entry(
            self._id,
            self._begin,
            datetime.now(timezone.utc),
            job=detect_job(variables, self._config.getoption("ddcompat_job")),
            versions=versions,
            exit_status=exit_status,
            interrupted=self._interrupted,
        )

    def _explain(self, test: Entry, known: _Known) -> dict[str, Any] | None:
        """Return a test's decision as the record has it, from a worker or from this process."""
        decision = cast("Decision", test.decision)
        text = codec_of(self._config).encode(decision)
        found = known.find(test.worker, text)
        if found is None:
            gate = gates_of(self._config).of_folder(decision.folder)
            if gate is None:
                return None  # a worker could not tell its environment
            if gate.fault is not None:
                self._note(_words(gate.fault))
                return None
            try:
                entry = decision_entry(decision, gate.verdicts, gate.matrices)
            except RequirementError:
                return None  # a test has written the property itself, for another page
            line = {"worker": test.worker, "text": text, "entry": entry, **_described(gate)}
            found = known.add(line)
        return found


class _Known:
    """The decisions and environments of all processes of a run, each distinct one once.

    Attributes:
        environments: The environments by folder and key.
        matrices: The matrices by id and content.
    """

    def __init__(self) -> None:
        self.environments: dict[tuple[str, str], dict[str, Any]] = {}
        self.matrices: dict[tuple[str, str], dict[str, Any]] = {}
        self._decisions: dict[tuple[int, str], dict[str, Any]] = {}
        self._by_worker: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, line: dict[str, Any]) -> dict[str, Any]:
        """Take in a decision, and return it as the record has it."""
        index, text = self.describe(line), line["text"]
        decision = {**line["entry"], "environment": index}
        # Workers of the same environment share it, so that the record has it once.
        decision = self._decisions.setdefault((index, text), decision)
        self._by_worker[line["worker"], text] = decision
        return decision

    def find(self, worker: str, text: str) -> dict[str, Any] | None:
        """Return a decision of a worker."""
        return self._by_worker.get((worker, text))

    def describe(self, line: dict[str, Any]) -> int:
        """Take in an environment and its matrices, and return its index."""
        environment = line["environment"]
        key = (environment["folder"], line["key"])
        known = self.environments.get(key)
        self.environments[key] = merge_environments(known, environment) if known else environment
        for matrix in line["matrices"]:
            self.matrices.setdefault((matrix["id"], matrix["sha256"]), matrix)
        return list(self.environments).index(key)


def _words(error: BaseException) -> str:
    words = describe(error)
    if isinstance(error, (OSError, CompatibilityError)):
        words = getattr(error, "strerror", None) or str(error)
    return words


def _described(gate: Gate) -> dict[str, Any]:
    """Return the environment and the matrices of a gate, for a journal."""
    return {
        "environment": environment_entry(gate.environment, gate.matrices, gate.folder),
        "key": gate.key,
        "matrices": [matrix_entry(matrix) for matrix in gate.matrices],
    }
