"""The workflows of the how-to pages: checked, and played against a page that changes."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest
from support.agent_server import http
from support.importing import CAPABILITIES, FOLDED
from support.workflows import Play, git

from pytest_ddcompat.__main__ import main

if TYPE_CHECKING:
    from support.page_server import Site

yaml = pytest.importorskip("yaml")

pytestmark = pytest.mark.once

HOW_TO = Path(__file__).parents[2] / "docs/how-to"
UPDATE = HOW_TO / "update-page.yml"
MATRIX = "iast-python.toml"
OVERLAY = f"""\
extends = "{MATRIX}"

[[capabilities]]
id = "card_vault"
remove = true
source = "https://example.com/"
reason = "we have none"
"""
played = pytest.mark.skipif(
    sys.platform == "win32" or not all(map(shutil.which, ("bash", "git", "awk"))),
    reason="the steps need bash, git and awk",
)


def page(text: str, tag: str) -> bytes:
    return http(text.encode(), "200 OK", f'ETag: "{tag}"')


OLD = page(CAPABILITIES, "old")
REWORDED = page(FOLDED + CAPABILITIES.replace("requirements", "needs") + "Some words.\n", "words")
CHANGED = page(CAPABILITIES.replace("1.4.0", "1.5.0"), "new")
WITHOUT_A_ROW = page(CAPABILITIES.replace("| Card Vault (CV) | `2.1.0` |\n", ""), "less")


class Repository:
    """A repository that has imported a page, with an overlay of it."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.folder = site, folder
        self.origin = folder / "origin.git"
        work = folder / "first"
        work.mkdir()
        site.answer(OLD)
        assert main(["import", site.url, "-o", str(work / MATRIX)]) == 0
        (work / "acme.toml").write_text(OVERLAY, encoding="utf-8")
        git(folder, "init", "--quiet", "--bare", "-b", "main", str(self.origin))
        git(work, "init", "--quiet", "-b", "main")
        git(work, "add", "--all")
        git(work, "commit", "--quiet", "-m", "all of it")
        git(work, "push", "--quiet", str(self.origin), "main")

    def play(self, *answers: bytes, **options: object) -> Play:
        self.site.answer(*answers)
        number = len([*self.folder.glob("play*")])
        env = {"PAGE": self.site.url, "SSL_CERT_FILE": self.site.authority, "no_proxy": "*"}
        opened = str(options.pop("opened", ""))
        env["OPEN_PULL_REQUEST"] = opened
        return Play(UPDATE, self.origin, self.folder / f"play{number}", env, **options)  # type: ignore[arg-type]

    def changes(self) -> list[str]:
        """Return the files that the workflow's branch changes; none without the branch."""
        if "ddcompat/update-page" not in git(self.origin, "branch"):
            return []
        return git(self.origin, "diff", "--name-only", "main", "ddcompat/update-page").split()


@pytest.fixture
def repository(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Repository:
    made = Repository(site, tmp_path)
    capsys.readouterr()
    return made


@played
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(http(b"", "304 Not Modified"), "unchanged since", id="unchanged"),
        pytest.param(REWORDED, "6 of 6 cells interpreted", id="reworded"),
    ],
)
def test_page_whose_facts_stay(repository: Repository, answer: bytes, words: str) -> None:
    play = repository.play(answer)
    assert play.outcomes == {"import": "success", "propose": "skipped"}
    assert words in play.printed["import"]
    assert "No documented fact has changed." in play.printed["import"]
    assert repository.site.asked("If-None-Match") == ['"old"']
    assert (repository.changes(), play.calls) == ([], [])


@played
def test_page_whose_facts_change(repository: Repository) -> None:
    play = repository.play(CHANGED)
    assert play.outcomes == {"import": "success", "propose": "success"}
    assert repository.changes() == [MATRIX, f"{MATRIX}.etag"]
    body = repository.folder / "play0/propose/temp/update/body.md"
    assert "| Minimum tracer versions | Bot Filter | 1.4.0 | 1.5.0 |" in body.read_text("utf-8")
    assert (repository.folder / "play0/import/summary").read_text("utf-8") == body.read_text(
        "utf-8"
    )
    created = "--base main --head ddcompat/update-page --title Documented facts have changed"
    assert play.calls == [
        "auth setup-git",
        "pr list --head ddcompat/update-page --json number --jq .[].number",
        f"pr create {created} --body-file {body}",
    ]
    tree = git(repository.origin, "show", f"ddcompat/update-page:{MATRIX}")
    assert 'minimum = "1.5.0"' in tree


