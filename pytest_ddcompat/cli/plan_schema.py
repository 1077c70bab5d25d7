"""The schema of a plan as JSON."""

from __future__ import annotations

from typing import Any

from pytest_ddcompat.environment.fact import facts_schema
from pytest_ddcompat.jobs.forms import COUNT, STRING, described, object_of
from pytest_ddcompat.matrix.fields import Key
from pytest_ddcompat.matrix.kinds import array, mapping, one_of, text
from pytest_ddcompat.matrix.schema import document_schema, object_schema

__all__ = ["plan_schema"]

_FACTS = described({key: v for key, v in facts_schema().items() if key not in {"$schema", "title"}})
_TEXTS = array(STRING)
_NUMBER = described({"type": "integer", "minimum": 1})
_WHY = object_of(
    "A test.",
    test=Key(text, "Node id."),
    rows=Key(_TEXTS, "The rows of a page and the markers that say so."),
)
_CLASH = object_of(
    "Two tests, or boundaries, that can share no environment.",
    tests=Key(array(text), "Both of them."),
    rows=Key(_TEXTS, "The rows of a page and the markers that clash."),
)
_ALLOWED = object_of(
    "A test that need not run.",
    test=Key(text, "Node id."),
    reason=Key(text, "Why it need not run."),
)
_RESOLVED = object_of(
    "An environment.",
    packages=Key(
        mapping(text), "For each package `wheel`, `sdist only` with the version, or `no release`."
    ),
    problem=Key(STRING, "Why they cannot be installed together; empty: nothing says so."),
)
_JOB = object_of(
    "A job.",
    name=Key(text, "Its name, with the values of its matrix."),
    facts=Key(_FACTS, "Its facts."),
    tests=Key(array(text), "Ids of the tests that are supported there."),
    unknown=Key(array(text), "Facts for lack of which it is not known of some test."),
)
_EXISTING = object_of(
    "The jobs of a workflow.",
    jobs=Key(array(_JOB), "Those that run tests, and those of which that is not known."),
    missing=Key(array(text), "Tests that are supported in none of them."),
    undetermined=Key(array(text), "Of these, the tests that may run where a fact is unknown."),
    redundant=Key(array(text), "Jobs of which all is known, and without which no test is lost."),
    left_out=Key(array(text), "Jobs that run no tests."),
    notes=Key(array(text), "What of the workflow is not understood."),
)
_BOUNDARY = object_of(
    "A boundary that some environment tries.",
    minimum=Key(text, "A capability, and the fact whose minimum it is."),
    place=Key(one_of("lowest", "highest", "just below"), "Where the versions are."),
    versions=Key(text, "The versions there, as a PEP 440 specifier."),
    environment=Key(_NUMBER, "Number of the environment, from 1."),
)
_PLAN = {
    "environments": Key(array(_FACTS), "The facts of each environment."),
    "tests": Key(array(array(text)), "For each, the ids of all tests that are supported there."),
    "packages": Key(
        array(mapping(STRING)),
        "For each, the packages to install, with PEP 440 specifiers; empty: any version.",
    ),
    "notes": Key(array(array(text)), "For each, what speaks against it."),
    "lower_bound": Key(COUNT, "No fewer environments are possible."),
    "clashing": Key(array(text), "Tests, or boundaries, of which no two can share an environment."),
    "clashes": Key(array(_CLASH), "Each pair of them."),
    "impossible": Key(array(_WHY), "Tests that no environment runs."),
    "undetermined": Key(array(_WHY), "Tests that are undetermined in every environment."),
    "boundaries": Key(array(_BOUNDARY), "With --boundaries: what is tried.", None),
    "allowed": Key(array(_ALLOWED), "With --allow: of the impossible tests, those it has.", None),
    "unneeded": Key(array(text), "With --allow: entries for tests that can run.", None),
    "resolved": Key(
        array(_RESOLVED), "With --resolve: what can be installed in each environment.", None
    ),
    "existing": Key(_EXISTING, "With --existing: what its jobs come to.", None),
}


def plan_schema() -> dict[str, Any]:
    """Describe what `ddcompat plan --format json` prints as JSON Schema, draft 2020-12."""
    schema = object_schema("The fewest environments in which every gated test runs.", _PLAN)
    return document_schema("Plan of pytest-ddcompat", schema)
