"""The markers for what `skipif` compares: Python, the platform, packages and declared facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.requirement.markers import make_mark

if TYPE_CHECKING:
    import pytest

    from pytest_ddcompat.requirement.bundled import Cpus, Implementations, Systems

__all__ = ["requires_fact", "requires_package", "requires_platform", "requires_python"]


def requires_python(specifier: str, *, strict: bool | None = None) -> pytest.MarkDecorator:
    """Mark tests that need a Python, by specifiers as `requires_tracer` has them.

    Raises:
        TypeError: The marker is used without parentheses.
        RequirementError: It is no specifier.
    """
    __tracebackhide__ = True
    return make_mark("requires_python", (specifier,), strict=strict)


def requires_platform(
    *,
    os: Systems = None,
    cpu: Cpus = None,
    implementation: Implementations = None,
    strict: bool | None = None,
) -> pytest.MarkDecorator:
    """Mark tests that need a platform; of a tuple, any will do.

    Args:
        os: `linux`, `macos`, `windows`, or the platform's own name.
        cpu: The CPU of the process: `x86-64`, `aarch64`, `i686`, or the machine's own name.
        implementation: Of Python: `cpython`, `pypy`, or its own name.
        strict: As for `requires_capability`.

    Raises:
        TypeError: An argument is not hashable, or the marker is used without parentheses.
        RequirementError: None of the three is named, or a name is misspelt.
    """
    __tracebackhide__ = True
    return make_mark(
        "requires_platform", (), os=os, cpu=cpu, implementation=implementation, strict=strict
    )


def requires_package(
    name: str, specifier: str | None = None, *, strict: bool | None = None
) -> pytest.MarkDecorator:
    """Mark tests that need a distribution, at any version or as `requires_tracer` has it.

    Raises:
        TypeError: The marker is used without parentheses.
        RequirementError: An argument cannot be understood.
    """
    __tracebackhide__ = True
    positional = (name,) if specifier is None else (name, specifier)
    return make_mark("requires_package", positional, strict=strict)


def requires_fact(
    name: str,
    value: bool | str | tuple[str | bool, ...] = True,
    *,
    excluded: str | tuple[str, ...] = (),
    strict: bool | None = None,
) -> pytest.MarkDecorator:
    """Mark tests that need a value of a fact that a matrix or declarations file declares.

    Args:
        name: Id of the fact.
        value: True or False, a word, or a version specifier as `requires_tracer` has it, as the
            fact's kind is; of a tuple, any will do. With `excluded`, True stands for any.
        excluded: Words, none of which will do.
        strict: As for `requires_capability`.

    Raises:
        TypeError: An argument is not hashable, or the marker is used without parentheses.
        RequirementError: An argument cannot be understood.
    """
    __tracebackhide__ = True
    positional = (name,) if value is True else (name, value)
    return make_mark("requires_fact", positional, excluded=excluded or None, strict=strict)
