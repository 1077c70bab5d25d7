"""What was won, written into declarations files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.drafts import NAME, added, changed

from pytest_ddcompat import CompatibilityError
from pytest_ddcompat.jobs.wins.writing import lowering, narrowing, new_declaration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_ddcompat.jobs.wins.declaration_file import Change

pytestmark = pytest.mark.once

A, B, C = "test_a.py::test_a", "test_b.py::test_b[x]", "test_c.py::TestC::test_c"
FACT = '\n[[facts]]\nid = "variant"\nkind = "word"\n'
STRINGS = 'state = """\\\n  bug"""\nreason = """# no\n[[declarations]]\n"""\n'
WHEN, REQUIRES = '[declarations.when]\nos = "linux"\n', '[declarations.requires]\nagent = ">=7"\n'

# A declaration's keys before and after its test passes from 2.6 on.
NARROWED = [
    pytest.param('state = "bug"\n', 'state = "bug"\nwhen = {tracer = "<2.6"}\n', id="everywhere"),
    pytest.param(
        'state = "bug" # why\n\n# where\nticket = "X-1"\n',
        'state = "bug" # why\nwhen = {tracer = "<2.6"}\n\n# where\nticket = "X-1"\n',
        id="below the state",
    ),
    pytest.param(
        '  state = "bug"\n  requires = { agent = ">=7" }\n',
        '  state = "bug"\n  when = { tracer = "<2.6" }\n  requires = { agent = ">=7" }\n',
        id="laid out as other keys",
    ),
    pytest.param(
        'when = {tracer = "<3.2"} # why\nstate = "bug"\n',
        'when = {tracer = "<2.6"} # why\nstate = "bug"\n',
        id="a newer version",
    ),
    pytest.param(
        "when = {tracer = '>=2, <= 4,!=2.1'}\nstate = \"bug\"\n",
        "when = {tracer = '>=2,!=2.1, <2.6'}\nstate = \"bug\"\n",
        id="other clauses and quotes",
    ),
    pytest.param(
        'when = {tracer = ">=1.5"}\nstate = "bug"\n',
        'when = {tracer = ">=1.5,<2.6"}\nstate = "bug"\n',
        id="a lower bound",
    ),
    pytest.param(
        'when = {tracer = ">=1.5,<1.6 | >=2 | >=3"}\nstate = "bug"\n',
        'when = {tracer = ">=1.5,<1.6 | >=2,<2.6"}\nstate = "bug"\n',
        id="alternatives",
    ),
    pytest.param(
        'when = {tracer = "==2.*"}\nstate = "bug"\n',
        'when = {tracer = "==2.*,<2.6"}\nstate = "bug"\n',
        id="a series",
    ),
    pytest.param(
        'when = {tracer = "<2.6"}\nstate = "bug"\n',
        'when = {tracer = "<2.6"}\nstate = "bug"\n',
        id="the same version",
    ),
    pytest.param(
        'when = {tracer = "<=2.5"}\nstate = "bug"\n',
        'when = {tracer = "<=2.5"}\nstate = "bug"\n',
        id="an older version",
    ),
    pytest.param(
        'when = {tracer = "<=2.6"}\nstate = "bug"\n',
        'when = {tracer = "<2.6"}\nstate = "bug"\n',
        id="up to the same version",
    ),
    pytest.param(
        'when = { framework = "flask" }\nstate = "bug"\n',
        'when = { framework = "flask", tracer = "<2.6" }\nstate = "bug"\n',
        id="a table",
    ),
    pytest.param(
        'when.framework = "flask" # why\nstate = "bug"\n',
        'when.framework = "flask" # why\nwhen.tracer = "<2.6"\nstate = "bug"\n',
        id="dotted keys",
    ),
    pytest.param(
        'state = "bug"\n\n[declarations.when]\nframework = "flask" # why\n',
        'state = "bug"\n\n[declarations.when]\nframework = "flask" # why\ntracer = "<2.6"\n',
        id="a table with a header",
    ),
    pytest.param(
        'state = "bug"\n[[declarations.when]]\nframework = "flask"\n',
        'state = "bug"\n[[declarations.when]]\nframework = "flask"\n'
        '[[declarations.when]]\ntracer = "<2.6"\n',
        id="tables with headers",
    ),
    pytest.param(
        'state = "bug"\n[declarations.requires]\nagent = ">=7"\n',
        'state = "bug"\nwhen = {tracer = "<2.6"}\n[declarations.requires]\nagent = ">=7"\n',
        id="above a table with a header",
    ),
    pytest.param(
        'when = "sca" # why\nstate = "bug"\n',
        'when = ["sca", {tracer = "<2.6"}] # why\nstate = "bug"\n',
        id="an expression",
    ),
    pytest.param(
        'when = [\n  "sca", # one\n  {framework = "flask"} # two\n] # all\nstate = "bug"\n',
        'when = [\n  "sca", # one\n  {framework = "flask"}, # two\n  {tracer = "<2.6"}\n] # all\n'
        'state = "bug"\n',
        id="an array",
    ),
    pytest.param(
        'when = ["sca", {os = "linux", tracer = "<3"}]\nstate = "bug"\n',
        'when = ["sca", {os = "linux", tracer = "<2.6"}]\nstate = "bug"\n',
        id="an array with a version",
    ),
    pytest.param(
        'when = [{tracer = "<4"}, {tracer = "<2"}]\nstate = "bug"\n',
        'when = [{tracer = "<4"}, {tracer = "<2"}]\nstate = "bug"\n',
        id="an array with an older version",
    ),
    pytest.param(
        f'when = {{tracer = "<3"}}\n{STRINGS}',
        f'when = {{tracer = "<2.6"}}\n{STRINGS}',
        id="strings of several lines",
    ),
]


