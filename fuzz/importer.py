"""Pages: each is refused with a message, or every cell of it is in the account."""

from __future__ import annotations

import datetime as dt
import sys

import atheris

# The parsers of Markdown and YAML are others': to follow them would take most of the time.
with atheris.instrument_imports(include=["pytest_ddcompat.importer"]):
    from pytest_ddcompat import CompatibilityError
    from pytest_ddcompat.importer.importer import Options, import_page

HEAD = "# T\n\n| X capability | Minimum x version |\n|-|-|\n| A b | 1 |\n| C (D) | 2 |\n\n"
OPTIONS = Options(dt.date(2026, 1, 2))


def try_one(data: bytes) -> None:
    try:
        found = import_page(HEAD + data.decode("utf-8", "replace"), "page.md", OPTIONS)
    except CompatibilityError:
        return
    account = found.account
    assert account.cells == account.interpreted + len(account.unresolved)


atheris.Setup(sys.argv, try_one)
atheris.Fuzz()
