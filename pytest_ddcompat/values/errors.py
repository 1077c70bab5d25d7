"""The errors that bad input raises: values that know their place and write themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Union

from pytest_ddcompat.values.text import as_toml, curtailed, printable, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    AnyProblem = Union[str, "Problem"]

__all__ = [
    "CompatibilityError",
    "DeclarationError",
    "FactsError",
    "InvalidMatrixError",
    "MatrixError",
    "Place",
    "Problem",
    "RequirementError",
]


_MOST_PROBLEMS = 1200
_LONGEST = 1000  # characters of what is wrong, and of the place where
_LONGEST_LIST = 10_000  # of what is valid: some hundred names


class Problem(NamedTuple):
    """One thing that is wrong with some input.

    Attributes:
        what: What is wrong.
        valid: What would be right; empty if that cannot be listed.
        where: Key or row within the file, such as `releases[1].until`; empty for all of it.
        file: Name of the file; empty if the input is from none.
        origin: What named the file or gave the input: an option, a hook, another file.
    """

    what: str
    valid: str = ""
    where: str = ""
    file: str = ""
    origin: str = ""

    def __str__(self) -> str:
        joint = "" if self.what.endswith("?") else ";"
        valid = f"{joint} valid: {curtailed(self.valid, _LONGEST_LIST)}" if self.valid else ""
        parts = filter(None, (self.origin, self.file, self.where, self.what))
        return printable(": ".join(curtailed(part, _LONGEST) for part in parts) + valid)

    def within(self, origin: str) -> Problem:
        """Name what led to the problem, before all else that did."""
        return self._replace(origin=": ".join(filter(None, (origin, self.origin))))


class Place(NamedTuple):
    """A place in a file, and the problems found in that file so far.

    Attributes:
        file: Name of the file.
        problems: The problems, which all places of one file share.
        where: Key or row within the file; empty for all of it.
        form: Writes a value as the file does: `as_toml` or `as_json`.
    """

    file: str
    problems: list[Problem]
    where: str = ""
    form: Callable[[object], str] = as_toml

    @property
    def is_full(self) -> bool:
        """Whether as many problems were found as anybody will read."""
        return len(self.problems) >= _MOST_PROBLEMS

    def inside(self, part: str) -> Place:
        """Go to a key or an element (`[0]`) of this place."""
        joint = "." if self.where and not part.startswith("[") else ""
        return Place(self.file, self.problems, f"{self.where}{joint}{part}", self.form)

    def problem(self, what: str, valid: str = "") -> None:
        """Note what is wrong here."""
        self.add(Problem(what, valid))

    def refuse(self, value: object, valid: str) -> None:
        """Note that another kind of value must stand here."""
        self.problem(f"this must be {valid} (got {shown(value, self.form)})")

    def add(self, problem: Problem) -> None:
        """Note a problem of the value that stands here."""
        self.problems.append(problem._replace(where=self.where, file=self.file))


class CompatibilityError(ValueError):
    """Input that cannot be understood: what is wrong, where, and what would be valid.

    Attributes:
        problems: Each thing that is wrong; `str` of one is a line of the error's text.
    """

    def __init__(self, problems: AnyProblem | Iterable[AnyProblem]) -> None:
        each = (problems,) if isinstance(problems, (str, Problem)) else problems
        self.problems = tuple(p if isinstance(p, Problem) else Problem(p) for p in each)
        super().__init__("\n".join(map(str, self.problems)))


class MatrixError(CompatibilityError):
    """A matrix file that cannot be found, read or understood."""


class InvalidMatrixError(MatrixError):
    """A matrix that can be read, but is not as it must be.

    Attributes:
        matrix: As much of the `Matrix` as was understood in spite of that; None if too little was.
    """

    def __init__(self, problems: Iterable[AnyProblem], matrix: object = None) -> None:
        super().__init__(problems)
        self.matrix = matrix


class FactsError(CompatibilityError):
    """Given facts of an environment that cannot be read or understood."""


class RequirementError(CompatibilityError):
    """A requirement that cannot be understood, or that names what the page does not have."""


class DeclarationError(CompatibilityError):
    """A declarations file that cannot be read or understood."""