@pytest.mark.parametrize(("before", "after"), NARROWED)
@pytest.mark.parametrize(
    ("above", "below"),
    [
        pytest.param("", "", id="alone"),
        pytest.param(f"#:schema x\n\n# 1\n[[declarations]]\ntests = '{A}'\nstate = 'bug'\n\n# 2\n",
                     f"# 3\n\n# 4\n[[declarations]]\ntests = '{C}'\nstate='bug'{FACT}# 5\n\n",
                     id="between others"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("newline", [pytest.param("\n", id="LF"), pytest.param("\r\n", id="CRLF")])
def test_narrowed(before: str, after: str, above: str, below: str, newline: str) -> None:
    head = f'{above}[[declarations]]\ntests = "{B}"\n'
    text, wanted = (f"{head}{keys}{below}".replace("\n", newline) for keys in (before, after))
    line = above.count("\n") + 1
    assert changed(text, line, [B], narrowing("2.6")) == wanted
    assert changed(f"\ufeff{text}", line, [B], narrowing("2.6")) == f"\ufeff{wanted}"
    if not below:
        assert changed(text.rstrip(), line, [B], narrowing("2.6")) == wanted.rstrip()


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        pytest.param('state = "bug"\n', "", id="no requirement"),
        pytest.param('state = "bug"\nowner = "we"\n[declarations.when]\nos = "linux"\n', "",
                     id="with tables"),
        pytest.param(
            'requires = "sca" # it\nstate = "bug" # why\nwhen.os = "linux"\n# to do\nticket = "X"\n'
            'reason = "r"\nowner = "we"\nunsupported = "skip"\nfeature = "f"\n',
            'requires = "sca" # it\n# to do\nowner = "we"\nunsupported = "skip"\nfeature = "f"\n',
            id="a requirement",
        ),
        pytest.param(
            f'state = "bug"\n{WHEN}\n{REQUIRES}', REQUIRES,
            id="a requirement with a header",
        ),
        pytest.param(
            f'state = "bug"\n{REQUIRES}\n{WHEN}', REQUIRES,
            id="conditions behind it",
        ),
    ],
)  # fmt: skip
def test_freed(keys: str, left: str) -> None:
    head = f'[[declarations]]\ntests = "{B}"\n'
    before, after = f"# above\n\n# its own\n{head}{keys}", f"\n# below\n{head}state = 'bug'\n"
    freed = f"# above\n\n# its own\n{head}{left}{after}" if left else f"# above\n{after}"
    assert changed(before + after, 4, [B], narrowing(None)) == freed
    never = before.replace('state = "bug"', 'state = "bug"\nwhen.tracer = ">=3"')
    if "when.os" not in keys and "declarations.when" not in keys:
        assert changed(never + after, 4, [B], narrowing("3")) == freed


@pytest.mark.parametrize(
    ("text", "line", "left"),
    [
        pytest.param(f"[[declarations]]\ntests='{A}'\nstate='bug'", 1, "", id="the only one"),
        pytest.param(f"\n#:schema x\n[[declarations]]\ntests='{A}'\nstate='bug'\n\n", 3,
                     "\n#:schema x\n", id="below the schema"),
        pytest.param(
            f"[[declarations]]\ntests='{B}'\nstate='bug' \n\n\n"
            f"[[declarations]]\ntests='{A}'\nstate='bug'",
            6, f"[[declarations]]\ntests='{B}'\nstate='bug' \n", id="the last one",
        ),
        pytest.param(f"[[declarations]]\ntests='{A}'\nstate='bug'\n# end\n\n \n{FACT}", 1,
                     f"# end\n\n \n{FACT}", id="a comment below"),
        pytest.param(f"[[declarations]]\ntests='{A}'\nstate='bug'\n\n  {FACT.strip()}", 1,
                     f"  {FACT.strip()}", id="indented tables below"),
        pytest.param(
            f"[[facts]]\nid='x'\nkind='word'\ndescription='''\n# no\n# comment'''\n# own\n"
            f"[[ 'declarations' ]]\ntests='{A}'\nstate='bug'\n", 8,
            "[[facts]]\nid='x'\nkind='word'\ndescription='''\n# no\n# comment'''\n",
            id="below a string of several lines",
        ),
    ],
)  # fmt: skip
def test_gone(text: str, line: int, left: str) -> None:
    assert changed(text, line, [A], narrowing(None)) == left


SEVERAL = f"""\
# head
[[declarations]] # table
tests = [
  "{A}", # one
  "{B}",
  "test_c.py", # three
]
state = "bug" # why
requires = "sca"

# next
[[declarations]]
tests = "other"
state = "bug"
"""


def test_split_in_two() -> None:
    without_a = SEVERAL.replace(f'  "{A}", # one\n', "")
    copy = f"""\
[[declarations]] # table
tests = [
  "{A}", # one
]
state = "bug" # why
when = {{tracer = "<2.6"}}
requires = "sca"

"""
    wanted = without_a.replace("# next", f"{copy}# next")
    assert changed(SEVERAL, 2, [A], narrowing("2.6")) == wanted
    freed = copy.replace('state = "bug" # why\nwhen = {tracer = "<2.6"}\n', "")
    wanted = without_a.replace("# next", f"{freed}# next")
    assert changed(SEVERAL, 2, [A], narrowing(None)) == wanted
    plain = SEVERAL.replace('requires = "sca"\n', "")
    wanted = without_a.replace('requires = "sca"\n', "")
    assert changed(plain, 2, [A], narrowing(None), others=[A, B]) == wanted


def test_split_in_a_file_without_blank_lines() -> None:
    text = "".join(f"[[declarations]]\ntests = [{each}]\nstate = 'bug'\n" for each in
                   ("'x'", f"'{A}', '{B}'"))  # fmt: skip
    narrow = "[[declarations]]\ntests = ['{}']\nstate = 'bug'\n{}"
    wanted = narrow.format("x", "") + narrow.format(A, "") + narrow.format(B, "")
    wanted += 'when = {tracer = "<2"}\n'
    assert changed(text, 4, [B], narrowing("2")) == wanted


LOWERED = [
    pytest.param('{tracer = ">=2.6"} # why', '{tracer = ">=1.8"} # why', id="a bound"),
    pytest.param("{tracer = '>=2.6, <5,!=2.7'}", "{tracer = '>=1.8, <5,!=2.7'}", id="clauses"),
    pytest.param('{tracer = "<5, >2.6"}', '{tracer = "<5, >=1.8"}', id="an open bound"),
    pytest.param('{tracer = ">1.8"}', '{tracer = ">=1.8"}', id="above the minimum"),
    pytest.param('{tracer = ">=2,>2.6"}', '{tracer = ">=1.8"}', id="two bounds"),
    pytest.param(
        '["sca", {capability = "api_security", tracer = ">=2"}, {tracer = ">=1"}]',
        '["sca", {capability = "api_security", tracer = ">=1.8"}, {tracer = ">=1"}]',
        id="in an array",
    ),
    pytest.param(
        '[{tracer = ">=2"}, {os = "linux"}, {tracer = ">=2.1"}]',
        '[{tracer = ">=1.8"}, {os = "linux"}, {tracer = ">=1.8"}]',
        id="two of an array",
    ),
]


@pytest.mark.parametrize(("before", "after"), LOWERED)
def test_lowered(before: str, after: str) -> None:
    text = (
        f'[[declarations]]\ntests = ["{A}"]\nwhen = {{tracer = ">=3"}}\nstate = "bug"\nrequires = '
    )
    assert changed(f"{text}{before}\n", 1, [A], lowering("1.8")) == f"{text}{after}\n"


def test_lowered_for_some_tests() -> None:
    text = f'[[declarations]]\ntests = ["{A}", "{B}"]\nrequires.tracer = ">=2"\n'
    first, second = (text.replace(f'"{A}", "{B}"', f'"{each}"') for each in (A, B))
    wanted = f"{first.replace('>=2', '>=1.8')}\n{second}"
    assert changed(text, 1, [A], lowering("1.8"), others=[B]) == wanted


LONG = [f"tests/test_of_something.py::test_{number}" for number in range(3)]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        pytest.param("", "[[declarations]]", id="a new file"),
        pytest.param("# head\n", "# head\n\n[[declarations]]", id="comments alone"),
        pytest.param("# head\n\n", "# head\n\n[[declarations]]", id="a blank line at the end"),
        pytest.param(
            "[[declarations]]\ntests='a'\nstate='bug'\n",
            "[[declarations]]\ntests='a'\nstate='bug'\n\n[[declarations]]", id="one",
        ),
        pytest.param(
            "[[declarations]]\ntests='a'\nstate='bug'",
            "[[declarations]]\ntests='a'\nstate='bug'\n\n[[declarations]]", id="no end of line",
        ),
        pytest.param(
            "[[declarations]]\ntests='a'\nstate='bug'\n" * 2,
            "[[declarations]]\ntests='a'\nstate='bug'\n" * 2 + "[[declarations]]",
            id="no blank lines",
        ),
        pytest.param(
            "[[declarations]]\ntests='a'\nstate='bug'\n# end\n",
            "[[declarations]]\ntests='a'\nstate='bug'\n# end\n\n[[declarations]]", id="a comment",
        ),
    ],
)  # fmt: skip
def test_declared(text: str, end: str) -> None:
    rest = f'\ntests = "{A}"\nstate = "bug"\nwhen = {{tracer = "<2.6"}}\nreason = "a \\"b\\""\n'
    table = new_declaration([A], "bug", {"tracer": "<2.6"}, 'a "b"')
    assert added(text, table) == f"{end}{rest}"
    assert added(f"\ufeff{text}", table) == f"\ufeff{end}{rest}"
    if "\n" in text:
        crlf = added(text.replace("\n", "\r\n"), table)
        assert crlf == f"{end}{rest}".replace("\n", "\r\n")


