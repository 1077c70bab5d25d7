"""Texts of markers: each is understood and decided, or refused with a message."""

from __future__ import annotations

import contextlib
import sys
import warnings

import atheris

with atheris.instrument_imports(include=["pytest_ddcompat"]):
    from pytest_ddcompat import CompatibilityError, Environment, Requirement, evaluate, load_matrix
    from pytest_ddcompat.evaluation.pages import Matrices
    from pytest_ddcompat.requirement.expression import parse

MATRIX = load_matrix()
MATRICES = Matrices([MATRIX])
HERE = Environment.from_mapping({"tracer": "2.5.0", "python": "3.11.7", "date": "2026-05-31"})


def try_one(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    with contextlib.suppress(CompatibilityError):
        parse(text)
    for make in (Requirement.capability, Requirement.tracer, Requirement.support_level):
        with contextlib.suppress(CompatibilityError):
            decide(make(text))
    with contextlib.suppress(ValueError):
        requirement = Requirement.from_marker(text)
        assert Requirement.from_marker(requirement.marker) == requirement
        decide(requirement)


def decide(requirement: Requirement) -> None:
    MATRICES.check(requirement)
    found = evaluate(requirement, HERE, MATRIX)
    assert (found.reason == "") == (found.status.value == "supported")


warnings.simplefilter("ignore")  # Python's, about escapes in texts of markers
atheris.Setup(sys.argv, try_one)
atheris.Fuzz()
