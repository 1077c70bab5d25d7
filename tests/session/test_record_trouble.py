"""`--ddcompat-report` where something is wrong: the path, the disk, the run, a hook."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Callable

import pytest
from support.core import XDIST
from support.records import MET, OUTCOMES, outcomes_of, record_of

if TYPE_CHECKING:
    from support.project import Project


# With workers, the report of a test may come long after the next one has begun.
SEES = """
import os, pathlib, pytest
@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report):
    if report.when == "teardown" and "PYTEST_XDIST_WORKER" not in os.environ:
        pathlib.Path("seen").touch()
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of a process group")
@pytest.mark.parametrize("send", [os.killpg, os.kill])
@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
def test_ctrl_c_leaves_a_record(
    project: Project, more: tuple[str, ...], send: Callable[[int, int], None]
) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("conftest.py", SEES)
    text = f"import pytest, time, pathlib\n{MET}def test_first(): pass\n"
    text += f"{MET}def test_long():\n    pathlib.Path('begun').touch()\n    time.sleep(600)\n"
    text += "".join(f"{MET}def test_{n}(): time.sleep(600)\n" for n in range(3))
    project.write("test_it.py", text)
    options = ["-p", "no:cacheprovider", "-p", "no:randomly", "--ddcompat-report=run.json", *more]
    command = [sys.executable, "-m", "pytest", *options]
    with subprocess.Popen(
        command,
        cwd=project.path,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        # A run in the background hands it down as ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as process:
        signs = [project.path / "begun", project.path / "seen"]
        while process.poll() is None and not all(sign.exists() for sign in signs):
            time.sleep(0.05)
        send(process.pid, signal.SIGINT)
        assert process.wait(300) == pytest.ExitCode.INTERRUPTED
    record = record_of(project)
    assert (record["run"]["exit_status"], record["run"]["interrupted"]) == (2, True)
    assert Counter(outcomes_of(record).values()) == {"passed": 1, "not_run": 4}


WRONG = {
    "a directory": ("--ddcompat-report=.", "it is a directory"),
    "no folder": ("--ddcompat-report=no/run.json", "there is no folder {path}/no"),
    "no regular file": ("--ddcompat-report=/dev/null", "it is not a regular file"),
}


@pytest.mark.parametrize(("option", "reason"), WRONG.values(), ids=list(WRONG))
def test_a_path_that_is_obviously_wrong_is_a_usage_error(
    project: Project, option: str, reason: str
) -> None:
    run = project.run(option)
    told = f"{option.replace('=', ': cannot write ')}: {reason.format(path=project.path)}"
    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert run.err == [f"ERROR: {told}; valid: a file in a folder that exists", ""]


@pytest.mark.parametrize("more", [(), XDIST], ids=["", "xdist"])
@pytest.mark.parametrize(("option", "reason"), WRONG.values(), ids=list(WRONG))
def test_a_path_that_is_obviously_wrong_ends_no_run_whose_record_is_optional(
    project: Project, option: str, reason: str, more: tuple[str, ...]
) -> None:
    if more:
        pytest.importorskip("xdist")
    project.write("test_it.py", f"import pytest\n{MET}def test(): pass")
    run = project.run(option, "--ddcompat-report-optional", *more)
    path = os.path.normpath(project.path / option.partition("=")[2])
    told = f"ddcompat: the record {path} is not written: {reason.format(path=project.path)}"
    assert (run.status, run.outcomes) == (0, {"test": "passed"})
    assert [line for line in run.out if "the record" in line] == [told]


def test_an_optional_record_is_not_written_over_what_the_run_reads(project: Project) -> None:
    run = project.run("--ddcompat-report=facts.json", "--ddcompat-report-optional")
    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert "cannot write facts.json: the run reads it" in run.err[0]


def test_an_optional_record_is_written_where_its_folder_is_made_by_the_run(
    project: Project,
) -> None:
    text = f"import pytest, os\n{MET}def test(): os.mkdir('made')"
    project.write("test_it.py", text)
    run = project.run("--ddcompat-report=made/run.json", "--ddcompat-report-optional")
    assert run.status == 0
    assert outcomes_of(record_of(project, "made/run.json")) == {"test": "passed"}


@pytest.mark.parametrize("name", ["", "-"])
def test_no_path_is_a_usage_error(project: Project, name: str) -> None:
    run = project.run(f"--ddcompat-report={name}")
    told = (
        f'ERROR: --ddcompat-report: "{name}" is not the name of a file; valid: the path of a file'
    )
    assert (run.status, run.err) == (pytest.ExitCode.USAGE_ERROR, [told, ""])


@pytest.fixture(params=[errno.ENOSPC, errno.EACCES, errno.EROFS])
def refused(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The reason why no file can be written."""
    reason = os.strerror(request.param)

    def refuse(*_: object) -> None:
        raise OSError(request.param, reason)

    monkeypatch.setattr(os, "fsync", refuse)
    return reason


OPTIONAL = ("--ddcompat-report-optional",)


@pytest.mark.parametrize(
    ("test", "options", "ended"),
    [
        pytest.param("pass", (), (1, "passed"), id="passed"),
        pytest.param("pass", OPTIONAL, (0, "passed"), id="passed, and it is optional"),
        pytest.param(
            "pass", ("-o", "ddcompat_report_optional=true"), (0, "passed"), id="optional by ini"
        ),
        pytest.param(
            "pass",
            ("-o", "ddcompat_report_optional=true", "--no-ddcompat-report-optional"),
            (1, "passed"),
            id="not optional after all",
        ),
        pytest.param("assert 0", (), (1, "failed"), id="failed"),
        pytest.param("assert 0", OPTIONAL, (1, "failed"), id="failed, and it is optional"),
        pytest.param("pytest.exit('e', 3)", (), (3, ""), id="ended otherwise"),
    ],
)
def test_a_record_that_cannot_be_written_fails_a_run_that_passed(
    project: Project, refused: str, test: str, options: tuple[str, ...], ended: tuple[int, str]
) -> None:
    project.write("test_it.py", f"import pytest\n{MET}def test(): {test}")
    project.write("run.json", "before")
    run = project.run("--ddcompat-report=run.json", "-W", "error", *options)
    assert (run.status, run.outcomes.get("test", "")) == ended
    path = project.path / "run.json"
    told = f"ddcompat: the record {path} is not written: {refused}"
    assert [line for line in run.out if "the record" in line] == [told]
    assert path.read_text() == "before"
    assert not list(project.path.glob(".*.tmp"))


def test_a_folder_that_goes_away(project: Project) -> None:
    text = f"import pytest, os\n{MET}def test(): os.rmdir('folder')"
    project.write("test_it.py", text)
    (project.path / "folder").mkdir()
    run = project.run("--ddcompat-report=folder/run.json")
    path = project.path / "folder"
    told = f"ddcompat: the record {path}/run.json is not written: there is no folder {path}"
    assert (run.status, run.out[-1] or run.out[-2]) == (1, told)


def test_a_hook_that_fails_is_told_once(project: Project) -> None:
    project.write("conftest.py", "def pytest_ddcompat_facts(): raise RuntimeError('no facts')")
    project.write("test_it.py", f"import pytest\n{MET}def test(): pass\ndef test_plain(): pass")
    run = project.run("--ddcompat-report=run.json")
    assert run.outcomes == {"test": "error", "test_plain": "passed"}
    reason = "pytest_ddcompat_facts: RuntimeError: no facts"
    assert [line for line in run.out if "the record" in line] == [
        f"ddcompat: the record {project.path / 'run.json'} is not written: {reason}"
    ]


def test_the_ini_option_is_relative_to_its_file(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nddcompat_facts = facts.json\nddcompat_report = run.json")
    project.write("deep/test_it.py", f"import pytest\n{MET}def test(): pass")
    os.chdir(project.path / "deep")
    project.run()
    assert outcomes_of(record_of(project)) == {"test": "passed"}


def test_nothing_secret_is_in_it(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("DD_API_KEY", "DD_APP_KEY", "DD_APPLICATION_KEY", "AWS_SECRET_ACCESS_KEY", "DD_ENV",
             "DD_TRACE_AGENT_URL", "DD_SERVICE", "AWS_LAMBDA_FUNCTION_NAME", "DD_TAGS",
             "ECS_CONTAINER_METADATA_URI", "DD_SITE")  # fmt: skip
    for name in names:
        monkeypatch.setenv(name, "http://user:s3cr3t@host.example")
    project.write("pytest.ini", "[pytest]")
    project.write("test_it.py", OUTCOMES)
    project.run("--ddcompat-report=run.json", "--ddcompat-agent=off")
    text = (project.path / "run.json").read_text()
    assert json.loads(text)["tests"]
    assert "s3cr3t" not in text
    assert "host.example" not in text


def test_two_runs_at_once_leave_one_whole_record(project: Project) -> None:
    tests = "".join(f"{MET}def test_{n}(): pass\n" for n in range(200))
    project.write("test_it.py", f"import pytest\n{tests}")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"]
    options = ["--ddcompat-report=run.json"]
    runs = [
        subprocess.Popen([*command, *options], cwd=project.path, stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [run.wait(60) for run in runs] == [0, 0]
    assert len(record_of(project)["tests"]) == 200
    assert not list(project.path.glob(".*.tmp"))


def test_a_run_without_it_imports_nothing_of_it(project: Project) -> None:
    project.write(
        "conftest.py",
        "import sys\ndef pytest_unconfigure():\n"
        "    print('LOADED', *(n for n in sys.modules if 'ddcompat.record.' in n))",
    )
    project.write("test_it.py", f"import pytest\n{MET}def test(): pass")
    assert [line for line in project.run_apart().out if "LOADED" in line] == ["LOADED"]
