"""The suites that are run with the plugin and without, and the ways in which they are run."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Suite:
    """The tests in a project's source distribution.

    Attributes:
        project: Name on the package index.
        version: The version whose tests are run, which is installed too.
        beside: What the tests need.
        options: What pytest is given.
        part: What pytest is given in all ways but the plain one, where the whole takes minutes.
        folder: Where pytest is run.
        setup: A file that goes there as conftest.py.
    """

    project: str
    version: str
    beside: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    part: tuple[str, ...] = ()
    folder: str = "."
    setup: str = ""

    @property
    def pin(self) -> str:
        return f"{self.project}=={self.version}"


@dataclass(frozen=True)
class Way:
    """A way to run pytest.

    Attributes:
        options: What pytest is given.
        python: What Python is given.
        environ: Variables that are set.
        times: How often pytest runs in one process.
        writable: Whether the suite's folder can be written to.
    """

    options: tuple[str, ...] = ()
    python: tuple[str, ...] = ()
    environ: dict[str, str] = field(default_factory=dict)
    times: int = 1
    writable: bool = True


SUITES = (
    Suite(
        "packaging",
        "26.4",
        ("pretend", "tomli-w", "hypothesis"),
        part=("tests/test_tags.py",),
    ),
    Suite(
        "pluggy",
        "1.7.0",
        ("pytest-benchmark",),
        options=("--benchmark-disable",),  # what it prints is never the same
    ),
    Suite("click", "8.5.1", part=("tests/test_basic.py", "tests/test_options.py")),
    Suite("flask", "3.1.3", ("asgiref", "python-dotenv"), setup="flask_setup.py"),
    Suite(
        "django",
        "5.2.19",
        options=(
            *("-o", "python_files=test*.py"),
            *("basic", "get_or_create", "httpwrappers", "signing", "urlpatterns", "validators"),
        ),
        folder="tests",
        setup="django_setup.py",
    ),
)

WAYS = {
    "plain": Way(),
    "xdist": Way(("-p", "xdist", "-n", "2")),
    "warnings-are-errors": Way(("-W", "error")),
    "strict-markers": Way(("--strict-markers",)),
    "no-terminal": Way(("-p", "no:terminal", "-o", "addopts=")),  # suites add the terminal's
    "no-cacheprovider": Way(("-p", "no:cacheprovider")),
    "importlib": Way(("--import-mode=importlib",)),
    "optimized": Way(
        ("-W", "ignore::pytest.PytestConfigWarning"),  # pytest's, that nothing is asserted
        environ={"PYTHONOPTIMIZE": "2"},
    ),
    "isolated": Way(python=("-I",)),
    "read-only": Way(writable=False),
    "twice": Way(times=2),
}
