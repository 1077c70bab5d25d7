"""Pages: each is refused with a message, or has a complete account and is the same drawn again."""

from __future__ import annotations

import datetime as dt
import sys

import atheris

# The parsers of Markdown and YAML are others': to follow them would take most of the time.
with atheris.instrument_imports(include=["pytest_ddcompat.importer"]):
    from pytest_ddcompat import CompatibilityError
    from pytest_ddcompat.importer.importer import Options, import_page
    from pytest_ddcompat.importer.rendering import to_markdown
    from pytest_ddcompat.importer.toml import to_toml

HEAD = "# T\n\n| X capability | Minimum x version |\n|-|-|\n| A b | 1 |\n| C (D) | 2 |\n\n"
OPTIONS = Options(dt.date(2026, 1, 2))
DRAWN: set[int] = set()
"""Hashes of matrices that are the same drawn again; many pages make one matrix."""


def try_one(data: bytes) -> None:
    try:
        found = import_page(HEAD + data.decode("utf-8", "replace"), "page.md", OPTIONS)
    except CompatibilityError:
        return
    account = found.account
    assert account.cells == account.interpreted + len(account.unresolved)
    written = to_toml(found.mapping)
    if hash(written) not in DRAWN:
        drawn = to_markdown(found.matrix).encode("ascii", "xmlcharrefreplace").decode()
        assert to_toml(import_page(drawn, "page.md", OPTIONS).mapping) == written
        DRAWN.add(hash(written))


atheris.Setup(sys.argv, try_one)
atheris.Fuzz()
