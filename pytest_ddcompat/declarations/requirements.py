"""Requirements as the keys `requires` and `when` of a declaration write them."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.matrix.fields import Key, Kind
from pytest_ddcompat.matrix.kinds import array, boolean, text
from pytest_ddcompat.requirement.requirement import Requirement
from pytest_ddcompat.values.errors import Problem, RequirementError
from pytest_ddcompat.values.names import unknown_name
from pytest_ddcompat.values.text import quoted

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from pytest_ddcompat.values.errors import Place

    _Call = tuple[str, tuple[Any, ...], dict[str, Any]]
    """A kind of requirement, with its positional and its keyword arguments."""

__all__ = ["KEYS", "MARKER_KEYS", "MOST", "PLATFORM_KEYS", "read_requirements", "requirements",
           "unknown_key"]  # fmt: skip

MOST = 100
"""Requirements of one declaration."""


def _one_or_more(kind: Kind, called: str) -> Kind:
    """A value of a kind, or an array of them, which is read as a tuple."""
    several = array(kind, at_least=1)

    def read(value: object, place: Place) -> object:
        if isinstance(value, list):
            return several.read(value, place)
        before = len(place.problems)
        found = kind.read(value, place)
        if len(place.problems) > before:
            del place.problems[before:]
            place.refuse(value, called)
        return found

    return Kind(read, {"anyOf": [kind.schema, several.schema]})


def _read_value(value: object, place: Place) -> object:
    if not isinstance(value, (str, bool)):
        place.refuse(value, "a string, true or false")
    return value


_value = Kind(_read_value, {"anyOf": [text.schema, boolean.schema]})
_strings = _one_or_more(text, "a string or an array of strings")
_values = _one_or_more(_value, "a string, true, false or an array of them")


def _read_platform(value: object, place: Place) -> object:
    return _arguments(value, place, PLATFORM_KEYS)


def _optional(kind: Kind, doc: str) -> Key:
    return Key(kind, doc, default=None)


PLATFORM_KEYS = {
    "os": _optional(_strings, "Operating systems, any of them: linux, macos, windows."),
    "cpu": _optional(_strings, "CPUs, any of them: x86-64, aarch64, i686."),
    "implementation": _optional(_strings, "Python implementations, any of them: cpython, pypy."),
}

KEYS = {
    "capability": _optional(_strings, "Capabilities, or expressions of them; all are required."),
    "tracer": _optional(text, "Versions of the tracer."),
    "framework": _optional(
        _strings, "A framework; beside `capability`, any of these, with which it must be supported."
    ),
    "deployment": _optional(_strings, "Deployment types, any of them."),
    "agent": _optional(text, "Versions of the Datadog Agent."),
    "support_level": _optional(text, "Least support level of the tracer's release branch."),
    "python": _optional(text, "Versions of Python."),
    "package": _optional(text, "A package that must be installed."),
    "fact": _optional(text, "A fact of your own."),
    "platform": _optional(
        Kind(_read_platform, {"$ref": "#/$defs/platform"}), "The platform; its keys may stand here."
    ),
    **PLATFORM_KEYS,
    "specifier": _optional(text, "Versions of the framework or package; any if left out."),
    "value": _optional(_values, "Values of the fact, any of them; true if left out."),
    "excluded": _optional(_strings, "Values that the fact must not have."),
    "datastore": _optional(_strings, "Data stores, any of them, with which it must be supported."),
    "preview": _optional(boolean, "Whether a capability that is a preview will do."),
    "matrix": _optional(text, "Id of the matrix that decides, of several."),
}
"""Each key of a table: those that name a marker, and those that are keywords of one."""


_KINDS = (
    "capability", "tracer", "framework", "deployment", "agent", "support_level", "python",
    "package", "fact", "platform",
)  # fmt: skip
MARKER_KEYS = (*_KINDS, *PLATFORM_KEYS)
"""Keys of which a table must have one: those of the platform stand for themselves."""


class _Marker(NamedTuple):
    """How a marker takes its arguments: by the signature of the requirement's class method."""

    several: bool
    first: bool
    keywords: tuple[str, ...]


@cache
def _markers() -> dict[str, _Marker]:
    return {kind: _marker(getattr(Requirement, kind)) for kind in _KINDS}


def _marker(make: Any) -> _Marker:
    code = make.__code__
    named = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    first = code.co_argcount > 1
    several = bool(code.co_flags & 0x04)  # `*names`
    return _Marker(several, first, named[1:] if first else named)


@lru_cache(maxsize=None, typed=True)  # typed: 1 equals True, but is none
def _shared(
    kind: str, positional: tuple[Hashable, ...], keywords: tuple[tuple[str, Any], ...]
) -> Requirement:
    """Make a requirement; of equal arguments there is one object, since verdicts are kept by it."""
    requirement: Requirement = getattr(Requirement, kind)(*positional, **dict(keywords))
    return requirement