def test_declared_between_tables() -> None:
    text = f"[[declarations]]\ntests='a'\nstate='bug' # a\n{FACT}"
    wanted = "[[declarations]]\ntests='a'\nstate='bug' # a\n\n[[declarations]]\ntests = [\n"
    wanted += "".join(f'    "{test}",\n' for test in LONG)
    assert (
        added(text, new_declaration(LONG, "flaky", {}, "")) == f'{wanted}]\nstate = "flaky"\n{FACT}'
    )


def test_declared_as_other_tables_are() -> None:
    text = '[[declarations]]\ntests = "a"\nrequires = { os = "linux" }\n'
    found = added(text, new_declaration([A, B], "bug", {"framework": "a b", "tracer": "<2"}, ""))
    assert found == (
        f'{text}\n[[declarations]]\ntests = ["{A}", "{B}"]\nstate = "bug"\n'
        'when = { framework = "a b", tracer = "<2" }\n'
    )


@pytest.mark.parametrize(
    ("old", "new", "order"),
    [
        pytest.param("bdf", "a", "abdf", id="first"),
        pytest.param("bdf", "c", "bcdf", id="between"),
        pytest.param("bdf", "d", "bddf", id="behind its like"),
        pytest.param("bdf", "g", "bdfg", id="last"),
        pytest.param("dbf", "c", "dbfc", id="not sorted"),
    ],
)
@pytest.mark.parametrize("newline", [pytest.param("\n", id="LF"), pytest.param("\r\n", id="CRLF")])
def test_declared_where_it_belongs(old: str, new: str, order: str, newline: str) -> None:
    one = '# {0}\n[[declarations]]\ntests = "{0}"\nstate = "bug"\n'
    text = "\n".join(map(one.format, old)).replace("\n", newline)
    wanted = "\n".join(map(one.format, order)).replace("\n", newline)
    found = added(text, new_declaration([new], "bug", {}, ""))
    assert found.replace(f"# {new}{newline}", "") == wanted.replace(f"# {new}{newline}", "")


