"""Each block of code of the README and the documentation, used as its page says.

A comment above a block says how it is used:

- `<!-- file: NAME -->`: the block is written to a file of the page's folder;
- `<!-- shown: REASON -->`: the block is not run, for a reason;
- no comment: `console` blocks are run, and print what stands below each `$ command`; `python`
  blocks are run as scripts; `sh` blocks of the README are run by `nox -s readme-3.13`; blocks of
  other languages must have a comment.

All blocks of a page share one folder and are used in their order. In what is printed, `…` stands
for any text, and a line `…` for any lines. A page that says `<!-- needs: NAME -->` is skipped where
that distribution is not installed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from _pytest.mark.structures import ParameterSet

ROOT = Path(__file__).parents[2]
APPLIED = ROOT / "docs/explanation/extending.md"  # its steps are, by test_extending.py
README = ROOT / "README.md"
PAGES = [README, *sorted({*(ROOT / "docs").rglob("*.md")} - {APPLIED})]
BLOCK = re.compile(
    r"(?m)^(?:<!-- (?P<use>file|shown): (?P<word>.*) -->\n)?"
    r"(?P<fence>```+)(?P<language>[\w{}-]*)(?: .*)?\n(?P<text>(?s:.*?))^(?P=fence)$"
)
NEEDS = re.compile(r"(?m)^<!-- needs: ([\w-]+) -->$")
TIME = re.compile(r" in \d+\.\d\ds\b.*")
RULE = re.compile(r"={3,}")
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")

# Plugins that the tests are installed with. They are blocked unless a page needs them: a reader has
# none of them, and loading them takes most of the time of a run.
PLUGINS = {
    "hypothesis": "hypothesispytest",
    "pytest-bdd": "pytest-bdd",
    "pytest-randomly": "randomly",
    "pytest-rerunfailures": "rerunfailures",
    "pytest-xdist": "xdist",
}


class Block(NamedTuple):
    """A fenced block of a page.

    Attributes:
        line: Number of its first line.
        use: "file", "shown", or empty.
        word: The file's name, or the reason.
        language: The word after the fence.
        text: Its lines.
    """

    line: int
    use: str
    word: str
    language: str
    text: str


def blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("language")) + 1
        yield Block(line, found["use"] or "", found["word"] or "", *found.group("language", "text"))


def commands_of(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a `console` block, and the lines that it prints."""
    for part in re.split(r"(?m)^\$ ", text)[1:]:
        command, *output = part.splitlines()
        while command.endswith("\\"):
            command = command[:-1] + output.pop(0).strip()
        yield command, output


def normal(lines: list[str]) -> list[str]:
    """Leave out empty lines, of which pytest's versions print different ones, times and rules."""
    return [RULE.sub("===", TIME.sub("", line)).rstrip() for line in lines if line.strip()]


def pattern_of(lines: list[str]) -> str:
    """Return a regular expression of lines in which `…` stands for any text."""
    written = [
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in normal(lines)
    ]
    return "".join(written)


def run(command: str, folder: Path, needed: Collection[str] = ()) -> str:
    """Run a command of a page as a reader's shell would; return what it prints."""
    blocked = [f"-p no:{name}" for plugin, name in PLUGINS.items() if plugin not in needed]
    environ = {name: os.environ[name] for name in KEPT if name in os.environ}
    environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environ["PATH"]])
    environ |= {"COLUMNS": "80", "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    environ["PYTEST_ADDOPTS"] = " ".join(blocked)
    done = subprocess.run(
        ["/bin/bash", "-c", command], cwd=folder, env=environ, check=False, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.stdout


def use(block: Block, folder: Path, needed: Collection[str]) -> None:
    if block.use == "file":
        (folder / block.word).parent.mkdir(parents=True, exist_ok=True)
        (folder / block.word).write_text(block.text, encoding="utf-8")
    elif block.language == "console":
        for command, output in commands_of(block.text):
            printed = "".join(
                f"{line}\n" for line in normal(run(command, folder, needed).splitlines())
            )
            if not re.fullmatch(pattern_of(output), printed):
                assert printed.splitlines() == normal(output), f"line {block.line}: {command}"
    elif block.language == "python":
        (folder / "example.py").write_text(block.text, encoding="utf-8")
        assert "FAILED" not in run("python -W error example.py || echo FAILED", folder)
        (folder / "example.py").unlink()


def tools_of(page: Path) -> list[str]:
    return NEEDS.findall(page.read_text(encoding="utf-8"))


def marked(page: Path) -> ParameterSet:
    marks = [pytest.mark.tools] if tools_of(page) else []
    return pytest.param(page, id=str(page.relative_to(ROOT)), marks=marks)


@pytest.mark.once
@pytest.mark.skipif(sys.platform == "win32", reason="the commands are written for bash")
@pytest.mark.parametrize("page", [marked(page) for page in PAGES])
def test_page(page: Path, tmp_path: Path) -> None:
    needed = tools_of(page)
    for name in needed:
        try:
            version(name)
        except PackageNotFoundError:
            pytest.skip(f"the page needs {name}")
    for block in blocks_of(page):
        if block.use != "shown":
            use(block, tmp_path, needed)


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_block_is_used_or_says_why_not(page: Path) -> None:
    runs = {"console", "python", *(["sh"] if page == README else [])}
    unused = [
        f"line {block.line}: {block.language}"
        for block in blocks_of(page)
        if not block.use and block.language not in runs and not block.language.startswith("{")
    ]
    assert not unused


@pytest.mark.parametrize(
    ("output", "printed", "matches"),
    [
        pytest.param(["a … c"], "a b c\n", True, id="any text"),
        pytest.param(["a … c"], "a b d\n", False, id="another text"),
        pytest.param(["a", "…", "d"], "a\nb\nc\nd\n", True, id="any lines"),
        pytest.param(["a", "…", "d"], "a\nb\nc\n", False, id="a last line that is missing"),
        pytest.param(["1 passed in 0.01s"], "1 passed\n", True, id="a time"),
        pytest.param(["a"], "a\nb\n", False, id="a line too many"),
    ],
)
def test_outputs_are_compared(output: list[str], printed: str, matches: bool) -> None:
    assert bool(re.fullmatch(pattern_of(output), printed)) is matches
