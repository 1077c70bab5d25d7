"""Draw a run of tests/example_security.py as SVG: `python tests/support/picture.py` writes it.

Facts, width and time are fixed, so that each machine draws the same.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PICTURE: Final = ROOT / ".assets/run.svg"
SUITE: Final = "tests/example_security.py"
FACTS: Final = "tests/example_facts.json"
COMMAND: Final = ("pytest", SUITE, f"--ddcompat-facts={FACTS}")
COLUMNS: Final = 100
# Without plugins that mix the order, and without the machine's name and folders.
INI: Final = "[pytest]\naddopts = -ra --no-header -p no:randomly -p no:cacheprovider\n"
INHERITED: Final = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")


def run() -> str:
    """Return what pytest prints, with its colours as escapes."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "tests").mkdir()
        for name in (SUITE, FACTS):
            shutil.copy(ROOT / name, folder / name)
        (folder / "pytest.ini").write_text(INI, encoding="utf-8")
        environ = {name: os.environ[name] for name in INHERITED if name in os.environ}
        environ |= {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
        done = subprocess.run(
            [sys.executable, "-m", *COMMAND, "--color=yes"], cwd=folder, env=environ,
            check=False, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
    return re.sub(r"in \d+\.\d+s", "in 0.02s", done.stdout)


def plain(text: str) -> str:
    """Return the text of a run without colours, rules and blanks, which drawing moves."""
    return re.sub(r"\x1b\[[\d;]*m|\s|={3,}", "", text)


def drawn(svg: str) -> str:
    """Return the text of the picture below its title, as `plain` does."""
    matrix = svg.partition('-matrix"')[2]
    return plain(html.unescape("".join(re.findall(r"<text [^>]*>(.*?)</text>", matrix))))


def draw(printed: str) -> str:
    """Draw a run below its command."""
    from rich._export_format import CONSOLE_SVG_FORMAT
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=COLUMNS, file=StringIO())
    console.print(Text(f"$ {' '.join(COMMAND)}", style="bold"))
    console.print(Text.from_ansi(printed.rstrip()))
    # Without fonts from another site: a picture asks nobody.
    form = re.sub(r"(?s) *@font-face \{\{.*?\}\}\n", "", CONSOLE_SVG_FORMAT)
    return console.export_svg(title=COMMAND[0], code_format=form, unique_id="run")


if __name__ == "__main__":
    PICTURE.write_bytes(draw(run()).encode())
