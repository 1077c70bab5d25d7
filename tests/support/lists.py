"""Lists that the code computes, such as all valid keys, by the names that stand for them in cases.

A message of `cases/*.toml` has `{facts}` in the place of the list, so that a new fact breaks no
case; `cases/test_lists.py` checks each list once.
"""

from __future__ import annotations

import json
import re
from contextlib import redirect_stdout, suppress
from functools import cache
from io import StringIO
from typing import TYPE_CHECKING, Any

from pytest_ddcompat import load_matrix
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.declared import MARKERS, OPTIONS
from pytest_ddcompat.evaluation.checks import CHECKS
from pytest_ddcompat.matrix.loading import bundled_ids
from pytest_ddcompat.values.names import DEPLOYMENT_TYPES
from support.core import MATRICES

if TYPE_CHECKING:
    from collections.abc import Iterable


@cache
def lists() -> dict[str, str]:
    """Each list as messages have it, by its name."""
    found: dict[str, Iterable[str]] = {
        **of_the_bundled_matrix(),
        **of_matrices(),
        **of_overlays(),
        **of_facts(),
        **of_declarations(),
        **of_commands(),
        "checks": [check.name for check in CHECKS],
    }
    signatures = {
        f"signature of {name}": f"{line.partition('): ')[0]})" for name, line in MARKERS.items()
    }
    return {
        **{name: ", ".join(sorted(words)) for name, words in found.items()},
        **signatures,
        "matrices": f"{', '.join(bundled_ids())}, or the path of a .toml file",
        "deployment types, common first": ", ".join(DEPLOYMENT_TYPES),
        "statuses without a minimum": ", ".join(statuses_without_a_minimum()),
        "keys of a release to remove": f"{', '.join(key_of_a_release())}, reason, source",
    }


def with_names(text: str) -> str:
    """Put the names of lists in their places, where a whole list stands there."""
    names = {words: name for name, words in lists().items()}
    longest_first = sorted(names, key=len, reverse=True)
    pattern = f"(?<!, )(?:{'|'.join(map(re.escape, longest_first))})(?!, (?!or ))"
    return re.sub(pattern, lambda found: f"{{{names[found[0]]}}}", text)


def of_the_bundled_matrix() -> dict[str, Iterable[str]]:
    matrix = load_matrix()
    stores = (row.named for row in matrix.coverage if row.of == "datastores")
    return {
        "capabilities": {name for row in matrix.capabilities for name in (row.id, *row.aliases)},
        "data stores": {name for named in stores for name in named},
        "deployment types": {row.id for row in matrix.deployments},
        "frameworks": {row.id for row in matrix.frameworks},
    }


def of_matrices() -> dict[str, Iterable[str]]:
    schema = shipped("matrix")
    kinds = schema["$defs"]
    return {
        "keys of a matrix": schema["properties"],
        "keys of its page": kinds["page"]["properties"],
        "keys of a capability": kinds["capability"]["properties"],
        "CPUs of a runtime": kinds["runtime"]["properties"]["cpus"]["items"]["enum"],
        "support levels": kinds["release"]["properties"]["support_level"]["enum"],
    }


def of_overlays() -> dict[str, Iterable[str]]:
    schema = shipped("overlay")
    keys, release = set(schema["properties"]), schema["$defs"]["release"]
    return {
        "keys of an overlay": keys,
        "rows of an overlay": keys - {"extends", "page"},
        "keys of an overlay's capability": schema["$defs"]["capability"]["properties"],
        "keys of an overlay's release": release["properties"],
        "keys of a release to unset": release["properties"]["unset"]["items"]["enum"],
    }


def of_declarations() -> dict[str, Iterable[str]]:
    kinds = shipped("declarations")["$defs"]
    requirement = kinds["requirement"]
    keys = {key for each in requirement["anyOf"] for key in each["required"]}
    return {
        "keys of declarations": shipped("declarations")["properties"],
        "keys of a declaration": kinds["declaration"]["properties"],
        "keys of a requirement": requirement["properties"],
        "kinds of requirements": keys - kinds["platform"]["properties"].keys(),
    }


def of_facts() -> dict[str, Iterable[str]]:
    schema = shipped("record")["properties"]
    facts = set(schema["environments"]["items"]["properties"]["facts"]["properties"])
    plurals = {"deployments", "facts", "frameworks", "packages"}
    settings = facts - plurals | {"deployment", "fact.NAME", "framework.NAME", "package.NAME"}
    outcomes = schema["tests"]["items"]["properties"]["outcome"]["enum"]
    return {
        "facts": facts, "settings": settings, "keys of a record": schema, "outcomes": outcomes,
    }  # fmt: skip


def of_commands() -> dict[str, Iterable[str]]:
    command, option = re.compile(r"(?m)^    (\w+)"), re.compile(r"(?m)^  (?:-\w.*, )?(--[\w-]+)")
    commands = command.findall(printed("--help"))
    options = {f"options of {name}": option.findall(printed(name, "--help")) for name in commands}
    actions = OPTIONS["unsupported"][1]["choices"]
    keywords = re.findall(r"(\w+)=", MARKERS["requires_capability"])
    return {
        "commands": commands,
        **options,
        "actions": actions,
        "keywords of requires_capability": keywords,
    }


def printed(*arguments: str) -> str:
    """What a command prints that ends by itself."""
    with redirect_stdout(StringIO()) as output, suppress(SystemExit):
        main(arguments)
    return output.getvalue()


def statuses_without_a_minimum() -> list[str]:
    statuses = shipped("matrix")["$defs"]["capability"]["properties"]["status"]["enum"]
    return [s for s in statuses if s not in {"available", "preview", "partial", "deprecated"}]


def key_of_a_release() -> list[str]:
    required = shipped("overlay")["$defs"]["release"]["required"]
    return sorted({*required, "documented", "heading"} - {"reason", "source"})


def shipped(name: str) -> Any:
    """Parse a JSON Schema that ships with the package."""
    return json.loads((MATRICES / f"{name}.schema.json").read_text(encoding="utf-8"))
