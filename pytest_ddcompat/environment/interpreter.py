"""Facts of another Python than the one that runs this, which a user names.

That Python is started once, to say what it is and where it looks for modules. All else is read from
here: the metadata of what is installed there is files, so nothing of the service is imported.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.environment.detection import LIBRARY, cpu_of, installed
from pytest_ddcompat.environment.value import Fact
from pytest_ddcompat.values.errors import FactsError
from pytest_ddcompat.values.names import fold
from pytest_ddcompat.values.text import cut, printable
from pytest_ddcompat.values.versions import Version

if TYPE_CHECKING:
    from pytest_ddcompat.environment.parsing import Facts
    from pytest_ddcompat.environment.value import Find

__all__ = ["Interpreter"]

_VALID = "valid: a Python, such as .venv/bin/python, or the folder of a virtual environment"
_IN_A_FOLDER = ("bin/python", "Scripts/python.exe")
_MARK = "ddcompat:"
_SECONDS = 10.0
_LONGEST = 80  # characters of its last line of errors

# A shell refuses the first line, or it would run what the next ones name. Python 2.7 reads all of
# it, since pages speak of it. The current folder is no place to import from: it may be anyone's.
_QUESTIONS = f"""()
import sys
sys.path[:] = [entry for entry in sys.path if entry]
import json, platform, struct
answer = {{
    "path": sys.path,
    "python": "%d.%d.%d" % sys.version_info[:3],
    "implementation": platform.python_implementation(),
    "os": platform.system(),
    "machine": platform.machine(),
    "width": 8 * struct.calcsize("P"),
}}
print("\\n{_MARK}" + json.dumps(answer))
"""


class Interpreter(NamedTuple):
    """Another Python.

    Attributes:
        facts: The facts that it has itself, the version of ddtrace among them.
        find: Returns the version of a distribution that is installed for it.
    """

    facts: Facts
    find: Find

    @classmethod
    def ask(cls, name: str, origin: str, timeout: float = _SECONDS) -> Interpreter:
        """Start a Python, and return what it is.

        Args:
            name: Its path, or the folder of a virtual environment.
            origin: The option, for messages.
            timeout: Seconds that it may take.

        Raises:
            FactsError: It cannot be found or run, fails, takes too long, or is no Python.
        """
        try:
            answer = _answer(_executable(Path(name)), timeout)
            system = answer["os"].lower()
            facts: Facts = {
                "python": Fact(Version(answer["python"]), "sys.version_info"),
                "implementation": Fact(
                    answer["implementation"].lower(), "platform.python_implementation()"
                ),
                "os": Fact({"darwin": "macos"}.get(system, system), "platform.system()"),
                "cpu": Fact(
                    cpu_of(answer["machine"], answer["width"]),
                    f"platform.machine() and the {answer['width']}-bit process",
                ),
            }
            find = installed([str(entry) for entry in answer["path"]])
        except _NoAnswerError as error:
            raise FactsError(f"{origin}: {name}: {error}") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise FactsError(f"{origin}: {name}: this is not a Python; {_VALID}") from None
        return cls({**facts, "tracer": find(LIBRARY, fold)}, find)


class _NoAnswerError(Exception):
    """Why there is no answer."""


def _executable(path: Path) -> Path:
    try:
        if path.is_file():
            return path
        if path.is_dir():
            found = [path / inner for inner in _IN_A_FOLDER if (path / inner).is_file()]
            if found:
                return found[0]
            raise _NoAnswerError(f"there is no Python in this folder; {_VALID}")
    except (OSError, ValueError):  # such as of a name that is too long
        pass
    raise _NoAnswerError(f"there is no such file; {_VALID}")


def _answer(executable: Path, timeout: float) -> dict[str, Any]:
    try:
        run = subprocess.run(  # noqa: S603 - what the user has named
            [executable.absolute(), "-c", _QUESTIONS],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _NoAnswerError(f"it gave no answer within {timeout:g} seconds") from None
    except OSError as error:
        raise _NoAnswerError(f"cannot run it: {error.strerror or error}; {_VALID}") from None
    output = run.stdout.decode("utf-8", "replace")
    if run.returncode:
        lines = run.stderr.decode("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "it shows no error")
        said = printable(cut(last, _LONGEST))
        raise _NoAnswerError(f"it failed with exit status {run.returncode}: {said}; {_VALID}")
    # What its own start prints may stand around the answer.
    marked = [line for line in output.split("\n") if line.startswith(_MARK)]
    if not marked:
        raise _NoAnswerError(f"this is not a Python; {_VALID}")
    answer: dict[str, Any] = json.loads(marked[-1][len(_MARK) :])
    return answer
