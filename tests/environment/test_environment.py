"""An environment: unknown and absent facts, looked up lazily and once, and its JSON form."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from support.core import MATRIX, SUPPORTED, asks

from pytest_ddcompat import Environment, Fact, FactsError, Requirement, evaluate
from pytest_ddcompat.environment.fact import KEYS
from pytest_ddcompat.environment.machine import Detector
from pytest_ddcompat.values.versions import Version

if TYPE_CHECKING:
    from pytest_ddcompat.environment.value import FactKind

FACTS = [key for key in KEYS if key != "date"]


class Counting(Detector):
    """Finds every fact unknown, and notes which it was to find."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def detect(self, kind: FactKind, others: object, name: str = "") -> Fact[Any]:
        key = f"{kind.key}.{name}" if name else kind.key
        self.asked.append(key)
        if key == "date":
            return Fact(dt.date(2026, 1, 1), "the detector")
        return Fact.unknown(f"{key} of {type(others).__name__}")


def test_json_form_both_ways() -> None:
    mapping = json.loads(json.dumps(SUPPORTED))
    environment = Environment.from_mapping(mapping)
    assert environment.to_mapping() == mapping
    assert list(environment.to_mapping())[:3] == ["tracer", "python", "implementation"]
    assert str(environment.tracer.value) == "4.16.0"
    assert environment.deployments.value == frozenset({"docker"})
    assert environment.date == dt.date(2026, 5, 31)
    assert environment.remote_configuration.value is True


@pytest.mark.parametrize(
    ("mapping", "back"),
    [
        pytest.param({}, {"frameworks": {}}, id="nothing"),
        pytest.param(
            {"tracer": None, "agent": None, "frameworks": {"flask": None}},
            {"tracer": None, "agent": None, "frameworks": {"flask": None}},
            id="known to be absent",
        ),
        pytest.param(
            {"frameworks": {"Django": "4.2"}}, {"frameworks": {"django": "4.2"}}, id="framework"
        ),
        pytest.param(
            {"packages": {"Flask_RestX": "1.3", "httpx": None}},
            {"frameworks": {}, "packages": {"flask-restx": "1.3", "httpx": None}},
            id="packages",
        ),
        pytest.param(
            {"deployments": ["k8s", "docker"]},
            {"deployments": ["docker", "kubernetes"], "frameworks": {}},
            id="deployments in order",
        ),
        pytest.param({"deployments": []}, {"deployments": [], "frameworks": {}}, id="plain host"),
        pytest.param(
            {"remote_configuration": False},
            {"remote_configuration": False, "frameworks": {}},
            id="off",
        ),
        pytest.param(
            {"date": "2026-05-31"}, {"date": "2026-05-31", "frameworks": {}}, id="date given"
        ),
        pytest.param(
            {"site": "https://app.datadoghq.eu/", "os": "Darwin", "cpu": "amd64"},
            {"site": "datadoghq.eu", "os": "macos", "cpu": "x86-64", "frameworks": {}},
            id="other spellings",
        ),
    ],
)
def test_mapping_of_what_is_known(mapping: dict[str, Any], back: dict[str, Any]) -> None:
    environment = Environment.from_mapping(mapping)
    assert environment.to_mapping() == back
    assert Environment.from_mapping(back).to_mapping() == back


def test_absent_is_not_unknown() -> None:
    absent = {"tracer": None, "frameworks": {"flask": None}}
    environment = Environment.from_mapping(absent, "f.json")
    assert (environment.tracer.known, environment.tracer.value) == (True, None)
    assert environment.tracer.signal == "f.json"
    assert environment.framework("Flask").known
    for fact in (environment.agent, environment.framework("django"), environment.os):
        assert (fact.known, fact.value) == (False, None)
        assert fact.signal == "not among the given facts"
    assert environment.to_mapping() == absent


def test_framework_is_found_however_it_is_written() -> None:
    environment = Environment.from_mapping({"frameworks": {"Fast-API": "0.100"}})
    for name in ("fastapi", "FastAPI", "fast_api", "fast api"):
        assert str(environment.framework(name).value) == "0.100"
        assert environment.fact(f"framework.{name}") is environment.framework("fastapi")
    assert environment.to_mapping() == {"frameworks": {"fastapi": "0.100"}}


