"""Write the markers of a suite as declarations: `ddcompat declare --from-markers`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.cli.collecting import collect
from pytest_ddcompat.cli.output import put, write, write_error
from pytest_ddcompat.declarations.marked import MarkedTest, tables_of_marks
from pytest_ddcompat.importer.declared import SCHEMA, table_of
from pytest_ddcompat.requirement.requirement import Requirement, without_strict
from pytest_ddcompat.values.text import cut, printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from pytest_ddcompat.declarations.marked import Table

__all__ = ["write_declarations"]

_LONGEST = 300  # characters of a reason


def write_declarations(options: argparse.Namespace) -> int:
    """Write the declarations, and say what cannot be one; return 0.

    Raises:
        CompatibilityError: pytest cannot collect the tests.
    """
    found = collect(options.tests, "--from-markers")
    tests = [_marked(test) for test in found["tests"]]
    tables, problems = tables_of_marks(tests)
    for test in found["tests"]:
        problems += [f"{test['place']}: {problem}" for problem in test["problems"]]
    problems += [f"{name}: skipped when it is imported: {why}" for name, why in found["skipped"]]
    text = _text(tables)
    if options.output is not None:
        put(text, options.output, [path.partition("::")[0] for path in options.tests])
    if options.format == "json":
        account = {"tests": len(tests), "declarations": len(tables), "not_declared": problems}
        write(json.dumps(account, indent=2))
        return 0
    counts = {"tests": len(tests), "declarations": len(tables), "not declared": len(problems)}
    counted = ", ".join(f"{what}: {count}" for what, count in counts.items())
    words = "\n".join([counted, *(printable(cut(problem, _LONGEST)) for problem in problems)])
    if options.output is not None:
        write(words)
    else:
        # Only the file goes to the standard output, so that it can be redirected.
        write(text)
        write_error(words)
    return 0


def _marked(test: dict[str, Any]) -> MarkedTest:
    pairs = [without_strict(marker) for marker in test["markers"]]
    marks = tuple((Requirement.from_marker(marker), strict) for marker, strict in pairs)
    return MarkedTest(test["id"], test["place"], marks)


def _text(tables: Sequence[Table]) -> str:
    lines = [SCHEMA]
    for table in tables:
        lines += ["", *table_of(*table)]
    return "\n".join(lines) + "\n"
