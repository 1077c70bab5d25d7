"""Write values as TOML does."""

from __future__ import annotations

import datetime as dt
import json
import re

__all__ = ["toml_value"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_value(value: object, *, padding: str = " ") -> str:
    """Return a value on one line.

    Args:
        value: A string, number, boolean or date, or a list or table of these.
        padding: What stands between the braces of a table and what it holds.
    """
    if isinstance(value, dict):
        pairs = ", ".join(
            f"{_key(key)} = {toml_value(item, padding=padding)}" for key, item in value.items()
        )
        return f"{{{padding}{pairs}{padding}}}" if pairs else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(toml_value(item, padding=padding) for item in value)}]"
    if isinstance(value, dt.date):
        return value.isoformat()
    return _json(value)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _json(key)


def _json(value: object) -> str:
    # JSON's strings, numbers and booleans are TOML's, but for characters that cannot be seen.
    return "".join(map(_visible, json.dumps(value, ensure_ascii=False)))


def _visible(character: str) -> str:
    return character if character.isprintable() else f"\\U{ord(character):08x}"
