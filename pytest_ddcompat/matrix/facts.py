"""User-defined facts, as matrices, overlays and files of declarations declare them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_ddcompat.matrix.fields import Row, field
from pytest_ddcompat.matrix.kinds import WORD, array, identifier, one_of, text, variable, word
from pytest_ddcompat.values.errors import CompatibilityError, MatrixError, Problem
from pytest_ddcompat.values.names import BOOLEANS, FACT_KEYS, fact_id, unknown_name
from pytest_ddcompat.values.text import as_json, shown
from pytest_ddcompat.values.versions import Version, parse_marker_range, parse_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_ddcompat.values.errors import Place

__all__ = ["FactDeclaration", "refuse_unknown_facts", "together"]


class FactDeclaration(Row):
    """A fact of your own, which no page documents.

    Attributes:
        declared: Where it is declared: a file, and the row in it.
    """

    declared: str = ""
    id: str = field(identifier, "Id of the fact; none of a documented fact.", decides=True)
    kind: str = field(one_of("boolean", "word", "version"), "What its values are.", decides=True)
    words: tuple[str, ...] = field(
        array(word), "The values of a fact of the kind word; none: any word.", (), decides=True
    )
    description: str = field(text, "What the fact means.", "", decides=False)
    variable: str = field(
        variable,
        "Environment variable whose value the fact is where nothing else gives it.",
        "",
        decides=True,
    )

    @classmethod
    def from_table(cls, value: object, place: Place) -> FactDeclaration | None:
        """Understand a parsed table, and keep where it stands."""
        row = super().from_table(value, place)
        if row is not None:
            row.__dict__["declared"] = ": ".join(filter(None, (place.file, place.where)))
        return row

    def check(self, place: Place) -> None:
        """The id is no documented fact's; only the kind word has words, each once."""
        if fact_id(self.id) in FACT_KEYS:
            place.inside("id").problem(f'"{self.id}" is a documented fact', "another id")
        if self.words and self.kind != "word":
            place.inside("words").problem(f'this fact is of the kind "{self.kind}"', "no words")
        if self.variable and self.kind == "word" and not self.words:
            # Else reports would show whatever the variable holds.
            what = "a fact of the kind word that has a variable needs words"
            place.inside("words").problem(what, "the words that the variable may hold")
        seen: dict[str, int] = {}
        for number, each in enumerate(self.words):
            if seen.setdefault(each, number) != number and not place.is_full:
                place.inside(f"words[{number}]").problem(f'"{each}" stands here twice')

    @property
    def valid(self) -> str:
        """The values that it may have, in words."""
        if self.kind == "word":
            return ", ".join(self.words) or "a word such as flask-poc"
        return "true, false" if self.kind == "boolean" else "a version such as 1.2.3"

    def check_wanted(self, value: bool | str) -> None:
        """Refuse what is not asked of the fact: a value, or a range of versions.

        Raises:
            CompatibilityError: It is no value of the fact, or no range.
        """
        if self.kind == "version":
            if not isinstance(value, str):
                raise self._refused(value, "a range such as >=1.2")
            parse_marker_range(value)
        elif self.kind == "boolean":
            if not isinstance(value, bool):
                raise self._refused(value, self.valid)
        else:
            self.parse(value)

    def parse(self, value: object) -> bool | str | Version:
        """Understand a value of the fact.

        Args:
            value: True, false, or text, such as that of a variable; or the value that it means.

        Raises:
            CompatibilityError: It is none; the message quotes it.
        """
        if self.kind == "version" and isinstance(value, (str, Version)):
            return parse_version(str(value))
        if self.kind == "word" and isinstance(value, str) and self._is_word(value):
            return value
        known = BOOLEANS.get(value.lower()) if isinstance(value, str) else value
        if self.kind == "boolean" and isinstance(known, bool):
            return known
        raise self._refused(value, self.valid)

    def _is_word(self, value: str) -> bool:
        return value in self.words if self.words else re.fullmatch(WORD, value) is not None

    def _refused(self, value: object, valid: str) -> CompatibilityError:
        what = f"{shown(value, as_json)} is not valid"
        if isinstance(value, str) and self.words:
            return CompatibilityError(unknown_name(what, value, self.words))
        return CompatibilityError(Problem(what, valid))


def refuse_unknown_facts(
    wanted: Mapping[str, Sequence[str | bool]],
    declared: Mapping[str, FactDeclaration],
    place: Place,
) -> None:
    """Note facts that nothing declares, and values that are none of a fact's.

    Args:
        wanted: Values by the id of a fact.
        declared: Declarations by reduced id, as `together` returns them.
        place: Where the values stand.
    """
    for name, values in wanted.items():
        declaration = declared.get(fact_id(name))
        if place.is_full:
            return
        if declaration is None:
            valid = [each.id for each in declared.values()]
            problem = unknown_name(f'no fact "{name:.80}" is declared', name, valid)
            place.add(problem if valid else problem._replace(valid="one that [[facts]] declares"))
            continue
        for value in values:
            try:
                declaration.check_wanted(value)
            except CompatibilityError as error:
                place.inside(name).add(error.problems[0])


def together(declarations: Iterable[FactDeclaration]) -> dict[str, FactDeclaration]:
    """Return the declarations of a run by the reduced id of each; the same twice counts once.

    Raises:
        MatrixError: Two declare one fact differently; the message names both places.
    """
    known: dict[str, FactDeclaration] = {}
    problems: list[Problem] = []
    for each in declarations:
        first = known.setdefault(fact_id(each.id), each)
        if first.deciding() != each.deciding():
            what = f'{first.declared or "another matrix"} declares the fact "{each.id}" differently'
            problems.append(Problem(what, "the same declaration in both", origin=each.declared))
    if problems:
        raise MatrixError(problems)
    return known
