"""The environment, matrix and requirement that a command's options name."""

from __future__ import annotations

import datetime as dt
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_ddcompat.cli.output import folded, print_facts, write_error
from pytest_ddcompat.environment.fact import KEYS, PLURALS, tracer_key
from pytest_ddcompat.environment.interpreter import Interpreter
from pytest_ddcompat.environment.layers import FactSources, Layer, file_layer
from pytest_ddcompat.environment.machine import check_agent_option
from pytest_ddcompat.environment.parsing import LIMIT
from pytest_ddcompat.evaluation.own_facts import declare_facts, refuse_undeclared
from pytest_ddcompat.evaluation.pages import check_facts, load_kept
from pytest_ddcompat.matrix.loading import bundled_ids, load_matrix
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.day import today
from pytest_ddcompat.values.errors import CompatibilityError, FactsError, MatrixError
from pytest_ddcompat.values.text import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rich.console import Console

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.matrix.matrix import Matrix
    from pytest_ddcompat.matrix.rows import FactDeclaration

__all__ = [
    "day_of", "environment_by", "environment_of", "fact_rows", "holds", "installed_frameworks",
    "is_page", "known_pages", "matrix_named", "origins", "partials_folder", "print_environment",
    "requirement_of",
]  # fmt: skip

_PAGES = (".md", ".markdown")
_MATRIX = ".toml"
_OF_TOOLS = {"pipx", "archive-v0", "builds-v0", "environments-v2"}  # folders of pipx and uv
_MOST_FRAMEWORKS = 200  # of a page that are looked up on this machine to be shown


def requirement_of(name: str, options: argparse.Namespace) -> Requirement:
    """Return the requirement of one capability, with the options' framework and the rest.

    Raises:
        RequirementError: An option cannot be understood.
    """
    return Requirement.capability(
        name,
        framework=tuple(options.framework) or None,
        deployment=tuple(options.deployment) or None,
        datastore=tuple(options.datastore) or None,
        support_level=options.support_level,
    )


def fact_rows(environment: Environment, matrix: Matrix) -> list[tuple[str, str, str]]:
    """Return key, value and signal of each of the environment's facts, in words.

    Args:
        environment: The facts.
        matrix: Its frameworks, its library and the facts that it declares are among them.
    """
    names = matrix.framework_names()
    for name in names[:_MOST_FRAMEWORKS]:
        environment.framework(name)
    for declared in environment.declared.values():
        environment.fact(f"fact.{declared.id}")
    facts = [(key, environment.fact(key)) for key in KEYS]
    library = {tracer_key(matrix.page.tracer): environment.tracer_of(matrix.page.tracer)}
    for plural, named in environment.named().items():
        facts += [(f"{PLURALS[plural].key}.{name}", fact) for name, fact in named.items()]
    rows = [(key, fact.words, fact.signal) for key, fact in {**dict(facts), **library}.items()]
    if len(names) > _MOST_FRAMEWORKS:
        rows.append(("framework.…", f"{len(names) - _MOST_FRAMEWORKS} more", "not looked up"))
    return [(printable(key), printable(value), printable(signal)) for key, value, signal in rows]


def installed_frameworks(environment: Environment, matrix: Matrix) -> list[str]:
    """Return the frameworks of a page that are installed, of a long page as far as looked up."""
    names = matrix.framework_names()[:_MOST_FRAMEWORKS]
    return [name for name in names if environment.framework(name).value is not None]


def _standard_input() -> bytes:
    try:
        content: bytes | None = sys.stdin.buffer.read(LIMIT + 1)
        if content is None:  # it does not block, and nobody has written to it
            raise OSError(0, "it gives no data")
        return content
    except (AttributeError, OSError) as error:
        reason = getattr(error, "strerror", None) or "it is closed"
        raise FactsError(f"cannot read standard input: {reason}") from None


def environment_of(
    options: argparse.Namespace,
    *matrices: Matrix,
    own_facts: Mapping[str, FactDeclaration] | None = None,
) -> Environment:
    """Return the environment that the options name; facts that they leave out are detected.

    Args:
        options: The command's options.
        matrices: Those whose deployment types may be facts.
        own_facts: The user-defined facts that are declared, by id; None: those of the matrices.

    Raises:
        FactsError: A file cannot be read, or a fact in it or in an option is not valid.
    """
    layers = [Layer.of("--set", options.set)] if options.set else []
    if options.facts == "-":
        layers.append(Layer.of("standard input", _standard_input()))
    elif options.facts is not None:
        layers.append(file_layer(options.facts, Path.cwd()))
    if options.facts is not None and options.python is not None:
        raise FactsError("--python: you cannot use --facts beside it; valid: one of the two")
    return environment_by(layers, options.agent, matrices, options.python, own_facts)


