"""Manifests of system-tests as declarations: each form of version and rule, and a real manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.core import parsed_text
from support.manifests import Declared

from pytest_ddcompat.importer.blocks import PageError
from pytest_ddcompat.importer.manifest import Manifest, import_manifest
from pytest_ddcompat.values.versions import Version, parse_marker_range

PEER = Path(__file__).parents[1] / "data/peer"
SAMPLE = json.loads((PEER / "sample.json").read_text(encoding="utf-8"))
NODES = [
    f"{file}::{name}::{test}"
    for file, classes in SAMPLE["tests"].items()
    for name, tests in classes.items()
    for test in tests
]


def imported(rules: str, origin: str = "python.yml", head: str = "") -> Manifest:
    """Import rules, each of which stands on a line from the third on, if there is no head."""
    return import_manifest(f"{head}---\nmanifest:\n{rules}", origin)


def tables(found: Manifest) -> list[dict[str, Any]]:
    found_tables: list[dict[str, Any]] = parsed_text(found.text).get("declarations", [])
    return found_tables


def clean(found: Manifest) -> list[dict[str, Any]]:
    """The tables of a manifest of which everything is understood."""
    assert (found.unresolved, found.warnings) == ((), ())
    return tables(found)


def missing(declaration: str, component: str = "python") -> str:
    """The versions for which a declaration says that its tests are missing."""
    (table,) = tables(imported(f"  tests/a.py: '{declaration}'\n", f"{component}.yml"))
    assert table["state"] == "missing"
    specifier: str = table["when"]["tracer"]
    return specifier


# What is declared, the specifier, a version for which the tests are missing, and one for which not.
VERSIONS = {
    "from a version on": ("v1.2.0", "<1.2.0", "1.2.0rc1", "1.2.0"),
    "with local versions": ("v1.2.0", "<1.2.0", "1.1.9+g12", "1.2.0+g12"),
    "two numbers": ("v1.2", "<1.2.0", "1.1.9", "1.2.0"),
    "from dev": ("v1.2.0-dev", "<1.2.0.dev0", "1.1.9", "1.2.0.dev3+g12ab"),
    "from dev0": ("v1.2.0-dev0", "<1.2.0.dev0", "1.1.9", "1.2.0.dev0"),
    "a dot before dev": ("v1.2.0.dev", "<1.2.0.dev0", "1.1.9", "1.2.0.dev0"),
    "from rc, which dev is before": ("v1.2.0.rc", "<1.2.0rc0.dev0", "1.2.0.dev9", "1.2.0rc1"),
    "from rc2": ("v1.2.0-rc2", "<1.2.0rc2.dev0", "1.2.0rc1", "1.2.0rc2"),
    "nothing before rc": ("v1.2.0rc2", "<1.2.0rc2.dev0", "1.2.0.dev1", "1.2.0rc2.dev5+g12"),
    "rc.2": ("v1.2.0-rc.2", "<1.2.0rc2.dev0", "1.2.0rc1", "1.2.0rc2"),
    "beta, before dev": (
        "v1.2.0-beta2", "<1.2.0.dev0|>=1.2.0a0.dev0,<1.2.0b2.dev0", "1.2.0b1", "1.2.0.dev1",
    ),
    "a build counts for nothing": ("v1.2.0+dev3.gab", "<1.2.0", "1.2.0rc1", "1.2.0"),
    "that version alone": ("1.2.0", "!=1.2.0", "1.2.1", "1.2.0+g12"),
    "that pre-release alone": ("1.2.0-rc1", "!=1.2.0rc1", "1.2.0", "1.2.0rc1"),
    "that series": ("1.2", "<1.2.0|>=1.3.0", "1.3.0", "1.3.0rc1"),
    "at least": (">=1.2.0", "<1.2.0", "1.2.0rc1", "1.2.0"),
    "older": ("<1.2.0", ">=1.2.0", "1.2.0", "1.2.0rc1"),
    "newer": (">1.2.0", "<1.2.0|==1.2.0", "1.2.0+g12", "1.2.1rc1"),
    "newer than a pre-release": (
        ">1.2.0-rc1", "<1.2.0rc1.dev0|==1.2.0rc1", "1.2.0rc1", "1.2.0rc1.dev1",
    ),
    "at most": ("<=1.2.0", ">=1.2.0,!=1.2.0", "1.2.1rc1", "1.2.0+g12"),
    "at most a series": ("<=1.2", ">=1.3.0", "1.3.0", "1.2.9"),
    "newer than a series": (">1.2", "<1.3.0", "1.2.9", "1.3.0"),
    "both": (">=1.2.0 <2.0.0", "<1.2.0|>=2.0.0", "2.0.0", "2.0.0rc1"),
    "either": (">=2.1.0 || 1.2.0", "!=1.2.0,<2.1.0", "1.2.1", "1.2.0"),
    "caret": ("^1.2.3", "<1.2.3|>=2.0.0.dev0", "2.0.0rc1", "1.99.0"),
    "caret below 1": ("^0.2.3", "<0.2.3|>=0.3.0.dev0", "0.3.0.dev1", "0.2.9"),
    "caret below 0.1": ("^0.0.3", "<0.0.3|>=0.0.4.dev0", "0.0.4", "0.0.3"),
    "caret of a series": ("^0.2", "<0.2.0|>=0.3.0.dev0", "0.3.0", "0.2.9"),
    "two carets": (
        ">=3.1.0 || ^2.4.0 || ^1.9.0",
        "<1.9.0|>=2.0.0.dev0,<2.4.0|>=3.0.0.dev0,<3.1.0", "3.0.0", "2.4.0",
    ),
    "tilde": ("~1.2.3", "<1.2.3|>=1.3.0", "1.3.0", "1.3.0rc1"),
    "tilde of a series": ("~1", "<1.0.0|>=2.0.0", "2.0.0", "1.9.9"),
    "tilde of a pre-release": ("~1.2.0-rc1", "<1.2.0rc1.dev0|>=1.2.0", "1.2.0", "1.2.0rc2"),
    "wildcard": ("1.x", "<1.0.0|>=2.0.0", "2.0.0", "1.9.9"),
    "wildcard of a patch": ("1.2.*", "<1.2.0|>=1.3.0", "1.3.0", "1.2.9"),
    "any version but pre-releases of the first": ("*", "<0.0.0", "0.0.0rc1", "0.0.1"),
    "hyphen": ("1.2.0 - 1.4.0", "<1.2.0|>=1.4.0,!=1.4.0", "1.4.1", "1.4.0"),
    "hyphen to a series": ("1.2 - 1.4", "<1.2.0|>=1.5.0", "1.5.0", "1.4.9"),
    "hyphen or caret": (
        "2.1.0 - 2.4.0 || ^1.3.0",
        "<1.3.0|>=2.0.0.dev0,<2.1.0|>=2.4.0,!=2.4.0", "2.4.1", "1.3.0",
    ),
    "words in parentheses": ("v1.2.0 (is v1.1 but for tornado)", "<1.2.0", "1.1.0", "1.2.0"),
}  # fmt: skip


@pytest.mark.parametrize("name", VERSIONS)
def test_version(name: str) -> None:
    declaration, specifier, outside, inside = VERSIONS[name]
    assert missing(declaration) == specifier
    assert Version(outside) in parse_marker_range(specifier)
    assert Version(inside) not in parse_marker_range(specifier)


@pytest.mark.parametrize(
    ("component", "declaration", "specifier"),
    [
        pytest.param("python", "v1.2.0.dev", "<1.2.0.dev0", id="ddtrace's dot"),
        pytest.param("ruby", "v1.2.0.beta1", "<1.2.0.dev0|>=1.2.0a0.dev0,<1.2.0b1.dev0",
                     id="a gem's dot"),
        pytest.param("python_lambda", "v1.2.0.dev", "<1.2.0", id="a build after a dot elsewhere"),
        pytest.param("nodejs", "v6.0.0-pre", "<6.0.0rc0.dev0", id="pre is PEP 440's rc"),
        pytest.param("java", "v1.2.0+0ab1", "<1.2.0", id="a hash"),
    ],
)  # fmt: skip
def test_version_of_a_library(component: str, declaration: str, specifier: str) -> None:
    assert missing(declaration, component) == specifier


@pytest.mark.parametrize(
    ("declaration", "table"),
    [
        ("missing_feature", {"state": "missing"}),
        ("incomplete_test_app", {"state": "incomplete"}),
        ("irrelevant (only for Go)", {"state": "irrelevant", "reason": "only for Go"}),
        ("bug (APPSEC-12)", {"state": "bug", "ticket": "APPSEC-12"}),
        ("flaky (AB-1, AB-2)", {"state": "flaky", "ticket": "AB-1, AB-2"}),
        ("bug (https://x.example/1)", {"state": "bug", "ticket": "https://x.example/1"}),
        ("bug (AB-1: slow (very))", {"state": "bug", "ticket": "AB-1", "reason": "slow (very)"}),
        ("bug (see AB-1)", {"state": "bug", "reason": "see AB-1"}),
        ("bug (a \u202e b)", {"state": "bug", "reason": "a \u202e b"}),
        (
            "v1.2.0 (fixed)",
            {"state": "missing", "when": {"tracer": "<1.2.0"}, "reason": "fixed"},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_state(declaration: str, table: dict[str, Any]) -> None:
    found = clean(imported(f"  tests/a.py: '{declaration}'\n"))
    assert found == [{"tests": "tests/a.py", **table}]


OF = {"fact": "variant"}
# The entries under an id, and the `state` and `when` of each table that they become.
RULES = {
    "versions of a state": (
        "{declaration: bug (AB-1), component_version: '>=1.2.0 <1.4.0'}",
        [("bug", {"tracer": ">=1.2.0,<1.4.0"})],
    ),
    "from a version on": (
        "{declaration: bug (AB-1), component_version: v1.2.0}",
        [("bug", {"tracer": ">=1.2.0"})],
    ),
    "excluded versions": (
        "{declaration: bug (AB-1), excluded_component_version: ^1.2.0}",
        [("bug", {"tracer": "<1.2.0|>=2.0.0.dev0"})],
    ),
    "both": (
        "{declaration: bug (AB-1), component_version: <2, excluded_component_version: 1.2.0}",
        [("bug", {"tracer": "!=1.2.0,<2.0.0"})],
    ),
    "one weblog": ("{declaration: bug (AB-1), weblog: a}", [("bug", {**OF, "value": "a"})]),
    "a list of weblogs": (
        "{declaration: bug (AB-1), weblog: [b, 'a, c', b]}",
        [("bug", {**OF, "value": ["b", "a", "c"]})],
    ),
    "excluded weblogs": (
        "{declaration: bug (AB-1), excluded_weblog: [b, 'a, c']}",
        [("bug", {**OF, "excluded": ["b", "a", "c"]})],
    ),
    "some weblogs but one": (
        "{declaration: bug (AB-1), weblog: 'a, b', excluded_weblog: a}",
        [("bug", {**OF, "value": "b"})],
    ),
    "no weblog named": ("{declaration: bug (AB-1), weblog: []}", [("bug", None)]),
    "weblogs and versions": (
        "{declaration: flaky (AB-1), weblog: a, component_version: <1.2.0-rc1}",
        [("flaky", {"tracer": "<1.2.0rc1.dev0", **OF, "value": "a"})],
    ),
    "by weblog": (
        "{weblog_declaration: {'*': irrelevant (why), a: v1.2.0, b: bug (AB-1)}}",
        [
            ("irrelevant", {**OF, "excluded": ["a", "b"]}),
            ("missing", {"tracer": "<1.2.0", **OF, "value": "a"}),
            ("bug", {**OF, "value": "b"}),
        ],
    ),
    "by weblog, of others none": (
        "{weblog_declaration: {a: v1.2.0}}",
        [("missing", {"tracer": "<1.2.0", **OF, "value": "a"})],
    ),
    "every weblog": (
        "{weblog_declaration: {'*': v1.2.0}}", [("missing", {"tracer": "<1.2.0"})],
    ),
    "the same of several": (
        "{weblog_declaration: {a: v1.2.0, b: v1.3.0, 'c, d': v1.2.0}}",
        [
            ("missing", {"tracer": "<1.2.0", **OF, "value": ["a", "c", "d"]}),
            ("missing", {"tracer": "<1.3.0", **OF, "value": "b"}),
        ],
    ),
    "the same of all and of one": (
        "{declaration: bug (AB-1)}\n    - {declaration: bug (AB-1), weblog: a}",
        [("bug", None), ("bug", {**OF, "value": "a"})],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_rule(name: str) -> None:
    entries, expected = RULES[name]
    found = clean(imported(f"  tests/a.py:\n    - {entries}\n"))
    assert [(table["state"], table.get("when")) for table in found] == expected


def test_anchors() -> None:
    head = "refs:\n  - &flask 'a, b'\n  - &new '>=2.1.0 || ^1.4.0'\n"
    rules = "  tests/a.py: *new\n  tests/b.py:\n    - weblog_declaration:\n        *flask: *new\n"
    found = clean(import_manifest(f"{head}manifest:\n{rules}", "python.yml"))
    versions = "<1.4.0|>=2.0.0.dev0,<2.1.0"
    assert [table["when"] for table in found] == [
        {"tracer": versions},
        {"tracer": versions, "fact": "variant", "value": ["a", "b"]},
    ]


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("tests/", "tests/"),
        ("tests/iast", "tests/iast"),
        ("/tests/iast/", "tests/iast/"),
        ("tests/a.py", "tests/a.py"),
        ("tests/a.py::Test_A::test_b", "tests/a.py::Test_A::test_b"),
        ("tests/a.py/Test_A/test_b", "tests/a.py::Test_A::test_b"),
    ],
)
def test_id(given: str, written: str) -> None:
    (table,) = clean(imported(f"  {given}: bug (AB-1)\n"))
    assert table["tests"] == written


WHOLE = """\
#:schema declarations.schema.json

