"""The picture as an HTML file, apart from a browser: what it holds, and what can be chosen.

How it behaves in a browser is tested in `tests/browser`.
"""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest
from support.core import LEFT_OUT, MATRIX, environment, parsed_toml
from support.pages import big_page, branches, row

from pytest_ddcompat import Environment, Fact
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.analysis.grid import grid_of
from pytest_ddcompat.cli.grid_choices import axes_of, axes_of_check
from pytest_ddcompat.cli.grid_html import html
from pytest_ddcompat.cli.output import SHORT
from pytest_ddcompat.environment.fact import KEYS
from pytest_ddcompat.environment.machine import Detector
from pytest_ddcompat.evaluation.checks import CHECKS
from pytest_ddcompat.matrix.loading import matrix_from_mapping
from pytest_ddcompat.values.names import fold

pytestmark = pytest.mark.once

PAGE = Path(__file__).parents[2] / "matrices" / "iast-python.toml"


class Cells(HTMLParser):
    """Statuses and hidden texts of the file's cells, and every address that it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[str] = []
        self.loads: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "td" and given.get("data-status"):
            self.statuses.append(str(given["data-status"]))
        loading = ("src", "srcset", "style", "background", "action", "data")
        self.loads += [(tag, given[name]) for name in loading if name in given]
        self.loads += [(tag, given.get("href"))] if tag in {"link", "base", "use"} else []


def test_html_holds_the_cells_without_its_script() -> None:
    grid = grid_of(environment(python="3.8"), MATRIX, frameworks=["django"])
    parsed = Cells()
    made = html(grid)
    parsed.feed(made)
    assert parsed.statuses == [cell.status.value for row in grid.rows for cell in row.cells]
    assert parsed.loads == []
    assert "url(" not in made
    assert "@import" not in made
    assert len(made) < 500_000
    assert made.isascii()


def test_thousand_capabilities_fit_one_file() -> None:
    grid = grid_of(environment(tracer="2.5.0"), big_page())
    parsed, made = Cells(), html(grid)
    parsed.feed(made)
    assert len(made) < 1_600_000
    first, *others = [[cell.status.value for cell in row.cells] for row in grid.rows]
    assert parsed.statuses == first
    words = re.findall(r"<td(?: class=here)?>(yes|no|\?)(?=<|\s)", made)
    assert words == [SHORT[status] for row in others for status in row]
    assert 'type="search"' in made
    assert f"{grid.left_out} more have none" in made


@pytest.mark.parametrize(
    ("capabilities", "whole"),
    [pytest.param(7, 7, id="short"), pytest.param(101, 1, id="long")],
)
def test_every_table_has_a_filter_and_a_long_one_few_buttons(capabilities: int, whole: int) -> None:
    made = html(grid_of(environment(), big_page(capabilities)))
    assert 'type="search"' in made
    assert len(set(re.findall(r'data-row="(\d+)"', made))) == whole


@pytest.mark.parametrize(
    ("ranges", "heads"),
    [
        pytest.param([], [], id="no branches"),
        pytest.param(["<2", ">=2"], ["&lt;2", "&gt;=2"], id="branches"),
    ],
)
def test_only_branches_of_the_page_are_headings(ranges: list[str], heads: list[str]) -> None:
    table = parsed_toml(PAGE)
    table["releases"] = branches(*ranges)
    made = html(grid_of(environment(tracer=None), matrix_from_mapping(table, "own.toml")))
    assert re.findall(r'class="branch"><span>(\S+) ', made) == heads
    assert ("colgroup" in made) == bool(heads)


def test_a_page_without_an_address_has_no_link() -> None:
    table = parsed_toml(PAGE)
    del table["page"]["address"]
    made = html(grid_of(environment(), matrix_from_mapping(table, "own.toml")))
    assert "href" not in made


def test_thousand_frameworks_are_not_all_offered() -> None:
    table = parsed_toml(PAGE)
    marks = {c["id"]: True for c in table["capabilities"]}
    table["frameworks"] += [
        row(f"Frame {n}", id=f"frame_{n}", capabilities=marks) for n in range(900)
    ]
    page = matrix_from_mapping(table, "own.toml")
    grid = grid_of(environment(), page, frameworks=["frame_899"])
    asked = {name for choice in axes_of(grid)["framework"] for name in choice.asks}
    offered, there = {fold(name) for name in asked}, {fold(n) for n in page.framework_names()}
    assert 10 < len(offered) < 900
    assert fold("frame_899") in offered
    left_out = f"<dd>{len(there - offered)}, each for --framework</dd>"
    assert left_out in html(grid)


@pytest.mark.parametrize("control", "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2069")
def test_controls_of_direction_are_shown(control: str) -> None:
    table = parsed_toml(PAGE)
    table["page"]["title"] = f"title{control}"
    table["capabilities"][0]["documented"][0] = f"name{control}"
    made = html(grid_of(environment(), matrix_from_mapping(table, "own.toml")))
    (text,) = re.findall(r'id="data">(.*?)</script>', made, re.DOTALL)
    code = f"\\u{ord(control):04x}"
    assert json.loads(text)["capabilities"][0] == f"name{code}"
    assert control not in unescape(made.replace(text, ""))
    assert control not in json.dumps(json.loads(text), ensure_ascii=False)
    assert f"<title>ddtrace by version: title{code}</title>" in made


def test_html_is_the_same_each_time() -> None:
    first, second = (html(grid_of(environment(), MATRIX)) for _ in range(2))
    assert first == second


AXES = {
    "site": (),
    "tracer": ("capability", "column", "python"),
    "release": ("column",),
    "runtime": ("column", "os", "cpu", "python", "implementation"),
    "agent": ("column",),
    "remote_configuration": ("capability", "column", "deployment"),
    "deployment": ("capability", "deployment"),
    "framework": ("capability", "framework"),
    "datastore": ("capability",),
}


def test_axes_follow_from_the_facts_that_a_check_depends_on() -> None:
    assert {c.name: axes_of_check(c, MATRIX) for c in CHECKS if c.name in AXES} == AXES


@pytest.mark.parametrize(
    ("axis", "labels"),
    [
        pytest.param(
            "python",
            ["2.7", *(f"3.{n}" for n in range(5, 15)), "not known"],
            id="every Python between the documented ones",
        ),
        pytest.param("implementation", ["cpython", "pypy", "not known"], id="implementation"),
        pytest.param("os", ["linux", "macos", "windows", "not known"], id="OS"),
        pytest.param("cpu", ["x86-64", "aarch64", "i686", "not known"], id="CPU"),
        pytest.param(
            "deployment",
            [
                "plain host", "Docker", "Kubernetes", "Amazon ECS", "AWS Fargate",
                "AWS Lambda", "not known",
            ],
            id="deployment",
        ),
        pytest.param(
            "framework",
            [
                "none named", "Django 1.11", "Django 2.2", "Django 3.2", "Django 4.0",
                "Django 4.2.1", "Django, not installed", "Django, version not known",
                "FastAPI 0.86", "FastAPI 0.115.0", "FastAPI, not installed",
                "FastAPI, version not known", "Flask 1.1", "Flask 3.0.3", "Flask, not installed",
                "Flask, version not known",
            ],
            id="framework",
        ),
    ],
)  # fmt: skip
def test_choices(axis: str, labels: list[str]) -> None:
    choices = axes_of(grid_of(environment(), MATRIX))[axis]
    assert [choice.label for choice in choices] == labels


@pytest.mark.parametrize(
    ("changes", "axis", "label"),
    [
        pytest.param({"os": "freebsd"}, "os", "freebsd", id="an OS that the page does not have"),
        pytest.param(
            {"implementation": "graalpy"},
            "implementation",
            "graalpy",
            id="an implementation that the page does not have",
        ),
        pytest.param({"python": "3.20.1"}, "python", "3.20", id="a newer Python"),
        pytest.param({"deployments": []}, "deployment", "plain host", id="plain host"),
        pytest.param(
            {"deployments": ["kubernetes", "docker"]},
            "deployment",
            "docker and kubernetes",
            id="two types",
        ),
    ],
)
def test_own_choice_is_marked(changes: dict[str, object], axis: str, label: str) -> None:
    choices = axes_of(grid_of(environment(**changes), MATRIX))[axis]
    assert [choice.label for choice in choices if choice.here] == [label]


@pytest.mark.parametrize(
    ("given", "changes"),
    [
        pytest.param({}, {"3.0": "supported", "4.0": "unsupported"}, id="detected"),
        pytest.param(
            {"remote_configuration": True}, {"3.0": "supported", "4.0": "supported"}, id="given"
        ),
    ],
)
def test_choosing_lambda_turns_a_detected_remote_configuration_off(
    given: dict[str, object], changes: dict[str, str]
) -> None:
    facts = environment(remote_configuration=LEFT_OUT)
    known = {key: facts.fact(key) for key in KEYS if key != "remote_configuration"}
    more = {key: Fact(value, "given") for key, value in given.items()}
    made = html(grid_of(Environment({**known, **more}, Detector(environ={})), MATRIX))
    (text,) = re.findall(r'id="data">(.*?)</script>', made, re.DOTALL)
    data = json.loads(text)
    capability = [c.id for c in MATRIX.capabilities].index("threat_protection")
    table = data["tables"]["remote_configuration"]
    assert table["axes"] == ["capability", "column", "deployment"]
    by_lambda = [row[5] for row in table["at"][capability]]
    bodies = [data["bodies"][data["findings"][index][0]] for index in by_lambda]
    outcomes = [data["strings"][body[0]] for body in bodies]
    verdicts = {"satisfied": "supported", "violated": "unsupported"}
    found = dict(zip(data["columns"], (verdicts[outcome] for outcome in outcomes)))
    assert {column: found[column] for column in changes} == changes
    assert ("ddtrace &gt;=3.19 turns it off on AWS Lambda</dd>" in made) is not bool(given)


def test_python_bounds_far_apart_are_not_all_listed() -> None:
    table = parsed_toml(PAGE)
    table["runtimes"][0]["python"] = [">=3.9,<3.99999999"]
    grid = grid_of(environment(), matrix_from_mapping(table, "own.toml"))
    assert len(axes_of(grid)["python"]) < 60


def test_data_cannot_end_its_element() -> None:
    table = parsed_toml(PAGE)
    name = "</script><!--<script>&\u2028'"
    table["capabilities"][0]["documented"][0] = name
    made = html(grid_of(environment(), matrix_from_mapping(table, "own.toml")))
    (data,) = re.findall(
        r'<script type="application/json" id="data">(.*?)</script>', made, re.DOTALL
    )
    assert json.loads(data)["capabilities"][0] == name
    assert not set("<>&'") & set(data)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(c * weight for c, weight in zip(linear, (0.2126, 0.7152, 0.0722)))


@pytest.mark.parametrize("scheme", [pytest.param(0, id="light"), pytest.param(1, id="dark")])
@pytest.mark.parametrize(
    ("front", "back"),
    [
        ("text", "ground"), ("text", "surface"), ("text", "here"), ("soft", "ground"),
        ("soft", "surface"), ("accent", "ground"), ("accent", "surface"), ("accent", "here"),
        ("surface", "accent"), ("yes", "yes-ground"), ("no", "no-ground"), ("open", "open-ground"),
        ("yes", "here"), ("no", "here"), ("open", "here"), ("yes", "surface"), ("no", "ground"),
    ],
)  # fmt: skip
def test_contrast(scheme: int, front: str, back: str) -> None:
    style = (files("pytest_ddcompat.cli") / "page.css").read_text(encoding="utf-8")
    block = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
    lighter, darker = sorted((luminance(colours[front]), luminance(colours[back])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("versions", "chosen"),
    [
        pytest.param({"flask": "3.0.3", "django": None}, "Flask 3.0.3 (here)", id="one"),
        pytest.param({"flask": "3", "django": "5"}, "django or flask (here)", id="several"),
        pytest.param({}, "none named", id="none"),
    ],
)
def test_page_starts_with_the_frameworks_that_are_installed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], versions: dict[str, str], chosen: str
) -> None:
    (tmp_path / "facts.json").write_text(json.dumps({"frameworks": versions}))
    assert main(["matrix", "--facts", str(tmp_path / "facts.json"), "--format", "html"]) == 0
    (select,) = re.findall('<select id="framework".*?</select>', capsys.readouterr().out, re.DOTALL)
    assert re.findall("selected>(.*?)</option>", select) == [chosen]
