"""Expressions over capabilities: `threat_detection and not (api_security or sca)`."""

from __future__ import annotations

import re
from typing import Callable, NamedTuple, Union

from pytest_ddcompat.values.errors import RequirementError

__all__ = ["Expression", "Operation", "has_operators", "parse"]

_TOKEN = re.compile(r"\s*([()]|[^\s()]+)")
_OPERATORS = {"and", "or", "not", "(", ")"}
_DEEPEST = 50  # nested parentheses and nots


class Operation(NamedTuple):
    """An operator and its operands.

    Attributes:
        operator: `and`, `or`, or `not` of one.
        operands: What it is applied to.
    """

    operator: str
    operands: tuple[Expression, ...]


Expression = Union[str, Operation]
"""A capability by id or alias, or an operation."""


def has_operators(text: str) -> bool:
    """Whether a text is written like an expression, and not like a name."""
    return not _OPERATORS.isdisjoint(_TOKEN.findall(text.lower()))


def parse(text: str) -> Expression:
    """Parse an expression of names, `and`, `or`, `not` and parentheses.

    Raises:
        RequirementError: It is not an expression; the message says where.
    """
    parser = _Parser(text)
    expression = parser.either()
    if parser.token:
        raise parser.error('"and" or "or"')
    return expression


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [(m.start(1) + 1, m.group(1)) for m in _TOKEN.finditer(text)]
        self._index = 0
        self._depth = 0

    @property
    def token(self) -> str:
        """The next token in lower case if it is an operator, as it stands otherwise."""
        if self._index >= len(self._tokens):
            return ""
        token = self._tokens[self._index][1]
        return token.lower() if token.lower() in _OPERATORS else token

    def error(self, expected: str) -> RequirementError:
        found = f'"{self.token}"' if self.token else "the end"
        column = self._tokens[self._index][0] if self.token else len(self._text) + 1
        return RequirementError(
            f'"{self._text}", column {column}: expected {expected}, got {found}'
        )

    def either(self) -> Expression:
        operands = [self._both()]
        while self._took("or"):
            operands.append(self._both())
        return operands[0] if len(operands) == 1 else Operation("or", tuple(operands))

    def _both(self) -> Expression:
        operands = [self._single()]
        while self._took("and"):
            operands.append(self._single())
        return operands[0] if len(operands) == 1 else Operation("and", tuple(operands))

    def _single(self) -> Expression:
        if self._took("not"):
            return Operation("not", (self._nested(self._single),))
        if self._took("("):
            inner = self._nested(self.either)
            if not self._took(")"):
                raise self.error('")"')
            return inner
        if not self.token or self.token in _OPERATORS:
            raise self.error("a capability")
        name = self.token
        self._index += 1
        return name

    def _nested(self, read: Callable[[], Expression]) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise RequirementError(f"this expression has more than {_DEEPEST} levels of nesting")
        expression = read()
        self._depth -= 1
        return expression

    def _took(self, token: str) -> bool:
        if self.token != token:
            return False
        self._index += 1
        return True
