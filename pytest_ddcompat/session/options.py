"""Read and check the options of a run, from the command line and the ini file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest

from pytest_ddcompat.declared import gives_declarations
from pytest_ddcompat.environment.layers import FactSources, Layer, file_layer
from pytest_ddcompat.environment.machine import check_agent_option
from pytest_ddcompat.environment.parsing import LIMIT, facts_from_mapping
from pytest_ddcompat.evaluation.pages import Matrices, load_kept
from pytest_ddcompat.evaluation.policy import Action, Policy
from pytest_ddcompat.matrix.loading import load_matrix
from pytest_ddcompat.matrix.matrix import Matrix
from pytest_ddcompat.session.faults import describe, result_or_error
from pytest_ddcompat.values.errors import CompatibilityError, FactsError, MatrixError, Problem
from pytest_ddcompat.values.names import unknown_name
from pytest_ddcompat.values.text import as_json, shown
from pytest_ddcompat.values.variables import Hidden, HiddenBytes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_ddcompat.environment.environment import Environment
    from pytest_ddcompat.environment.machine import Detector
    from pytest_ddcompat.matrix.rows import FactDeclaration

__all__ = [
    "RunSettings",
    "environment_of",
    "matrices_of",
    "policy_of",
    "settings_of",
]

_HOOK = "pytest_ddcompat_matrices"
_MATRIX = "the id of a bundled matrix, the path of a .toml file"


class RunSettings(NamedTuple):
    """The options of a run for its facts and its matrices.

    Attributes:
        facts: Where the facts come from.
        matrices: The option that names each matrix, and its id or path.
        files: Contents of the files of matrices and declarations by path, as far as they have been
            read.
        declarations: The option that names each declarations file, and its path.
    """

    facts: FactSources
    matrices: tuple[tuple[str, str], ...]
    files: dict[str, bytes]
    declarations: tuple[tuple[str, str], ...] = ()

    def load_matrices(self) -> list[Matrix]:
        """Load the named matrices, reading each file once.

        Raises:
            MatrixError: A matrix cannot be found, read or understood (all problems are named
                together), or different ones have the same id.
        """
        problems: list[Problem] = []
        loaded: list[Matrix] = []
        for origin, which in self.matrices:
            try:
                loaded.append(load_kept(which, self.files))
            except MatrixError as error:
                problems.extend(problem.within(origin) for problem in error.problems)
        if problems:
            raise MatrixError(problems)
        try:
            return [*Matrices(loaded)] if loaded else []
        except MatrixError as error:
            origin = self.matrices[0][0]
            raise MatrixError(problem.within(origin) for problem in error.problems) from None

    def to_plain(self) -> list[Any]:
        """Encode the settings as built-in values, for another process."""
        files = {path: bytes(content) for path, content in self.files.items()}
        named = ([list(pair) for pair in pairs] for pairs in (self.matrices, self.declarations))
        return [self.facts.encode(), files, *named]

    @classmethod
    def from_plain(cls, plain: list[Any]) -> RunSettings:
        """Undo `to_plain`."""
        facts, files, *pairs = plain
        matrices, declarations = (tuple((origin, which) for origin, which in p) for p in pairs)
        files = {path: HiddenBytes(content) for path, content in files.items()}
        return cls(FactSources.decode(facts), matrices, files, declarations)


def settings_of(config: pytest.Config) -> RunSettings:
    """Read the options for facts and matrices, and check them.

    Raises:
        FactsError: A file cannot be read, or a fact cannot be understood.
        MatrixError: An option names no matrix.
    """
    layers = [
        _layer("--ddcompat-set", config.getoption("ddcompat_set")),
        _file(_named_file(config), config.invocation_params.dir, config),
        _layer("ddcompat_set", config.getini("ddcompat_set")),
        _file(config.getini("ddcompat_facts"), _ini_folder(config)),
    ]
    agent, origin = config.getoption("ddcompat_agent"), "--ddcompat-agent"
    if agent is None:
        agent, origin = config.getini("ddcompat_agent") or "off", "ddcompat_agent"
    elif config.getoption("dist", "no") == "no" or hasattr(config, "workerinput"):
        # Tests may show all options; a controller of xdist must pass them on as built-in types.
        config.option.ddcompat_agent = Hidden(agent)
    agent = Hidden(agent)
    check_agent_option(agent, origin)
    named = _matrices(config)
    settings = FactSources(tuple(layer for layer in layers if layer), agent)
    settings.check()
    return RunSettings(settings, named, {}, _declarations(config))


def _declarations(config: pytest.Config) -> tuple[tuple[str, str], ...]:
    option = config.getoption("ddcompat_declarations")
    ini = config.getini("ddcompat_declarations")
    if not (option or ini or gives_declarations(config)):
        return ()
    # Imported here, since most runs have none.
    from pytest_ddcompat.session.declaration_options import named_files

    return named_files(option, ini, config)


def environment_of(
    settings: FactSources,
    config: pytest.Config,
    hooks: Any,
    detector: Detector | None,
    day: dt.date,
) -> Environment:
    """Combine the facts of a run: options come first, then hooks, then detection.

    Args:
        settings: The facts that options give.
        config: The run's configuration.
        hooks: The hooks that count for the tests.
        detector: What detects the facts that are not given.
        day: The day of the run.

    Raises:
        FactsError: A hook's facts cannot be understood.
    """
    hook = "pytest_ddcompat_facts"
    mappings = _ask(hook, hooks, config)
    return settings.environment([facts_from_mapping(m, hook) for m in mappings], detector, day)


def _ask(hook: str, hooks: Any, config: pytest.Config) -> list[Any]:
    """Return what the implementations of a hook give.

    Raises:
        CompatibilityError: One has an error; the message names the hook.
    """
    results = result_or_error(lambda: getattr(hooks, hook)(config=config))
    if isinstance(results, CompatibilityError):
        raise results
    if isinstance(results, BaseException):
        raise CompatibilityError(f"{hook}: {describe(results)}") from results
    return list(results)


def matrices_of(
    loaded: Sequence[Matrix],
    config: pytest.Config,
    hooks: Any,
    facts: Sequence[FactDeclaration] = (),
) -> Matrices:
    """Combine the matrices of a run: those of options or the default one, then those of hooks.

    Args:
        loaded: The matrices that options name, or the default one.
        config: The run's configuration.
        hooks: The hooks that count for the tests.
        facts: User-defined facts that no matrix declares.

    Raises:
        MatrixError: A hook gives something that is no matrix, or two have the same id.
    """
    results = _ask("pytest_ddcompat_matrices", hooks, config)
    further = [_load_hooks_matrix(m, config.rootpath) for r in results for m in _iterate(r)]
    return Matrices([*loaded, *further], facts)


def policy_of(config: pytest.Config) -> Policy:
    """Return the actions of a run; the command line takes precedence over the ini file.

    Raises:
        CompatibilityError: Options contradict each other, or an ini value is none of the actions.
    """
    undetermined = _find_action(config, "ddcompat_undetermined")
    strict, action = config.getoption("ddcompat_strict"), config.getoption("ddcompat_unsupported")
    unsupported = _merge_strict("--ddcompat-{}", strict, action)
    if strict is None and action is None:
        strict, action = _strict_by_ini(config), config.getini("ddcompat_unsupported")
        unsupported = _merge_strict("ddcompat_{}", strict, action)
    elif action is None and not strict:
        by_ini = _parse_action("ddcompat_unsupported", config.getini("ddcompat_unsupported"))
        unsupported = None if by_ini is Action.FAIL else by_ini
    return Policy(unsupported or Action.SKIP, undetermined or Action.RUN)


def _strict_by_ini(config: pytest.Config) -> bool | None:
    try:
        strict = config.getini("ddcompat_strict")
    except (ValueError, pytest.UsageError) as error:
        raise CompatibilityError(f"ddcompat_strict: {error}; valid: true, false") from None
    return strict if isinstance(strict, bool) else None


def _merge_strict(form: str, strict: bool | None, value: str | None) -> Action | None:
    """Return the action that strict and the named action agree on."""
    action = _parse_action(form.format("unsupported"), value)
    if strict is None:
        return action
    if action and (action is Action.FAIL) is not strict:
        flag, named = form.format("strict"), f"{form.format('unsupported')}={value}"
        if not strict:
            flag = flag.replace("--", "--no-") if "--" in flag else f"{flag} = false"
        raise CompatibilityError(
            f"{flag} contradicts {named}; "
            f"valid: only one of them (strict means {form.format('unsupported')}=fail)"
        )
    return Action.FAIL if strict else action


def _find_action(config: pytest.Config, name: str) -> Action | None:
    return _parse_action(name, config.getoption(name) or config.getini(name))


def _parse_action(name: str, value: str | None) -> Action | None:
    if not value:
        return None
    valid = [action.value for action in Action]
    if value not in valid:
        what = f'{name}: "{value}" is not an action'
        raise CompatibilityError(unknown_name(what, value, valid))
    return Action(value)


def _matrices(config: pytest.Config) -> tuple[tuple[str, str], ...]:
    """Return the option that names each matrix, and its id or absolute path."""
    origin, named = "--ddcompat-matrix", config.getoption("ddcompat_matrix")
    folder: Path = config.invocation_params.dir
    if not named:
        origin, named = "ddcompat_matrix", config.getini("ddcompat_matrix")
        folder = _ini_folder(config)
    # An array of pyproject.toml may hold anything.
    named = [str(which) for which in named]
    for which in named:
        if not which.strip():
            raise MatrixError(f"{origin}: the name of a matrix is empty; valid: {_MATRIX}")
    return tuple((origin, _absolute(which, folder)) for which in named)


def _absolute(which: str, folder: Path) -> str:
    return str(folder / which) if which.endswith(".toml") else which


def _iterate(result: object) -> Iterable[object]:
    if isinstance(result, (str, os.PathLike, Matrix)) or not isinstance(result, Iterable):
        raise MatrixError(
            f"{_HOOK}: it must return an iterable (got {shown(result, as_json)}); "
            f"valid: a list, each {_MATRIX}, or a Matrix"
        )
    return result


def _load_hooks_matrix(which: object, folder: Path) -> Matrix:
    if isinstance(which, Matrix):
        return which
    if not isinstance(which, (str, os.PathLike)):
        raise MatrixError(
            f"{_HOOK}: {shown(which, as_json)} is not a matrix; valid: {_MATRIX}, or a Matrix"
        )
    try:
        return load_matrix(_absolute(which, folder) if isinstance(which, str) else folder / which)
    except MatrixError as error:
        raise MatrixError(problem.within(_HOOK) for problem in error.problems) from None


def _layer(origin: str, settings: list[str] | None) -> Layer | None:
    return Layer.of(origin, map(str, settings)) if settings else None


def _named_file(config: pytest.Config) -> str | None:
    name: str | None = config.getoption("ddcompat_facts")
    if name == "":
        raise FactsError(
            "--ddcompat-facts: the name of a file is empty; valid: a file, or - (standard input)"
        )
    return name


def _file(name: str | None, folder: Path, config: pytest.Config | None = None) -> Layer | None:
    if not name:
        return None
    if name == "-" and config is not None:
        return Layer.of("standard input", _standard_input(config))
    if name == "-":
        raise FactsError(
            "ddcompat_facts: only --ddcompat-facts reads standard input (-); valid: a file"
        )
    return file_layer(name, folder)


def _standard_input(config: pytest.Config) -> bytes:
    # Capturing is suspended while pytest is configured, but not that of standard input.
    capture = cast("Any", config.pluginmanager.getplugin("capturemanager"))
    if capture is not None:
        capture.suspend(in_=True)
    try:
        if sys.stdin is None:
            raise OSError("it is closed")
        content: bytes | None = sys.stdin.buffer.read(LIMIT + 1)
        if content is None:  # it does not block, and nobody has written to it
            raise OSError("it gives no data")
        return content
    except (OSError, ValueError, AttributeError) as error:
        raise FactsError(f"cannot read standard input: {error}") from None


def _ini_folder(config: pytest.Config) -> Path:
    return config.inipath.parent if config.inipath else config.rootpath
