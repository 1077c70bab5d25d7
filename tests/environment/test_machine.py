"""What detection sees of a machine: the variables that a fact declares, and no others."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.core import SUPPORTED

from pytest_ddcompat import Environment
from pytest_ddcompat.environment import agent
from pytest_ddcompat.environment.fact import FACTS, KEYS
from pytest_ddcompat.environment.layers import FactSources
from pytest_ddcompat.environment.machine import Detector, Machine
from pytest_ddcompat.environment.value import AgentAnswer, Fact, FactKind
from pytest_ddcompat.values.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Callable

DECLARED = {name for kind in FACTS.values() for name in kind.variables}


def test_every_declared_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """None is set, so that no first one makes the others unnecessary."""
    read: set[str] = set()

    def get(self: Variables, name: str) -> str:
        read.add(name)
        return original(self, name)

    original = Variables.__getitem__
    monkeypatch.setattr(Variables, "__getitem__", get)
    monkeypatch.setattr(agent, "query", lambda *_: AgentAnswer(None, None, "no answer"))
    environment = Environment({}, Detector(agent="auto", environ={}))
    for key in KEYS:
        environment.fact(key)
    assert read == DECLARED


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_no_signal_shows_a_variable(name: str) -> None:
    environment = Environment({}, Detector(environ={name: "s3cret s3cret"}))
    assert "s3cret" not in repr([environment.fact(key) for key in KEYS])
    assert "s3cret" not in repr([environment, environment.to_mapping()])


READS: dict[str, Callable[[Machine], object]] = {
    "by its key": lambda machine: machine.variables["A_KEY"],
    "with a default": lambda machine: machine.variables.get("A_KEY"),
    "whether it is set": lambda machine: "A_KEY" in machine.variables,
}


@pytest.mark.parametrize("read", [pytest.param(read, id=way) for way, read in READS.items()])
@pytest.mark.parametrize("environ", [{}, {"A_KEY": "s3cret"}], ids=["not set", "set"])
def test_reading_a_variable_that_is_not_declared_is_an_error(
    environ: dict[str, str], read: Callable[[Machine], object]
) -> None:
    def detect(machine: Machine) -> Fact[str]:
        return Fact(str(read(machine)), "A_KEY")

    kind = FactKind(
        "key", "A key.", "Key", parse=str, example="", detect=detect, variables=("ANOTHER",)
    )  # fmt: skip
    with pytest.raises(RuntimeError, match="A_KEY is read, but not declared"):
        Detector(environ=environ).detect(kind, Environment.from_mapping(SUPPORTED))


def test_reading_another_fact_that_is_not_declared_is_an_error() -> None:
    def detect(machine: Machine) -> Fact[str]:
        return Fact(str(machine.others.fact("tracer").value), "the tracer")

    kind = FactKind("key", "A key.", "Key", parse=str, example="", detect=detect)
    environment = Environment.from_mapping(SUPPORTED)
    with pytest.raises(RuntimeError, match="the fact tracer is read, but not declared"):
        Detector().detect(kind, environment)
    declared = kind._replace(derived_from=("tracer",))
    assert Detector().detect(declared, environment).value == "4.16.0"


@pytest.mark.parametrize(
    ("raises", "reason"),
    [
        pytest.param(float, "its detection failed (ValueError)", id="a value that is no number"),
        pytest.param({}.__getitem__, "its detection failed (KeyError)", id="a key that is missing"),
        pytest.param(Path.read_text, "its detection failed (AttributeError)", id="a slip"),
    ],
)
def test_a_fact_whose_detection_raises_is_unknown(
    raises: Callable[[str], object], reason: str
) -> None:
    def detect(machine: Machine) -> Fact[object]:
        return Fact(raises(machine.variables["A_KEY"]), "A_KEY")

    kind = FactKind(
        "key", "A key.", "Key", parse=str, example="", detect=detect, variables=("A_KEY",)
    )  # fmt: skip
    detector = Detector(environ={"A_KEY": "s3cret"})
    fact = detector.detect(kind, Environment.from_mapping(SUPPORTED))
    assert (fact.known, fact.value, fact.signal) == (False, None, reason)


def test_variables_are_a_snapshot_that_no_repr_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "s3cret")
    variables = Variables(os.environ)
    monkeypatch.setenv("A_KEY", "changed")
    assert variables["A_KEY"] == "s3cret"
    assert "s3cret" not in repr([variables, variables.only(["A_KEY"])])
    assert repr(variables.only(["A_KEY"])) == "<1 environment variables>"
    assert dict(variables.only(["A_KEY", "NOT_SET"])) == {"A_KEY": "s3cret"}


def test_an_answer_that_was_handed_over_needs_no_code_of_the_agent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As on a Python without _ssl.
    monkeypatch.setitem(sys.modules, "pytest_ddcompat.environment.agent", None)
    answer = AgentAnswer("7.60.0", True, "the given address")
    sources = FactSources((), "https://agent.example:8126", answer)
    environment = FactSources.decode(sources.encode()).environment()
    assert environment.agent.words == "7.60.0"
