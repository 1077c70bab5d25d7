"""The README is short, its commands and examples work, and its tables and links lead somewhere."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
from support import picture
from support.core import parsed_toml

from pytest_ddcompat.declared import MARKERS, OPTIONS

from .test_pages import README, blocks_of

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
TEXT = README.read_text(encoding="utf-8")
LIMIT = 10_000  # bytes
BLOCKS = list(blocks_of(README))
SUPPORTED = (
    "python=3.11", "implementation=cpython", "os=linux", "cpu=x86-64", "deployment=none",
    "site=datadoghq.com", "remote_configuration=on", "date=2026-05-31",
)  # fmt: skip


def section(title: str) -> str:
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def block(name: str) -> str:
    (text,) = (block.text for block in BLOCKS if block.word == name)
    return text


def slug(heading: str) -> str:
    """Return the anchor that a heading has where the README is shown."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_it_is_short() -> None:
    assert len(README.read_bytes()) <= LIMIT


def test_quick_start_has_two_commands_of_one_line() -> None:
    found = re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", section("Quick start"))
    assert [language for language, _ in found] == ["sh", "sh"]
    assert not re.search(r"<!--|console", section("Quick start"))
    for _, text in found:
        assert text.count("\n") == 1
        assert text.startswith("python3 -m venv .venv && .venv/bin/python -m pip install '.[")
        assert "#" not in text


def test_quick_start_installs_extras_that_are_there() -> None:
    project = parsed_toml(ROOT / "pyproject.toml")["project"]
    named = re.findall(r"pip install '\.\[(\w+)\]'", TEXT)
    assert named == ["cli", "test"]
    assert {*named} <= {*project["optional-dependencies"]}
    (path,) = re.findall(r"-m pytest (\S+\.py)$", section("Quick start"), re.MULTILINE)
    assert (ROOT / path).is_file()


def test_other_sh_blocks_are_shown_only() -> None:
    quick = section("Quick start")
    others = [block for block in BLOCKS if block.language == "sh" and block.text not in quick]
    assert [block.use for block in others] == ["shown"]


def test_address_is_that_of_the_project() -> None:
    (address,) = parsed_toml(ROOT / "pyproject.toml")["project"]["urls"].values()
    assert re.findall(r"git\+(https://[^'\s]*)", TEXT) == [address]


def test_it_has_all_markers() -> None:
    named = re.findall(r"(?m)^\| \[`(requires_\w+)", section("Your first marker"))
    assert sorted(named) == sorted(MARKERS)


def test_it_has_the_main_options() -> None:
    named = set(re.findall(r"(?m)^\| \[`--ddcompat-([\w-]+)", section("Options")))
    assert named <= {*OPTIONS}
    assert named >= {"strict", "unsupported", "undetermined", "facts", "set"}


@pytest.mark.parametrize("title", ["Your first marker", "Options", "Commands"])
def test_each_row_has_a_link(title: str) -> None:
    rows = re.findall(r"(?m)^\| (?!---)(.*)$", section(title))[1:]
    assert rows
    assert all(re.match(r"\[[^]]+\]\(docs/reference/\w+\.md#[\w-]+\) \|", row) for row in rows)


def test_links_lead_somewhere() -> None:
    links = set(re.findall(r"\]\(([^)#\s]*)(#[^)\s]*)?\)", TEXT))
    assert links
    for path, anchor in links:
        if not path.startswith("http"):
            text = (ROOT / path).read_text(encoding="utf-8") if anchor else ""
            headings = re.findall(r"(?m)^#+ (.*)$", text)
            assert (ROOT / path).exists(), path
            assert not anchor or anchor[1:] in map(slug, headings), (path, anchor)


def test_before_and_after_do_the_same(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_before=block("test_before.py"), test_after=block("test_after.py"))
    pytester.runpytest("--ddcompat-set=tracer=none").assert_outcomes(skipped=2)


def test_strict_in_ci(pytester: pytest.Pytester) -> None:
    workflow = block(".github/workflows/appsec.yml")
    assert workflow.count("\n") <= len("ten lines.")
    (command,) = re.findall(r"- run: >\n((?:      .*\n)+)", workflow)
    runner, name, *options = shlex.split(command)
    assert (runner, name) == ("ddtrace-run", "pytest")
    pytester.makepyfile(test_service=block("test_service.py"))
    for tracer, outcome in {"2.5.0": "failed", "unknown": "failed", "2.6.0": "passed"}.items():
        settings = [f"--ddcompat-set={setting}" for setting in (f"tracer={tracer}", *SUPPORTED)]
        pytester.runpytest(*options, *settings).assert_outcomes(**{outcome: 1})
    (shown,) = re.findall(r"- run: ddcompat (.*) >>", workflow)
    done = pytester.run(sys.executable, "-m", "pytest_ddcompat", *shlex.split(shown))
    assert done.ret == 0
    assert "passed" in done.stdout.str()


def test_picture_shows_the_run_as_it_is() -> None:
    svg = picture.PICTURE.read_text(encoding="utf-8")
    words = "nox -s pictures draws it anew"
    assert picture.drawn(svg) == picture.plain(f"$ {' '.join(picture.COMMAND)}{picture.run()}"), (
        words
    )
    assert re.findall(r"https?://[^\s\"<]*", svg.partition("-->")[2]) == []