def environment_by(
    layers: Sequence[Layer],
    agent: str,
    matrices: Sequence[Matrix],
    python: str | None = None,
    own_facts: Mapping[str, FactDeclaration] | None = None,
) -> Environment:
    """Return the environment of layers of facts; those that they leave out are detected.

    Args:
        layers: The facts, the strongest first.
        agent: Whether and where to query the Agent.
        matrices: Those whose deployment types may be facts.
        python: The Python that is looked at; this one if None.
        own_facts: As for `environment_of`.

    Raises:
        FactsError: A fact is not valid, or the Python cannot be asked.
    """
    check_agent_option(agent, "--agent")
    sources = FactSources(tuple(layers), agent)
    sources.check()
    detector, detected = sources.detector(), []
    if detector is not None and python is None:
        _tell_whose_tool(sys.executable)
    elif detector is not None and python is not None:
        interpreter = Interpreter.ask(python, "--python")
        detector.find_distributions_by(interpreter.find)
        detected = [interpreter.facts]
    environment = sources.environment(detected, detector)
    check_facts(environment, matrices)
    # What another Python has is ddtrace. Two versions of one page are about one library.
    libraries = {matrix.page.tracer for matrix in matrices}
    if len(libraries) == 1 and any("tracer" in layer.facts() for layer in layers):
        environment = environment.of_library(libraries.pop())
    if len(matrices) == 1:
        declared = matrices[0].own_facts if own_facts is None else own_facts
        return declare_facts(environment, declared)
    # Pages that are compared may declare a fact differently: each evaluates by its own.
    all_of_them = {name: row for m in matrices for name, row in m.own_facts.items()}
    refuse_undeclared(environment, all_of_them)
    return environment


def origins(options: argparse.Namespace, matrix: Matrix) -> list[str]:
    """Return the page's address, and whose environment is looked at, as far as there are any."""
    looked_at = f"environment of {printable(options.python or sys.executable)}"
    return list(filter(None, (matrix.page.address, "" if options.facts is not None else looked_at)))


def print_environment(
    options: argparse.Namespace,
    environment: Environment,
    matrix: Matrix,
    out: Console,
    *more: str,
) -> None:
    """Print the page and the facts by which a command judges.

    Args:
        options: The command's options.
        environment: The facts.
        matrix: The page.
        out: Where to.
        more: Lines that say where anything else is from.
    """
    page = f"{matrix.page.title} ({matrix.page.id}, read {matrix.page.read})"
    out.print(folded(printable(page), 0, out.width), soft_wrap=True)
    for line in (*origins(options, matrix), *more):
        out.print(printable(line), soft_wrap=True)
    print_facts(fact_rows(environment, matrix), out)
    out.print()


@lru_cache(maxsize=1)
def _tell_whose_tool(executable: str) -> None:
    """Say once that pipx or uv keeps the command apart from the service, where it does."""
    folders = Path(sys.prefix).parts[:-1]
    if _OF_TOOLS.intersection(folders) or ("uv", "tools") in zip(folders, folders[1:]):
        write_error(
            f"ddcompat: note: this looks at {printable(executable)}, which pipx or uv made for "
            "ddcompat alone; to look at the Python of your service, add --python PATH"
        )


def day_of(text: str | None, option: str) -> dt.date:
    """Parse the day of an option; today in UTC if it is None.

    Raises:
        CompatibilityError: The text is not a date.
    """
    if text is None:
        return today()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        valid = "valid: a date such as 2026-05-31"
        raise CompatibilityError(f'{option}: "{text:.80}" is not a date; {valid}') from None


def known_pages(named: Iterable[str], files: dict[str, bytes]) -> list[Matrix]:
    """Load the matrices that arguments name, and the bundled ones; see `matrix_named`."""
    pages = [matrix_named(name, files=files) for name in named]
    return [*pages, *map(load_matrix, bundled_ids())]


def matrix_named(
    which: str,
    *,
    language: str = "",
    partials: str | None = None,
    alone: bool = False,
    files: dict[str, bytes] | None = None,
) -> Matrix:
    """Load the matrix that an argument names, or import the page.

    Args:
        which: Id of a bundled matrix, or path of a `.toml` file or of a page (see `is_page`).
        language: Column to read where a page has one for each of several languages.
        partials: The documentation repository's `layouts/partials`, for what a page includes.
        alone: Whether to leave out the overlay of a bundled matrix.
        files: Receives the contents of the matrix's files by their paths.

    Raises:
        MatrixError: It cannot be found or read, or is not valid.
        PageError: It is a page that cannot be read.
    """
    if not is_page(which):
        return _load(which, {} if files is None else files, overlay=not alone)
    from pytest_ddcompat.importer.importer import Options, import_page
    from pytest_ddcompat.importer.source import read_page

    options = Options(language=language, partials=partials_folder(partials))
    return import_page(read_page(which), which, options).matrix


def is_page(which: str) -> bool:
    """Whether an argument names a page, by its ending."""
    return which.lower().endswith(_PAGES)


def _load(which: str, files: dict[str, bytes], *, overlay: bool) -> Matrix:
    try:
        return load_kept(which, files, overlay=overlay)
    except MatrixError:
        if which.endswith(_MATRIX) or not holds(Path(which).is_file):
            raise
    raise MatrixError(
        [f"{which}: the name does not end in .toml or .md; valid: a matrix (.toml) or a page (.md)"]
    )


def holds(check: Callable[[], bool]) -> bool:
    """Return what a check of a path says; False where it can be the path of nothing."""
    try:
        return check()
    except (OSError, ValueError):  # such as of a name that is too long
        return False


def partials_folder(text: str | None) -> Path | None:
    """Return the folder that `--partials` names.

    Raises:
        CompatibilityError: It does not exist.
    """
    if text is None:
        return None
    folder = Path(text)
    if not holds(folder.is_dir):
        raise CompatibilityError(f"--partials: there is no folder {text}; valid: layouts/partials")
    return folder
