"""Check the arguments of markers, and refuse wrong ones with the nearest valid spelling."""

from __future__ import annotations

import re

from pytest_ddcompat.matrix.rows import LEVELS
from pytest_ddcompat.values.errors import RequirementError
from pytest_ddcompat.values.names import canonical, fold, is_framework, is_package, unknown_name
from pytest_ddcompat.values.text import quoted, shown
from pytest_ddcompat.values.versions import parse_marker_range

__all__ = [
    "any_of",
    "facts_id",
    "framework_of",
    "frameworks_of",
    "level_of",
    "package_of",
    "page_of",
    "some",
    "specifier_of",
    "values_of",
    "words_of",
]

_LONGEST = 1000  # characters of a name or an expression
_EXAMPLES = {"framework": "django", "package": "httpx"}
_WIDTHS = ("64bit", "32bit")  # of Python's own words for a process, which no fact has
_LEVELS = {
    **{fold(level): level for level in LEVELS},
    "ga": "general_availability",
    "eol": "end_of_life",
}


def some(what: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return names, of which there must be one at least."""
    if not values:
        raise RequirementError(f"{what} is missing; name at least one")
    for value in values:
        if not isinstance(value, str) or not value.strip():
            wrong = f"{what} must be a non-empty string (got {shown(value)})"
            raise RequirementError(f"{wrong}{_each_alone(value)}")
        if len(value) > _LONGEST:
            raise RequirementError(f"{what} is longer than {_LONGEST} characters")
    return values


def _each_alone(value: object) -> str:
    """Return a hint for names that were written as one list."""
    names = [*value] if isinstance(value, (list, tuple)) else []
    if not names or not all(isinstance(name, str) for name in names):
        return ""
    return f"; did you mean {', '.join(map(quoted, names))}?"


def any_of(keyword: str, value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the names that a keyword argument gives, which are alternatives."""
    if value is None:
        return ()
    if not isinstance(value, (str, tuple)):
        raise RequirementError(
            f"{keyword} must be a string or a tuple of strings (got {shown(value)})"
        )
    return some(keyword, (value,) if isinstance(value, str) else value)


def frameworks_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names that can be those of frameworks."""
    for name in names:
        if not is_framework(name):
            raise _no_name("framework", name)
    return names


def framework_of(name: str) -> tuple[str, ...]:
    """Return the one framework that a marker names."""
    return frameworks_of(_one("a framework", name))


def _one(what: str, name: str) -> tuple[str, ...]:
    """Return the only name of a marker that takes no alternatives."""
    given: object = name
    if isinstance(given, (list, tuple)):
        wrong = f"{what} must be one name (got {shown(given)})"
        raise RequirementError(f"{wrong}; valid: a marker for each name")
    return some(what, (name,))


def _no_name(kind: str, name: str) -> RequirementError:
    # "django>=4" is how a list of dependencies has it.
    parts = re.fullmatch(r"\s*(\w[\w .-]*?)\s*([<>=!~].*)", name[:80])
    call = f"requires_{kind}({', '.join(map(quoted, parts.groups()))})" if parts else ""
    hint = f"did you mean {call}? " if call else ""
    wrong = f'"{name:.80}" is not the name of a {kind}'
    return RequirementError(f"{wrong}; {hint}valid: one name, such as {quoted(_EXAMPLES[kind])}")


def package_of(name: str) -> str:
    """Return the PEP 503 name of a distribution."""
    _one("a package", name)
    if not is_package(name):
        raise _no_name("package", name)
    return canonical(name)


def facts_id(name: str) -> str:
    """Return the id of a fact that a user has declared."""
    _one("a fact", name)
    if not re.fullmatch("[A-Za-z0-9]+([_-][A-Za-z0-9]+)*", name):
        raise RequirementError(
            f'"{name:.80}" is not the id of a fact; valid: letters, digits, - and _'
        )
    return name


def words_of(key: str, value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return words as the fact has them: `linux` of "Linux", `x86-64` of "amd64"."""
    # Here, as few suites name a platform.
    from pytest_ddcompat.environment.fact import FACTS, PLATFORM_WORDS

    try:
        words = dict.fromkeys(str(FACTS[key].parse(word)) for word in any_of(key, value))
    except RequirementError:
        raise
    except ValueError as error:
        raise RequirementError(f"{key}: {error}") from None
    for word in words:
        # A word that is no documented one may be the platform's own, but not that of another key.
        others = (k for k, known in PLATFORM_WORDS.items() if k != key and fold(word) in known)
        other = next(others, None)
        if other or word in _WIDTHS:
            hint = f"did you mean {other}={quoted(word)}? " if other else ""
            valid = ", ".join(dict.fromkeys(PLATFORM_WORDS[key].values()))
            raise RequirementError(f"{key}: {quoted(word)} is not valid; {hint}valid: {valid}")
    return tuple(words)


def values_of(value: bool | str | tuple[str | bool, ...]) -> tuple[str | bool, ...]:
    """Return the values that a fact may have."""
    values = value if isinstance(value, tuple) else (value,)
    given: tuple[object, ...] = values
    for one in given:
        if isinstance(one, str):
            some("the value of a fact", (one,))
        elif not isinstance(one, bool):
            wrong = f"the value of a fact must be True, False or a string (got {shown(one)})"
            raise RequirementError(f"{wrong}{_each_alone(one)}")
    return values or some("the value of a fact", ())


def page_of(value: str | None) -> str | None:
    """Return the id of a matrix, if one is named."""
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise RequirementError(f"matrix must be the id of a matrix (got {shown(value)})")
    return some("matrix", (value,))[0]


def specifier_of(value: str) -> str:
    """Return a version specifier that some version satisfies."""
    if not isinstance(value, str):
        raise RequirementError(f"a version specifier must be a string (got {shown(value)})")
    try:
        wanted = parse_marker_range(value)
    except ValueError as error:
        raise RequirementError(str(error)) from None
    if "," in value:  # one bound alone always admits some version
        from pytest_ddcompat.values.stretches import stretches_of

        if not stretches_of(wanted):
            raise RequirementError(
                f'no version satisfies "{value:.80}"; valid: a specifier such as >=2.0,<3'
            )
    return value.strip()


def level_of(value: str) -> str:
    """Return the support level that a name or abbreviation stands for."""
    if not isinstance(value, str):
        raise RequirementError(f"a support level must be a string (got {shown(value)})")
    level = _LEVELS.get(fold(value))
    if level is None:
        what = f'"{value[:80]}" is not a support level'
        raise RequirementError(unknown_name(what, value, LEVELS))
    return level
