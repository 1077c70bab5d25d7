"""Plans are the fewest environments, whatever finds them: compared with all that there are."""

from __future__ import annotations

import datetime as dt
import random
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import pytest
from support.core import MATRIX

from pytest_ddcompat import Environment, Requirement
from pytest_ddcompat.evaluation.pages import Matrices, Verdicts
from pytest_ddcompat.planning.candidates import Limits
from pytest_ddcompat.planning.limits import limits_of
from pytest_ddcompat.planning.plan import make_plan
from pytest_ddcompat.planning.suite import GatedTest, read_decisions, read_markers
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.versions import Version, parse_marker_range

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_ddcompat.planning.plan import Plan

pytestmark = pytest.mark.once
pytest.importorskip("highspy")  # here, as numpy can be loaded only once, and pytester forgets

MATRICES = Matrices([MATRIX])
DAY = dt.date(2026, 5, 31)
NONE = Limits()
FACTS: dict[str, list[Any]] = {
    "tracer": ["1.9.0", "1.10.0", "2.5.0", "2.6.0", "3.0", "4.0"],
    "python": ["3.7", "3.8", "3.9", "3.11", "3.12", "3.14"],
    "deployments": [[], ["docker"], ["aws_lambda"], ["docker", "kubernetes"]],
    "frameworks": [{"django": d, "flask": f} for d in ("2.2", "4.2", None) for f in ("1.1", None)],
}
REST = {"implementation": "cpython", "os": "linux", "cpu": "x86-64", "site": "datadoghq.com"}
MARKERS = [
    'requires_capability("threat_detection")',
    'requires_capability("threat_protection", framework="django")',
    'requires_capability("threat_protection", framework=("django", "flask"))',
    'requires_capability("software_composition_analysis")',
    'requires_capability("api_security")',
    'requires_capability("threat_detection and not api_security")',
    'requires_capability("api_security or threat_protection")',
    'requires_tracer("<3")',
    'requires_tracer(">=4|<2")',
    'requires_tracer("==3.0")',
    'requires_python("<3.9")',
    'requires_python(">=3.12")',
    'requires_python(">=3.14")',
    'requires_framework("django", "<3")',
    'requires_framework("django", ">=4")',
    'requires_framework("flask")',
    'requires_deployment("aws_lambda")',
    'requires_deployment("docker", "aws_lambda")',
    'requires_deployment("kubernetes")',
]


def plan(tests: Iterable[GatedTest], limits: Limits = NONE, *, boundaries: bool = False) -> Plan:
    return make_plan([*tests], MATRICES, limits, DAY, 30, boundaries=boundaries)


def suite(*markers: str) -> list[GatedTest]:
    """Return a test for each text: some markers, with `;` between them."""
    return read_markers((f"test_{n}", each.split("; ")) for n, each in enumerate(markers))


def verdicts_of(facts: dict[str, Any]) -> Verdicts:
    return Verdicts(Environment.from_mapping({"date": str(DAY), **facts}), MATRICES)


def runs(test: GatedTest, verdicts: Verdicts) -> bool:
    return all(verdicts.of(requirement) for requirement in test.requirements)


EVERY = [
    verdicts_of({**REST, "remote_configuration": True, **dict(zip(FACTS, values))})
    for values in product(*FACTS.values())
]
"""All environments of those facts: the boundaries of MARKERS are among them."""


def fewest(tests: list[GatedTest]) -> tuple[int, set[str]]:
    """Return the fewest environments by trying all, and the tests that none runs."""
    columns = {frozenset(t.id for t in tests if runs(t, verdicts)) for verdicts in EVERY}
    largest = [c for c in columns if not any(c < other for other in columns)]
    wanted = frozenset().union(*columns)
    count = next(
        n for n in range(len(tests) + 1)
        if any(frozenset().union(*chosen) >= wanted for chosen in combinations(largest, n))
    )  # fmt: skip
    return count, {t.id for t in tests} - wanted


