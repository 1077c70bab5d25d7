"""Names as people write them: folded, aliased, and the nearest valid one to a misspelling."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_ddcompat.values.errors import Problem
from pytest_ddcompat.values.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "BOOLEANS",
    "DEPLOYMENT_TYPES",
    "FACT_KEYS",
    "bare",
    "canonical",
    "deployment_type",
    "fact_id",
    "fold",
    "is_framework",
    "is_misspelling",
    "is_package",
    "letters_of",
    "listed",
    "meant",
    "nearest_misspelt",
    "unknown_name",
]

_NO_NAME = frozenset("<>=!~,;[]")  # of version specifiers, extras and lists
_LONGEST_FRAMEWORK = 200  # characters; no distribution's name comes near it
_PACKAGE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,198}[A-Za-z0-9])?")
_SEPARATORS = re.compile(r"[-_.\s]+")

# How people commonly call what the page calls otherwise.
_ALIASES = {
    "postgresql": "postgres",
    "sqlite3": "sqlite",
    "k8s": "kubernetes",
    "ecs": "amazonecs",
    "awsecs": "amazonecs",
    "fargate": "awsfargate",
    "lambda": "awslambda",
}

# Names of the product, its parts and its predecessors, by the documented capabilities that do it.
_MEANT = {
    "iast": ("code_security",),
    "waf": ("threat_detection", "threat_protection"),
    "inappwaf": ("threat_detection", "threat_protection"),
    "appsec": ("threat_detection", "threat_protection"),
    "applicationsecurity": ("threat_detection", "threat_protection"),
    "asm": ("threat_detection", "threat_protection"),
    "aap": ("threat_detection", "threat_protection"),
    "appandapiprotection": ("threat_detection", "threat_protection"),
    "sast": ("static_code_analysis",),
    "rasp": ("threat_protection",),
    "exploitprevention": ("threat_protection",),
    "blocking": ("threat_protection", "customize_response_to_blocked_requests"),
    "ato": ("automatic_user_activity_event_tracking",),
    "accounttakeover": ("automatic_user_activity_event_tracking",),
    "accounttakeoverprotection": ("automatic_user_activity_event_tracking",),
    "usertracking": ("automatic_user_activity_event_tracking",),
}

DEPLOYMENT_TYPES = ("docker", "kubernetes", "amazon_ecs", "aws_fargate", "aws_lambda")
"""Ids of the deployment types that are detected; the page's "Supported deployment types"."""

FACT_KEYS = (
    "tracer", "python", "implementation", "os", "cpu", "framework", "package", "deployments",
    "site", "remote_configuration", "agent", "date", "fact",
)  # fmt: skip
"""Keys of the documented facts: a user-defined fact has none of them as its id."""

BOOLEANS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
"""True and false, as options and variables write them."""

# A name this similar to a documented one is taken for a misspelling of it ("djngo"), while
# other products' names stay what they are ("mssql" is 0.8 like "mysql").
_MISSPELLING = 0.85
_LISTED = 200  # valid names in a message
_COMPARED = 1500  # valid names among which the nearest is sought: each takes some microseconds


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """Reduce a name to what decides: no case, no `-`, `_`, `.` or space, aliases resolved.

    Args:
        name: A capability, deployment type, framework or data store as a person writes it.
    """
    folded = _SEPARATORS.sub("", name.casefold())
    return _ALIASES.get(folded, folded)


@lru_cache(maxsize=4096)
def letters_of(name: str) -> str:
    """Return the letters of a name in order: those of two names with swapped letters are equal."""
    return "".join(sorted(fold(name)))


def is_framework(name: str) -> bool:
    """Whether a text can be a framework's name: no version specifier, and no list.

    Args:
        name: What was written.
    """
    is_short = len(name) <= _LONGEST_FRAMEWORK
    return is_short and bool(fold(name)) and name.isprintable() and _NO_NAME.isdisjoint(name)


def fact_id(name: str) -> str:
    """Reduce the id of a user-defined fact to what decides: no case, and `_` for `-`.

    Args:
        name: As a person writes it.
    """
    return name.lower().replace("-", "_")


