"""The markers as Python: typed, checked where they are written, one object for equal arguments."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddcompat.declared import LOADED, MARKERS
from pytest_ddcompat.requirement.requirement import Requirement, call_of, with_strict
from pytest_ddcompat.values.errors import RequirementError
from pytest_ddcompat.values.names import unknown_name
from pytest_ddcompat.values.text import printable, quoted, shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    from pytest_ddcompat.requirement.bundled import (
        Capability,
        Datastores,
        Deployment,
        Deployments,
        Framework,
        Frameworks,
        Level,
    )

__all__ = [
    "make_mark",
    "mark_of",
    "requirement_of",
    "requires_agent",
    "requires_capability",
    "requires_deployment",
    "requires_framework",
    "requires_support_level",
    "requires_tracer",
    "written",
]

_PREFIX = "requires_"
_LONGEST = 200  # characters of a marker's arguments that a message repeats


def requires_capability(
    *names: Capability,
    framework: Frameworks = None,
    deployment: Deployments = None,
    datastore: Datastores = None,
    support_level: Level | None = None,
    preview: bool | None = None,
    matrix: str | None = None,
    strict: bool | None = None,
) -> pytest.MarkDecorator:
    """Mark tests that need capabilities of the page.

    Args:
        names: Ids (`threat_protection`), documented names (`Threat Protection`), or expressions
            (`sca and not api_security`); all are required.
        framework: Framework with which they must be supported; any one of a tuple.
        deployment: Deployment type on which they must be supported; any one of a tuple.
        datastore: Data store with which they must be supported; any one of a tuple.
        support_level: Least support level of the tracer's release branch:
            `general_availability` (or `ga`), `maintenance` or `end_of_life` (or `eol`).
        preview: Whether a capability that is a preview will do; None leaves it to the policy of
            the run, which by default says that it will.
        matrix: Id of the page that decides, of several; every marker takes it.
        strict: Whether the test fails where it is unsupported: False skips it where the run
            would fail it, None leaves it to the run, as undetermined always is.

    Raises:
        TypeError: An argument is not hashable, or the marker is used without parentheses.
        RequirementError: An argument cannot be understood.
    """
    __tracebackhide__ = True
    return make_mark(
        "requires_capability",
        names,
        framework=framework,
        deployment=deployment,
        datastore=datastore,
        support_level=support_level,
        preview=preview,
        matrix=matrix,
        strict=strict,
    )


def requires_tracer(
    specifier: str, *, matrix: str | None = None, strict: bool | None = None
) -> pytest.MarkDecorator:
    """Mark tests that need a tracer version, by PEP 440 specifiers with `|` between alternatives.

    `<`, `<=`, `>` and `>=` go by the order of versions alone: 4.9.0rc1 is `<4.9.0`.

    Raises:
        TypeError: The marker is used without parentheses.
        RequirementError: It is no specifier.
    """
    __tracebackhide__ = True
    return make_mark("requires_tracer", (specifier,), matrix=matrix, strict=strict)


def requires_framework(
    name: Framework,
    specifier: str | None = None,
    *,
    matrix: str | None = None,
    strict: bool | None = None,
) -> pytest.MarkDecorator:
    """Mark tests that need a framework, at any version or as `requires_tracer` has it.

    Raises:
        TypeError: The marker is used without parentheses.
        RequirementError: An argument cannot be understood.
    """
    __tracebackhide__ = True
    positional = (name,) if specifier is None else (name, specifier)
    return make_mark("requires_framework", positional, matrix=matrix, strict=strict)


def requires_deployment(
    *types: Deployment, matrix: str | None = None, strict: bool | None = None
) -> pytest.MarkDecorator:
    """Mark tests that need any of some deployment types.

    Raises:
        TypeError: The marker is used without parentheses.
        RequirementError: None is named.
    """
    __tracebackhide__ = True
    return make_mark("requires_deployment", types, matrix=matrix, strict=strict)


def requires_agent(
    specifier: str, *, matrix: str | None = None, strict: bool | None = None
) -> pytest.MarkDecorator:
    """Mark tests that need a Datadog Agent, by specifiers as `requires_tracer` has them.

    Raises:
        TypeError: The marker is used without parentheses.
        RequirementError: It is no specifier.
    """
    __tracebackhide__ = True
    return make_mark("requires_agent", (specifier,), matrix=matrix, strict=strict)


def requires_support_level(
    level: Level, *, matrix: str | None = None, strict: bool | None = None
) -> pytest.MarkDecorator:
    """Mark tests that need at least a support level of the tracer's release branch.

    Raises:
        TypeError: The marker is used without parentheses.
        RequirementError: It is none of the three levels.
    """
    __tracebackhide__ = True
    return make_mark("requires_support_level", (level,), matrix=matrix, strict=strict)


def requirement_of(
    marker: str, positional: tuple[Any, ...], keywords: Mapping[str, Any]
) -> tuple[Requirement, bool | None]:
    """Understand a marker's arguments.

    Args:
        marker: Name of the marker.
        positional: Its positional arguments.
        keywords: Its keyword arguments.

    Returns:
        The requirement, and what the marker says of `strict`.

    Raises:
        RequirementError: An argument cannot be understood.
    """
    if marker not in MARKERS:
        # Here, as most runs have no misspelt marker.
        from pytest_ddcompat.requirement.tags import refusal_of

        raise refusal_of(marker, MARKERS)
    make = getattr(Requirement, marker[len(_PREFIX) :])
    valid = ("strict", *_parameters(make))
    for key in keywords:
        if key not in valid:
            raise RequirementError(unknown_name(f'unknown keyword "{key:.80}"', key, valid))
    strict = keywords.get("strict")
    if strict is not None and not isinstance(strict, bool):
        raise RequirementError(f"strict must be True, False or None (got {shown(strict)})")
    others = {key: value for key, value in keywords.items() if key != "strict"}
    try:
        requirement: Requirement = make(*positional, **others)
    except TypeError:
        usage = MARKERS[marker].partition(":")[0]
        raise RequirementError(
            f"its arguments do not match its signature; valid: {usage}"
        ) from None
    return requirement, strict


def _parameters(make: Any) -> tuple[str, ...]:
    # By hand: `inspect.signature` would make and check an object for each of them.
    code = make.__code__
    names: tuple[str, ...] = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    return names


def _refuse_ungated(marker: str) -> None:
    """Refuse a marker while pytest collects tests without the plugin."""
    __tracebackhide__ = True
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - documented
    while frame is not None:
        # Other programs that import tests, such as editors, do not run them.
        if frame.f_code is pytest.CallInfo.from_call.__code__:
            raise RequirementError(
                f"{marker}: pytest has not loaded the plugin ddcompat, so nothing would gate "
                "the test; valid: a run with -p ddcompat, and without -p no:ddcompat "
                "(--ddcompat-unsupported=run is what turns gating off)"
            )
        frame = frame.f_back


def make_mark(marker: str, positional: tuple[Any, ...], **keywords: Any) -> pytest.MarkDecorator:
    """Make a mark of arguments that can be understood, one object for equal ones.

    Raises:
        TypeError: An argument is not hashable, or the marker is used without parentheses.
        RequirementError: An argument cannot be understood.
    """
    __tracebackhide__ = True
    if not LOADED:
        _refuse_ungated(marker)
    if len(positional) == 1 and callable(positional[0]):
        name = getattr(positional[0], "__name__", "a function")
        raise TypeError(f"@{marker} needs parentheses and an argument (got {name})")
    try:
        return _shared(marker, positional, **keywords)
    except ValueError as error:
        # Raised again here, so that a traceback ends at the user's line.
        raise type(error)(*error.args) from None
    except TypeError as error:
        if "unhashable" not in str(error):
            raise
        raise _of_unhashable(marker, positional, keywords, error) from None


def _of_unhashable(
    marker: str, positional: tuple[Any, ...], keywords: dict[str, Any], error: TypeError
) -> Exception:
    try:
        requirement_of(marker, positional, _others(keywords))
    except RequirementError as wrong:
        return RequirementError(wrong.problems)
    return TypeError(f"{marker}: {error}; valid: a tuple instead of a list")


@lru_cache(maxsize=None, typed=True)  # typed: 1 equals True, but is none
def _shared(marker: str, positional: tuple[Any, ...], **keywords: Any) -> pytest.MarkDecorator:
    others = _others(keywords)
    requirement_of(marker, positional, others)
    decorator: pytest.MarkDecorator = getattr(pytest.mark, marker)
    # with_args, because a call with a single callable argument would decorate it.
    return decorator.with_args(*positional, **others)


def _others(keywords: dict[str, Any]) -> dict[str, Any]:
    # What has its default is left out, so that the mark is the same as if it were not written.
    return {k: v for k, v in keywords.items() if v is not None}


def mark_of(requirement: Requirement, strict: bool | None) -> pytest.Mark:
    """Make the mark again that a requirement was understood from."""
    name, positional, keywords = call_of(with_strict(requirement.marker, strict))
    if requirement.kind == "capability":
        keywords["preview"] = requirement.preview  # which the policy of the run has decided
    mark: pytest.MarkDecorator = getattr(pytest.mark, name)
    return mark.with_args(*positional, **keywords).mark


def written(mark: pytest.Mark) -> str:
    """A marker as it was written, whatever its arguments do."""
    try:
        keywords = [f"{printable(k)}={_argument(value)}" for k, value in mark.kwargs.items()]
        text = ", ".join([*map(_argument, mark.args), *keywords])
    except RecursionError:
        text = "…"
    return f"{mark.name}({text if len(text) <= _LONGEST else text[:_LONGEST] + '…'})"


def _argument(value: object) -> str:
    try:
        if isinstance(value, str):
            return quoted(value)
        if isinstance(value, (list, tuple)):
            inner = ", ".join(map(_argument, value))
            comma = "," if len(value) == 1 else ""
            return f"[{inner}]" if isinstance(value, list) else f"({inner}{comma})"
        return printable(repr(value))
    except RecursionError:
        raise
    except Exception:  # noqa: BLE001 - a user's class may do anything here
        return f"<{type(value).__name__}>"
