"""Declarations files: what is read of them, and which declarations a test has."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cases import Case, each
from support.core import MATRICES, parsed_text
from support.schemas import tables_of

from pytest_ddcompat import Requirement
from pytest_ddcompat.declarations import file
from pytest_ddcompat.declarations import keys as file_keys
from pytest_ddcompat.declarations.file import (
    Declarations,
    is_declarations_file,
    load_declarations,
    read_declarations,
)
from pytest_ddcompat.declarations.lines import Lines
from pytest_ddcompat.declarations.requirements import KEYS, MARKER_KEYS, PLATFORM_KEYS
from pytest_ddcompat.declarations.schema import declarations_schema
from pytest_ddcompat.matrix.loading import parse_toml
from pytest_ddcompat.values.errors import DeclarationError

SCHEMA = declarations_schema()


def read(text: str) -> Declarations:
    return read_declarations(text.encode(), "declarations.toml")


def requirements(value: str) -> list[str]:
    (only,) = read(f'[[declarations]]\ntests = "a"\nrequires = {value}').declarations
    return [requirement.marker for requirement in only.requires]


def test_all_keys() -> None:
    (only,) = read(
        """
        [[declarations]]
        tests = ["tests/a/", "tests/test_b.py::TestB"]
        requires = "sca"
        state = "bug"
        when = {tracer = "<2"}
        unsupported = "skip"
        undetermined = "fail"
        reason = "It is slow."
        ticket = "X-1"
        owner = "somebody"
        feature = "login"
        """
    ).declarations
    assert only.tests == ("tests/a/", "tests/test_b.py::TestB")
    assert only.requires == (Requirement.capability("sca"),)
    assert (only.state, only.when) == ("bug", (Requirement.tracer("<2"),))
    assert (only.unsupported, only.undetermined) == ("skip", "fail")
    words = (only.reason, only.ticket, only.owner, only.feature)
    assert words == ("It is slow.", "X-1", "somebody", "login")
    assert (only.file, only.line, only.place) == ("declarations.toml", 2, "declarations.toml:2")


def test_what_is_left_out_is_empty() -> None:
    (only,) = read('[[declarations]]\ntests = "a"\nstate = "flaky"').declarations
    assert (only.tests, only.requires, only.when) == (("a",), (), ())
    left_out = {getattr(only, key) for key in ("unsupported", "undetermined", "reason", "ticket")}
    assert left_out | {only.owner, only.feature} == {""}


def test_a_file_without_declarations() -> None:
    assert read("").declarations == ()


@pytest.mark.parametrize(
    ("value", "markers"),
    [
        ('"sca and not api_security"', ['requires_capability("sca and not api_security")']),
        ('{capability = "sca"}', ['requires_capability("sca")']),
        ('{capability = ["sca", "api_security"]}', ['requires_capability("sca", "api_security")']),
        (
            ('{capability = "sca", framework = "django", deployment = ["docker", "amazon_ecs"], '
            'datastore = ["mysql"], support_level = "ga", preview = false, matrix = "m"}'),
            [
                ('requires_capability("sca", framework="django", deployment=("docker", '
                '"amazon_ecs"), datastore="mysql", support_level="general_availability", '
                'preview=False, matrix="m")')
            ],
        ),
        ('{tracer = "<1.2|>=1.3"}', ['requires_tracer("<1.2|>=1.3")']),
        ('{framework = "django"}', ['requires_framework("django")']),
        ('{framework = "django", specifier = ">=4"}', ['requires_framework("django", ">=4")']),
        ('{deployment = "docker"}', ['requires_deployment("docker")']),
        ('{deployment = ["docker", "aws_lambda"]}',
         ['requires_deployment("docker", "aws_lambda")']),
        ('{agent = ">=7"}', ['requires_agent(">=7")']),
        ('{support_level = "eol"}', ['requires_support_level("end_of_life")']),
        ('{python = ">=3.9"}', ['requires_python(">=3.9")']),
        ('{package = "httpx", specifier = ">=0.20"}', ['requires_package("httpx", ">=0.20")']),
        ('{os = "linux"}', ['requires_platform(os="linux")']),
        (
            '{platform = {os = ["linux", "macos"], cpu = "aarch64", implementation = "pypy"}}',
            ['requires_platform(os=("linux", "macos"), cpu="aarch64", implementation="pypy")'],
        ),
        ('{fact = "iast"}', ['requires_fact("iast")']),
        ('{fact = "iast", value = false}', ['requires_fact("iast", False)']),
        ('{fact = "v", value = ["a", "b"]}', ['requires_fact("v", ("a", "b"))']),
        ('{fact = "v", excluded = ["a"]}', ['requires_fact("v", excluded="a")']),
        (
            '{tracer = "<2", agent = ">=7", matrix = "m"}',
            ['requires_tracer("<2", matrix="m")', 'requires_agent(">=7", matrix="m")'],
        ),
        (
            '["sca", {tracer = "<2", os = "linux"}, "sca"]',
            ['requires_capability("sca")', 'requires_tracer("<2")',
             'requires_platform(os="linux")'],
        ),
    ],
)  # fmt: skip
def test_requirement(value: str, markers: list[str]) -> None:
    assert requirements(value) == markers
    content = parse_toml(f'[[declarations]]\ntests = "a"\nrequires = {value}'.encode(), "")
    jsonschema.validate(content, SCHEMA)


def test_each_keyword_of_each_kind_has_a_key() -> None:
    taken = set()
    for kind in {*MARKER_KEYS} - PLATFORM_KEYS.keys():
        first, *others = inspect.signature(getattr(Requirement, kind)).parameters.values()
        taken |= {kind, *(parameter.name for parameter in others)}
        # The first is given by the marker's own key, if it can be given without a name.
        taken |= {first.name} if first.kind is first.KEYWORD_ONLY else set()
    assert KEYS.keys() == taken
    kinds = {name for name, made in vars(Requirement).items() if isinstance(made, classmethod)}
    assert {*MARKER_KEYS} - PLATFORM_KEYS.keys() == kinds - {"from_marker", "state", "_make"}


def test_equal_tables_share_a_requirement() -> None:
    one, other = read(
        """
        [[declarations]]
        tests = "a"
        requires = {capability = "sca", framework = "django", datastore = "mysql"}
        [[declarations]]
        tests = "b"
        state = "bug"
        when = [{datastore = "mysql", framework = "django", capability = "sca"}]
        """
    ).declarations
    assert one.requires[0] is other.when[0]


@pytest.mark.parametrize("value", ["preview = 1", "preview = 1.0"])
def test_one_is_not_true(value: str) -> None:
    assert requirements('{capability = "sca", preview = true}') == ['requires_capability("sca")']
    with pytest.raises(DeclarationError):
        requirements(f'{{capability = "sca", {value}}}')


def test_declarations_of_a_test() -> None:
    found = load_declarations(
        [
            ("b.toml", b'[[declarations]]\ntests = ["a.py::T", "**"]\nstate = "bug"'),
            ("a.toml", b'\n[[declarations]]\ntests = "a.py::T::m[1]"\nstate = "flaky"'),
        ]
    )
    assert [each.place for each in found.declarations] == ["b.toml:1", "a.toml:2"]
    assert [each.place for each in found.of("a.py::T::m[1]")] == ["b.toml:1", "a.toml:2"]
    assert [each.place for each in found.of("a.py::T::m[2]")] == ["b.toml:1"]
    assert [each.place for each in found.of("c.py::x")] == ["b.toml:1"]


@pytest.mark.parametrize("node_id", ["", "::x", "a\\b.py::x", "a.py::::x"])
def test_ids_of_other_plugins_have_no_declarations(node_id: str) -> None:
    assert read('[[declarations]]\ntests = "**"\nstate = "bug"').of(node_id) == []


def test_problems_of_all_files_are_named_together() -> None:
    with pytest.raises(DeclarationError) as raised:
        load_declarations([("a.toml", b"x = 1"), ("b.toml", b""), ("c.toml", b"\n[y]\n"),
                           ("d.toml", b"=")])  # fmt: skip
    first, second, third = str(raised.value).splitlines()
    assert first == 'a.toml:1: unknown key "x"; valid: declarations, facts'
    assert second == 'c.toml:2: unknown key "y"; valid: declarations, facts'
    assert third.startswith("d.toml: this is not valid TOML: ")


def test_facts_of_all_files() -> None:
    content = b'\n[[facts]]\nid = "variant"\nkind = "word"\nwords = ["flask", "django"]\n'
    boolean = b'[[facts]]\nid = "iast_on"\nkind = "boolean"\nvariable = "IAST"\n'
    found = load_declarations([("a.toml", content), ("b.toml", content + boolean)])
    assert [(fact.id, fact.declared) for fact in found.facts] == [
        ("variant", "a.toml:2"), ("iast_on", "b.toml:6")
    ]  # fmt: skip
    assert (found.facts[0].words, found.facts[1].variable) == (("flask", "django"), "IAST")
    with pytest.raises(DeclarationError) as raised:
        load_declarations([("a.toml", content), ("b.toml", content.replace(b"flask", b"fast"))])
    assert str(raised.value) == (
        'b.toml:2: a.toml:2 declares the fact "variant" differently; '
        "valid: the same declaration in both"
    )


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        ("declarations = []", True), ("facts = []", True), ("facts = []\nextends = 'a'", False),
        ("[page]\n[[declarations]]", False), ("", False), ("capabilities = []", False),
        ("[[declaration]]", True), ("fact = []", True), ("x = 1", False),
        ("[page]\n[[declaration]]", False),
    ],
)  # fmt: skip
def test_declarations_are_told_from_matrices(content: str, is_one: bool) -> None:
    assert is_declarations_file(parse_toml(content.encode(), "")) is is_one


def test_words_are_one_line_that_a_terminal_can_show() -> None:
    (only,) = read("""
        [[declarations]]
        tests = "a"
        state = "bug"
        reason = '''
        first
          second'''
        ticket = "A-1\\u001b[31m"
        owner = "\\u202eme"
        """).declarations  # fmt: skip
    assert (only.reason, only.ticket, only.owner) == (
        "first second", "A-1\\x1b[31m", "\\u202eme",
    )  # fmt: skip


ONE = '[[declarations]]\ntests = "a"\nstate = "bug"\n'
TWO = '[[declarations]]\ntests = ["a", "b"]\nstate = "bug"\n'
WILD = '[[declarations]]\ntests = "*/a/**/b*"\nstate = "bug"\n'


@pytest.mark.parametrize(
    ("limit", "content", "count", "what"),
    [
        pytest.param("MOST", ONE * 2, 4, "declarations", id="declarations"),
        pytest.param("_MOST_TESTS", TWO, 4, "ids of tests", id="ids"),
        pytest.param("_MOST_WILD", WILD, 6, "names with `*`", id="stars"),
    ],
)
def test_limits_hold_for_all_files(
    limit: str, content: str, count: int, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = [("a.toml", content.encode()), ("b.toml", content.encode())]
    monkeypatch.setattr(file, limit, count)
    assert load_declarations(several).declarations != ()
    monkeypatch.setattr(file, limit, count - 1)
    with pytest.raises(DeclarationError) as raised:
        load_declarations(several)
    assert str(raised.value) == f"there are {count} {what}; valid: {count - 1} at most"


@pytest.mark.parametrize("key", ["declarations", "facts"])
def test_too_many_tables_are_not_read(key: str) -> None:
    read(ONE * 1000)
    with pytest.raises(DeclarationError) as raised:
        read(f"\n[[{key}]]\n" * 50_001)
    message = f"declarations.toml:2: there are 50001 {key}; valid: 50000 at most"
    assert str(raised.value) == message


def test_schema_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    tables = [table for table in tables_of(SCHEMA) if "properties" in table]
    assert len(tables) == 5
    for table in tables:
        assert table["additionalProperties"] is False
        for key, described in table["properties"].items():
            assert described["description"].endswith("."), key


@each("declarations", left_out="cannot read")
def test_schema_refuses_what_the_reader_does(case: Case) -> None:
    valid = jsonschema.Draft202012Validator(SCHEMA).is_valid(parsed_text(case.text))
    assert valid == (case.schema == "accepts")


# Statements that take one line or more, with what could be taken for a header or a key.
values = st.sampled_from(
    ['"a"', '"\\""', "'a'", '""', "''", '"[["', "'# '", '"# \\\\"', "[1, 2]", "[\n1, # ]\n\n2]",
     "{a = 1}", '{a = "}"}', "[[1], [[2]]]", '"""\n[[a]]\n"""', '""" "" \\""""', "'''\nb = 1\n'''",
     '"""a""""', "''''a'''", "[\n'''\n]''']", "1979-05-27T07:32:00Z", '["]", \'[\']', "-1.5e3"]
)  # fmt: skip
blanks = st.sampled_from(["", "\n", "# [[a]]\n", '  # """\n', "\t\n\n", "\r\n"])
ends = st.sampled_from(["\n", " \n", " # ] }\n", "\r\n", '# "\n'])


