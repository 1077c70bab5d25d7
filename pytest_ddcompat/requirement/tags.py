"""What is wrong with a marker's name, or with a tag of pytest-bdd that is no call of one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.errors import RequirementError
from pytest_ddcompat.values.slips import nearest_marker, split_tag
from pytest_ddcompat.values.spelling import nearest_specifier
from pytest_ddcompat.values.text import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["refusal_of"]

_NAMES_BEFORE_A_SPECIFIER = {"tracer": 0, "agent": 0, "python": 0, "framework": 1, "package": 1}
_QUOTES = " '\"`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_KEYWORDS = (
    "framework", "deployment", "datastore", "support_level", "matrix",
    "os", "cpu", "implementation", "excluded",
)  # fmt: skip


def refusal_of(name: str, markers: Mapping[str, str]) -> RequirementError:
    """Return the error of a name that is no marker, with the nearest valid spelling.

    Args:
        name: The name of a mark; of a tag of pytest-bdd, all of the tag.
        markers: The markers, each with its usage.
    """
    near = nearest_marker(name, markers)
    called, rest = split_tag(name)
    if rest and near in markers:
        usage = f"; valid: @{markers[near].partition(':')[0]}"
        call = _nearest_call(near, rest)
        near = f"@{near}({call})" if call else near
        if name.startswith(called) and called.replace("-", "_") in markers:
            meant = f"; did you mean {near}?" if call else usage
            return RequirementError(f"write its arguments as in Python{meant}")
    return RequirementError(
        f"there is no such marker; did you mean {near}? "
        "(register a marker of your own in the ini option markers)"
    )


def _nearest_call(marker: str, rest: str) -> str:
    """Return the arguments that what follows a marker's name seems to mean; empty if none."""
    parts = re.split(r"[,;]", _inside(rest.strip()))
    pairs = [re.fullmatch(rf"\s*({'|'.join(_KEYWORDS)})=(?!=)(.*)", part) for part in parts]
    keywords = {found[1]: found[2].strip(_QUOTES) for found in pairs if found}
    names = [part.strip(_QUOTES) for part, found in zip(parts, pairs) if not found]
    kind = marker.partition("_")[2]
    first = _NAMES_BEFORE_A_SPECIFIER.get(kind, len(names))
    specifier = _specifier(",".join(names[first:]))
    names = names[:first]
    if not all(re.fullmatch(r"\w[\w .-]*", name) for name in (*names, *keywords.values())):
        return ""
    positional = [*names, *filter(None, [specifier])]
    try:
        getattr(Requirement, kind)(*positional, **keywords)
    except (RequirementError, TypeError):
        return ""
    return ",".join([*map(quoted, positional), *(f"{k}={quoted(v)}" for k, v in keywords.items())])


def _inside(rest: str) -> str:
    """Leave out the sign or the brackets between a marker's name and its arguments."""
    inner = re.sub(r"^(?:[:.]+|=(?!=))\s*", "", rest)
    closing = _CLOSING.get(inner[:1])
    return inner[1:].removesuffix(closing) if closing else inner


def _specifier(text: str) -> str:
    try:
        Requirement.tracer(text)
    except RequirementError:
        return nearest_specifier(text[:200])
    return text
