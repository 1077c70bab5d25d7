"""Change the text of a table, keeping its comments, order and layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_ddcompat.declarations.lines import statements, unquoted
from pytest_ddcompat.jobs.wins.arrays import without_strings
from pytest_ddcompat.jobs.wins.blocks import newline_of
from pytest_ddcompat.values.errors import CompatibilityError, Problem
from pytest_ddcompat.values.toml import toml_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["edited", "new_table"]

_LONGEST = 100  # characters of a line


def new_table(array: str, values: Mapping[str, Any], like: str) -> str:
    """Write a table `[[array]]`, with braces and ends of lines as another text has them."""
    padding = _padding(like)
    lines = [f"[[{array}]]"]
    for key, value in values.items():
        line = f"{key} = {toml_value(value, padding=padding)}"
        if isinstance(value, list) and len(line) > _LONGEST:
            items = [f"    {toml_value(item, padding=padding)}," for item in value]
            lines += [f"{key} = [", *items, "]"]
        else:
            lines.append(line)
    newline = newline_of(like)
    return "".join(f"{line}{newline}" for line in lines)


def _padding(like: str) -> str:
    """Return what a text has between the braces of a table and what it holds."""
    return " " if "{ " in like else ""


def edited(text: str, array: str, old: dict[str, Any], new: dict[str, Any]) -> str:
    """Change a table from what it holds to what it is to hold.

    Args:
        text: The text of the table alone, `[[array]]` and what follows.
        array: The name of its array.
        old: What it holds.
        new: What it is to hold.

    Raises:
        ModuleNotFoundError: tomlkit is not installed.
        CompatibilityError: It has a layout that cannot be changed.
    """
    import tomlkit

    if old == new:
        return text
    has_crlf = text.count("\r\n") == text.count("\n") > 0
    plain = text.replace("\r\n", "\n") if has_crlf else text
    is_closed = plain.endswith("\n")
    plain = plain if is_closed else f"{plain}\n"
    if "when" in new and "when" not in old:
        plain = _with_when(plain, new["when"])
        old = {**old, "when": new["when"]}
    try:
        document = tomlkit.parse(plain)
        (table,) = document[array]
        _update(table, old, new)
        found = tomlkit.dumps(document)
    except Exception:  # noqa: BLE001 - tomlkit fails in many ways on layouts that it does not know
        raise CompatibilityError(Problem("its layout cannot be kept", "a change by hand")) from None
    found = found.rstrip()  # blank lines are left of a table within it that is gone
    found = f"{found}\n" if is_closed else found
    return found.replace("\n", "\r\n") if has_crlf else found


def _with_when(text: str, when: object) -> str:
    """Put the key `when` below `state`, where tomlkit would put it last."""
    for _, end, statement in statements(text):
        bracket, first, _ = statement.groups()
        if not bracket and unquoted(first) == "state":
            indent = text[statement.start() : statement.start(2)]
            added = f"{indent}when = {toml_value(when, padding=_padding(text))}\n"
            return f"{text[:end]}{added}{text[end:]}"
    return text


def _update(table: Any, old: Mapping[str, Any], new: Mapping[str, Any]) -> Any:
    """Change a table of tomlkit; return it, or the one that replaces it."""
    from tomlkit.items import InlineTable

    for key in [key for key in old if key not in new]:
        del table[key]
    for key in [key for key in old if key in new and old[key] != new[key]]:
        before = table[key]
        after = _changed(before, old[key], new[key])
        if after is not before:
            table[key] = after
    added = {key: value for key, value in new.items() if key not in old}
    if added and isinstance(table, InlineTable):
        return _grown(table.as_string(), added)
    for key, value in added.items():
        table[key] = _item(value)
    return table


def _changed(item: Any, old: Any, new: Any) -> Any:
    """Change an item of tomlkit; return it, or the one that replaces it."""
    import tomlkit

    if isinstance(old, dict) and isinstance(new, dict):
        return _update(item, old, new)
    if isinstance(old, list) and isinstance(new, list):
        return _changed_array(item, old, new)
    if isinstance(new, str) and item.as_string().startswith("'") and "'" not in new:
        return tomlkit.string(new, literal=True)
    return _item(new)


def _changed_array(array: Any, old: Sequence[Any], new: Sequence[Any]) -> Any:
    import tomlkit
    from tomlkit.items import AoT

    kept = {each for each in new if isinstance(each, str)}
    if [each for each in old if isinstance(each, str) and each in kept] == new:
        gone = {number for number, each in enumerate(old) if each not in kept}
        return tomlkit.value(without_strings(array.as_string(), gone))
    if len(new) < len(old) or [*map(type, old)] != [*map(type, new[: len(old)])]:
        return _item(new)
    for number, (before, after) in enumerate(zip(old, new)):
        if before != after:
            item = array[number]
            changed = _changed(item, before, after)
            if changed is not item:
                array[number] = changed
    for value in new[len(old) :]:
        array.append(tomlkit.item(value) if isinstance(array, AoT) else _item(value))
    return array


def _grown(text: str, added: Mapping[str, Any]) -> Any:
    """Add keys to an inline table, in which tomlkit would leave out blanks."""
    import tomlkit

    inside = text[1:-1].rstrip()
    padding = text[len(inside) + 1 : -1]
    pairs = (toml_value({key: value}, padding="")[1:-1] for key, value in added.items())
    joint = ", " if inside.strip() else ""
    return tomlkit.value(f"{{{inside}{joint}{', '.join(pairs)}{padding}}}")


def _item(value: object) -> Any:
    import tomlkit

    return tomlkit.value(toml_value(value, padding=""))
