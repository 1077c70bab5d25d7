"""Read YAML as nodes, which know their lines, and its comments."""

from __future__ import annotations

from bisect import bisect_right
from copy import copy
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from pytest_ddcompat.importer.blocks import PageError
from pytest_ddcompat.values.text import cut

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Document",
    "Node",
    "has_text_keys",
    "items_of",
    "line_of",
    "pairs_of",
    "read_as_yaml",
    "read_nodes",
    "refuse_expanding",
    "refuse_odd",
    "source_of",
    "text_of",
]

Node = yaml.Node

_LONGEST_COMMENT = 200  # characters that are kept
_TEXT = "tag:yaml.org,2002:str"
_FLOAT = "tag:yaml.org,2002:float"
_YAML = "tag:yaml.org,2002:"
_PLAIN = {"str", "int", "float", "bool", "null", "seq", "map", "timestamp", "merge", "value"}
"""What values without a tag are; a reader of another YAML version may know no other tag."""


class Document(NamedTuple):
    """A YAML file.

    Attributes:
        root: Its node; None if the file is empty. The node of an alias has what is in that of its
            anchor, and a line of its own.
        comments: Its comments by the line of each, from 1.
    """

    root: Node | None
    comments: dict[int, str]

    def comments_from(self, lines: Iterable[int]) -> dict[int, list[str]]:
        """Sort the comments by the last of some lines at or before each."""
        starts = sorted({*lines})
        found: dict[int, list[str]] = {start: [] for start in starts}
        for line, comment in sorted(self.comments.items()):
            place = bisect_right(starts, line)
            if place:
                found[starts[place - 1]].append(comment)
        return found


class _Loader(yaml.SafeLoader):
    """Notes the comments, which stand between tokens; makes no objects but nodes."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
        self.comments: dict[int, str] = {}
        self._end = 0

    def get_token(self) -> Any:
        """Take the next token, and note the comments before it."""
        token = super().get_token()  # type: ignore[no-untyped-call] # of types-PyYAML
        if token is not None:
            skipped = self.text[self._end : token.start_mark.index]
            if "#" in skipped:
                self._note(skipped, token.start_mark.line + 1 - skipped.count("\n"))
            self._end = max(self._end, token.end_mark.index)
        return token

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """Make a node; that of an alias stands where the alias does."""
        mark = None
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call] # of types-PyYAML
        node: Node | None = super().compose_node(parent, index)
        if node is not None and mark is not None:
            node = copy(node)
            node.start_mark = mark
        return node

    def _note(self, skipped: str, line: int) -> None:
        for number, part in enumerate(skipped.split("\n"), line):
            comment = part.partition("#")[2].strip()
            if comment:
                self.comments[number] = comment[:_LONGEST_COMMENT]


def read_nodes(text: str, origin: str) -> Document:
    """Parse YAML.

    Args:
        text: One document, whose lines end in a line feed.
        origin: Name of its file, for messages.

    Raises:
        PageError: It is not valid YAML.
    """
    try:
        loader = _Loader(text)
        return Document(loader.get_single_node(), loader.comments)
    except RecursionError:
        raise PageError(f"{origin}: this is not valid YAML: nested too deeply") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", None)
        what = cut(problem or "an escape that is not a character")
        raise PageError(f"{origin}: {where}this is not valid YAML: {what}") from None


def refuse_expanding(root: Node | None, origin: str, most: int) -> None:
    """Refuse YAML whose aliases are endless, or come to very much: each node is counted once.

    Args:
        root: The node of the document.
        origin: Name of its file, for messages.
        most: The nodes that it may come to, if each alias is replaced by what it stands for.

    Raises:
        PageError: It is so.
    """
    sizes: dict[int, int] = {}
    within: set[int] = set()
    left = [(root, False)] if root is not None else []
    while left:
        node, is_counted = left.pop()
        inner = _inner(node)
        key = id(node.value)  # the node of an alias has that of its anchor
        if not inner or key in sizes:
            continue
        if is_counted:
            within.discard(key)
            total = 1 + sum(sizes[id(each.value)] if _inner(each) else 1 for each in inner)
            sizes[key] = min(total, most + 1)
            continue
        if key in within:
            what = f"line {line_of(node)}: this alias is within what it stands for"
            raise PageError(f"{origin}: {what}, which has no end; valid: aliases of what is before")
        within.add(key)
        left += [(node, True), *((each, False) for each in inner)]
    if any(size > most for size in sizes.values()):
        what = f"its aliases stand for more than {most} values"
        raise PageError(f"{origin}: {what}; valid: fewer aliases of aliases")


def refuse_odd(root: Node | None, origin: str) -> None:
    """Refuse a tag that is none of plain data, and a key that a mapping has twice.

    Args:
        root: The node of the document, in which no alias is endless.
        origin: Name of its file, for messages.

    Raises:
        PageError: There is one.
    """
    seen: set[int] = set()
    left = [root] if root is not None else []
    while left:
        node = left.pop()
        kind = node.tag.removeprefix(_YAML)
        if kind not in _PLAIN:
            tag = f"!!{kind}" if kind != node.tag else kind
            what = f"line {line_of(node)}: the tag {tag:.80} is none of plain data"
            raise PageError(f"{origin}: {what}; valid: a value without a tag")
        if id(node.value) in seen:
            continue
        seen.add(id(node.value))
        _refuse_repeated(node, origin)
        left += reversed(_inner(node))


def _refuse_repeated(node: Node, origin: str) -> None:
    first: dict[tuple[str, str], Node] = {}
    for key, _ in pairs_of(node) or ():
        before = first.setdefault((key.tag, source_of(key)), key)
        if before is not key and isinstance(key, yaml.ScalarNode):
            what = f'line {line_of(key)}: the key "{cut(key.value)}" is there twice'
            raise PageError(f"{origin}: {what}, first in line {line_of(before)}; valid: once")


def _inner(node: Node) -> list[Node]:
    if isinstance(node, yaml.MappingNode):
        return [each for pair in node.value for each in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []


def line_of(node: Node) -> int:
    """Return the line of a node, from 1."""
    return int(node.start_mark.line) + 1


def text_of(node: Node) -> str | None:
    """Return a text; None for all else, such as a number without quotes."""
    is_text = isinstance(node, yaml.ScalarNode) and node.tag == _TEXT
    return str(node.value) if is_text else None


def source_of(node: Node) -> str:
    """Return a text, number or other single value as it is written; empty for all else."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def read_as_yaml(node: Node) -> str:
    """Return a single value as readers of YAML get it: of 3.10 without quotes, that is 3.1."""
    text = source_of(node)
    is_decimal = node.tag == _FLOAT and text.replace(".", "", 1).isdecimal()
    return text.rstrip("0") + "0" * text.rstrip("0").endswith(".") if is_decimal else text


def has_text_keys(node: Node) -> bool:
    """Whether all keys of a mapping are texts; so are those of all else, which has none."""
    return all(text_of(key) is not None for key, _ in pairs_of(node) or ())


def items_of(node: Node) -> list[Node] | None:
    """Return the items of a list; None for all else."""
    return node.value if isinstance(node, yaml.SequenceNode) else None


def pairs_of(node: Node) -> list[tuple[Node, Node]] | None:
    """Return the keys and values of a mapping; None for all else."""
    return node.value if isinstance(node, yaml.MappingNode) else None