@st.composite
def documents(draw: Any) -> tuple[str, list[tuple[int, dict[str, int]]]]:
    """A file with arrays of tables, and the lines of its tables and keys."""
    text, tables = "", []
    for _ in range(draw(st.integers(0, 4))):
        text += draw(blanks)
        keys: dict[str, int] = {}
        tables.append((text.count("\n") + 1, keys))
        header = draw(st.sampled_from(["[[a]]", "[[ a ]]", '[["a"]]', " [['a']]"]))
        text += header + draw(ends)
        for number in range(draw(st.integers(0, 3))):
            text += draw(blanks)
            keys[f"k{number}"] = text.count("\n") + 1
            key = draw(st.sampled_from(["k%s = ", ' "k%s"=', "\t'k%s'\t=\t", "k%s . b = "]))
            text += key % number + draw(values) + draw(ends)
    return text.rstrip("\r\n") if draw(st.booleans()) else text, tables


@given(documents())
def test_lines(document: tuple[str, list[tuple[int, dict[str, int]]]]) -> None:
    text, tables = document
    parsed = parse_toml(text.encode(), "")
    assert [{*table} for table in parsed.get("a", [])] == [{*keys} for _, keys in tables]
    assert Lines(text).tables.get("a", []) == tables


plain = st.sampled_from(
    ["1", "-0.5", "inf", "true", "1979-05-27", "07:32:00", '""', '"sca"', '"django"', '"<2"',
     '"bug"', '"skip"', '"a.py::T::m[1]"', '"**"', '"\\u0000"', '"\\U0001F600"', '"sca and ("']
)  # fmt: skip
names = st.sampled_from([*KEYS, *file_keys.KEYS, '""', '"a.b"', "strict"])


