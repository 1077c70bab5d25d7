"""Version specifiers, narrowed or widened clause by clause, with their other clauses kept."""

from __future__ import annotations

from packaging.specifiers import Specifier

from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.stretches import stretches_of
from pytest_ddcompat.values.versions import Range, Version, parse_marker_range, parse_version

__all__ = ["below", "down_to"]


def below(specifier: str, limit: str) -> str:
    """Return a marker's specifier without the versions from a limit on; empty if none is left.

    Args:
        specifier: PEP 440 specifiers, `|` between alternatives.
        limit: The lowest version that it is no longer to admit.

    Raises:
        CompatibilityError: The limit is no version that a specifier may name.
    """
    parse_version(limit)
    parse_marker_range(f"<{limit}")  # which refuses some versions, such as 2.0+local
    parts = [_below(part.strip(), limit) for part in specifier.split("|")]
    return (" | " if " | " in specifier else "|").join(part for part in parts if part)


def _below(specifier: str, limit: str) -> str:
    if specifier and not _is_possible(f"{specifier},>={limit}"):
        return specifier
    # Other upper bounds are at the limit or above it: they no longer matter.
    clauses = [text for text in specifier.split(",") if text.strip()]
    kept = [text for text in clauses if _ordering(text)[0] not in {"<", "<="}]
    space = " " if kept and ", " in specifier else ""
    found = ",".join([*kept, f"{space}<{limit}"])
    return found if _is_possible(found) else ""


def _is_possible(specifier: str) -> bool:
    """Whether some version satisfies a marker's specifier, as a marker is asked.

    `==2.*,<2` counts as impossible, and is refused by markers, though 2.0rc1 would satisfy it.
    """
    return bool(stretches_of(Range([specifier], by_order=True)))


def down_to(specifier: str, minimum: str) -> str:
    """Return a marker's specifier with a lower bound at a minimum.

    Args:
        specifier: PEP 440 specifiers.
        minimum: The lowest version that it is to admit.

    Raises:
        CompatibilityError: It has no lower bound above the minimum, or would not admit it.
    """
    version = parse_version(minimum)
    what = f'"{specifier}" has no lower bound above {minimum}'
    if "|" in specifier:
        raise CompatibilityError(Problem(f'"{specifier}" has alternatives', "a change by hand"))
    clauses = []
    for text in specifier.split(","):
        operator, bound = _ordering(text)
        is_above = (operator == ">=" and bound > version) or (operator == ">" and bound >= version)
        space = text[: len(text) - len(text.lstrip())]
        clauses.append(f"{space}>={minimum}" if is_above else text)
    found = ",".join({clause.strip(): clause for clause in clauses}.values())
    if found == specifier:
        raise CompatibilityError(Problem(what, f"a bound such as >=V, with V above {minimum}"))
    if version not in parse_marker_range(found):
        what = f'"{found}" would not admit {minimum} either'
        raise CompatibilityError(Problem(what, "a change by hand"))
    return found


def _ordering(clause: str) -> tuple[str, Version]:
    """Return operator and version of a clause that goes by order; for others, no operator."""
    specifier = Specifier(clause.strip()) if clause.strip() else None
    if specifier is None or specifier.operator in {"~=", "!=", "==="}:
        return "", Version("0")
    if specifier.version.endswith(".*"):
        return "", Version("0")
    return specifier.operator, Version(specifier.version)
