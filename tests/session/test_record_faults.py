"""The record where the run, the disk or another process breaks off: whole, or not there."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from typing import TYPE_CHECKING

import pytest
from support.core import XDIST
from support.records import MET, outcomes_of, record_of

from pytest_ddcompat.values.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from support.project import Project

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals, links and limits of POSIX")
ONE = ("-p", "xdist.plugin", "-n", "1")
REPORT = "--ddcompat-report=run.json"
BEFORE = '{"an": "earlier run"}'
# What interrupts is in the process itself, or in a worker whose parent it interrupts.
INTERRUPT = """
import os, signal, time, pytest
def interrupt():
    worker = "PYTEST_XDIST_WORKER" in os.environ
    os.kill(os.getppid() if worker else os.getpid(), signal.SIGINT)
    time.sleep(600)
"""
PHASES = {
    "collection": f"interrupt()\n{MET}def test(): pass",
    "setup": f"@pytest.fixture\ndef broken(): interrupt()\n{MET}def test(broken): pass",
    "call": f"{MET}def test(): interrupt()",
    "teardown": "@pytest.fixture\ndef broken():\n    yield\n    interrupt()\n"
    f"{MET}def test(broken): pass",
}  # fmt: skip


def run_alone(project: Project, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest where Ctrl-C is heeded, which a run in the background hands down as ignored."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", REPORT, *options]
    own = {key: value for key, value in os.environ.items() if "XDIST" not in key}
    return subprocess.run(
        command,
        env=own,
        cwd=project.path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def left_over(project: Project) -> list[Path]:
    """What a record that broke off would leave."""
    return list(project.path.glob(".*.tmp"))


@pytest.mark.parametrize("more", [(), ONE], ids=["", "xdist"])
@pytest.mark.parametrize(("phase", "text"), PHASES.items(), ids=list(PHASES))
def test_ctrl_c_in_any_phase_leaves_a_whole_record(
    project: Project, phase: str, text: str, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("test_it.py", INTERRUPT + text)
    project.write("run.json", BEFORE)
    run = run_alone(project, *more)
    assert run.returncode == pytest.ExitCode.INTERRUPTED, run.stdout + run.stderr
    assert "INTERNALERROR" not in run.stdout + run.stderr
    record = record_of(project)
    # To pytest 7 it is an error of the module that is being collected.
    heeded = phase != "collection" or bool(more) or pytest.version_tuple >= (8,)
    assert (record["run"]["exit_status"], record["run"]["interrupted"]) == (2, heeded)
    # Whether a worker's report came in before is chance.
    outcomes = {"passed", *(["not_run"] if more else [])} if phase == "teardown" else {"not_run"}
    found = outcomes_of(record)
    assert set(found) == (set() if phase == "collection" else {"test"})
    assert set(found.values()) <= outcomes
    assert left_over(project) == []


LIMIT = """
import resource
def pytest_sessionfinish():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
"""


def test_a_disk_that_is_full_at_the_end_changes_nothing(project: Project) -> None:
    project.write("conftest.py", LIMIT)
    project.write("test_it.py", f"import pytest\n{MET}def test(): pass\ndef test_no(): assert 0")
    project.write("run.json", BEFORE)
    run = run_alone(project)
    assert run.returncode == 1
    assert "1 failed, 1 passed" in run.stdout
    told = f"ddcompat: the record {project.path}/run.json is not written: File too large"
    assert told in run.stdout.splitlines()
    assert (project.path / "run.json").read_text() == BEFORE
    assert left_over(project) == []


def test_a_disk_that_is_full_for_workers_loses_no_test_that_ran(project: Project) -> None:
    pytest.importorskip("xdist")
    conf = "configure(config):\n  if hasattr(config, 'workerinput'):"
    project.write("conftest.py", LIMIT.replace("sessionfinish():", conf))
    text = f"import pytest\n{MET}def test(): pass\n{MET}def test_no(): assert 0"
    project.write("test_it.py", text)
    run = project.run_apart(REPORT, *XDIST)
    assert (run.status, run.outcomes) == (1, {"passed": "1", "failed": "1"})
    assert outcomes_of(record_of(project)) == {"test": "passed", "test_no": "failed"}


def test_no_folder_for_workers_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("xdist")

    def full(*_: object, **__: object) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    project.write("test_it.py", f"import pytest\n{MET}def test(): pass")
    run = project.run(REPORT, *XDIST)
    full_disk = os.strerror(errno.ENOSPC)
    lacking = (
        "ddcompat: the summary does not count tests that crash a worker: "
        f"OSError: [Errno 28] {full_disk}"
    )
    assert (run.status, run.outcomes) == (0, {"test": "passed"})
    assert [line for line in run.out if line.startswith(lacking)]
    assert outcomes_of(record_of(project)) == {"test": "passed"}


@pytest.mark.parametrize("end", ["os._exit(7)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_run_that_is_cut_off_leaves_the_earlier_record(project: Project, end: str) -> None:
    project.write("test_it.py", f"import os, pytest, signal\n{MET}def test(): {end}")
    project.write("run.json", BEFORE)
    run = run_alone(project)
    assert run.returncode in {7, -signal.SIGKILL}
    assert (project.path / "run.json").read_text() == BEFORE
    assert left_over(project) == []


@pytest.mark.parametrize("end", ["os._exit(7)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_worker_that_is_cut_off_is_in_the_record(
    project: Project, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    pytest.importorskip("xdist")
    temporary = project.path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    text = f"import os, pytest, signal\n{MET}def test_first(): pass\n{MET}def test_end(): {end}\n"
    project.write("test_it.py", f"{text}{MET}def test_last(): pass\n")
    run = project.run_apart(REPORT, *ONE)
    outcomes = {"test_first": "passed", "test_end": "failed", "test_last": "passed"}
    assert run.status == 1
    assert outcomes_of(record_of(project)) == outcomes
    assert list(temporary.glob("ddcompat-*")) == []


@pytest.mark.parametrize(
    ("options", "status"),
    [
        pytest.param(["--ddcompat-set=tracr=1"], 4, id="an option that is not understood"),
        pytest.param(["--no-such-option"], 4, id="an option that there is not"),
        pytest.param(["missing.py"], 4, id="a file that there is not"),
        pytest.param(["--collect-only"], 0, id="a listing"),
    ],
)
def test_a_run_that_does_not_begin_leaves_no_half_record(
    project: Project, options: list[str], status: int
) -> None:
    project.write("test_it.py", f"import pytest\n{MET}def test(): pass")
    project.write("run.json", BEFORE)
    assert run_alone(project, *options).returncode == status
    assert isinstance(json.loads((project.path / "run.json").read_text()), dict)
    assert left_over(project) == []


def test_a_link_stays_one(project: Project) -> None:
    project.write("test_it.py", f"import pytest\n{MET}def test(): pass")
    (project.path / "real").mkdir()
    (project.path / "run.json").symlink_to("real/run.json")
    assert project.run(REPORT).status == 0
    assert (project.path / "run.json").is_symlink()
    assert outcomes_of(record_of(project, "real/run.json")) == {"test": "passed"}


def test_a_pipe_is_refused(project: Project) -> None:
    os.mkfifo(project.path / "run.json")
    run = project.run(REPORT)
    why = "it is not a regular file; valid: a file in a folder that exists"
    assert run.err == [f"ERROR: --ddcompat-report: cannot write run.json: {why}", ""]


def test_a_file_that_is_read_only_is_left_alone(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("test_it.py", f"import pytest\n{MET}def test(): pass")
    path = project.write("run.json", BEFORE)
    path.chmod(0o400)
    monkeypatch.setattr(os, "access", lambda *_: False)  # of root too
    run = project.run(REPORT)
    assert run.status == 1
    assert f"ddcompat: the record {path} is not written: it is read-only" in run.out
    assert path.read_text() == BEFORE


@pytest.mark.parametrize(
    ("options", "ini"),
    [
        pytest.param(["--ddcompat-report=facts.json"], "", id="the facts"),
        pytest.param(
            ["--ddcompat-report=./deep/../facts.json"], "", id="the facts, spelt otherwise"
        ),
        pytest.param(["--ddcompat-report=link.json"], "", id="a link to the facts"),
        pytest.param(
            ["--ddcompat-report=more.json", "--ddcompat-facts=more.json"],
            "",
            id="facts of an option",
        ),
        pytest.param(
            ["--ddcompat-report=page.toml", "--ddcompat-matrix=page.toml"], "", id="a page"
        ),
        pytest.param(
            ["--ddcompat-report=page.toml"], "ddcompat_matrix = page.toml\n", id="a page of the ini"
        ),
        pytest.param(
            ["--ddcompat-report=page.toml", "--ddcompat-matrix=over.toml"],
            "",
            id="what an overlay extends",
        ),
        pytest.param(["--ddcompat-report=pytest.ini"], "", id="the ini file"),
    ],
)
def test_what_the_run_is_told_by_is_not_overwritten(
    project: Project, options: list[str], ini: str
) -> None:
    (project.path / "link.json").symlink_to("facts.json")
    project.write("more.json", "{}")
    project.write("page.toml", 'extends = "iast-python"\n')
    project.write("over.toml", 'extends = "page.toml"\n')
    project.write("pytest.ini", f"[pytest]\nddcompat_facts = facts.json\n{ini}")
    (project.path / "deep").mkdir()
    name = options[0].partition("=")[2]
    before = (project.path / name).read_text()
    run = project.run(*options)
    why = "the run reads it; valid: a file in a folder that exists"
    assert run.err == [f"ERROR: --ddcompat-report: cannot write {name}: {why}", ""]
    assert (run.status, (project.path / name).read_text()) == (4, before)


def test_whoever_reads_meanwhile_reads_a_whole_record(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    contents = [bytes([65 + n]) * 300_000 * (n + 1) for n in range(3)]
    write_atomically(path, contents[0])

    def write(content: bytes) -> None:
        for _ in range(20):
            write_atomically(path, content)

    writers = [threading.Thread(target=write, args=(content,)) for content in contents]
    for writer in writers:
        writer.start()
    read = set()
    while any(writer.is_alive() for writer in writers):
        read.add(path.read_bytes())
    assert read <= set(contents)
    assert list(tmp_path.iterdir()) == [path]
