"""Names as people write them: folded, aliased, and the nearest valid one to a misspelling."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_ddcompat.values.errors import CompatibilityError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "DEPLOYMENT_TYPES",
    "bare",
    "deployment_type",
    "fold",
    "is_framework",
    "is_misspelling",
    "parse_site",
    "unknown_name",
]

_NO_NAME = frozenset("<>=!~,;[]")  # of version specifiers, extras and lists
_SEPARATORS = re.compile(r"[-_.\s]+")
_TRAILING_PARENTHESIS = re.compile(r"\s*\(([^()]*)\)\s*$")

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

DEPLOYMENT_TYPES = ("docker", "kubernetes", "amazon_ecs", "aws_fargate", "aws_lambda")
"""Ids of the deployment types that can be a fact; the page's "Supported deployment types"."""

# A name this similar to a documented one is taken for a misspelling of it ("djngo"), while
# other products' names stay what they are ("mssql" is 0.8 like "mysql").
_MISSPELLING = 0.85


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """Reduce a name to what decides: no case, no `-`, `_`, `.` or space, aliases resolved.

    Args:
        name: A capability, deployment type, framework or data store as a person writes it.
    """
    folded = _SEPARATORS.sub("", name.casefold())
    return _ALIASES.get(folded, folded)


def is_framework(name: str) -> bool:
    """Whether a text can be a framework's name: no version specifier, and no list.

    Args:
        name: What was written.
    """
    return bool(fold(name)) and name.isprintable() and _NO_NAME.isdisjoint(name)


def bare(documented: str) -> str:
    """Leave out a trailing parenthesis: `Software Composition Analysis (SCA)` without it.

    Args:
        documented: The name as it stands on the page.
    """
    return _TRAILING_PARENTHESIS.sub("", documented)


def is_misspelling(name: str, valid: Iterable[str]) -> bool:
    """Tell a slip of the keyboard ("djngo") from a name of something else ("tornado").

    Args:
        name: A name that is not among the valid ones.
        valid: What the page names.
    """
    names = list(valid)
    # Two swapped letters count as two wrong ones: "flaks" is only 0.8 like "flask".
    letters = sorted(fold(name))
    return any(sorted(fold(other)) == letters for other in names) or (
        _closest(name, names, cutoff=_MISSPELLING) is not None
    )


def unknown_name(what: str, name: str, valid: Iterable[str]) -> Problem:
    """Make the problem of a name that is not among the valid ones, with the nearest that is.

    Args:
        what: What is wrong: `unknown key "x"`.
        name: What was written.
        valid: What could have been written; listed in full when it is short.
    """
    names = sorted(set(valid))
    guess = _closest(name, names, cutoff=0.6)
    hint = f'; did you mean "{guess}"?' if guess else ""
    return Problem(f"{what}{hint}", ", ".join(names))


def deployment_type(name: str) -> str | None:
    """The id of a deployment type that can be a fact, however it is written; None of another."""
    return next((known for known in DEPLOYMENT_TYPES if fold(known) == fold(name)), None)


def parse_site(text: str) -> str:
    """Reduce a site to the form of DD_SITE: lower case, no scheme, path or leading `app.`.

    Raises:
        CompatibilityError: What is left is not a host name.
    """
    host = re.sub(r"^[a-z]+://", "", text.strip().lower()).split("/", 1)[0]
    host = host.removeprefix("app.")
    if not re.fullmatch(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,8}", host):
        raise CompatibilityError(
            Problem("this is not a Datadog site", "a host name such as datadoghq.com")
        )
    return host


def _closest(name: str, valid: Iterable[str], *, cutoff: float) -> str | None:
    import difflib  # here, as most runs have no misspelt name

    by_fold = {fold(other): other for other in valid}
    matches = difflib.get_close_matches(fold(name[:100]), by_fold, n=1, cutoff=cutoff)
    return by_fold[matches[0]] if matches else None
