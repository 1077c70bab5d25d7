"""Every remedy is tried: at its bounds, beside them, alone and together, with overlays."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.version import Version
from support.core import MATRICES, MATRIX, SUPPORTED, asks, environment
from support.overlays import overlaid
from support.strategies import many

from pytest_ddcompat import Requirement, evaluate
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.evaluation.remedies import find_remedies
from pytest_ddcompat.values.versions import parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_ddcompat import Environment, Matrix

pytestmark = pytest.mark.once

PAGE = MATRICES / "iast-python.toml"
RUNTIME = 'os = "linux"\nimplementation = "cpython"\n'
RELEASE = 'documented = ["x"]\nheading = "Branches"\n'
BRANCH = f'''{RELEASE}tracer = ">=5,<6"
support_level = "general_availability"
agent = "7.70"'''
ITS_RUNTIME = f'''{RUNTIME}documented = ["x"]
heading = "Runtimes"
cpus = ["x86-64"]
python = [">=3.10,<3.13"]
tracer = ">=5,<6"'''
SERIES = """heading = "Supported frameworks"
id = "django"
versions = ["==2.2.*", ">=4.0"]"""
BY_PYTHON = """{tracers = ["<1.10", ">=3.1,<4.9"], runtime = "python", versions = [">=3.9"]},
    {tracer = "5.0", runtime = "python", versions = [">=3.12"]}"""
MARKS = [
    (
        "deployments",
        f'id = "{kind}"\ncapabilities = {{threat_detection = {td}, api_security = {api}}}',
    )
    for kind, td, api in [
        ("docker", "true", "true"),
        ("amazon_ecs", "false", "true"),
        ("aws_fargate", "true", "false"),
        ("aws_lambda", "false", "false"),
    ]
]
OVERLAYS: dict[str, list[tuple[str, str]]] = {
    "the page": [],
    "a further branch": [("releases", BRANCH), ("runtimes", ITS_RUNTIME)],
    "a gap": [("runtimes", f'{RUNTIME}tracer = ">=3,<4"\ncpus = ["aarch64"]')],
    "other minimums": [
        ("capabilities", 'id = "api_security"\nminimum = "3.2.1"'),
        ("releases", 'tracer = ">=4.0,<5"\nagent = "7.50"'),
        ("frameworks", SERIES),
    ],
    "ranges": [
        ("capabilities", 'id = "api_security"\nversions = ["<1.10", ">=2.6,<3", ">=3.2.1,<4.9.0"]'),
        ("capabilities", 'id = "threat_detection"\nversions = [">=1.9,<3.1", ">=4.16"]'),
        ("capabilities", 'id = "code_security"\nversions = ["<4"]\nstatus = "preview"'),
        ("capabilities", f'id = "software_composition_analysis"\nminimums = [{BY_PYTHON}]'),
    ],
    "other marks": MARKS,
}
KEYS = {"ddtrace": "tracer", "Python": "python", "Datadog Agent": "agent"}
KEYS |= {name: f"framework.{name.lower()}" for name in ("Django", "django", "Flask", "FastAPI")}
WHOLE = [f"{major}.{minor}" for major in range(9) for minor in range(26)]
BESIDE = [f"{n}.{m}.999" for n in range(9) for m in (3, 4, 5, 8, 9, 16, 18, 20, 999)]
BESIDE += ["1.9.0.1", "1.10.0.1", "2.6.0.1", "3.2.0", "3.2.1", "3.2.1.1", "4.9.0.1", "5.0.0.1"]
AGENTS = [f"7.{n}{rest}" for n in range(20, 80) for rest in ("", ".999")]
TRIED = {
    "tracer": sorted(map(Version, [*WHOLE, *BESIDE])),
    "python": sorted(map(Version, ["2.7", *(f"3.{n}" for n in range(4, 18))])),
    "agent": sorted(map(Version, [*AGENTS, "6.1", "8.0", "9.1"])),
    "framework": sorted(map(Version, [*WHOLE, *BESIDE])),
}
values: dict[str, st.SearchStrategy[Any]] = {
    "tracer": st.none() | st.sampled_from(["1.4", "1.9.7", "2.2", "2.6.0", "3.1", "4.9.0", "5.1"]),
    "python": st.sampled_from(["2.7", "3.6", "3.7", "3.8", "3.11", "3.12", "3.13", "3.14"]),
    "os": st.sampled_from(["linux", "linux", "macos", "windows", "freebsd"]),
    "cpu": st.sampled_from(["x86-64", "aarch64", "i686"]),
    "deployments": st.sets(st.sampled_from(["docker", "aws_lambda"])).map(sorted),
    "frameworks": st.fixed_dictionaries(
        {"django": st.sampled_from(["1.8", "2.2.1", "3.0", "4.2", None]), "flask": st.just("1.0")}
    ),
    "agent": st.none() | st.sampled_from(["7.20", "7.30", "7.55", "7.90"]),
    "remote_configuration": st.booleans(),
    "date": st.sampled_from(["2026-05-31", "2026-06-01"]),
}
all_facts = st.fixed_dictionaries({}, optional=values).map(lambda drawn: {**SUPPORTED, **drawn})
specifiers = st.sampled_from(
    [">=1.10", ">=2.6.0", "<3", "~=2.4", ">=4.0,<5", "<=4.0.0", "==4.9.*", ">3", "!=4.9.0",
     "<2|>=4.2", ">=3.1,!=3.5.*", ">=1.5,<2.3"]
)  # fmt: skip
requirements = st.one_of(
    st.builds(
        Requirement.capability,
        st.sampled_from(
            ["threat_detection", "threat_protection", "api_security", "sca", "code_security",
             "api_security or threat_detection", "threat_detection and code_security",
             "threat_detection and not api_security"]
        ),
        framework=st.none() | st.sampled_from(["django", ("flask", "django")]),
        deployment=st.none() | st.sampled_from(["docker", ("aws_lambda", "docker")]),
        support_level=st.none() | st.sampled_from(["maintenance", "ga"]),
    ),
    specifiers.map(Requirement.tracer),
    st.sampled_from(["~=7.50", "<7.60", ">=7.41", "<7.30|>=7.60"]).map(Requirement.agent),
    st.sampled_from(["<3", ">=4,<5", "==2.2.*"]).map(
        lambda specifier: Requirement.framework("django", specifier)
    ),
    st.sampled_from(["ga", "maintenance", "eol"]).map(Requirement.support_level),
    st.just(Requirement.deployment("aws_lambda", "docker")),
)  # fmt: skip
OLD_DJANGO = Requirement.framework("django", "<3")
NO_DJANGO = {**SUPPORTED, "frameworks": {"django": None, "flask": "1.0"}}


class Range(NamedTuple):
    """A remedy of a version, and those of a list that it names: any, if it names none."""

    key: str
    inside: list[Version]
    below: list[Version] | list[None]
    above: list[Version]


def range_of(phrase: str) -> Range | None:
    first = phrase.partition(" or ")[0]
    found = re.fullmatch(r"([A-Za-z ]+?) (installed|[<>=!~]\S*)(?: \(.*\))?", first)
    if found is None:
        return None
    if found[2] == "installed":
        return Range(KEYS[found[1]], TRIED["framework"], [None], [])
    key, wanted = KEYS[found[1]], parse_marker_range(found[2])
    tried = TRIED[key.partition(".")[0]]
    inside = [version for version in tried if version in wanted]
    assert inside, phrase
    below = [version for version in tried if version < inside[0]][-1:]
    return Range(key, inside, below, [version for version in tried if version > inside[-1]][:1])


def others_of(phrases: tuple[str, ...], now: Environment, matrix: Matrix) -> Iterator[Environment]:
    """Apply the remedies that name no versions, each of their alternatives."""
    environments = [now]
    for phrase in phrases:
        if phrase == "Remote Configuration turned on":
            environments = [e.replaced("remote_configuration", True) for e in environments]
        elif phrase.startswith("a run on "):
            names = phrase.removeprefix("a run on ").partition(", not")[0].split(" or ")
            ids = [row.id for row in matrix.deployments if row.documented[0] in names]
            assert len(ids) == len(names)
            environments = [
                e.replaced("deployments", frozenset({kind})) for e in environments for kind in ids
            ]
        else:
            assert range_of(phrase), phrase
    yield from environments


@pytest.fixture(scope="module", params=list(OVERLAYS.values()), ids=list(OVERLAYS))
def matrix(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    folder = tmp_path_factory.mktemp("overlay")
    return overlaid(folder, *request.param, extends=PAGE) if request.param else MATRIX


@many
@given(st.lists(requirements, min_size=1, max_size=3), all_facts)
@example(
    [asks("threat_detection"), asks("api_security or threat_detection", framework="django")],
    {**NO_DJANGO, "tracer": None, "python": "2.7"},
)
@example(
    [Requirement.framework("django", "<3"), asks("api_security", framework="django")], NO_DJANGO
)
@example(
    [
        asks("threat_detection", framework=("flask", "django")),
        Requirement.framework("django", "<3"),
    ],
    NO_DJANGO,
)
@example(
    [asks("api_security or threat_detection")],
    {**SUPPORTED, "cpu": "i686", "python": "3.8", "deployments": ["aws_lambda"]},
)
def test_remedies_of_requirements_work_together(
    matrix: Matrix, asked: list[Requirement], facts: dict[str, Any]
) -> None:
    now = environment(**facts)
    found = find_remedies(asked, now, Matrices([matrix]))
    ranges = [r for r in map(range_of, found.phrases) if r is not None]

    def statuses(others: Environment, chosen: tuple[Version | None, ...] = ()) -> set[str]:
        for each, version in zip(ranges, chosen):
            others = others.replaced(each.key, version)
        return {evaluate(requirement, others, matrix).status.value for requirement in asked}

    for key in found.ranges:
        without = found.environment.replaced(key, now.fact(key).value)
        assert "unsupported" in statuses(without), (found.phrases, f"{key} is not needed")
    there = [*others_of(found.phrases, now, matrix)] if found.phrases else []
    ends = [(r.inside[0], r.inside[len(r.inside) // 2], r.inside[-1]) for r in ranges]
    for others, chosen in itertools.product(there, itertools.product(*ends)):
        assert "unsupported" not in statuses(others, chosen), (found.phrases, chosen)
    for number, each in enumerate(ranges):
        for version in [*each.below, *each.above]:
            beside = itertools.product(*ends[:number], [version], *ends[number + 1 :])
            reached = (statuses(*pair) for pair in itertools.product(there, beside))
            assert any(one - {"supported"} for one in reached), (found.phrases, version)


@many
@given(requirements, all_facts)
def test_remedy_of_a_finding_mends_its_check(
    matrix: Matrix, requirement: Requirement, facts: dict[str, Any]
) -> None:
    now = environment(**facts)

    def outcome(there: Environment, number: int) -> str:
        return evaluate(requirement, there, matrix).findings[number].outcome.value

    for number, finding in enumerate(evaluate(requirement, now, matrix).findings):
        each = range_of(finding.remedy) if finding.change else None
        if each is None:
            continue
        for version in (each.inside[0], each.inside[-1]):
            assert outcome(now.replaced(each.key, version), number) != "violated", finding
        for beside in [*each.below, *each.above]:
            assert outcome(now.replaced(each.key, beside), number) != "satisfied", finding
