"""A requirement: what one marker demands of the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.requirement.arguments import (
    any_of,
    facts_id,
    framework_of,
    frameworks_of,
    level_of,
    package_of,
    page_of,
    some,
    specifier_of,
    values_of,
    words_of,
)
from pytest_ddcompat.values.errors import RequirementError
from pytest_ddcompat.values.text import quoted, shown

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from pytest_ddcompat.requirement.bundled import (
        Capability,
        Cpus,
        Datastores,
        Deployment,
        Deployments,
        Framework,
        Frameworks,
        Implementations,
        Level,
        Systems,
    )

__all__ = ["Requirement", "call_of", "with_strict", "without_strict"]


class Requirement(NamedTuple):
    """A requirement; the class method of its kind makes it, and checks the arguments.

    Attributes:
        kind: What its marker's name says after `requires_`: `capability`, `tracer`, …; or `state`,
            which only a declaration has.
        names: Capabilities or expressions of them, all required; of a state, its word.
        frameworks: Frameworks, any of which will do.
        deployments: Deployment types, any of which will do.
        datastores: Data stores, any of which will do.
        level: The least support level, one of `LEVELS`, or None.
        preview: Whether a capability that is a preview will do.
        specifier: PEP 440 specifier of the tracer, Agent, framework, Python or package; empty:
            any version.
        matrix: Id of the matrix that decides where there are several, or None.
        values: Facts by key, or by the id of a declared one, each with values any of which will do;
            without values, any that is not excluded will.
        excluded: Values that will not do.
        packages: Distributions by their PEP 503 names.
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
    values: tuple[tuple[str, tuple[str | bool, ...]], ...] = ()
    excluded: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
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
            names=some("a capability", names),
            frameworks=frameworks_of(any_of("framework", framework)),
            deployments=any_of("deployment", deployment),
            datastores=any_of("datastore", datastore),
            level=None if support_level is None else level_of(support_level),
            preview=preview,
            matrix=page_of(matrix),
        )

    @classmethod
    def tracer(cls, specifier: str, *, matrix: str | None = None) -> Requirement:
        """Require a version of the tracer, by PEP 440 specifiers with `|` between alternatives.

        `<`, `<=`, `>` and `>=` go by the order of versions alone: 4.9.0rc1 is `<4.9.0`.

        Raises:
            RequirementError: It is not a specifier.
        """
        return cls("tracer", specifier=specifier_of(specifier), matrix=page_of(matrix))

    @classmethod
    def framework(
        cls, name: Framework, specifier: str | None = None, *, matrix: str | None = None
    ) -> Requirement:
        """Require a framework, at any version or by specifiers as those of `tracer`.

        Raises:
            RequirementError: An argument cannot be understood.
        """
        wanted = "" if specifier is None else specifier_of(specifier)
        return cls(
            "framework", frameworks=framework_of(name), specifier=wanted, matrix=page_of(matrix)
        )

    @classmethod
    def deployment(cls, *types: Deployment, matrix: str | None = None) -> Requirement:
        """Require any of some deployment types.

        Raises:
            RequirementError: None is named.
        """
        named = some("a deployment type", types)
        return cls("deployment", deployments=named, matrix=page_of(matrix))

    @classmethod
    def agent(cls, specifier: str, *, matrix: str | None = None) -> Requirement:
        """Require a version of the Datadog Agent, by specifiers as those of `tracer`.

        Raises:
            RequirementError: It is not a specifier.
        """
        return cls("agent", specifier=specifier_of(specifier), matrix=page_of(matrix))

    @classmethod
    def support_level(cls, level: Level, *, matrix: str | None = None) -> Requirement:
        """Require at least a support level of the tracer's release branch.

        Raises:
            RequirementError: It is none of the three levels.
        """
        return cls("support_level", level=level_of(level), matrix=page_of(matrix))

    @classmethod
    def python(cls, specifier: str) -> Requirement:
        """Require a version of Python, by specifiers as those of `tracer`.

        Raises:
            RequirementError: It is not a specifier.
        """
        return cls("python", specifier=specifier_of(specifier))

    @classmethod
    def platform(
        cls, *, os: Systems = None, cpu: Cpus = None, implementation: Implementations = None
    ) -> Requirement:
        """Require a platform; of a tuple, any will do.

        Args:
            os: `linux`, `macos`, `windows`, or the platform's own name.
            cpu: The CPU of the process: `x86-64`, `aarch64`, `i686`, or the machine's own name.
            implementation: Of Python: `cpython`, `pypy`, or its own name.

        Raises:
            RequirementError: None of the three is named, or a name is misspelt.
        """
        named = {"os": os, "cpu": cpu, "implementation": implementation}
        values = tuple(
            (key, words_of(key, value)) for key, value in named.items() if value is not None
        )
        if not values:
            raise RequirementError("a platform is missing; valid: os=, cpu= or implementation=")
        return cls("platform", values=values)

    @classmethod
    def package(cls, name: str, specifier: str | None = None) -> Requirement:
        """Require a distribution, at any version or by specifiers as those of `tracer`.

        Raises:
            RequirementError: An argument cannot be understood.
        """
        wanted = "" if specifier is None else specifier_of(specifier)
        return cls("package", packages=(package_of(name),), specifier=wanted)

    @classmethod
    def fact(
        cls,
        name: str,
        value: bool | str | tuple[str | bool, ...] = True,
        *,
        excluded: str | tuple[str, ...] = (),
    ) -> Requirement:
        """Require a value of a fact that a user has declared.

        Args:
            name: Its id, as it was declared.
            value: True or False, a word, or a version specifier as that of `tracer`, as the
                fact's kind is; of a tuple, any will do. With `excluded`, True stands for any.
            excluded: Words, none of which will do.

        Raises:
            RequirementError: An argument cannot be understood.
        """
        without = any_of("excluded", None if excluded == () else excluded)
        values = () if without and value is True else values_of(value)
        return cls("fact", values=((facts_id(name), values),), excluded=without)

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
        return cls("state", names=some("a state", (word,)), when=when)

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
    def by_page(self) -> bool:
        """Whether what a page says can decide on it."""
        return self.kind not in {"python", "platform", "package", "fact"}

    @property
    def marker(self) -> str:
        """The marker of this requirement, as it would be written; of a state, in that form."""
        if self.kind == "state":
            return f"declared({', '.join([quoted(self.names[0]), *(r.marker for r in self.when)])})"
        keywords: dict[str, tuple[str | bool, ...]] = {"excluded": self.excluded}
        if self.kind == "platform":
            keywords = dict(self.values)
        elif self.kind == "capability":
            keywords = {
                "framework": self.frameworks,
                "deployment": self.deployments,
                "datastore": self.datastores,
                "support_level": (self.level,) if self.level else (),
            }
        arguments = [_one_or_all(value) for value in self._positional()]
        arguments += [f"{key}={_one_or_all(values)}" for key, values in keywords.items() if values]
        arguments += [] if self.preview else ["preview=False"]
        arguments += [] if self.matrix is None else [f"matrix={quoted(self.matrix)}"]
        return f"requires_{self.kind}({', '.join(arguments)})"

    def _positional(self) -> Iterator[tuple[str | bool, ...]]:
        if self.kind == "fact":
            ((name, values),) = self.values
            yield from ((name,), values) if values not in {(), (True,)} else ((name,),)
        else:
            names = (*self.names, *self.packages)
            if self.kind != "capability":
                names += (*self.frameworks, *self.deployments, self.level or "", self.specifier)
            yield from ((name,) for name in names if name)


_KINDS = {
    f"requires_{kind}": kind
    for kind in (
        "capability", "tracer", "framework", "deployment", "agent", "support_level",
        "python", "platform", "package", "fact",
    )
}  # fmt: skip


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


def _one_or_all(values: tuple[str | bool, ...]) -> str:
    words = [quoted(value) if isinstance(value, str) else str(value) for value in values]
    return words[0] if len(words) == 1 else f"({', '.join(words)})"