def test_today_is_no_fact_of_a_kept_file() -> None:
    environment = Environment.from_mapping({})
    before = dt.datetime.now(dt.timezone.utc).date()
    assert before <= environment.date <= dt.datetime.now(dt.timezone.utc).date()
    assert "date" not in environment.to_mapping()


def test_what_is_given_is_never_looked_up() -> None:
    detector = Counting()
    given = Environment.from_mapping(SUPPORTED)
    facts = {key: given.fact(key) for key in (*FACTS, "date")}
    environment = Environment(facts, detector)
    for key in (*FACTS, "date"):
        assert environment.fact(key) is facts[key]
    assert detector.asked == []


def test_each_fact_is_looked_up_once_and_only_when_asked_for() -> None:
    detector = Counting()
    environment = Environment({}, detector, frameworks=["django"])
    assert detector.asked == []
    assert environment.os.signal == "os of Environment"
    assert (environment.os, environment.fact("os")) == (environment.os, environment.os)
    assert detector.asked == ["os"]
    for _ in range(2):
        assert not environment.framework("Flask").known
    assert detector.asked == ["os", "framework.flask"]
    for _ in range(2):
        environment.to_mapping()
    expected = {*FACTS, "framework.flask", "framework.django"}
    assert sorted(detector.asked) == sorted(expected)


PLATFORM = {"os", "cpu", "python", "implementation"}


@pytest.mark.parametrize(
    ("requirement", "asked", "left_alone"),
    [
        pytest.param(
            Requirement.tracer(">=2"),
            {"tracer"},
            {*PLATFORM, "site", "agent", "deployments", "remote_configuration"},
            id="tracer",
        ),
        pytest.param(
            asks("threat_protection"),
            {"tracer", "site", "remote_configuration"},
            {*PLATFORM, "agent"},
            id="capability on an unknown tracer",
        ),
        pytest.param(
            asks("sca", framework="flask"),
            {"tracer", "site", "deployments", "framework.flask"},
            {*PLATFORM, "agent", "framework.django"},
            id="capability with a framework",
        ),
    ],
)
def test_what_a_requirement_does_not_need_is_left_alone(
    requirement: Requirement, asked: set[str], left_alone: set[str]
) -> None:
    detector = Counting()
    environment = Environment({}, detector, frameworks=["django"])
    for _ in range(2):
        evaluate(requirement, environment, MATRIX)
    assert asked <= set(detector.asked)
    assert left_alone.isdisjoint(detector.asked)
    assert len(detector.asked) == len(set(detector.asked))


def test_replaced_changes_one_fact_of_a_copy() -> None:
    environment = Environment.from_mapping(SUPPORTED)
    changed = environment.replaced("os", "windows")
    assert (changed.os.value, environment.os.value) == ("windows", "linux")
    assert changed.os.signal == "assumed"
    assert {**environment.to_mapping(), "os": "windows"} == changed.to_mapping()


@pytest.mark.parametrize(
    ("key", "other"),
    [
        pytest.param("framework.fastapi", "framework.Fast API", id="framework"),
        pytest.param("package.flask-restx", "package.Flask_RestX", id="package"),
    ],
)
def test_a_fact_with_a_name_has_many_spellings(key: str, other: str) -> None:
    changed = Environment.from_mapping(SUPPORTED).replaced(other, Version("9"))
    assert changed.fact(key) is changed.fact(other)
    assert changed.fact(key).words == "9"


def test_a_package_is_no_framework() -> None:
    environment = Environment.from_mapping({"packages": {"flask-restx": "1.3"}})
    assert environment.package("Flask.RestX").words == "1.3"
    assert not environment.package("flaskrestx").known
    assert not environment.framework("flask-restx").known


def test_mistakes_name_where_the_facts_come_from() -> None:
    with pytest.raises(FactsError) as raised:
        Environment.from_mapping({"python": 3})
    assert str(raised.value) == (
        'facts: python: this must be a non-empty string (got 3); valid: a value such as "3.11.7"'
    )


def test_fact_as_it_is_shown() -> None:
    assert repr(Fact("linux", "platform.system()")) == "Fact(linux, 'platform.system()')"
    assert repr(Fact.unknown("not asked")) == "Fact(unknown, 'not asked')"