@played
def test_page_that_changes_while_a_pull_request_is_open(repository: Repository) -> None:
    repository.play(CHANGED)
    play = repository.play(page(CAPABILITIES.replace("1.4.0", "1.6.0"), "newer"), opened="7")
    assert play.outcomes == {"import": "success", "propose": "success"}
    assert play.calls[-1].startswith("pr edit 7 --body-file ")
    assert 'minimum = "1.6.0"' in git(repository.origin, "show", f"ddcompat/update-page:{MATRIX}")


@played
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(http(b"", "404 x"), "status 404 (Not Found)", id="gone"),
        pytest.param(http(b"", "301 x", "Location: https://example.com/"), "to another host",
                     id="moved"),
        pytest.param(page("<!doctype html><h1>Log in</h1>", "a"), "no table of capabilities",
                     id="another page"),
        pytest.param(page(CAPABILITIES[:-20], "a")[:-20], "closed too early", id="cut off"),
        pytest.param(WITHOUT_A_ROW, "card_vault", id="the overlay no longer fits"),
    ],
)  # fmt: skip
def test_page_that_is_broken(repository: Repository, answer: bytes, words: str) -> None:
    play = repository.play(answer)
    assert play.outcomes == {"import": "failure", "propose": "skipped"}
    assert words in play.printed["import"]
    assert "Traceback" not in play.printed["import"]
    assert (repository.changes(), play.calls) == ([], [])


@played
@pytest.mark.parametrize(
    "script",
    [
        pytest.param("exit 1", id="without an answer"),
        pytest.param("echo '### Documented facts that change: 1'; exit 2", id="half an answer"),
    ],
)
def test_diff_that_fails(repository: Repository, script: str) -> None:
    command = shutil.which("ddcompat", path=str(Path(sys.executable).parent))
    assert command
    stands_in = f'#!/bin/sh\nif [ "$1" = diff ]; then {script}; fi\nexec {command} "$@"\n'
    play = repository.play(CHANGED, commands={"ddcompat": stands_in})
    assert play.outcomes == {"import": "failure", "propose": "skipped"}
    assert (repository.changes(), play.calls) == ([], [])


ADDED = """\
diff --git a/{name} b/{name}
new file mode {mode}
index 0000000..2e65efe
--- /dev/null
+++ b/{name}
@@ -0,0 +1 @@
+a
\\ No newline at end of file
"""


def replaces(patch: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "page.patch").write_text(patch, encoding="utf-8")


def adds(patch: str) -> Callable[[Path], object]:
    def add(folder: Path) -> None:
        path = folder / "page.patch"
        path.write_text(path.read_text(encoding="utf-8") + patch, encoding="utf-8")

    return add


@played
@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(adds(ADDED.format(name="conftest.py", mode="100644")), id="another file"),
        pytest.param(adds(ADDED.format(name="../a", mode="100644")), id="outside"),
        pytest.param(
            replaces(f"diff --git a/acme.toml b/{MATRIX}.etag\nsimilarity index 100%\n"
                     f"rename from acme.toml\nrename to {MATRIX}.etag\n"),
            id="another file's name",
        ),
        pytest.param(
            replaces(f"diff --git a/{MATRIX} b/{MATRIX}\nold mode 100644\nnew mode 100755\n"),
            id="a program",
        ),
    ],
)  # fmt: skip
def test_patch_of_anything_else_is_refused(
    repository: Repository, tamper: Callable[[Path], object]
) -> None:
    play = repository.play(CHANGED, tamper=tamper)
    assert play.outcomes == {"import": "success", "propose": "failure"}
    assert (repository.changes(), play.calls) == ([], [])


def test_rights_are_the_least() -> None:
    workflow = yaml.safe_load(UPDATE.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "import": {"contents": "read"},
        "propose": {"contents": "write", "pull-requests": "write"},
    }
    text = UPDATE.read_text(encoding="utf-8")
    before, _, after = text.partition("\n  propose:\n")
    assert "github.token" not in before
    # The job that can write runs nothing that is installed.
    assert not re.search(r"\bpip\b|^ *ddcompat ", after, re.MULTILINE)