def tables(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.dictionaries(names, inner, max_size=4)
    return pairs.map(lambda each: f"{{{', '.join(f'{k} = {v}' for k, v in each.items())}}}")


def arrays(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]")


anything = st.recursive(plain, lambda inner: tables(inner) | arrays(inner), max_leaves=6)


@given(st.lists(st.dictionaries(names, anything, max_size=3), max_size=3))
def test_any_table_is_understood_or_refused_with_its_line(drawn: list[dict[str, str]]) -> None:
    each = [{"tests": '"a"', "state": '"bug"', **table} for table in drawn]
    rows = [["[[declarations]]", *(f"{k} = {v}" for k, v in table.items())] for table in each]
    text = "\n".join(line for row in rows for line in row)
    problems = problems_of(text)
    assert all(re.match(r"declarations\.toml:\d+: ", problem) for problem in problems)
    if not problems:
        content = json.loads(json.dumps(parse_toml(text.encode(), "")))
        jsonschema.Draft202012Validator(SCHEMA).validate(content)


def problems_of(text: str) -> list[str]:
    try:
        read(text)
    except DeclarationError as error:
        return [*map(str, error.problems)]
    return []


def test_lines_of_a_header_with_an_escape_are_those_of_the_file() -> None:
    found = read('[["declar\\u0061tions"]]\ntests = "a"\nstate = "bug"')
    assert [each.place for each in found.declarations] == ["declarations.toml:1"]


def test_the_schema_is_shipped() -> None:
    assert (MATRICES / "declarations.schema.json").is_file()
