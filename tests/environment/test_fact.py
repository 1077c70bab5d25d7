"""The registry of facts: what follows from each declaration."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from support.core import MATRICES, SUPPORTED

from pytest_ddcompat import Environment, FactsError
from pytest_ddcompat.environment.fact import FACTS, KEYS, facts_schema, kind_of
from pytest_ddcompat.environment.machine import Detector
from pytest_ddcompat.environment.parsing import facts_from_mapping, facts_from_settings
from pytest_ddcompat.environment.value import Fact
from pytest_ddcompat.record.format import record_schema

SINGLE = [pytest.param(FACTS[key], id=key) for key in KEYS]
SCHEMA = MATRICES / "facts.schema.json"
"""Made from the registry, and shipped."""


def environment(mapping: dict[str, Any]) -> Environment:
    return Environment.from_mapping(mapping)


def test_schema_that_ships_is_that_of_the_registry() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == facts_schema()
    Draft202012Validator.check_schema(facts_schema())


@pytest.mark.parametrize("kind", SINGLE)
def test_the_example_is_valid_wherever_a_fact_is_read(kind: Any) -> None:
    facts = facts_from_mapping({kind.key: kind.example}, "facts.json")
    given = kind.example[0] if isinstance(kind.example, list) else json.dumps(kind.example)
    text = given.strip('"')
    by_setting = facts_from_settings([f"{kind.setting}={text}"], "--set")
    assert facts[kind.key].value == by_setting[kind.key].value
    assert Environment(facts).to_mapping() == {kind.key: kind.example, "frameworks": {}}
    assert Draft202012Validator(facts_schema()).is_valid({kind.key: kind.example})


@pytest.mark.parametrize("kind", SINGLE)
def test_a_record_describes_every_fact_as_a_facts_file_does(kind: Any) -> None:
    facts = record_schema()["properties"]["environments"]["items"]["properties"]["facts"][
        "properties"
    ]
    assert facts[kind.key] == facts_schema()["properties"][kind.key]


@pytest.mark.parametrize(
    ("mapping", "valid"),
    [
        pytest.param({}, True, id="nothing known"),
        pytest.param(SUPPORTED, True, id="all known"),
        pytest.param({"tracer": None, "agent": None, "frameworks": {"x": None}}, True, id="absent"),
        *[
            pytest.param({key: None}, False, id=f"{key} is null")
            for key in KEYS
            if key not in {"tracer", "agent"}
        ],
        *[pytest.param({key: 4}, False, id=f"{key} is a number") for key in KEYS],
        pytest.param({"frameworks": {"x": 4}}, False, id="version of a framework is a number"),
        pytest.param({"frameworks": []}, False, id="frameworks are no object"),
        pytest.param({"tracr": "1.0"}, False, id="unknown key"),
    ],
)
def test_schema_and_reader_agree(mapping: dict[str, Any], valid: bool) -> None:
    assert Draft202012Validator(facts_schema()).is_valid(mapping) is valid
    if valid:
        environment(mapping)
        return
    with pytest.raises(FactsError):
        environment(mapping)


def test_a_fact_that_is_not_declared_is_no_fact() -> None:
    with pytest.raises(KeyError):
        environment({}).fact("tracr")
    assert kind_of("framework.django") is FACTS["framework"]


@pytest.mark.parametrize(
    ("mapping", "written"),
    [
        pytest.param({}, "Environment()", id="nothing known"),
        pytest.param(
            {"tracer": "4.16.0", "agent": None, "deployments": ["k8s", "docker"]},
            "Environment(tracer=4.16.0, agent=none, deployments=docker, kubernetes)",
            id="known",
        ),
        pytest.param(
            {"remote_configuration": False, "frameworks": {"Django": "4.2"}},
            "Environment(remote_configuration=off, framework.django=4.2)",
            id="a framework",
        ),
    ],
)
def test_repr(mapping: dict[str, Any], written: str) -> None:
    assert repr(environment(mapping)) == written


def test_repr_detects_nothing_and_shows_no_signal() -> None:
    detected = Environment({"site": Fact("datadoghq.eu", "s3cret")}, Detector())
    assert repr(detected) == "Environment(site=datadoghq.eu)"


def test_phrases_are_in_the_order_of_the_registry() -> None:
    facts = environment({**SUPPORTED, "implementation": "pypy", "packages": {"httpx": "0.27"}})
    named = {**facts.named(), "frameworks": {"flask": facts.framework("flask")}}
    assert [words for _, words in facts.phrases(named)] == [
        "PyPy 3.11.7", "on linux", "CPU x86-64", "flask 3.0.3", "httpx 0.27", "deployment docker",
        "site datadoghq.com", "Remote Configuration on", "Agent 7.60.0",
    ]  # fmt: skip


def test_phrases_of_what_is_not_known() -> None:
    facts = environment({"agent": None, "deployments": []})
    words = [words for _, words in facts.phrases({})]
    assert words[0] == "Python unknown (not among the given facts)"
    assert words[3] == "deployment of no documented type"
    assert [each for each in words if "Agent" in each] == ["no Agent"]
    assert "Agent" not in str(Environment({}, Detector()).phrases({}))