def canonical(name: str) -> str:
    """Reduce the name of a distribution to what decides by PEP 503: `Flask_RestX`, `flask-restx`.

    Args:
        name: As a person writes it.
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def is_package(name: str) -> bool:
    """Whether a text can be a distribution's name, by PEP 508.

    Args:
        name: What was written.
    """
    return _PACKAGE.fullmatch(name) is not None


def bare(documented: str) -> str:
    """Leave out a trailing parenthesis: `Software Composition Analysis (SCA)` without it.

    Args:
        documented: The name as it stands on the page.
    """
    # No regular expression: it would look for the parenthesis at each blank of a run anew.
    name, opening, inside = documented.rstrip().rpartition("(")
    is_trailing = opening and inside.find(")") == len(inside) - 1
    return name.rstrip() if is_trailing else documented


def is_misspelling(name: str, valid: Iterable[str]) -> bool:
    """Tell a slip of the keyboard ("djngo") from a name of something else ("tornado").

    Args:
        name: A name that is not among the valid ones.
        valid: What the page names.
    """
    return nearest_misspelt(name, valid) is not None


def nearest_misspelt(name: str, valid: Iterable[str]) -> str | None:
    """Return the name that another is a misspelling of; None if it is of none.

    Args:
        name: A name that is not among the valid ones.
        valid: What could have been meant.
    """
    names = list(valid)
    # Two swapped letters count as two wrong ones: "flaks" is only 0.8 like "flask".
    letters = letters_of(name)
    swapped = next((other for other in names if letters_of(other) == letters), None)
    return swapped or _closest(name, names, cutoff=_MISSPELLING)


def listed(text: str, valid: Iterable[str]) -> list[str]:
    """Return the names of a list that was written as one name; nothing if it is no such list.

    Args:
        text: What was written.
        valid: The names that can be in it.
    """
    parts = re.split(r"[,;&|/]", text)
    by_fold = {fold(name): name for name in valid} if len(parts) > 1 else {}
    names = [by_fold.get(fold(part), "") for part in parts]
    return names if all(names) else []


def meant(name: str, valid: Iterable[str]) -> str:
    """Return the one name that another surely stands for; empty if there is none, or several.

    Args:
        name: A name that is not among the valid ones.
        valid: What could have been meant.
    """
    names = [*valid]
    called = [one for one in _MEANT.get(fold(name[:100]), ()) if one in names]
    return (
        (called[0] if len(called) == 1 else "") if called else nearest_misspelt(name, names) or ""
    )


def unknown_name(what: str, name: str, valid: Iterable[str]) -> Problem:
    """Make the problem of a name that is not among the valid ones, with the nearest that is.

    Args:
        what: What is wrong: `unknown key "x"`.
        name: What was written.
        valid: What could have been written; listed in full when it is short.
    """
    names = sorted(set(valid))
    guesses = [one for one in _MEANT.get(fold(name[:100]), ()) if one in names]
    guesses = guesses or [*filter(None, [_closest(name, names[:_COMPARED], cutoff=0.6)])]
    several = ", ".join(map(quoted, listed(name, names)))
    near = several or " or ".join(map(quoted, guesses))
    hint = f"; did you mean {near}?" if near else ""
    more = [f"and {len(names) - _LISTED} more"] if len(names) > _LISTED else []
    return Problem(f"{what}{hint}", ", ".join([*names[:_LISTED], *more]))


def deployment_type(name: str) -> str | None:
    """The id of a deployment type, however it is written; None if it can be none.

    It need not be one that this package finds by itself: a matrix may add others.
    """
    for known in DEPLOYMENT_TYPES:
        if fold(known) == fold(name):
            return known
    made = _SEPARATORS.sub("_", name.strip().lower())
    return made if re.fullmatch("[a-z0-9]+(_[a-z0-9]+)*", made) else None


def _closest(name: str, valid: Iterable[str], *, cutoff: float) -> str | None:
    import difflib  # here, as most runs have no misspelt name

    by_fold = {fold(other): other for other in valid}
    matches = difflib.get_close_matches(fold(name[:100]), by_fold, n=1, cutoff=cutoff)
    return by_fold[matches[0]] if matches else None