COVERAGE = HOW_TO / "coverage.yml"
SUITE = """
from pytest_ddcompat import requires_capability, requires_deployment
@requires_capability("threat_protection")
def test_blocks(): pass
@requires_capability("api_security")
def test_learns(): pass
@requires_deployment("aws_lambda")
def test_reads(): assert 0
"""
# Stands in for an environment that has the version of ddtrace of its job.
PYTEST = f"""\
#!/bin/sh
exec {sys.executable} -m pytest -p no:randomly -p no:cacheprovider --ddcompat-set tracer=$DDTRACE \
    --ddcompat-set python=3.11 --ddcompat-set deployment=docker "$@"
"""
ALLOWED = '[[allow]]\ntests = "test_it.py::test_reads"\nreason = "by hand"\n'
PROPOSED = {
    "github.event_name": "pull_request",
    "github.event.number": "7",
    "github.repository": "acme/service",
}


def played_coverage(
    folder: Path, *, suite: str = SUITE, allowed: str = ALLOWED, **known: str
) -> Play:
    pytest.importorskip("duckdb")
    work = folder / "first"
    work.mkdir()
    files = {"test_it.py": suite, "not-run.toml": allowed, "pytest.ini": "[pytest]\n"}
    for name, text in files.items():
        (work / name).write_text(text, encoding="utf-8")
    git(work, "init", "--quiet", "-b", "main")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "-m", "all of it")
    known = {**PROPOSED, **known}
    return Play(COVERAGE, work, folder / "play", {}, known=known, commands={"pytest": PYTEST})


@played
def test_jobs_that_run_all_tests(tmp_path: Path) -> None:
    play = played_coverage(tmp_path)
    assert play.outcomes == {"tests": "success", "coverage": "success", "comment": "success"}
    assert "1 ran, 2 skipped" in play.printed["tests-0"]
    assert "2 ran, 1 skipped" in play.printed["tests-2"]
    shown = (tmp_path / "play/coverage/summary").read_text("utf-8")
    assert "3 runs of 3 jobs" in shown
    assert "| ddtrace 2.5.0 |" in shown
    body = tmp_path / "play/comment/temp/comment/coverage.md"
    assert body.read_text("utf-8") == shown
    call = f"pr comment 7 --edit-last --create-if-none --body-file {body}"
    assert play.calls == [call]


@played
def test_a_test_that_no_job_runs(tmp_path: Path) -> None:
    play = played_coverage(tmp_path, allowed="")
    assert play.outcomes == {"tests": "success", "coverage": "failure", "comment": "success"}
    assert "1 of the gated tests ran in no job" in play.printed["coverage"]
    assert "test_it.py::test_reads" in (tmp_path / "play/coverage/summary").read_text("utf-8")


@played
def test_jobs_with_failures_are_counted(tmp_path: Path) -> None:
    play = played_coverage(tmp_path, suite=SUITE.replace("_learns(): pass", "_learns(): assert 0"))
    assert play.outcomes == {"tests": "failure", "coverage": "success", "comment": "success"}


@played
@pytest.mark.parametrize(
    "known",
    [
        pytest.param({"github.event_name": "push"}, id="no pull request"),
        pytest.param({"github.event.pull_request.head.repo.fork": "true"}, id="of a fork"),
    ],
)
def test_where_nobody_can_comment(tmp_path: Path, known: dict[str, str]) -> None:
    play = played_coverage(tmp_path, **known)
    assert play.outcomes == {"tests": "success", "coverage": "success", "comment": "skipped"}
    assert play.calls == []


def test_rights_of_the_jobs_are_the_least() -> None:
    workflow = yaml.safe_load(COVERAGE.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "tests": {"contents": "read"},
        "coverage": {"contents": "read"},
        "comment": {"pull-requests": "write"},
    }
    before, _, after = COVERAGE.read_text(encoding="utf-8").partition("\n  comment:\n")
    assert "github.token" not in before
    assert not re.search(r"\bpip\b|^ *ddcompat |checkout", after, re.MULTILINE)
