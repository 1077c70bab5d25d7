"""A requirement: what one marker demands of the environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.matrix.rows import LEVELS
from pytest_ddcompat.values.errors import RequirementError
from pytest_ddcompat.values.names import fold, is_framework, unknown_name
from pytest_ddcompat.values.text import quoted, shown
from pytest_ddcompat.values.versions import parse_marker_range

if TYPE_CHECKING:
    import ast

    from pytest_ddcompat.requirement.bundled import (
        Capability,
        Datastores,
        Deployment,
        Deployments,
        Framework,
        Frameworks,
        Level,
    )

__all__ = ["Requirement", "call_of", "with_strict", "without_strict"]

_LONGEST = 1000  # characters of a name or an expression
_LEVELS = {
    **{fold(level): level for level in LEVELS},
    "ga": "general_availability",
    "eol": "end_of_life",
}


class Requirement(NamedTuple):
    """A requirement; the class method of its kind makes it, and checks the arguments.

    Attributes:
        kind: `capability`, `tracer`, `framework`, `deployment`, `agent` or `support_level`; or
            `state`, which only a declaration has.
        names: Capabilities or expressions of them, all required; of a state, its word.
        frameworks: Frameworks, any of which will do.
        deployments: Deployment types, any of which will do.
        datastores: Data stores, any of which will do.
        level: The least support level, one of `LEVELS`, or None.
        preview: Whether a capability that is a preview will do.
        specifier: PEP 440 specifier of the tracer, Agent or framework; empty: any version.
        matrix: Id of the matrix that decides where there are several, or None.
        when: Conditions of a state, which applies where all of them are supported.
    """

    kind: str
    names: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    deployments: tuple[str, ...] = ()
    datastores: tuple[str, ...] = ()
    level: str | None = None
    preview: bool = True
    specifier: str = ""
    matrix: str | None = None
    when: tuple[Requirement, ...] = ()

    @classmethod
    def capability(
        cls,
        *names: Capability,
        framework: Frameworks = None,
        deployment: Deployments = None,
        datastore: Datastores = None,
        support_level: Level | None = None,
        preview: bool = True,
        matrix: str | None = None,
    ) -> Requirement:
        """Require capabilities.

        Args:
            names: Ids, documented names, or expressions such as `sca and not api_security`; all
                are required.
            framework: Framework with which they must be supported; any one of a tuple.
            deployment: Deployment type on which they must be supported; any one of a tuple.
            datastore: Data store with which they must be supported; any one of a tuple.
            support_level: Least support level of the tracer's release branch:
                `general_availability` (or `ga`), `maintenance` or `end_of_life` (or `eol`).
            preview: Whether a capability that is a preview will do.
            matrix: Id of the matrix that decides where there are several.

        Raises:
            RequirementError: An argument cannot be understood.
        """
        if not isinstance(preview, bool):
            raise RequirementError(f"preview must be True or False (got {shown(preview)})")
        return cls(
            "capability",
            names=_some("a capability", names),
            frameworks=_frameworks(_any_of("framework", framework)),
            deployments=_any_of("deployment", deployment),
            datastores=_any_of("datastore", datastore),
            level=None if support_level is None else _level(support_level),
            preview=preview,
            matrix=_page(matrix),
        )

    @classmethod
    def tracer(cls, specifier: str, *, matrix: str | None = None) -> Requirement:
        """Require a version of the tracer, by PEP 440 specifiers with `|` between alternatives.

        `<`, `<=`, `>` and `>=` go by the order of versions alone: 4.9.0rc1 is `<4.9.0`.

        Raises:
            RequirementError: It is not a specifier.
        """
        return cls("tracer", specifier=_specifier(specifier), matrix=_page(matrix))

    @classmethod
    def framework(
        cls, name: Framework, specifier: str | None = None, *, matrix: str | None = None
    ) -> Requirement:
        """Require a framework, at any version or by specifiers as those of `tracer`.

        Raises:
            RequirementError: An argument cannot be understood.
        """
        wanted = "" if specifier is None else _specifier(specifier)
        named = _frameworks(_some("a framework", (name,)))
        return cls("framework", frameworks=named, specifier=wanted, matrix=_page(matrix))

    @classmethod
    def deployment(cls, *types: Deployment, matrix: str | None = None) -> Requirement:
        """Require any of some deployment types.

        Raises:
            RequirementError: None is named.
        """
        named = _some("a deployment type", types)
        return cls("deployment", deployments=named, matrix=_page(matrix))

    @classmethod
    def agent(cls, specifier: str, *, matrix: str | None = None) -> Requirement:
        """Require a version of the Datadog Agent, by specifiers as those of `tracer`.

        Raises:
            RequirementError: It is not a specifier.
        """
        return cls("agent", specifier=_specifier(specifier), matrix=_page(matrix))

    @classmethod
    def support_level(cls, level: Level, *, matrix: str | None = None) -> Requirement:
        """Require at least a support level of the tracer's release branch.

        Raises:
            RequirementError: It is none of the three levels.
        """
        return cls("support_level", level=_level(level), matrix=_page(matrix))

    @classmethod
    def state(cls, word: str, *when: Requirement) -> Requirement:
        """Require that a test is not in a state which a file declares it to be in.

        Args:
            word: The state, such as `missing`.
            when: Conditions under which it is; without any, it always is.

        Raises:
            RequirementError: The word is empty, or a condition is a state itself.
        """
        if any(condition.kind == "state" for condition in when):
            raise RequirementError("a state cannot be the condition of another state")
        return cls("state", names=_some("a state", (word,)), when=when)

    @classmethod
    def from_marker(cls, text: str) -> Requirement:
        """Parse a marker as `marker` writes it.

        Raises:
            ValueError: It is not so written, or an argument cannot be understood.
        """
        try:
            return _of_call(_parse_call(text))
        except RequirementError:
            raise
        except (
            AttributeError, KeyError, TypeError, ValueError, SyntaxError, RecursionError,
            MemoryError,
        ):  # fmt: skip
            raise ValueError(f"{text[:80]} is not a marker of this plugin") from None

    @property
    def parts(self) -> tuple[Requirement, ...]:
        """What a page decides: the conditions of a state, or else the requirement itself."""
        return self.when if self.kind == "state" else (self,)

    @property
    def marker(self) -> str:
        """The marker of this requirement, as it would be written; of a state, in that form."""
        if self.kind == "state":
            return f"declared({', '.join([quoted(self.names[0]), *(r.marker for r in self.when)])})"
        keywords: dict[str, tuple[str, ...]] = {}
        if self.kind == "capability":
            keywords = {
                "framework": self.frameworks,
                "deployment": self.deployments,
                "datastore": self.datastores,
                "support_level": (self.level,) if self.level else (),
            }
        arguments = [quoted(value) for value in self._positional()]
        arguments += [f"{key}={_one_or_all(values)}" for key, values in keywords.items() if values]
        arguments += [] if self.preview else ["preview=False"]
        arguments += [] if self.matrix is None else [f"matrix={quoted(self.matrix)}"]
        return f"requires_{self.kind}({', '.join(arguments)})"

    def _positional(self) -> tuple[str, ...]:
        if self.kind == "capability":
            return self.names
        values = (*self.frameworks, *self.deployments, self.level or "", self.specifier)
        return tuple(filter(None, values))


_KINDS = {
    f"requires_{kind}": kind
    for kind in ("capability", "tracer", "framework", "deployment", "agent", "support_level")
}


def call_of(text: str) -> tuple[str, list[Any], dict[str, Any]]:
    """Take a call apart; its arguments must be literals."""
    return _literals(_parse_call(text))


def _parse_call(text: str) -> ast.expr:
    import ast  # here, as most runs take no marker apart

    return ast.parse(text, mode="eval").body


def _literals(call: ast.expr) -> tuple[str, list[Any], dict[str, Any]]:
    import ast

    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise TypeError
    keywords = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
    return call.func.id, [ast.literal_eval(argument) for argument in call.args], keywords


def _of_call(call: Any) -> Requirement:
    """Make the requirement of a marker that was parsed; of a state, the conditions are calls."""
    if call.func.id == "declared":
        word, *conditions = call.args
        return Requirement.state(word.value, *map(_of_call, conditions))
    name, positional, keywords = _literals(call)
    requirement: Requirement = getattr(Requirement, _KINDS[name])(*positional, **keywords)
    return requirement


def with_strict(marker: str, strict: bool | None) -> str:
    """Return a marker with what it says of `strict`, which is no part of its requirement."""
    return marker if strict is None else f"{marker[:-1]}, strict={strict})"


def without_strict(marker: str) -> tuple[str, bool | None]:
    """Undo `with_strict`."""
    for strict in (True, False):
        end = f", strict={strict})"
        if marker.endswith(end):
            return f"{marker[: -len(end)]})", strict
    return marker, None


def _one_or_all(values: tuple[str, ...]) -> str:
    return quoted(values[0]) if len(values) == 1 else f"({', '.join(map(quoted, values))})"


def _some(what: str, values: tuple[str, ...]) -> tuple[str, ...]:
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


def _any_of(keyword: str, value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, (str, tuple)):
        raise RequirementError(
            f"{keyword} must be a string or a tuple of strings (got {shown(value)})"
        )
    return _some(keyword, (value,) if isinstance(value, str) else value)


def _frameworks(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not is_framework(name):
            # "django>=4" is how a list of dependencies has it.
            parts = re.fullmatch(r"\s*(\w[\w .-]*?)\s*([<>=!~].*)", name[:80])
            call = f"requires_framework({', '.join(map(quoted, parts.groups()))})" if parts else ""
            hint = f"did you mean {call}? " if call else ""
            wrong = f'"{name:.80}" is not the name of a framework'
            raise RequirementError(f'{wrong}; {hint}valid: one name, such as "django"')
    return names


def _page(value: str | None) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise RequirementError(f"matrix must be the id of a matrix (got {shown(value)})")
    return _some("matrix", (value,))[0]


def _specifier(value: str) -> str:
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


def _level(value: str) -> str:
    if not isinstance(value, str):
        raise RequirementError(f"a support level must be a string (got {shown(value)})")
    level = _LEVELS.get(fold(value))
    if level is None:
        what = f'"{value[:80]}" is not a support level'
        raise RequirementError(unknown_name(what, value, LEVELS))
    return level
