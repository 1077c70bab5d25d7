"""Slips in the names of markers: the marker that a misspelt one stands for."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["nearest_marker", "split_tag"]

_VERBS = ("requires", "require", "required", "requiring", "needs", "need")
_SIMILAR = 0.8

# What people call the things that the markers name.
_CALLED = {
    "ddtrace": "tracer",
    "ddtracer": "tracer",
    "dd_trace": "tracer",
    "dd_tracer": "tracer",
    "datadog_tracer": "tracer",
    "tracer_version": "tracer",
    "ddtrace_version": "tracer",
    "dd_agent": "agent",
    "ddagent": "agent",
    "datadog_agent": "agent",
    "agent_version": "agent",
    "framework_version": "framework",
    "deploy": "deployment",
    "deployment_type": "deployment",
    "support": "support_level",
    "level": "support_level",
    "cap": "capability",
    "caps": "capability",
    "capa": "capability",
    "python_version": "python",
    "platform_name": "platform",
    "package_version": "package",
}

# Names of other things that are as near to the name of a marker as a slip in it.
_NO_SLIPS = {"cython", "ipython", "jython", "cpython", "python2", "python3"}


def split_tag(tag: str) -> tuple[str, str]:
    """Split a tag of pytest-bdd into the marker that it names, and all that follows the name."""
    found = re.match(r"(?:pytest\.)?(?:mark\.)?([\w-]*)(.*)", tag, re.DOTALL)
    return (found[1], found[2]) if found else (tag, "")


def nearest_marker(name: str, markers: Iterable[str]) -> str:
    """Return the marker that a name is a slip of, by letters or one word; empty if of none.

    Args:
        name: The name of a mark that nobody has registered; of a tag, all of the tag.
        markers: The names of the markers.
    """
    called = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", split_tag(name[:100])[0]).lower()
    words = [word for word in re.split(r"[-_.]", called) if word]
    if not _NO_SLIPS.isdisjoint(words):
        return ""
    for verb, others in ((words[:1], words[1:]), (words[-1:], words[:-1])):
        if not verb or not _close(verb[0], _VERBS):
            continue
        if _close("".join(others), ["datastore"]):  # not "database", a name that others use
            return "requires_capability(…, datastore=…)"
        kind = _kind("_".join(others), markers)
        if kind:
            return f"requires_{kind}"
    # Also where a slip has joined the words.
    return _close("".join(words), markers, similar=0.9)


def _kind(called: str, markers: Iterable[str]) -> str:
    if called in _CALLED:
        return _CALLED[called]
    kinds = [marker.partition("_")[2] for marker in markers]
    # In a short word, two swapped letters are half of it.
    swapped = next((kind for kind in kinds if sorted(kind) == sorted(called)), "")
    return swapped or _close(called, kinds) or _CALLED.get(_close(called, _CALLED, similar=0.9), "")


def _close(word: str, valid: Iterable[str], *, similar: float = _SIMILAR) -> str:
    return next(iter(difflib.get_close_matches(word, [*valid], n=1, cutoff=similar)), "")
