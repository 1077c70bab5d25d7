"""What holds of any facts, expressions and input."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version
from support.core import MATRICES, MATRIX, SUPPORTED, asks, parsed_toml
from support.strategies import anything, many, some, texts

from pytest_ddcompat import (
    Environment,
    FactsError,
    MatrixError,
    Requirement,
    RequirementError,
    evaluate,
)
from pytest_ddcompat.environment.parsing import (
    facts_from_mapping,
    facts_from_settings,
    facts_from_text,
)
from pytest_ddcompat.matrix.loading import matrix_from_mapping
from pytest_ddcompat.requirement.expression import parse

PAGE = parsed_toml(MATRICES / "iast-python.toml")
CAPABILITIES = [row["id"] for row in PAGE["capabilities"]]
TYPES = ["docker", "kubernetes", "amazon_ecs", "aws_fargate", "aws_lambda"]
FRAMEWORKS = ["django", "fastapi", "flask", "tornado"]

numbers = st.integers(0, 30)
suffixes = st.sampled_from(["", "", "", "a1", "rc1", ".dev3", ".post1", "+g12ab"])
tracers = st.builds(
    "{}.{}.{}{}".format, st.integers(0, 5), st.sampled_from([0, 5, 6, 9, 10, 19, 21]), numbers,
    suffixes,
)  # fmt: skip
framework_versions = st.none() | st.builds("{}.{}".format, st.integers(0, 5), numbers)
values: dict[str, st.SearchStrategy[Any]] = {
    "tracer": st.none() | tracers,
    "python": st.builds("{}.{}.1".format, st.sampled_from([2, 3]), st.integers(5, 15)),
    "implementation": st.sampled_from(["cpython", "cpython", "pypy"]),
    "os": st.sampled_from(["linux", "macos", "windows", "freebsd"]),
    "cpu": st.sampled_from(["x86-64", "aarch64", "i686", "s390x"]),
    "deployments": st.lists(st.sampled_from(TYPES), unique=True),
    "frameworks": st.dictionaries(st.sampled_from(FRAMEWORKS), framework_versions),
    "agent": st.none() | st.sampled_from(["6.1", "7.27", "7.28", "7.60.0"]),
    "site": st.sampled_from(["datadoghq.com", "datadoghq.com", "ddog-gov.com"]),
    "remote_configuration": st.booleans(),
    "date": st.sampled_from(["2026-05-31", "2026-06-01"]),
}
# Facts that differ from the supported ones in a few points, so that every verdict occurs.
all_facts = st.fixed_dictionaries({}, optional=values).map(
    lambda drawn: {**SUPPORTED, **{key: drawn[key] for key in sorted(drawn)[:3]}}
)
some_facts = st.builds(
    lambda facts, left_out: {k: v for k, v in facts.items() if k not in left_out},
    all_facts,
    st.sets(st.sampled_from(sorted(values.keys() - {"date"})), max_size=3),
)
requirements = st.builds(
    Requirement.capability,
    st.sampled_from(CAPABILITIES),
    framework=st.none() | st.sampled_from(FRAMEWORKS) | st.just(("flask", "django")),
    deployment=st.none() | st.sampled_from(TYPES) | st.just(("docker", "aws_lambda")),
    datastore=st.none() | st.sampled_from(["mysql", "redis"]),
    support_level=st.none() | st.sampled_from(["maintenance", "general_availability"]),
    preview=st.booleans(),
)
other_requirements = st.sampled_from(
    [
        Requirement.tracer(">=2,<4"),
        Requirement.agent(">=7.28"),
        Requirement.framework("django", ">=2"),
        Requirement.deployment("docker"),
        Requirement.support_level("maintenance"),
    ]
)
expressions = st.recursive(
    st.sampled_from(CAPABILITIES),
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
    ),
    max_leaves=5,
)


def status_of(requirement: Requirement, facts: dict[str, Any]) -> str:
    return evaluate(requirement, Environment.from_mapping(facts), MATRIX).status.value


@many
@given(requirements, all_facts, tracers, tracers)
def test_newer_tracer_of_one_branch_never_loses_support(
    requirement: Requirement,
    facts: dict[str, Any],
    one: str,
    other: str,
) -> None:
    moved = one[: one.index(".")] + other[other.index(".") :]
    older, newer = sorted((one, moved), key=Version)
    before = status_of(requirement, {**facts, "tracer": older})
    after = status_of(requirement, {**facts, "tracer": newer})
    assert (before, after) != ("supported", "unsupported")
    if before == "supported":
        assert after == "supported"


@many
@given(
    requirements | other_requirements,
    all_facts,
    st.sets(st.sampled_from(sorted(values.keys() - {"date"})), max_size=4),
)
def test_learning_a_fact_never_turns_a_verdict_over(
    requirement: Requirement, facts: dict[str, Any], unknown: set[str]
) -> None:
    known = {key: value for key, value in facts.items() if key not in unknown}
    before, after = status_of(requirement, known), status_of(requirement, facts)
    if before == "unsupported":
        assert after == "unsupported"
    if before == "supported" and "agent" not in unknown:
        assert after == "supported"
    if before == "supported" and facts["agent"] == "7.60.0":
        assert after == "supported"


@some
@given(expressions, expressions, expressions, some_facts)
def test_laws_of_and_or_not(a: str, b: str, c: str, facts: dict[str, Any]) -> None:
    def same(*texts: str) -> None:
        assert len({status_of(asks(text), facts) for text in texts}) == 1, texts

    same(f"not (({a}) and ({b}))", f"not ({a}) or not ({b})")
    same(f"not (({a}) or ({b}))", f"not ({a}) and not ({b})")
    same(f"not not ({a})", f"({a}) and ({a})", f"({a}) or ({a})", a)
    same(f"({a}) and ({b})", f"({b}) and ({a})")
    same(f"({a}) or ({b})", f"({b}) or ({a})")
    same(f"({a}) and (({b}) or ({c}))", f"({a}) and ({b}) or ({a}) and ({c})")
    assert status_of(asks(a, b), facts) == status_of(asks(f"({a}) and ({b})"), facts)


@some
@given(expressions, some_facts)
def test_reason_is_given_exactly_where_it_is_not_supported(a: str, facts: dict[str, Any]) -> None:
    found = evaluate(asks(a), Environment.from_mapping(facts), MATRIX)
    assert (found.reason == "") == (found.status.value == "supported")
    assert set(found.decisive) <= set(found.findings)


@some
@given(requirements | other_requirements, some_facts)
def test_mapping_of_an_environment_gives_the_same_verdict(
    requirement: Requirement, facts: dict[str, Any]
) -> None:
    environment = Environment.from_mapping(facts)
    mapping = json.loads(json.dumps(environment.to_mapping()))
    assert mapping == {
        "frameworks": {},
        **facts,
        **({"deployments": sorted(facts["deployments"])} if "deployments" in facts else {}),
    }
    again = Environment.from_mapping(mapping)
    assert evaluate(requirement, again, MATRIX) == evaluate(requirement, environment, MATRIX)


@many
@given(texts, anything, anything)
def test_marker_is_understood_or_refused(text: str, one: Any, other: Any) -> None:
    with contextlib.suppress(RequirementError):
        parse(text)
    with contextlib.suppress(RequirementError):
        status_of(asks(text), SUPPORTED)
    with contextlib.suppress(RequirementError):
        status_of(asks("sca", one, framework=other, deployment=one, datastore=text), SUPPORTED)
    for make in (
        Requirement.tracer,
        Requirement.agent,
        Requirement.support_level,
        Requirement.framework,
        Requirement.deployment,
    ):
        with contextlib.suppress(RequirementError):
            status_of(make(one), SUPPORTED)


@many
@given(
    anything
    | st.dictionaries(st.sampled_from(sorted(values)) | st.text(max_size=5), anything)
    | st.fixed_dictionaries({}, optional=dict.fromkeys(values, anything)),
    st.binary(max_size=20),
    st.lists(st.builds("{}={}".format, st.sampled_from(sorted(values)), texts) | texts),
)
def test_facts_are_understood_or_refused(mapping: Any, content: bytes, given: list[str]) -> None:
    with contextlib.suppress(FactsError):
        facts_from_mapping(mapping, "facts.json")
    with contextlib.suppress(FactsError):
        facts_from_text(json.dumps(mapping).encode(), "facts.json")
    with contextlib.suppress(FactsError):
        facts_from_text(content, "facts.json")
    with contextlib.suppress(FactsError):
        facts_from_settings(given, "--ddcompat-set")


@many
@given(st.data())
def test_matrix_is_understood_or_refused(data: st.DataObject) -> None:
    page = copy.deepcopy(PAGE)
    for _ in range(data.draw(st.integers(1, 3))):
        node: Any = page
        while True:
            keys = sorted(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if not isinstance(node[key], (dict, list)) or data.draw(st.integers(0, 3)) == 0:
                node[key] = data.draw(anything)
                break
            node = node[key]
    with contextlib.suppress(MatrixError):
        matrix = matrix_from_mapping(page, "matrix.toml")
        evaluate(asks(matrix.capabilities[0].id), Environment.from_mapping(SUPPORTED), matrix)
    with contextlib.suppress(MatrixError):
        matrix_from_mapping(data.draw(anything), "matrix.toml")
