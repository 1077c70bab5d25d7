"""What holds of any overlay."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.overlays import BASE, facts, plain
from support.strategies import anything, many, some

from pytest_ddcompat import MatrixError
from pytest_ddcompat.matrix.overlay.apply import apply_overlay

TOP: dict[str, Any] = {"extends": "small.toml"}
versions = st.builds("{}.{}".format, st.integers(0, 5), st.integers(0, 30))
ranges = st.builds(">={}".format, versions)
marks = st.sampled_from([True, False, "preview", "unresolved"])
marked = st.dictionaries(st.sampled_from(["something", "something_else"]), marks, max_size=2)
texts = st.text("ab c", min_size=1, max_size=5).filter(str.strip)
whys = {"source": texts, "reason": texts}


def rows(key: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({**key, **whys}, optional=optional)


def distinct(row: st.SearchStrategy[dict[str, Any]], *key: str) -> st.SearchStrategy[Any]:
    return st.lists(row, max_size=3, unique_by=lambda given: tuple(map(given.get, key)))


ids = st.sampled_from(["something", "something_else", "own", "other"])
overlays = st.fixed_dictionaries(
    {},
    optional={
        "capabilities": distinct(
            rows(
                {"id": ids},
                minimum=versions,
                status=st.sampled_from(["available", "preview", "partial", "not_supported"]),
                interpretation=texts,
                documented=st.lists(texts, min_size=1, max_size=2),
            ),
            "id",
        ),
        "releases": distinct(
            rows(
                {"tracer": st.sampled_from([">=2,<3", "<2", ">=3"])},
                support_level=st.sampled_from(["maintenance", "end_of_life"]),
                agent=versions,
            ),
            "tracer",
        ),
        "frameworks": distinct(
            rows(
                {
                    "id": st.sampled_from(["django", "flask"]),
                    "heading": st.sampled_from(["Frameworks", "User frameworks", "Ours"]),
                    "capabilities": marked,
                },
                versions=st.lists(ranges, min_size=1, max_size=2),
            ),
            "id",
            "heading",
        ),
        "deployments": distinct(
            rows({"id": st.sampled_from(["lambda", "ecs"]), "capabilities": marked}), "id"
        ),
        "coverage": distinct(
            rows({"of": st.sampled_from(["frameworks", "datastores"])}, named=st.just(["redis"])),
            "of",
        ),
        "sites": distinct(
            rows({"excluded": st.sampled_from([["example.org"], ["a.org", "b.org"]])}), "heading"
        ),
    },
)  # fmt: skip


def result(mapping: dict[str, Any], times: int = 1) -> dict[str, Any] | list[str]:
    """The facts of a matrix with an overlay, or what is wrong with it."""
    matrix = BASE
    try:
        for _ in range(times):
            matrix = apply_overlay(matrix, {**TOP, **mapping}, "acme.toml")
    except MatrixError as error:
        return sorted(map(str, error.problems))
    return facts(matrix)


def reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    return [reordered(item) for item in value] if isinstance(value, list) else value


@some
@given(st.sampled_from(["acme.toml", "Our Own.toml", "a/b.toml"]))
def test_empty_overlay_changes_nothing_but_the_id(name: str) -> None:
    made = apply_overlay(BASE, TOP, name)
    assert facts(made) == facts(BASE)
    assert {**plain(made.page), "id": "small"} == plain(BASE.page)
    assert made.page.id in {"acme", "our-own", "b"}


@many
@given(overlays)
def test_overlay_that_is_applied_twice_gives_the_same_facts(mapping: dict[str, Any]) -> None:
    once = result(mapping)
    if not isinstance(once, list):
        assert result(mapping, times=2) == once


@many
@given(overlays)
def test_order_of_keys_does_not_matter(mapping: dict[str, Any]) -> None:
    assert result(reordered(mapping)) == result(mapping)


@many
@given(overlays, st.sampled_from(["capabilities", "releases", "frameworks", "page", "x"]), anything)
def test_overlay_is_understood_or_refused(mapping: dict[str, Any], key: str, value: Any) -> None:
    result({**mapping, key: value})
    for row in mapping.get("capabilities", ()):
        row["minimum"] = value
    result(mapping)