# Imported from python.yml.

[[facts]]
id = "variant"
kind = "word"
description = "Which of the applications is tested; a manifest calls it the weblog."

# of the first
# and below it
[[declarations]]
tests = [
    "tests/a.py::Test_A",
    "tests/a.py::Test_B",
]
state = "missing"
when = { tracer = "<1.2.0.dev0", fact = "variant", value = "a" }  # v1.2.0-dev
reason = "by \\"x\\""

[[declarations]]
tests = [
    "tests/a.py::Test_A",
    "tests/a.py::Test_B",
]
state = "bug"
when = { fact = "variant", excluded = ["a", "b"] }
ticket = "AB-1"

[[declarations]]
tests = "tests/a.py::Test_C"
state = "irrelevant"

[[declarations]]
tests = "tests/b.py::Test_C"
state = "irrelevant"
"""


def test_whole_file() -> None:
    entries = """\
    - weblog_declaration:  # of the first
        a: 'v1.2.0-dev (by "x")'
      # and below it
    - {declaration: bug (AB-1), excluded_weblog: [a, b]}
"""
    rules = (
        f"  tests/b.py::Test_C: irrelevant\n  tests/a.py::Test_B:\n{entries}"
        f"  tests/a.py::Test_C: irrelevant\n  tests/a.py::Test_A:\n{entries}"
    )
    text = f"# of the file\nmanifest:\n{rules}"
    found = import_manifest(text, "x/python.yml")
    assert found.text == WHOLE
    assert (found.declared, found.unresolved, found.warnings) == (6, (), ())
    assert import_manifest(text, "x/python.yml") == found


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        pytest.param(["a.py::A", "a.py::B"], [["a.py::A", "a.py::B"]], id="classes of a file"),
        pytest.param(["a.py::A::a", "a.py::A::b"], [["a.py::A::a", "a.py::A::b"]],
                     id="tests of a class"),
        pytest.param(["a.py::A", "a.py::A::a"], ["a.py::A", "a.py::A::a"], id="a class in itself"),
        pytest.param(["a.py::A::a", "a.py::B::a"], ["a.py::A::a", "a.py::B::a"], id="two classes"),
        pytest.param(["a.py", "b.py"], ["a.py", "b.py"], id="files"),
        pytest.param(["a/", "b/"], ["a/", "b/"], id="folders"),
    ],
)  # fmt: skip
def test_which_share_a_table(ids: list[str], expected: list[object]) -> None:
    found = clean(imported("".join(f"  {each}: irrelevant\n" for each in ids)))
    assert [table["tests"] for table in found] == expected


def test_real_manifest_is_exact() -> None:
    found = import_manifest((PEER / "python.yml").read_text(encoding="utf-8"), "python.yml")
    assert (found.declared, found.unresolved, found.warnings) == (1719, (), ())
    declared = Declared(found.text)
    assert len(SAMPLE["outcomes"]) == 10
    for key, letters in SAMPLE["outcomes"].items():
        tracer, variant = key.split()
        assert declared.outcomes(NODES, tracer, variant) == letters, key


@pytest.mark.parametrize(
    ("shared", "use"),
    [
        pytest.param("[" + "x, " * 400 + "]", "[{declaration: bug, weblog: *a}]", id="weblogs"),
        pytest.param("[" + "{declaration: bug}, " * 200 + "]", "*a", id="declarations"),
        pytest.param("{" + "".join(f"k{n}: x, " for n in range(400)) + "}", "[*a]", id="keys"),
    ],
)
def test_what_aliases_multiply_is_bounded(shared: str, use: str) -> None:
    def manifest(count: int) -> str:
        rules = "".join(f"  t/{number}.py: {use}\n" for number in range(count))
        return f"refs: [&a {shared}]\nmanifest:\n{rules}"

    assert import_manifest(manifest(20), "m.yml").declared >= 20
    with pytest.raises(PageError, match=r"^m\.yml: this manifest declares too much$"):
        import_manifest(manifest(400), "m.yml")