def read_requirements(value: object, place: Place) -> tuple[Requirement, ...]:
    """Understand `requires` or `when`, or note in `place` what is wrong with it.

    Args:
        value: A string (an expression of capabilities), a table of a marker's arguments, or an
            array of both; all that it holds are required.
        place: Where it stands.
    """
    if not isinstance(value, list):
        return tuple(_requirements(value, place))
    if not 0 < len(value) <= MOST:
        place.problem(f"this has {len(value)} requirements", f"1 to {MOST}")
        return ()
    each = (_requirements(item, place.inside(f"[{n}]")) for n, item in enumerate(value))
    return tuple(dict.fromkeys(one for found in each for one in found))


def _requirements(value: object, place: Place) -> list[Requirement]:
    if isinstance(value, str):
        return _made([("capability", (value,), {})], place)
    if not isinstance(value, dict):
        place.refuse(value, "a string, a table or an array of them")
        return []
    before = len(place.problems)
    arguments = _arguments(value, place, KEYS)
    platform = arguments.pop("platform", None) or {}
    for key in [key for key in platform if key in arguments]:
        place.problem(f'"{key}" stands here and in "platform"', "one of them")
    calls = _calls({**arguments, **platform}, place) if len(place.problems) == before else []
    return _made(calls, place) if len(place.problems) == before else []


def _arguments(value: object, place: Place, keys: dict[str, Key]) -> dict[str, Any]:
    if not isinstance(value, dict):
        place.refuse(value, "a table")
        return {}
    found = {}
    for key, item in value.items():
        if key in keys:
            found[key] = keys[key].kind.read(item, place.inside(key))
        else:
            place.add(unknown_key(key, keys))
    return found


def unknown_key(key: str, valid: Iterable[str]) -> Problem:
    """Make the problem of a key that is not among the valid ones."""
    if key == "strict":  # as markers have it
        return Problem(
            'unknown key "strict"; did you mean unsupported = "fail" of the declaration?'
        )
    return unknown_name(f'unknown key "{key:.80}"', key, valid)


def _calls(arguments: dict[str, Any], place: Place) -> list[_Call]:
    """Sort the keys of a table by the markers whose arguments they are."""
    markers = _markers()
    named = [kind for kind in markers if kind in arguments]
    if "capability" in named:
        named = [kind for kind in named if kind not in markers["capability"].keywords]
    if not arguments.keys().isdisjoint(PLATFORM_KEYS):
        named.append("platform")
    if not named:
        place.problem("this names nothing to require", ", ".join(sorted(markers)))
        return []
    keywords: dict[str, dict[str, Any]] = {kind: {} for kind in named}
    for key in [key for key in arguments if key not in named]:
        takers = [kind for kind in named if key in markers[kind].keywords]
        if len(takers) != 1 and (key != "matrix" or not takers):
            _note_stray(key, takers, place)
        for kind in takers:
            keywords[kind][key] = arguments[key]
    for kind in named:
        if not markers[kind].several and isinstance(arguments.get(kind), tuple):
            place.inside(kind).problem("this takes one name", "a table for each")
    return [
        (kind, _positional(arguments.get(kind), markers[kind]), keywords[kind]) for kind in named
    ]


def _note_stray(key: str, takers: list[str], place: Place) -> None:
    """Note a keyword that belongs to no marker of its table, or to several."""
    if takers:
        of = " and ".join(map(quoted, takers))
        place.problem(f'"{key}" could be of {of}', "a table for each")
        return
    others = [kind for kind, marker in _markers().items() if key in marker.keywords]
    place.problem(f'"{key}" has nothing beside it that takes it', _either(others))


def _either(names: Iterable[str]) -> str:
    return " or ".join(map(quoted, names)) + " in the same table"


def _positional(value: Any, marker: _Marker) -> tuple[Any, ...]:
    if marker.several and isinstance(value, tuple):
        return value
    return (value,) if marker.several or marker.first else ()


def _made(calls: list[_Call], place: Place) -> list[Requirement]:
    found = []
    for kind, positional, keywords in calls:
        try:
            found.append(_shared(kind, positional, tuple(sorted(keywords.items()))))
        except RequirementError as error:
            for problem in error.problems:
                place.inside(kind).add(problem)
    return found


_EXPRESSION = {"type": "string", "pattern": "\\S"}
requirements = Kind(
    read_requirements,
    {
        "anyOf": [
            _EXPRESSION,
            {"$ref": "#/$defs/requirement"},
            {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST,
                "items": {"anyOf": [_EXPRESSION, {"$ref": "#/$defs/requirement"}]},
            },
        ]
    },
)
