"""Write the commands' answers: to the standard output, or to a file."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import sys
import textwrap
from contextlib import contextmanager, suppress
from importlib.resources import files
from io import StringIO
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, TextIO, cast

from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.files import refusal, write_atomically
from pytest_ddcompat.values.text import inert, without_bidi

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from markupsafe import Markup
    from rich.console import Console

__all__ = [
    "FACT_HEADS", "SHORT", "STYLES", "check_output", "fair_share", "folded", "print_facts",
    "printing", "put", "render_page", "render_text", "show", "write", "write_error",
]  # fmt: skip

STYLES = {"supported": "green", "unsupported": "red", "undetermined": "yellow"}
"""Colour of each verdict on a terminal."""

SHORT = {"supported": "yes", "unsupported": "no", "undetermined": "?"}
"""Each verdict in a narrow cell."""

FACT_HEADS = ("fact", "value", "from")

_NARROWEST = 20  # columns that text has beside an indent, however narrow the terminal is
_COMMAND = re.compile(r"^(\s*):(?=:)", re.MULTILINE)
"""Start of a command to GitHub's runner, which reads the log of a workflow."""


class Plain:
    """Stands in for rich's console where rich is not installed: no colours, and whole lines."""

    def __init__(self) -> None:
        self.width = get_terminal_size().columns
        self.encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        self.lines: list[str] = []

    def print(self, text: str = "", style: str = "", *, soft_wrap: bool = False) -> None:
        """Keep a line; the style is not used, and a terminal wraps what is too long."""
        del style, soft_wrap
        self.lines.append(text)


@contextmanager
def printing() -> Iterator[Console]:
    """Print to a console, with colours only on a terminal that wants them (`NO_COLOR`).

    Raises:
        CompatibilityError: As for `write`.
    """
    try:
        out = _console()
    except ModuleNotFoundError:
        plain = Plain()
        yield cast("Console", plain)
        write("\n".join(plain.lines))
        return
    with out.capture() as captured:
        yield out
        out.quiet = True  # or rich writes nothing to the output, which a full device refuses
    write(captured.get())


def render_text(show: Callable[[Console], object], width: int) -> str:
    """Return what a function prints to a console, without colours or blanks at line ends."""
    kept = StringIO()
    show(_console(file=kept, width=width, color_system=None))
    return "\n".join(line.rstrip() for line in kept.getvalue().splitlines())


def _console(**options: Any) -> Console:
    from rich.console import Console

    return Console(highlight=False, emoji=False, markup=False, **options)