def test_both_of_a_split_stand_where_they_belong() -> None:
    one = '[[declarations]]\ntests = {}\nstate = "bug"\n'
    text = "# head\n" + "\n".join(map(one.format, ['["b", "e"]', '"d"', '"f"']))
    kept, rest = one.format('["b"]'), [one.format(each) for each in ('"d"', '["e"]', '"f"')]
    narrow = one.format('["b"]') + 'when = {tracer = "<2"}\n'
    assert changed(text, 2, ["b"], narrowing("2")) == "# head\n" + "\n".join([narrow, *rest])
    rest[1] += 'when = {tracer = "<2"}\n'
    assert changed(text, 2, ["e"], narrowing("2")) == "# head\n" + "\n".join([kept, *rest])


ONE = f'# a\n[[declarations]]\ntests = ["{A}", "test_c.py"]\nstate = "bug"\n'
NEEDS = f'[[declarations]]\ntests = "{A}"\nrequires = {{tracer = %s}}\n'
APART = f'[[declarations]]\ntests = "{A}"\nstate = "bug"\n{FACT}[declarations.when]\nos = "linux"\n'


@pytest.mark.parametrize(
    ("change", "text", "line", "tests", "message"),
    [
        pytest.param(
            narrowing, "a = [", 1, [A],
            f"{NAME}: this is not valid TOML: Invalid value (at end of document)", id="no TOML",
        ),
        pytest.param(narrowing, "# \ud800", 1, [A], f"{NAME}: this is not UTF-8 text",
                     id="no text"),
        pytest.param(
            narrowing, ONE.replace("bug", "bugg"), 1, [A],
            f'{NAME}:4: state: "bugg" is not valid; did you mean "bug"? valid: bug, flaky, '
            "incomplete, irrelevant, missing", id="an error in the file",
        ),
        pytest.param(
            narrowing, 'extends = "iast-python"\n', 1, [A],
            f'{NAME}:1: unknown key "extends"; valid: declarations, facts', id="an overlay",
        ),
        pytest.param(
            narrowing, APART, 1, [A],
            f"{NAME}:1: another table stands between the keys of this declaration; valid: all its "
            "keys in one place", id="keys apart",
        ),
        pytest.param(narrowing, ONE, 2, [], f"{NAME}:2: no tests are given; valid: tests of {A}, "
                     "test_c.py", id="no test"),
        pytest.param(
            narrowing, ONE, 2, [A, B],
            f'{NAME}:2: this is not for "{B}"; valid: tests of {A}, test_c.py', id="another test",
        ),
        pytest.param(
            narrowing, ONE, 2, ["::"],
            f'{NAME}:2: this is not for "::"; valid: tests of {A}, test_c.py', id="no test's id",
        ),
        pytest.param(
            narrowing, NEEDS % '">=2"', 1, [A],
            f"{NAME}:1: this declares no state; valid: a declaration with a state", id="no state",
        ),
        pytest.param(
            lowering, ONE, 2, [A],
            f'{NAME}:2: this requires no tracer newer than 2.6; valid: requires with '
            'tracer = ">=V"',
            id="no requirement",
        ),
        pytest.param(
            lowering, NEEDS % '">=2.6"', 1, [A],
            f'{NAME}:1: this requires no tracer newer than 2.6; valid: requires with '
            'tracer = ">=V"',
            id="a bound that is there",
        ),
        pytest.param(
            lowering, NEEDS % '"==3.*"', 1, [A],
            f'{NAME}:1: "==3.*" has no lower bound above 2.6; valid: a bound such as >=V, with V '
            "above 2.6", id="no bound",
        ),
        pytest.param(
            lowering, NEEDS % '">=3|==2.7"', 1, [A],
            f'{NAME}:1: ">=3|==2.7" has alternatives; valid: a change by hand', id="alternatives",
        ),
        pytest.param(
            lowering, NEEDS % '">=3,!=2.6"', 1, [A],
            f'{NAME}:1: ">=2.6,!=2.6" would not admit 2.6 either; valid: a change by hand',
            id="a version left out",
        ),
    ],
)  # fmt: skip
def test_refused(
    change: Callable[[str], Change], text: str, line: int, tests: Sequence[str], message: str
) -> None:
    with pytest.raises(CompatibilityError) as raised:
        changed(text, line, tests, change("2.6"))
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("tests", "others", "message"),
    [
        pytest.param(
            [A, C], [A, "::", "test_c.py::other", B],
            '"test_c.py" is for "test_c.py::other" too; valid: an id for each; split it by hand',
            id="other tests",
        ),
        pytest.param(
            [f"{A}[y]"], [f"{A}[x]"],
            f'"{A}" is for "{A}[x]" too; valid: an id for each; split it by hand',
            id="other parameters",
        ),
        pytest.param(
            [C], [],
            f'"test_c.py" may be for other tests than "{C}" too; valid: an id for each test; '
            "by hand",
            id="tests that are not known",
        ),
    ],
)  # fmt: skip
def test_an_id_that_is_for_others(tests: list[str], others: list[str], message: str) -> None:
    with pytest.raises(CompatibilityError) as raised:
        changed(ONE, 2, tests, narrowing("2.6"), others)
    assert str(raised.value) == f"{NAME}:2: {message}"