@pytest.mark.parametrize("seed", range(24))
def test_small_suites_agree_with_all_environments(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same suite each time
    count = chance.randint(1, 9)
    tests = suite(*("; ".join(chance.sample(MARKERS, chance.choice([1, 2, 2, 3])))
                    for _ in range(count)))  # fmt: skip
    found = plan(tests)
    least, impossible = fewest(tests)
    assert len(found.environments) == found.lower_bound == least
    assert {each.test for each in (*found.impossible, *found.undetermined)} == impossible
    assert len(found.clashing) <= least
    check(found, tests)


def check(found: Plan, tests: list[GatedTest]) -> None:
    """Each test that is listed is supported there, and each possible one is listed somewhere."""
    listed: set[str] = set()
    for planned in found.environments:
        verdicts = verdicts_of(planned.facts)
        assert {*planned.tests} == {test.id for test in tests if runs(test, verdicts)}
        listed.update(planned.tests)
    never = {each.test for each in (*found.impossible, *found.undetermined)}
    assert listed | never == {test.id for test in tests}
    pairs = {frozenset(clash.tests) for clash in found.clashes}
    assert pairs == {frozenset(pair) for pair in combinations(found.clashing, 2)}
    assert all(clash.rows for clash in found.clashes)


@pytest.mark.parametrize(
    ("markers", "rows"),
    [
        pytest.param(
            'requires_capability("api_security"); requires_tracer("<2")',
            [('api_security needs ddtrace >=2.6.0 '
              '(Application Security capabilities support: "2.6.0")'),
             'the test needs ddtrace <2 (requires_tracer("<2"))'],
            id="a minimum and a marker",
        ),
        pytest.param(
            'requires_python(">=3.14"); requires_python("<3.9"); requires_tracer(">=4")',
            ['the test needs Python >=3.14 (requires_python(">=3.14"))',
             'the test needs Python <3.9 (requires_python("<3.9"))'],
            id="two of three",
        ),
        pytest.param(
            'requires_capability("sca", deployment="aws_lambda")',
            [('software_composition_analysis needs AWS Lambda to be a deployment type that the '
              'page marks for it (Docker, Kubernetes, Amazon ECS, AWS Fargate) '
              '(Supported deployment types: "AWS Lambda | yes | ")')],
            id="alone",
        ),
        pytest.param(
            'requires_capability("threat_detection"); requires_tracer("<2"); '
            'requires_python(">=3.12")',
            [('the test needs CPython ==2.7.* or >=3.5,<3.12 on linux x86-64/i686/aarch64 for '
              'ddtrace 1.10.0 (Supported Python versions: '
              '"Linux | x86-64, i686, AArch64 | CPython | 2.7, 3.5-3.11 | <2")'),
             'the test needs ddtrace <2 (requires_tracer("<2"))',
             'the test needs Python >=3.12 (requires_python(">=3.12"))'],
            id="three",
        ),
    ],
)  # fmt: skip
def test_rows_that_clash(markers: str, rows: list[str]) -> None:
    (impossible,) = plan(suite(markers)).impossible
    assert len(impossible.rows) == len(rows)
    for row, wanted in zip(impossible.rows, rows):
        assert row.partition(" for ddtrace")[0] == wanted.partition(" for ddtrace")[0]
        assert row.partition(" (")[2] == wanted.partition(" (")[2]


@pytest.mark.parametrize(
    ("markers", "unsure"),
    [
        pytest.param('requires_capability("api_security", framework="django")', True,
                     id="the page says nothing"),
        pytest.param('requires_capability("api_security", framework=("django", "flask"))', True,
                     id="of either"),
        pytest.param('requires_capability("api_security", framework="django"); '
                     'requires_capability("api_security", framework="flask")', True,
                     id="of both"),
        pytest.param('requires_capability("api_security"); requires_tracer(">=5")', True,
                     id="of a version"),
        pytest.param('requires_capability("api_security", framework="django"); '
                     'requires_tracer("<2")', False, id="and what it says excludes it"),
        pytest.param('requires_capability("api_security"); requires_tracer("<2")', False,
                     id="what it says excludes it"),
        pytest.param('requires_agent(">=7.50"); requires_agent("<7.40")', False,
                     id="nothing is what an Agent must be"),
    ],
)  # fmt: skip
def test_undetermined_tests(markers: str, unsure: bool) -> None:
    tests = suite(markers)
    found = plan(tests)
    assert found.environments == ()
    told = [each.test for each in found.undetermined], [each.test for each in found.impossible]
    assert told == ((["test_0"], []) if unsure else ([], ["test_0"]))


def test_three_tests_that_two_and_two_can_share_an_environment() -> None:
    """No two clash, and yet one environment is not enough for the three: the solver says so."""
    tests = suite(
        'requires_deployment("docker", "aws_lambda")',
        'requires_deployment("aws_lambda", "amazon_ecs")',
        'requires_deployment("docker", "amazon_ecs")',
    )
    nested = Limits({"deployments": (frozenset({"docker"}), frozenset({"aws_lambda"}),
                                     frozenset({"amazon_ecs"}))})  # fmt: skip
    found = plan(tests, nested)
    assert (len(found.environments), found.lower_bound, len(found.clashing)) == (2, 2, 1)
    check(found, tests)


@pytest.mark.parametrize(
    ("marker", "types"),
    [
        pytest.param('requires_deployment("docker"); requires_deployment("kubernetes")',
                     ["docker", "kubernetes"], id="docker in kubernetes"),
        pytest.param('requires_deployment("amazon_ecs"); requires_deployment("aws_fargate")',
                     ["amazon_ecs", "aws_fargate", "docker"], id="docker in ecs on fargate"),
        pytest.param('requires_deployment("docker"); requires_deployment("aws_lambda")', None,
                     id="never together"),
        pytest.param('requires_deployment("kubernetes"); requires_deployment("amazon_ecs")', None,
                     id="nor these"),
    ],
)  # fmt: skip
def test_deployment_types_combine_as_they_nest(marker: str, types: list[str] | None) -> None:
    found = plan(suite(marker))
    assert [each.facts["deployments"] for each in found.environments] == ([types] if types else [])
    assert bool(found.impossible) is (types is None)


def test_an_environment_has_no_package_that_its_tests_do_not_need() -> None:
    tests = suite(
        'requires_framework("django", ">=4"); requires_python(">=3.14")',
        'requires_package("httpx", ">=0.20,<0.25"); requires_python("<3.9")',
    )
    first, second = plan(tests).environments
    assert (first.packages, second.packages) == ({"django": ">=4"}, {"httpx": ">=0.20,<0.25"})
    assert first.facts["packages"] == {"httpx": None}
    assert second.facts["frameworks"] == {"django": None}


def test_an_agent_is_named_only_where_a_marker_asks_for_one() -> None:
    without = plan(suite('requires_capability("api_security")')).environments[0].facts
    having = plan(suite('requires_agent(">=7.40")')).environments[0].facts
    assert ("agent" in without, having["agent"]) == (False, "7.40")


def test_limits() -> None:
    pythons = (Version("3.10"), Version("3.9"))
    limits = Limits({"os": ("macos",), "tracer": (Version("3.19.9"),)}, pythons=pythons)
    (planned,) = plan(suite('requires_capability("api_security")'), limits).environments
    facts = planned.facts
    assert (facts["os"], facts["tracer"], facts["python"]) == ("macos", "3.19.9", "3.10")
    assert planned.packages == {"ddtrace": "==3.19.9"}


@pytest.mark.parametrize(
    ("only", "kind", "facts", "packages"),
    [
        pytest.param("framework.No-Such=1", "frameworks", {"no-such": "1"}, {"no-such": "==1"},
                     id="a framework that the page lacks"),
        pytest.param("framework.nosuch=>=2,<3", "frameworks", {"nosuch": "2"},
                     {"nosuch": ">=2,<3"}, id="a range of it"),
        pytest.param("framework.nosuch=none", "frameworks", {"nosuch": None}, {}, id="without it"),
        pytest.param("framework.Django=5.2", "frameworks", {"django": "5.2"},
                     {"django": "==5.2"}, id="a framework that the page has"),
        pytest.param("package.Foo_Bar=1", "packages", {"foo-bar": "1"}, {"foo-bar": "==1"},
                     id="a package"),
        pytest.param("package.zzz=>=1", "packages", {"zzz": "1"}, {"zzz": ">=1"},
                     id="a range of a package"),
    ],
)  # fmt: skip
def test_limits_of_what_no_test_asks_about(
    only: str, kind: str, facts: dict[str, Any], packages: dict[str, str]
) -> None:
    (planned,) = plan(suite('requires_tracer("<3")'), limits_of([only], None, {})).environments
    assert planned.facts[kind] == facts
    assert planned.packages == {"ddtrace": "<3", **packages}


def test_no_value_is_left() -> None:
    limits = Limits({"python": (Version("3.9"),)}, pythons=(Version("3.12"),))
    with pytest.raises(CompatibilityError, match=r"^no value is left for python; valid: --only"):
        plan(suite('requires_python(">=3")'), limits)


def test_without_time_a_plan_is_there_all_the_same() -> None:
    tests = suite(*MARKERS)
    found = make_plan(tests, MATRICES, NONE, DAY, 0)
    assert 1 <= found.lower_bound <= len(found.environments)
    check(found, tests)


@pytest.mark.parametrize("markers", [(), ('requires_platform(os="freebsd")',)])
def test_suites_of_nothing_and_of_words_of_ones_own(markers: tuple[str, ...]) -> None:
    tests = suite(*markers)
    found = plan(tests)
    assert [each.facts for each in found.environments] == [{"os": "freebsd"}] * len(tests)


def test_boundaries() -> None:
    tests = suite('requires_capability("threat_protection", framework="django")')
    found = plan(tests, boundaries=True)
    tried: dict[str, dict[str, str]] = {}
    for each in found.boundaries:
        tried.setdefault(each.minimum, {})[each.place] = each.versions
    assert tried == {
        "threat_protection tracer": {
            "lowest": "==1.10.0", "highest": ">4.0,<5", "just below": ">1.9.0,<1.10.0",
        },
        "threat_protection framework.django": {
            "lowest": "==2.2", "highest": ">4.0", "just below": ">1.12,<2.2",
        },
    }  # fmt: skip
    planned = [each.facts for each in found.environments]
    for key, versions in (
        ("threat_protection tracer", [Version(facts["tracer"]) for facts in planned]),
        ("threat_protection framework.django",
         [Version(facts["frameworks"]["django"]) for facts in planned]),
    ):  # fmt: skip
        for specifier in tried[key].values():
            assert any(version in parse_marker_range(specifier) for version in versions)
    assert ">1.9.0,<1.10.0" in [each.packages["ddtrace"] for each in found.environments]
    check(found, tests)


def test_tests_of_a_record() -> None:
    requirements = [Requirement.tracer(">=2"), Requirement.state("bug")]
    record = {
        "decisions": [
            {"requirements": [0, 1], "error": ""},
            {"requirements": [1], "error": ""},
            {"requirements": [0], "error": "a bad marker"},
        ],
        "tests": [{"id": name, "decision": n} for n, name in enumerate(["a", "b", "c"])],
    }  # fmt: skip
    assert read_decisions(record, requirements) == [
        GatedTest("a", (Requirement.tracer(">=2"),)),
        GatedTest("b", ()),
    ]


def test_a_test_whose_state_alone_is_declared_runs_in_any_environment() -> None:
    tests = [GatedTest("a", (Requirement.tracer(">=2"),)), GatedTest("b", ())]
    assert [each.tests for each in plan(tests).environments] == [("a", "b")]
    assert [each.tests for each in plan(tests[1:]).environments] == [("b",)]
