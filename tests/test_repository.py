"""Files for contributors and for the place that hosts the repository."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml")

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[1]
HOSTED = ROOT / ".github"
WORKFLOWS = sorted(HOSTED.glob("workflows/*.yml"))
DOCUMENTED = sorted((ROOT / "docs/how-to").glob("*.yml"))
PAGES = ["CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md"]
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+")

hosted = pytest.mark.skipif(not HOSTED.is_dir(), reason="a source distribution has no .github")


def jobs_of(workflow: Path) -> dict[str, dict[str, Any]]:
    jobs: dict[str, dict[str, Any]] = yaml.safe_load(workflow.read_text("utf-8"))["jobs"]
    return jobs


@hosted
def test_workflows_are_those_expected() -> None:
    assert [path.stem for path in WORKFLOWS] == ["docs", "release", "tests"]
    matrix = jobs_of(HOSTED / "workflows/tests.yml")["tests"]["strategy"]["matrix"]
    assert matrix["os"] == ["ubuntu-latest", "windows-latest", "macos-latest"]


@pytest.mark.parametrize("path", [*WORKFLOWS, *DOCUMENTED], ids=lambda path: path.stem)
def test_actions_are_pinned_by_hash_with_their_version(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert used
    assert [action for action in used if not PINNED.fullmatch(action)] == []


@hosted
def test_an_action_has_one_pin() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (*WORKFLOWS, *DOCUMENTED)]
    pins = {pin for text in texts for pin in PINNED.findall(text)}
    assert len(pins) == len({pin.partition("@")[0] for pin in pins})


@hosted
@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_permissions_are_the_least(path: Path) -> None:
    allowed = yaml.safe_load(path.read_text(encoding="utf-8"))["permissions"]
    given = {name: job.get("permissions", allowed) for name, job in jobs_of(path).items()}
    publish = given.pop("publish", {"id-token": "write"})
    assert publish == {"id-token": "write"}
    assert [*given.values()] == [{"contents": "read"}] * len(given)


@pytest.mark.parametrize("path", [*WORKFLOWS, *DOCUMENTED], ids=lambda path: path.stem)
def test_commands_are_made_of_nothing_from_outside(path: Path) -> None:
    steps = [step for job in jobs_of(path).values() for step in job["steps"]]
    inserted = {
        value for step in steps for value in re.findall(r"\$\{\{ *(.*?) *\}\}", step.get("run", ""))
    }
    assert {value for value in inserted if not value.startswith("matrix.")} == set()
    assert "secrets." not in path.read_text(encoding="utf-8")
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@hosted
def test_actions_are_kept_up_to_date() -> None:
    updates = yaml.safe_load((HOSTED / "dependabot.yml").read_text(encoding="utf-8"))["updates"]
    assert [update["package-ecosystem"] for update in updates] == ["github-actions"]
    assert updates[0]["directories"] == ["/", "/docs/how-to"]
    assert {path.parent for path in DOCUMENTED} == {ROOT / "docs/how-to"}


@hosted
def test_templates_ask_for_what_is_needed() -> None:
    for path in HOSTED.glob("ISSUE_TEMPLATE/*.yml"):
        template = yaml.safe_load(path.read_text(encoding="utf-8"))
        asked = [field for field in template.get("body", []) if field["type"] != "markdown"]
        required = [field for field in asked if field.get("validations", {}).get("required")]
        assert required or path.name == "config.yml"


def sessions() -> set[str]:
    text = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    return set(re.findall(r"@nox\.(?:session|parametrize)\b.*\ndef (\w+)\(", text))


def test_sessions_that_are_named_exist() -> None:
    # Those of how-to pages are the reader's own.
    pages = [*(ROOT / "docs" / "explanation").glob("*.md"), *(ROOT / "docs").glob("*.md")]
    pages += [ROOT / "CONTRIBUTING.md", *WORKFLOWS]
    texts = [page.read_text(encoding="utf-8") for page in pages]
    named = {n for text in texts for n in re.findall(r"nox (?:-s|--session) \"?([a-z]\w*)", text)}
    for path in WORKFLOWS:
        for job in jobs_of(path).values():
            included = job.get("strategy", {}).get("matrix", {}).get("include", [])
            named |= {entry["session"] for entry in included if "session" in entry}
    assert {"lint", "types", "release", "package"} <= named
    assert named <= sessions()


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert [link for link in links if "://" not in link and not (ROOT / link).is_file()] == []


def test_contributing_names_each_session_for_checks() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    written = {"generate", "lock", "release", "readme"}
    assert {name for name in sessions() if f"`nox -s {name}`" not in text} <= written
