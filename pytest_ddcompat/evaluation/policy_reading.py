"""Read the lines of a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.evaluation.checks import CHECKS
from pytest_ddcompat.evaluation.policy import Action
from pytest_ddcompat.evaluation.policy_lines import Line, PolicyLines, place_of
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.names import fold, is_misspelling, unknown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["read_lines"]

_MOST = 200  # lines
_LONGEST = 1000  # characters of a line
_PREVIEW = "preview"
_WORDS = {"allow": "allow", "deny": "deny"}
_FORM = "CAPABILITY: ACTION, such as code_security: xfail"


def read_lines(texts: Sequence[str], origin: str) -> PolicyLines:
    """Read the lines of a policy.

    Args:
        texts: The lines.
        origin: What gave them, as messages name it.

    Raises:
        CompatibilityError: One cannot be understood; all problems are named together.
    """
    if len(texts) > _MOST:
        what = f"{origin}: there are {len(texts)} lines"
        raise CompatibilityError(Problem(what, f"{_MOST} lines at most"))
    problems: list[Problem] = []
    lines: list[Line] = []
    previews: dict[str, bool] = {}
    for text in texts:
        try:
            said = _read(text.strip())
            if isinstance(said, Line):
                lines.append(said)
            elif previews:
                raise CompatibilityError(Problem("another line is for preview, too", "one of them"))
            else:
                previews[text] = said
        except CompatibilityError as error:
            problems += [problem.within(place_of(origin, text)) for problem in error.problems]
    if problems:
        raise CompatibilityError(problems)
    return PolicyLines(lines, previews=all(previews.values()), origin=origin)


def _read(text: str) -> Line | bool:
    """Read one line: a `Line`, or whether previews are allowed."""
    if len(text) > _LONGEST:
        raise CompatibilityError(f"this line has more than {_LONGEST} characters")
    head, colon, word = (part.strip() for part in text.rpartition(":"))
    if not colon or not word or not head:
        raise CompatibilityError(Problem("this is not a line of a policy", _FORM))
    if fold(head) == _PREVIEW:
        _valid(word, "a word for preview", _WORDS)
        return word == "allow"
    if word in _WORDS and is_misspelling(head, [_PREVIEW]):
        what = f'"{word}" is for {_PREVIEW} alone, not for "{head:.80}"'
        raise CompatibilityError(unknown_name(what, head, [_PREVIEW]))
    action = Action(_valid(word, "an action", {a.value: a.value for a in Action}))
    name, check, level, unknown = _parts(head)
    if "[" in name or "]" in name or (level and "." in name):
        raise CompatibilityError(Problem("a bracket stands alone", "CAPABILITY[LEVEL]: ACTION"))
    if not name:
        raise CompatibilityError(Problem("there is no capability before the action", _FORM))
    if level and unknown:
        what = "a support level in brackets is never unknown"
        raise CompatibilityError(Problem(what, f"{name}[{level}], or {name}.release?"))
    return Line(text, name, action, check, level, unknown)


def _parts(head: str) -> tuple[str, str, str, bool]:
    """Return name, check, level and whether there is a `?`, which may stand on either side."""
    outer = head.removesuffix("?").rstrip()
    name, check, level = outer, "", ""
    if outer.endswith("]") and "[" in outer:
        name, _, level = outer[:-1].rpartition("[")
        level = Requirement.support_level(level.strip()).level or ""
    elif "." in outer:
        name, _, check = outer.rpartition(".")
        names = {fold(one.name): one.name for one in CHECKS}
        check = _valid(check.strip(), "a check", names)
    name = name.strip()
    inner = name.removesuffix("?").rstrip()
    return inner, check, level, outer != head or inner != name


def _valid(word: str, what: str, valid: dict[str, str]) -> str:
    """Return the value of a word.

    Raises:
        CompatibilityError: There is none; the nearest valid one is named.
    """
    key = word if word in valid else fold(word)
    if key not in valid:
        what = f'"{word:.80}" is not {what}'
        raise CompatibilityError(unknown_name(what, word, valid.values()))
    return valid[key]
