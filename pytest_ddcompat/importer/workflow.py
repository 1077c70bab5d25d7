"""Read the jobs that the matrices of a workflow of GitHub Actions come to."""

from __future__ import annotations

import re
from itertools import product
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.importer.blocks import PageError
from pytest_ddcompat.importer.nodes import items_of, pairs_of, read_nodes, source_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_ddcompat.importer.nodes import Node

__all__ = ["Job", "read_jobs"]

_MOST = 256  # jobs of one matrix; GitHub makes no more
_OF_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w-]{1,100})\s*\}\}")


class Job(NamedTuple):
    """One job of a matrix.

    Attributes:
        name: The key of the job in the workflow, with the values of the matrix.
        values: What the matrix says for it, and `runs-on`.
    """

    name: str
    values: dict[str, str]


def read_jobs(text: str, origin: str) -> list[Job]:
    """Return the jobs of a workflow that a matrix makes; of a job without one there is one.

    A value of a matrix that is no single value, such as a mapping, is left out.

    Args:
        text: The workflow.
        origin: Its file, for messages.

    Raises:
        PageError: It is no YAML, or a matrix has more jobs than GitHub makes, or is an expression.
    """
    root = read_nodes(text, origin).root
    jobs = _get(root, "jobs")
    found: list[Job] = []
    for key, node in (pairs_of(jobs) or ()) if jobs is not None else ():
        name = source_of(key)
        matrix = _get(_get(node, "strategy"), "matrix")
        if matrix is not None and pairs_of(matrix) is None:
            what = (
                f"{origin}: jobs.{name}.strategy.matrix: the values of an expression are not known"
            )
            raise PageError(f"{what}; valid: a matrix that is written out")
        runner = _get(node, "runs-on")
        for values in _combinations(matrix, f"{origin}: jobs.{name}"):
            label = f" ({', '.join(values.values())})" if values else ""
            on = _OF_MATRIX.sub(lambda m: values.get(m[1], ""), source_of(runner) if runner else "")  # noqa: B023
            found.append(Job(f"{name}{label}", {"runs-on": on, **values} if on else values))
    return found


def _combinations(matrix: Node | None, place: str) -> list[dict[str, str]]:
    """Return the combinations of a matrix, as GitHub makes them of its lists."""
    if matrix is None:
        return [{}]
    lists = {
        source_of(key): [source_of(item) for item in items_of(value) or ()]
        for key, value in pairs_of(matrix) or ()
        if source_of(key) not in {"include", "exclude"}
    }
    lists = {key: [each for each in values if each] for key, values in lists.items()}
    lists = {key: values for key, values in lists.items() if values}
    if prod(map(len, lists.values())) > _MOST:
        raise PageError(f"{place}: this matrix has too many jobs; valid: {_MOST} at most")
    made = [dict(zip(lists, values)) for values in product(*lists.values())] if lists else []
    excluded = _mappings(matrix, "exclude")
    kept = [each for each in made if not any(_is_part(other, each) for other in excluded)]
    originals = [dict(each) for each in kept]
    further = []
    for including in _mappings(matrix, "include"):
        # It adds to each combination none of whose own values it would change.
        fitting = [
            each for each, own in zip(kept, originals)
            if all(own.get(key, value) == value for key, value in including.items())
        ]  # fmt: skip
        for each in fitting:
            each.update(including)
        further += [] if fitting else [including]
    return [*kept, *further][:_MOST]


def _mappings(matrix: Node, key: str) -> list[dict[str, str]]:
    node = _get(matrix, key)
    return [
        {source_of(name): source_of(value) for name, value in pairs_of(item) or ()}
        for item in (items_of(node) or () if node is not None else ())
    ]


def _is_part(part: Mapping[str, str], whole: Mapping[str, str]) -> bool:
    return all(whole.get(key) == value for key, value in part.items())


def _get(node: Node | None, key: str) -> Node | None:
    pairs = (pairs_of(node) or ()) if node is not None else ()
    return next((value for name, value in pairs if source_of(name) == key), None)
