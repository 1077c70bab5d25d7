"""pytest-xdist: what controller and workers pass to each other.

The controller gives its workers the options and the Agent's answer. Workers give back what the
collection decided and their part of the summary's first line at their end. What must not be lost
if a worker crashes they write to a journal, line by line, in a folder of the controller.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddcompat.declared import marks_of
from pytest_ddcompat.session.day import DAY, day_of
from pytest_ddcompat.session.faults import contain, faults_of
from pytest_ddcompat.session.outcomes import Place, place_of
from pytest_ddcompat.session.state import (
    codec_of,
    gates_if_used,
    is_worker,
    ledger_of,
    running,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_ddcompat.evaluation.decision import Decision

__all__ = ["read_journals", "register", "write_journal", "write_test"]

_SETTINGS = "ddcompat"
_FOLDER = "ddcompat_journals"
_OUTPUT = "ddcompat"
_FAULTS = "ddcompat_faults"
_JOURNALS = pytest.StashKey[Path]()
_HAS_REFUSED = pytest.StashKey[bool]()


def register(config: pytest.Config) -> None:
    """Register the hooks of this process, controller or worker."""
    hooks = WorkerHooks() if is_worker(config) else ControllerHooks()
    codec_of(config).reads_others = not is_worker(config)
    config.pluginmanager.register(hooks, "ddcompat-xdist")


def write_journal(config: pytest.Config, line: dict[str, Any]) -> None:
    """Append a line to this worker's journal; one that cannot be written is lost."""
    worker: dict[str, Any] = getattr(config, "workerinput")  # noqa: B009 - of a worker alone
    path = Path(worker.get(_FOLDER, "")) / f"{worker['workerid']}.jsonl"
    with suppress(OSError), path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def write_test(item: pytest.Item, decision: Decision) -> None:
    """Append a test and the decision on it to this worker's journal."""
    file, line = place_of(item)
    text = codec_of(item.config).encode(decision)
    entry = {"id": item.nodeid, "file": file, "line": line, "decision": text}
    write_journal(item.config, entry)


def read_journals(config: pytest.Config) -> list[dict[str, Any]]:
    """Read what workers wrote, and enter their tests in the ledger.

    Returns:
        The lines that are no tests.
    """
    folder = config.stash.get(_JOURNALS, None)
    others = []
    for line in _lines(folder) if folder else ():
        if "id" not in line:
            others.append(line)
            continue
        decision = codec_of(config).decode(line["decision"])
        if decision is not None:
            place = Place(line["file"], line["line"])
            ledger_of(config).collect(line["id"], place, decision, worker=line["worker"])
    return others


def _lines(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            # A worker that crashed may have cut off its last one.
            with suppress(ValueError):
                yield {**json.loads(line), "worker": file.stem}


class _Hooks:
    """The hooks of both."""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember that markers cannot be understood."""
        if report.failed and hasattr(report, "ddcompat_refused"):
            running().stash[_HAS_REFUSED] = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """End as a run without workers would."""
        config = session.config
        if (
            config.stash.get(_HAS_REFUSED, False)
            and not config.option.continue_on_collection_errors
        ):
            session.exitstatus = pytest.ExitCode.INTERRUPTED


class ControllerHooks(_Hooks):
    """The hooks of the process that starts the workers."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give a worker the options, the Agent's answer and its journal's folder."""
        config: pytest.Config = node.config
        with contain(config, "the summary does not count tests that crash a worker"):
            folder = config.stash.get(_JOURNALS, None)
            if folder is None:
                folder = config.stash[_JOURNALS] = Path(tempfile.mkdtemp(prefix="ddcompat-"))
                config.add_cleanup(partial(shutil.rmtree, folder, ignore_errors=True))
            node.workerinput[_FOLDER] = str(folder)
        with contain(config, "a worker reads the options itself"):
            node.workerinput[DAY] = day_of(config).isoformat()
            gates = gates_if_used(config)
            if gates is not None:
                inputs = gates.first.inputs
                facts = inputs.settings.facts.with_answer()
                inputs.settings = inputs.settings._replace(facts=facts)
                vars(inputs).pop("detector", None)  # it does not have the answer
                node.workerinput[_SETTINGS] = inputs.settings.to_plain()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker knows at its end."""
        output = getattr(node, "workeroutput", {})
        faults_of(node.config).update(dict.fromkeys(output.get(_FAULTS, ())))
        for name in output.get("ddcompat_stepped_back", ()):
            from pytest_ddcompat.session.stepping import step_back  # here, as few runs need it

            step_back(node.config, name)
        with contain(node.config, "the summary may lack tests of a worker"):
            ledger, codec = ledger_of(node.config), codec_of(node.config)
            heads, stopped = output.get(_OUTPUT, ((), ()))
            for folder, key, head in heads:
                words = ledger.heads.setdefault((folder, key), set())
                words.update((rank, word) for rank, word in head)
            for nodeid, file, line, text, outcome in stopped:
                decision = codec.decode(text)
                if decision is not None:
                    worker = node.gateway.id
                    ledger.collect(nodeid, Place(file, line), decision, outcome, worker)

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, config: pytest.Config) -> None:
        """Enter the tests that brought down their workers, before the summary counts."""
        with contain(config, "the summary may lack tests of a worker"):
            read_journals(config)


class WorkerHooks(_Hooks):
    """The hooks of a worker."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Note each gated test before it runs, for it may bring the worker down."""
        marks = marks_of(item)
        if not marks:
            return
        # Imported here, since a run without markers has workers too.
        from pytest_ddcompat.session.execution import is_skipped_by_author

        with contain(item.config, "the summary does not count tests that crash a worker"):
            gates = gates_if_used(item.config)
            if gates is not None and not is_skipped_by_author(item):
                write_test(item, gates.decide(item, marks))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Give the controller what this worker knows."""
        super().pytest_sessionfinish(session)
        config = session.config
        output: dict[str, Any] = getattr(config, "workeroutput", {})
        with contain(config, "the summary may lack tests of a worker"):
            gates = gates_if_used(config)
            used = [] if gates is None else gates.used()
            if used:
                from pytest_ddcompat.session.summary import head_of

                stopped = [
                    (e.id, *e.place, codec_of(config).encode(e.decision), e.outcome)
                    for e in ledger_of(config).entries()
                    if e.decision is not None and e.outcome != "not_run"
                ]
                heads = [(gate.folder, gate.key, head_of(gate)) for gate in used]
                output[_OUTPUT] = [heads, stopped]
        output[_FAULTS] = list(faults_of(config))