@pytest.mark.parametrize("change", [narrowing, lowering])
def test_no_version(change: Callable[[str], Change]) -> None:
    text = f'[[declarations]]\ntests = "{A}"\nstate = "bug"\nrequires.tracer = ">=3"\n'
    with pytest.raises(CompatibilityError) as raised:
        changed(text, 1, [A], change("new"))
    message = f'{NAME}:1: "new" is not a version; valid: a version such as 4.16.0'
    assert str(raised.value) == message


def test_a_result_that_would_not_load() -> None:
    many = ",".join(f"!=1.{number}" for number in range(100, 124))
    text = f'[[declarations]]\ntests = "{A}"\nstate = "bug"\nwhen.tracer = ">=1,{many}"\n'
    with pytest.raises(CompatibilityError) as raised:
        changed(text, 1, [A], narrowing("2.6.123456"))
    message = f"{NAME}:1: it cannot be changed: {NAME}:4: when.tracer: "
    assert str(raised.value).startswith(f'{message}">=1,!=1.100,')
    with pytest.raises(CompatibilityError) as raised:
        added(text, new_declaration([A], "bugg", {}, ""))
    assert str(raised.value) == (
        f'the change cannot be made: {NAME}:8: state: "bugg" is not valid; did you mean "bug"? '
        "valid: bug, flaky, incomplete, irrelevant, missing"
    )
    with pytest.raises(CompatibilityError, match=r"^the change cannot be made: .*not valid TOML"):
        added("declarations = []", new_declaration([A], "bug", {}, ""))
