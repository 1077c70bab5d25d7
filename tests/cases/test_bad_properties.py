"""Whatever a marker, an option or a hook gives, it is understood or refused, and nothing breaks."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.strategies import few

from pytest_ddcompat import FactsError
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.declared import MARKERS
from pytest_ddcompat.environment.parsing import facts_from_mapping

if TYPE_CHECKING:
    from pathlib import Path

    from support.project import Project

pytestmark = pytest.mark.once

some = settings(few, max_examples=100)


def refuse(*_: object) -> Any:
    raise RuntimeError("refused")


METHODS = ("__repr__", "__str__", "__hash__", "__eq__", "__bool__", "__len__", "__iter__")
ODD = [
    type("Odd", (type(like),), {method: refuse})(*arguments)
    for like, arguments in ((object(), ()), ("sca", ("sca",)), ((), (("django",),)))
    for method in METHODS
]
WITHIN: list[object] = []
WITHIN.append(WITHIN)
DEEP: tuple[object, ...] = ()
for _ in range(5000):
    DEEP = (DEEP,)
OTHERS = [WITHIN, DEEP, 10**5000, float("nan"), b"sca", len, object, pytest.mark.skip, {1: 2}]
# Picked by number, because Hypothesis writes out what it picks from.
odd = st.integers(0, len(ODD + OTHERS) - 1).map(lambda number: (ODD + OTHERS)[number])

words = st.sampled_from(
    ["sca", "django", "docker", "mysql", ">=2", "2", "maintenance", "", " and "]
)
texts = st.lists(words | st.text(max_size=3), max_size=4).map("".join)
plain = st.none() | st.booleans() | st.integers() | texts
values: st.SearchStrategy[Any] = st.recursive(
    plain | odd,
    lambda inner: st.tuples(inner, inner) | st.lists(inner, max_size=2) | st.sets(plain),
    max_leaves=4,
)
keywords = st.sampled_from(
    ["framework", "deployment", "datastore", "support_level", "preview", "strict", "matrix",
     "specifier", "name", "level", "cls", ""]
) | st.text(max_size=3)  # fmt: skip
keys = plain | st.tuples(plain) | st.just(b"os") | st.integers(4500, 5000).map(lambda n: 10**n)
marks = st.builds(
    lambda name, args, kwargs: getattr(pytest.mark, name).with_args(*args, **kwargs),
    st.sampled_from(sorted(MARKERS)),
    st.lists(values, max_size=3),
    st.dictionaries(keywords, values, max_size=2),
)


class Marked:
    """Gives tests their marks: those of parameters at once, others when all are collected."""

    def __init__(self, given: list[pytest.MarkDecorator]) -> None:
        self.given = given

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if metafunc.definition.name == "test_at_once":
            params = [pytest.param(n, marks=mark) for n, mark in enumerate(self.given)]
        else:
            params = [pytest.param(n) for n in range(len(self.given))]
        metafunc.parametrize("n", params)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if item.name.startswith("test_later"):
                item.add_marker(self.given[item.callspec.params["n"]])  # type: ignore[attr-defined]


@few
@given(st.lists(marks, min_size=1, max_size=30))
@pytest.mark.parametrize("test", ["test_at_once", "test_later"])
def test_no_marker_breaks_a_run(
    project: Project, test: str, given: list[pytest.MarkDecorator]
) -> None:
    project.write("test_it.py", f"def {test}(n): pass")
    run = project.run("-q", plugins=[Marked(given)])
    assert run.status in {0, 1, 2}
    assert "INTERNALERROR" not in "".join([*run.out, *run.err])


OPTIONS = ("set", "facts", "matrix", "agent")  # pytest itself checks the choices of the others
settings_of = st.builds(
    "{}={}".format,
    st.sampled_from(["tracer", "deployment", "framework.x", "date", "os", "site", "agent"]),
    texts,
)
given_options = st.lists(
    st.builds("--ddcompat-{}={}".format, st.sampled_from(OPTIONS), texts | settings_of)
    | st.builds(
        "--override-ini=ddcompat_{}={}".format,
        st.sampled_from([*OPTIONS, "strict", "unsupported", "undetermined"]),
        texts | settings_of,
    ),
    max_size=3,
)


@few
@given(given_options)
def test_no_option_breaks_a_run(project: Project, given: list[str]) -> None:
    project.write("test_it.py", "def test(): pass")
    run = project.run("-q", *given)
    assert run.status in {0, 4}
    said = "".join([*run.out, *run.err])
    assert "INTERNALERROR" not in said
    assert "Traceback" not in said


COMMANDS = ["check", "explain", "facts", "compare", "policy", "declare", "matrix", "report",
            "diff", "lint"]  # fmt: skip
arguments = texts | st.builds(
    "--{}={}".format,
    st.sampled_from(
        [
            "set",
            "facts",
            "matrix",
            "format",
            "framework",
            "deployment",
            "datastore",
            "line",
            "expect",
            "config-file",
        ]
    ),
    texts | settings_of,
)


@some
@given(
    st.sampled_from(COMMANDS),
    st.lists(arguments, max_size=3),
)
def test_no_argument_breaks_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, given: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([command, *given]) in {0, 1, 2}
    assert list(tmp_path.iterdir()) == []


@some
@given(
    values
    | st.dictionaries(st.sampled_from(["tracer", "os", "frameworks", "date"]) | keys, values)
    | st.builds(lambda inner: {"frameworks": inner}, st.dictionaries(keys, values))
)
def test_no_hook_gives_facts_that_break(mapping: Any) -> None:
    with contextlib.suppress(FactsError):
        facts_from_mapping(mapping, "hook")
