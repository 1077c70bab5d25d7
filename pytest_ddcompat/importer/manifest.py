"""Import a manifest of system-tests: make declarations of it, and account for all it declares."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from packaging.version import Version

from pytest_ddcompat.importer.blocks import Gap, PageError
from pytest_ddcompat.importer.declared import Declared, Rule, merged, to_declarations
from pytest_ddcompat.importer.nodes import (
    has_text_keys,
    items_of,
    line_of,
    pairs_of,
    read_nodes,
    source_of,
    text_of,
)
from pytest_ddcompat.importer.sets import ALL, NONE
from pytest_ddcompat.importer.stated import read_id, read_statement, read_versions
from pytest_ddcompat.values.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_ddcompat.importer.nodes import Document, Node
    from pytest_ddcompat.importer.npm import Meant
    from pytest_ddcompat.importer.stated import Stated

    Fields = dict[str, tuple[Node, Node]]

__all__ = ["LIMIT", "Manifest", "import_manifest"]

LIMIT = 1024 * 1024
"""Bytes of a manifest; the largest published one has 288 kB."""

_MOST = 20_000  # declarations: an alias of a few characters can stand for many
_MOST_NAMES = 100_000  # of keys and applications in all of them
_LONGEST_NAME = 100
_LONGEST_TEXT = 200  # of what is left out
_LONGEST_SPECIFIER = 200  # of a marker
_EVERY = "*"  # stands for each application that is not named beside it
_RANGES = ("component_version", "excluded_component_version")
_APPLICATIONS = ("weblog", "excluded_weblog")
_KEYS = {"declaration", "weblog_declaration", *_RANGES, *_APPLICATIONS}


class Manifest(NamedTuple):
    """An imported manifest.

    Attributes:
        text: The declarations file.
        declared: Number of declarations of the manifest.
        unresolved: Those of them that are not understood, and left out.
        warnings: What is not exact, or may surprise.
    """

    text: str
    declared: int
    unresolved: tuple[Gap, ...]
    warnings: tuple[str, ...]

    @property
    def interpreted(self) -> int:
        """Number of declarations that are understood."""
        return self.declared - len(self.unresolved)

    def to_mapping(self) -> dict[str, object]:
        """Return the account as plain values, for JSON."""
        return {
            "declarations": self.declared,
            "interpreted": self.interpreted,
            "unresolved": [gap._asdict() for gap in self.unresolved],
            "warnings": list(self.warnings),
        }


def import_manifest(text: str, origin: str) -> Manifest:
    """Make a declarations file of a manifest.

    Args:
        text: The manifest.
        origin: Name of its file; without the ending, it is the name of the library.

    Raises:
        PageError: It is not a manifest, or is too large.
    """
    document = read_nodes(text, origin)
    reader = _Reader(origin)
    rules = list(reader.rules(document))
    return Manifest(
        to_declarations(rules, Path(origin).name),
        reader.count,
        tuple(sorted(reader.gaps, key=lambda gap: gap.line)),
        (*dict.fromkeys(reader.warnings), *reader.foreign_words()),
    )


class _Reader:
    """Reads the nodes of a manifest, and keeps account of them.

    Attributes:
        count: Number of declarations so far.
        gaps: What is not understood.
        warnings: What is not exact, or may surprise.
    """

    def __init__(self, origin: str) -> None:
        self.count = 0
        self.gaps: list[Gap] = []
        self.warnings: list[str] = []
        self._origin = origin
        self._component = Path(origin).stem
        self._foreign: dict[str, list[tuple[int, str]]] = {}
        self._names = 0

    def rules(self, document: Document) -> Iterator[Rule]:
        """Yield what is declared under each id of which anything is declared.

        Raises:
            PageError: It is not a manifest, or declares too much.
        """
        top = self._fields(document.root) or {}
        manifest = self._fields(top["manifest"][1]) if "manifest" in top else None
        if manifest is None:
            valid = "the key manifest, with the ids of tests below it"
            raise PageError(Problem("this is not a manifest", valid, file=self._origin))
        for name, (key, _) in top.items():
            if name not in {"manifest", "refs"}:
                self._warn(key, f'the key "{name:.80}" is not read')
        comments = document.comments_from(line_of(key) for key, _ in manifest.values())
        for name, (key, value) in manifest.items():
            declared = merged(self._rule(name, key, value))
            if declared:
                yield Rule(read_id(name), declared, tuple(comments[line_of(key)]))

    def foreign_words(self) -> Iterator[str]:
        """Yield a warning for each word for pre-releases that PEP 440 does not have."""
        for word, places in self._foreign.items():
            line, stand_in = places[0]
            more = f" and {len(places) - 1} more" if len(places) > 1 else ""
            version = f"{Version(stand_in).base_version}-{word:.80}"
            yield f"line {line}{more}: PEP 440 has no version {version}; {stand_in} stands for it"

    def _rule(self, name: str, key: Node, value: Node) -> list[Declared]:
        entries = items_of(value)
        try:
            read_id(name)
        except ValueError as error:
            self._leave_out(key, name, str(error))
            return []
        if entries is None:
            return list(self._declared(key, value, {}))
        return [each for entry in entries for each in self._entry(entry)]

    def _entry(self, entry: Node) -> Iterator[Declared]:
        fields = self._fields(entry)
        if not has_text_keys(entry):
            return  # the other keys say too much without the one that is left out
        unknown = [name for name in fields or () if name not in _KEYS]
        if fields is None or unknown:
            what = f'unknown key "{unknown[0]:.80}"' if unknown else "this is not a mapping"
            self._leave_out(entry, text_of(entry) or "", what)
        elif "weblog_declaration" in fields:
            for name, (key, _) in fields.items():
                if name != "weblog_declaration":
                    self._warn(key, f'"{name}" does not count beside "weblog_declaration"')
            yield from self._by_application(*fields["weblog_declaration"])
        elif "declaration" in fields:
            yield from self._declared(*fields["declaration"], fields)
        else:
            self._leave_out(entry, "", "this has no declaration")

    def _by_application(self, key: Node, value: Node) -> Iterator[Declared]:
        declarations = self._fields(value)
        if declarations is None:
            self._leave_out(key, "weblog_declaration", "this is not a mapping")
        if declarations is None or not has_text_keys(value):
            return
        named = [place for name, (place, _) in declarations.items() if name != _EVERY]
        for name, (place, declared) in declarations.items():
            if name != _EVERY:
                yield from self._declared(place, declared, {"weblog": (place, place)})
            else:
                yield from self._declared(place, declared, {}, named)

    def _declared(
        self, key: Node, value: Node, limits: Fields, named: Iterable[Node] = ()
    ) -> Iterator[Declared]:
        """Read one declaration, if it is understood.

        Args:
            key: Where it stands.
            value: The declaration.
            limits: What limits it to versions and applications.
            named: Names of applications for which it does not hold.
        """
        text = text_of(value)
        if text is None:
            self._leave_out(key, source_of(value), "this is not text; a number must be in quotes")
            return
        try:
            found = self._limited(key, read_statement(text, self._component), limits, named)
        except ValueError as error:
            self._leave_out(key, text, str(error))
            return
        self._count(declarations=1)
        if found is not None:
            yield found

    def _limited(
        self, key: Node, stated: Stated, limits: Fields, named: Iterable[Node]
    ) -> Declared | None:
        """Limit a declaration to versions and applications; None if it holds for none."""
        ranges = [(stated.written, stated.meant)] if stated.written else []
        for limit in [limit for limit in _RANGES if limit in limits]:
            text = (text_of(limits[limit][1]) or "").strip()
            meant = read_versions(text, self._component)
            if limit.startswith("excluded"):
                meant = meant._replace(versions=meant.versions.others)
            ranges.append((text, meant))
        if stated.written and len(ranges) > 1:
            raise ValueError("a version and component_version cannot stand together")
        versions = ALL
        for _, meant in ranges:
            versions = versions.and_in(meant.versions)
        if len(str(versions)) > _LONGEST_SPECIFIER:
            raise ValueError("the range has too many parts")
        variants = self._applications(_values(limits, "weblog"))
        excluded = self._applications([*_values(limits, "excluded_weblog"), *named])
        self._note(key, ranges)
        barred = frozenset(excluded)
        allowed = tuple(name for name in variants if name not in barred)
        if versions == NONE or (variants and not allowed):
            self._warn(key, "this declares nothing of any version")
            return None
        return Declared(
            stated.state,
            str(versions),
            allowed,
            () if allowed else excluded,
            stated.ticket,
            stated.reason,
            " and ".join(text for text, _ in ranges),
        )

    def _applications(self, nodes: Iterable[Node]) -> tuple[str, ...]:
        """Read names: texts, in which commas may stand, and lists of such texts."""
        lists = ([node] if items_of(node) is None else items_of(node) or [] for node in nodes)
        texts = [text_of(item) or "" for items in lists for item in items]
        names = [name.strip() for text in texts for name in text.split(",")]
        self._names += len(names)
        if not all(name.isprintable() and 0 < len(name) <= _LONGEST_NAME for name in names):
            raise ValueError(f"a weblog has a name of 1 to {_LONGEST_NAME} characters")
        return tuple(dict.fromkeys(names))

    def _note(self, key: Node, ranges: Iterable[tuple[str, Meant]]) -> None:
        """Note what is not exact about versions."""
        for text, meant in ranges:
            for doubt in meant.doubts:
                self._warn(key, f'"{text}": {doubt}')
            for word, stand_in in meant.foreign:
                self._foreign.setdefault(word, []).append((line_of(key), stand_in))

    def _fields(self, node: Node | None) -> Fields | None:
        """Return the keys and values of a mapping by the text of each key; None for other nodes."""
        pairs = pairs_of(node) if node is not None else None
        if pairs is None:
            return None
        self._count(names=len(pairs))
        found: Fields = {}
        for key, value in pairs:
            name = text_of(key)
            if name is None:
                self._leave_out(key, source_of(key), "this key is not text")
            elif name in found:
                self._warn(key, f'"{name:.80}" stands here again, and only this one counts')
            found.update({name: (key, value)} if name is not None else {})
        return found

    def _leave_out(self, node: Node, text: str, reason: str) -> None:
        self.gaps.append(Gap(line_of(node), text[:_LONGEST_TEXT], reason))
        self._count(declarations=1)

    def _count(self, *, declarations: int = 0, names: int = 0) -> None:
        """Count what is read. Of that there may be more than in the file, because of aliases."""
        self.count += declarations
        self._names += names
        if self.count > _MOST or self._names > _MOST_NAMES:
            raise PageError(f"{self._origin}: this manifest declares too much")

    def _warn(self, node: Node, what: str) -> None:
        self.warnings.append(f"line {line_of(node)}: {what}")


def _values(fields: Fields, name: str) -> list[Node]:
    return [fields[name][1]] if name in fields else []