def folded(text: str, indent: int, width: int, first: str | None = None) -> str:
    """Fold text at its spaces, so that every name and address stays whole.

    Args:
        text: The text.
        indent: Spaces before each line.
        width: Columns that a line should have at most; one long word may have more.
        first: What begins the first line, in the place of its indent.
    """
    blank = " " * indent
    return "\n".join(
        textwrap.wrap(
            text,
            max(width, indent + _NARROWEST),
            initial_indent=blank if first is None else first,
            subsequent_indent=blank,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def print_facts(rows: Iterable[tuple[str, str, str]], out: Console) -> None:
    """Print facts as a table; a signal that does not fit beside its fact stands below it."""
    rows = [FACT_HEADS, *rows]
    key_width, value_width = (2 + max(len(row[column]) for row in rows) for column in (0, 1))
    indent = key_width + value_width
    for key, value, signal in rows:
        longest = max(map(len, signal.split()), default=0)
        if indent + max(longest, len(FACT_HEADS[2])) <= out.width:
            start = f"{key:{key_width}}{value:{value_width}}"
            lines = [folded(signal, indent, out.width, start) or start.rstrip()]
        else:
            lines = [folded(value, key_width, out.width, f"{key:{key_width}}")]
            lines += [folded(signal, 4, out.width)] if signal else []
        out.print("\n".join(lines), soft_wrap=True)


def render_page(name: str, script: str = "", **values: Any) -> str:
    """Return an HTML page of this package with its values, all of them escaped.

    Args:
        name: The template. All extend `page.html.jinja`, which has the one stylesheet as `style`;
            its hash, by which a Content-Security-Policy allows it alone, is `style_hash`.
        script: File name of the script, if there is one: `script` and `script_hash`.
        values: What else the template names.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    engine = Environment(
        loader=FunctionLoader(_resource),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.filters["breakable"] = _breakable
    engine.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    style, style_hash = _embedded("page.css")
    parts = {"style": style, "style_hash": style_hash}
    if script:
        parts["script"], parts["script_hash"] = _embedded(script)
    page = engine.get_template(name).render(**parts, **values)
    # Controls of direction would show text other than as it stands.
    return without_bidi(page)


def fair_share(sizes: Sequence[int], total: int) -> int:
    """Return how many items of each list fit; what short lists leave is for the longer ones."""
    left = total
    for number, size in enumerate(sorted(sizes)):
        most = left // (len(sizes) - number)
        if size > most:
            return most
        left -= size
    return total


def _breakable(text: str) -> Markup:
    """Escape a node id or a name, with places where a narrow page may break it."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"(::|[/_.](?=\w))", r"\1<wbr>", str(escape(text))))  # noqa: S704


def _embedded(name: str) -> tuple[str, str]:
    """Return a file of this package as it stands in a page, and its hash."""
    from markupsafe import Markup

    text = _resource(name)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(text), digest  # noqa: S704 - a file of this package


def _resource(name: str) -> str:
    return (files("pytest_ddcompat.cli") / name).read_text(encoding="utf-8")


def write(text: str, lacking: str = "backslashreplace") -> None:
    """Write to the standard output, with a line end; no line is a command to a CI job's log.

    A reader that has gone (`| head`) has read enough: that is no error.

    Args:
        text: The text.
        lacking: How to write characters that the encoding lacks, as `str.encode` knows it:
            `xmlcharrefreplace` for HTML and Markdown.

    Raises:
        CompatibilityError: It cannot be written.
    """
    if sys.stdout is None:
        raise CompatibilityError("cannot write standard output: it is closed")
    text = inert(text) if lacking == "backslashreplace" else _COMMAND.sub(r"\1&#58;", text)
    try:
        _write(text, sys.stdout, lacking)
    except BrokenPipeError:
        _drop(sys.stdout)
    except OSError as error:
        _drop(sys.stdout)
        raise CompatibilityError(
            f"cannot write standard output: {error.strerror or error}"
        ) from None


def write_error(text: str) -> None:
    """Write to the standard error; nobody can be told if that fails, and the status stays."""
    if sys.stderr is None:
        return
    try:
        _write(inert(text), sys.stderr, "backslashreplace")
    except (OSError, ValueError):
        _drop(sys.stderr)


def _write(text: str, stream: TextIO, lacking: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(_ended(text).encode(encoding, lacking).decode(encoding))
    stream.flush()


def _drop(stream: TextIO) -> None:
    # What is left in the buffer would be written at exit, in vain again, with a status of its own.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def show(text: str, options: argparse.Namespace, inputs: Iterable[str | None]) -> None:
    """Write an answer to the file that `--output` names, or else as `write` does; see `put`."""
    if options.output is not None:
        put(text, options.output, inputs)
    else:
        # What the encoding lacks, HTML and Markdown can say all the same.
        is_marked_up = options.format in {"html", "markdown"}
        write(text, "xmlcharrefreplace" if is_marked_up else "backslashreplace")


def put(text: str, output: str, inputs: Iterable[str | None]) -> None:
    """Write to a file, whole or not at all.

    Args:
        text: The text.
        output: The file.
        inputs: Files and folders that the text was made from, which must not change; None is none.

    Raises:
        CompatibilityError: The file cannot be written, is one of the inputs, or is in one.
    """
    check_output(output, inputs)
    try:
        write_atomically(Path(output), _ended(text).encode())
    except (OSError, ValueError) as error:
        raise _not_put(output, error) from None


def check_output(output: str, inputs: Iterable[str | None]) -> None:
    """Refuse a file for an answer before anything is written, as far as that can be known.

    Args:
        output: The file.
        inputs: As for `put`.

    Raises:
        CompatibilityError: As for `put`.
    """
    path = Path(output)
    try:
        read = {Path(file).resolve() for file in inputs if file}
        if not read.isdisjoint((path.resolve(), *path.resolve().parents)):
            raise OSError("the command reads it")
        if path.exists() and any(path.samefile(file) for file in read if file.exists()):
            raise OSError("the command reads it")  # by another name
        reason = refusal(path.resolve())
        if reason:
            raise OSError(reason)
    except (OSError, ValueError) as error:
        raise _not_put(output, error) from None


def _not_put(output: str, error: Exception) -> CompatibilityError:
    reason = getattr(error, "strerror", None) or error
    return CompatibilityError(f"--output: cannot write {output}: {reason}")


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"
