# PYTHON_ARGCOMPLETE_OK
"""The command `ddcompat`, also as `python -m pytest_ddcompat`."""

from __future__ import annotations

import sys

from pytest_ddcompat import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_INTERRUPTED = 130  # as shells have it: 128 and the number of the signal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: The command line without the program's name; None: that of this process.

    Returns:
        The exit status: 0, 1 where the command answers no, 2 for bad input, 130 after Ctrl-C.
    """
    try:
        # Here, as Ctrl-C is most likely to come while all of this is imported.
        from pytest_ddcompat.cli.command_line import run

        return run(arguments, __version__)
    except KeyboardInterrupt:
        from pytest_ddcompat.cli.output import write_error

        write_error("ddcompat: interrupted")
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
