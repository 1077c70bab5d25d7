"""Read the jobs that the matrices of a workflow of GitHub Actions come to."""

from __future__ import annotations

import re
from itertools import product
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.importer.blocks import PageError
from pytest_ddcompat.importer.nodes import (
    items_of,
    line_of,
    pairs_of,
    read_as_yaml,
    read_nodes,
    refuse_expanding,
    refuse_odd,
    source_of,
)
from pytest_ddcompat.importer.workflow_steps import child_of, read_steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_ddcompat.importer.nodes import Node
    from pytest_ddcompat.importer.workflow_steps import Steps

__all__ = ["Job", "Workflow", "read_workflow"]

_MOST = 256  # jobs of one matrix; GitHub makes no more
_MOST_NODES = 100_000  # with what aliases stand for
_OF_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w-]{1,100})\s*\}\}")
_UNKNOWN = "it calls what is not read, and may run tests"


class Job(NamedTuple):
    """One job of a matrix.

    Attributes:
        name: The key of the job in the workflow, with the values of the matrix.
        values: What the matrix says for it, `runs-on`, and the Python that a step sets up.
        pins: The versions of packages that its steps install, by name.
        is_read: Whether all its steps are read: it calls no other workflow, and no action of the
            repository.
    """

    name: str
    values: dict[str, str]
    pins: dict[str, str]
    is_read: bool


class Workflow(NamedTuple):
    """The jobs of a workflow.

    Attributes:
        jobs: Those that run tests, and those of which that is not known.
        left_out: The keys of those that run none.
        notes: What is to be known of how it was read.
    """

    jobs: list[Job]
    left_out: list[str]
    notes: list[str]


def read_workflow(text: str, origin: str) -> Workflow:
    """Return the jobs of a workflow that a matrix makes; of a job without one there is one.

    A value of a matrix that is no single value, such as a mapping, is left out.

    Args:
        text: The workflow.
        origin: Its file, for messages.

    Raises:
        PageError: It is empty or no YAML, has a key twice or an unknown tag, or its aliases come to
            very much, or a matrix has more jobs than GitHub makes, or is an expression.
    """
    root = read_nodes(text, origin).root
    if root is None:
        raise PageError(f"{origin}: the file is empty; valid: a workflow of GitHub Actions")
    refuse_expanding(root, origin, _MOST_NODES)
    refuse_odd(root, origin)
    found = Workflow([], [], [])
    jobs = child_of(root, "jobs")
    for key, node in (pairs_of(jobs) or ()) if jobs is not None else ():
        name = source_of(key)
        steps = read_steps(node)
        if steps.runs_tests is False:
            found.left_out.append(name)
            continue
        if steps.runs_tests is None:
            found.notes.append(f"{name}: {_UNKNOWN}")
        found.jobs.extend(_jobs_of(name, node, steps, f"{origin}: jobs.{name}"))
        found.notes.extend(f"{name}: {note}" for note in _numbers(_values_of(node, steps)))
    return found


def _jobs_of(name: str, node: Node, steps: Steps, place: str) -> Iterator[Job]:
    matrix = _matrix_of(node)
    if matrix is not None and pairs_of(matrix) is None:
        what = f"{place}.strategy.matrix: the values of an expression are not known"
        raise PageError(f"{what}; valid: a matrix that is written out")
    runner = child_of(node, "runs-on")
    on = source_of(runner) if runner is not None else ""
    python = read_as_yaml(steps.python) if steps.python is not None else ""
    for values in _combinations(matrix, place):
        label = f" ({', '.join(values.values())})" if values else ""
        further = {"runs-on": _filled(on, values), "python-version": _filled(python, values)}
        pins = {package: _filled(version, values) for package, version in steps.pins.items()}
        given = {**values, **{key: text for key, text in further.items() if text}}
        pinned = {key: text for key, text in pins.items() if text}
        yield Job(f"{name}{label}", given, pinned, steps.are_read)


def _matrix_of(job: Node) -> Node | None:
    return child_of(child_of(job, "strategy"), "matrix")


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _OF_MATRIX.sub(lambda found: values.get(found[1], ""), text)


def _values_of(job: Node, steps: Steps) -> Iterator[Node]:
    """Yield the values of a job's matrix, and the Python that a step sets up."""
    matrix = _matrix_of(job)
    for _, value in (pairs_of(matrix) or ()) if matrix is not None else ():
        for item in items_of(value) or ():
            yield from (inner for _, inner in pairs_of(item) or [(item, item)])
    if steps.python is not None:
        yield steps.python


def _numbers(values: Iterable[Node]) -> list[str]:
    """Say which versions without quotes are other numbers in YAML, each once."""
    found = {source_of(value): (line_of(value), read_as_yaml(value)) for value in values}
    return [
        f'line {line}: {written} without quotes is the number {read}; write "{written}"'
        for written, (line, read) in found.items()
        if read != written and float(written) % 1
    ]


def _combinations(matrix: Node | None, place: str) -> list[dict[str, str]]:
    """Return the combinations of a matrix, as GitHub makes them of its lists."""
    if matrix is None:
        return [{}]
    lists = {
        source_of(key): [read_as_yaml(item) for item in items_of(value) or ()]
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
    node = child_of(matrix, key)
    return [
        {source_of(name): read_as_yaml(value) for name, value in pairs_of(item) or ()}
        for item in (items_of(node) or () if node is not None else ())
    ]


def _is_part(part: Mapping[str, str], whole: Mapping[str, str]) -> bool:
    return all(whole.get(key) == value for key, value in part.items())
