"""Sessions that check the project: `nox -l` lists them, `nox -s NAME` runs one."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import nox
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Sequence

nox.options.default_venv_backend = "virtualenv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["lint", "types", "tests", "lowest"]

PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)
RUNNING = "{}.{}".format(*sys.version_info)
LOCKS = Path(".ci/locks")
AXE = "axe-core@~4.14.1"
PYRIGHT = "pyright@1.1.414"

# Files for the hosted repository, below .github, by the schemas that check-jsonschema brings.
HOSTED = {
    "vendor.github-workflows": "workflows/*.yml",
    "custom.github-workflows-require-timeout": "workflows/*.yml",
    "vendor.github-issue-forms": "ISSUE_TEMPLATE/[!c]*.yml",
    "vendor.github-issue-config": "ISSUE_TEMPLATE/config.yml",
    "vendor.dependabot": "dependabot.yml",
}
WORKFLOWS = [schema for schema, files in HOSTED.items() if files.startswith("workflows/")]

# What is not copied with a checkout: what tools leave in it.
LEFT_BEHIND = (".git", ".nox", ".venv", ".hypothesis", ".*_cache", "__pycache__", "build", "dist")

# Tables of cases that the made-up input of a target begins with, and how long it is at most; longer
# input is hardly ever understood, and takes far longer.
SEEDS = {"facts": ["facts"], "importer": ["pages"], "loader": ["matrices", "overlays"]}
LONGEST = {"loader": 600}  # bytes
LONGEST_OF_OTHERS = 300

# hatchling that knows the project's metadata asks for packaging 24.2; build goes with it.
# check-jsonschema asks for tomli 2, and no test needs it.
NOT_FOR_THE_LOWEST = {"build", "check-jsonschema", "hatchling", "pytest-ddcompat"}

# Series of pytest: the Pythons it runs on, and the lowest versions of it and of pluggy to test.
# pytest 7.4.0 does not run on Python 3.14, and 9.0.0 not on 3.12.0 and 3.13.0.
SERIES = {
    "7.4": (">=3.9,<3.14", ["pytest>=7.4.0"]),
    "8.4": (">=3.9", ["pytest>=8.4.0", "pluggy>=1.5"]),
    "9": (">=3.10", ["pytest>=9.0.1", "pluggy>=1.5"]),
}

# What other projects' suites are compared beside: ddtrace brings pytest plugins of its own.
BESIDE = {
    "alone": [],
    "ddtrace-1": ["ddtrace==1.20.19"],
    "ddtrace-2": ["ddtrace==2.21.*", "pytest==8.4.*"],  # it asks pytest 9 for what warns
    "ddtrace-3": ["ddtrace==3.19.9"],
    "ddtrace-4": ["ddtrace==4.16.0"],
}

# Tools that read results; a run loads one of the plugins, but each ddtrace needs its own place.
READERS = ["plugins", "ddtrace-2", "ddtrace-3", "ddtrace-4"]

# What `ci` runs after `readme`, with arguments. `readme` runs all tests on the newest Python that
# is there, `lowest` those on the oldest that could show something else there, and `docs` pages
# whose tools both lack. `nox -s tests` is for the Pythons between, by hand: they take too long.
IN_PARALLEL = ["--numprocesses=2"]
CI = {
    "lint": [],
    "types": [],
    "docs": [*IN_PARALLEL, "-m", "tools"],
    "package": [],
    "lowest": [*IN_PARALLEL, "-m", "not once"],
    "harm(alone)": ["pluggy"],
    "benchmark": ["--short"],
    "browser": IN_PARALLEL,
    "e2e": [],
    "agent": [],
    **{f"neighbours({readers})": [] for readers in READERS},
}

# Suites compared beside ddtrace unless some are named: only the short ones in all ways.
BESIDE_DDTRACE = [["pluggy", "flask"], ["packaging", "click", "django", "plain"]]


@nox.session(venv_backend="none")
def ci(session: nox.Session) -> None:
    """Run all sessions that must pass; each runs even if others fail."""
    newest = max(filter(is_there, PYTHONS), key=Version, default=RUNNING)
    for name, arguments in {f"readme-{newest}": [], **CI}.items():
        session.notify(name, arguments)
    if newest != PYTHONS[-1]:
        session.warn(f"the tests are NOT RUN on Python {PYTHONS[-1]}, which is not on PATH")


def is_there(python: str) -> bool:
    """Return whether a Python can be started; pyenv's shims refuse those that are not selected."""
    command = shutil.which(f"python{python}")
    return command is not None and subprocess.call([command, "-c", ""]) == 0


@nox.session(python=PYTHONS)
def readme(session: nox.Session) -> None:
    """Run the commands of the README's quick start as they stand, in a copy of the checkout.

    Their `python3` is that of the session.
    """
    text = Path("README.md").read_text(encoding="utf-8")
    section = text.partition("\n## Quick start\n")[2].partition("\n## ")[0]
    commands = [part.partition("```")[0] for part in section.split("```sh\n")[1:]]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "checkout")
        shutil.copytree(Path.cwd(), copy, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
        with session.chdir(copy):
            for command in commands:
                session.run("bash", "-ec", command, external=True)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests on one Python with the newest dependencies."""
    install(session, "tests")
    run_tests(session)


@nox.session(python=PYTHONS[0])
def lowest(session: nox.Session) -> None:
    """Run the tests on the oldest Python with the lowest dependencies allowed."""
    install(session, "lowest")
    run_tests(session)


@nox.session(python=PYTHONS)
@nox.parametrize("dependencies", ["newest", "lowest"], ids=["newest", "lowest"])
@nox.parametrize("series", list(SERIES), ids=[f"pytest-{series}" for series in SERIES])
def combinations(session: nox.Session, series: str, dependencies: str) -> None:
    """Run the tests on one Python with one series of pytest and newest or lowest dependencies."""
    pythons, needed = SERIES[series]
    if not SpecifierSet(pythons).contains(str(session.python)):
        session.skip(f"pytest {series} is for Python {pythons}")
    if dependencies == "newest":
        session.install(".[test]", f"pytest=={series}.*")
    else:
        session.install(".[cli,plan]", *lowest_dependencies(str(session.python), needed))
    run_tests(session)


def run_tests(session: nox.Session) -> None:
    """List the versions installed, and run the tests."""
    session.run("pip", "list")
    session.run("pytest", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting, and by their schemas workflows and other hosted files."""
    install_locked(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    for schema, files in HOSTED.items():
        names = [str(path) for path in sorted(Path(".github").glob(files))]
        # The how-to pages have workflows for the reader's repository.
        names += map(str, sorted(Path("docs/how-to").glob("*.yml"))) if schema in WORKFLOWS else []
        session.run("check-jsonschema", f"--builtin-schema={schema}", *names)


@nox.session(python="3.11")
def package(session: nox.Session) -> None:
    """Build wheel and sdist, and check what is in them and how an index will show them."""
    install_locked(session, "package")
    with tempfile.TemporaryDirectory() as folder:
        check_distributions(session, Path(folder))


@nox.session(python="3.11")
def release(session: nox.Session) -> None:
    """Refuse what is not ready, and build what is into `dist/`; `-- v0.1.0` names the tag."""
    command = ("python", "-m", "support.release", *session.posargs)
    session.run(*command, env={"PYTHONPATH": "tests"})
    install_locked(session, "package")
    shutil.rmtree("dist", ignore_errors=True)
    check_distributions(session, Path("dist"))


def check_distributions(session: nox.Session, folder: Path) -> None:
    """Build wheel and sdist in an empty folder, and check them."""
    with tempfile.TemporaryDirectory() as place:
        run_hatchling(session, place, f"--directory={folder.resolve()}")
    files = sorted(map(str, folder.iterdir()))
    session.run("twine", "check", "--strict", *files)
    session.run("check-wheel-contents", *(name for name in files if name.endswith(".whl")))


@nox.session(python="3.11")
def docs(session: nox.Session) -> None:
    """Build the documentation without a warning, check its spelling, and run what it shows."""
    install(session, "docs")
    pages = ["README.md", "CHANGELOG.md", "docs", "pytest_ddcompat"]
    session.run("codespell", "--skip=_build", "--ignore-words=docs/words.txt", *pages)
    target = Path(session.create_tmp(), "html")
    session.run("sphinx-build", "-W", "--keep-going", "-q", "-E", "docs", str(target))
    # Beside the tools of the how-to pages, which the other sessions lack.
    session.run("pytest", "tests/docs/test_pages.py", *session.posargs)


@nox.session
def generate(session: nox.Session) -> None:
    """Write what is made from others: schemas, matrices, names for editors, tables of the docs."""
    session.install("-e", ".")
    session.run("python", "tests/support/generated.py")
    session.run("python", "tests/support/tables.py")


@nox.session
def pictures(session: nox.Session) -> None:
    """Draw the run of pytest that the README shows: .assets/run.svg."""
    session.install("-e", ".[cli]")
    session.run("python", "tests/support/picture.py")


@nox.session
def types(session: nox.Session) -> None:
    """Check all types, and what mypy and, if npm is there, pyright say of the examples."""
    install(session, "types")
    session.run("mypy")
    with tempfile.TemporaryDirectory() as folder:
        checker = npm_package(session, PYRIGHT, Path(folder))
        env = {"DDCOMPAT_PYRIGHT": str(checker) if checker else None}
        session.run("pytest", "tests/docs/test_types.py", *session.posargs, env=env)


@nox.session
def browser(session: nox.Session) -> None:
    """Test the HTML pages in headless Chromium on PATH, and against axe-core if npm is there."""
    install(session, "types")
    with tempfile.TemporaryDirectory() as folder:
        axe = npm_package(session, AXE, Path(folder))
        rules = str(axe / "axe.min.js") if axe else None
        env = {"DDCOMPAT_BROWSER": "chromium", "DDCOMPAT_AXE": rules}
        session.run("pytest", "tests/browser", *session.posargs, env=env)


@nox.session
def e2e(session: nox.Session) -> None:
    """Test the built wheel and its commands with each real ddtrace of tests/e2e/targets.py."""
    install_locked(session, "e2e")
    with tempfile.TemporaryDirectory() as folder:
        wheel = build(session, folder)
        session.install("--no-deps", wheel)
        session.run(
            "pytest",
            "tests/e2e",
            "--confcutdir=tests/e2e",
            "--numprocesses=2",
            "--dist=loadgroup",
            *session.posargs,
            env={"DDCOMPAT_E2E_WHEEL": wheel},
        )


@nox.session
def agent(session: nox.Session) -> None:
    """Test the Agent's `/info` against Datadog's own test agent."""
    install(session, "agent")
    command = str(Path(session.bin, "ddapm-test-agent"))
    env = {"DDCOMPAT_TEST_AGENT": command}
    session.run("pytest", "tests/agent", *session.posargs, env=env)


@nox.session(python="3.11")
def spark(session: nox.Session) -> None:
    """Ask Spark the questions of `ddcompat coverage`; by hand: it takes 500 MB, and a JRE."""
    install(session, "spark")
    env = {"DDCOMPAT_SPARK": "1"}
    session.run("pytest", "tests/jobs/test_spark.py", *session.posargs, env=env)


@nox.session(python="3.11")
def benchmark(session: nox.Session) -> None:
    """Check what the plugin costs against its limits; `-- --short` is quicker."""
    install(session, "benchmark")
    session.run("python", "benchmarks/instructions.py")
    install(session, "tests")  # afterwards: what an environment has installed costs each run
    session.run("python", "benchmarks/growth.py", "--check", env={"PYTHONPATH": "tests"})
    short = "--short" in session.posargs
    size = [] if short else ["--timed", "--tests=50000"]
    session.run("python", "benchmarks/declaring.py", "--check", *size)
    if not short:
        session.run("python", "benchmarks/evaluate.py", "--check")
        session.run("python", "benchmarks/scale.py", "--check")
        session.run("python", "benchmarks/records.py", "--check", env={"PYTHONPATH": "tests"})


@nox.session(python="3.11")
@nox.parametrize("beside", list(BESIDE.values()), ids=list(BESIDE))
def harm(session: nox.Session, beside: list[str]) -> None:
    """Compare other projects' suites with and without the plugin; `-- click xdist` picks."""
    if beside:
        session.install("pytest", "pytest-xdist", *beside)
    else:
        install(session, "harm")
        # The comparison's own tests depend on none of what is compared: once is enough.
        session.run("pytest", "tests/neighbours/test_harm.py", env={"DDCOMPAT_HARM": "1"})
    chosen = BESIDE_DDTRACE if beside and not session.posargs else [session.posargs]
    for names in chosen:
        session.run(
            "python", "-m", "neighbours", str(Path.cwd()), *names, env={"PYTHONPATH": "tests"}
        )


@nox.session(python="3.11")
@nox.parametrize("readers", READERS, ids=READERS)
def neighbours(session: nox.Session, readers: str) -> None:
    """Compare what tools that read results say of gated tests with the tables of the tests."""
    install(session, f"neighbours-{readers}")
    env = {"DDCOMPAT_READERS": readers, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    files = ["tests/neighbours/test_readers.py"]
    files += ["tests/neighbours/test_datadog_tags.py"] if readers.startswith("ddtrace") else []
    session.run("pytest", *files, *session.posargs, env=env)


@nox.session
def lock(session: nox.Session) -> None:
    """Pin anew what the other sessions install, with hashes: `.ci/locks/NAME.in` to `NAME.txt`."""
    session.install("uv")
    for source in sorted(LOCKS.glob("*.in")):
        python = source.read_text(encoding="utf-8").partition("# Python ")[2].partition("\n")[0]
        compile_lock(session, source, python or PYTHONS[0], "--universal")
    with tempfile.TemporaryDirectory() as folder:
        pins = [".[cli,plan]", *lowest_dependencies(PYTHONS[0])]
        source = Path(folder, "lowest.in")
        source.write_text("\n".join(pins), encoding="utf-8")
        compile_lock(session, source, PYTHONS[0])


def compile_lock(session: nox.Session, source: Path, python: str, *options: str) -> None:
    """Pin what a file requires and what that depends on; `--universal` is for later Pythons too."""
    session.run(
        *("uv", "pip", "compile", "--quiet", "--upgrade", f"--python-version={python}", *options),
        *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"),
        *("--no-header", "--no-annotate", "--no-emit-package=pytest-ddcompat"),
        *(str(source), "--output-file", str(LOCKS / f"{source.stem}.txt")),
    )


@nox.session
def audit(session: nox.Session) -> None:
    """Look the locked versions up in the database of known vulnerabilities, over the network."""
    session.install("pip-audit==2.*")
    for pins in sorted(LOCKS.glob("*.txt")):
        session.run(
            "pip-audit", "--strict", "--disable-pip", "--require-hashes", "--requirement", str(pins)
        )


def install(session: nox.Session, name: str) -> None:
    """Install a lock, and the wheel of the project."""
    install_locked(session, name)
    with tempfile.TemporaryDirectory() as folder:
        session.install("--no-deps", build(session, folder))


def install_locked(session: nox.Session, name: str, *options: str) -> None:
    """Install the versions that a lock pins, whose hashes pip checks."""
    session.install("--require-hashes", "--requirement", str(LOCKS / f"{name}.txt"), *options)


def build(session: nox.Session, folder: str) -> str:
    """Build the wheel of the project in a folder, by the locked hatchling; return its path."""
    run_hatchling(session, folder, "--target=wheel", f"--directory={folder}")
    (wheel,) = Path(folder).glob("*.whl")
    return str(wheel)


def run_hatchling(session: nox.Session, folder: str, *options: str) -> None:
    """Build by the locked hatchling, which is installed into a folder."""
    # Beside the session's packages, some of which are older than hatchling allows.
    place = Path(folder, "build")
    install_locked(session, "build", "--target", str(place))
    command = ("python", "-m", "hatchling", "build", *options)
    session.run(*command, env={"PYTHONPATH": str(place)})


def npm_package(session: nox.Session, package: str, folder: Path) -> Path | None:
    """Fetch a package of npm; return its folder, or None without npm."""
    if not shutil.which("npm"):
        session.warn(f"there is no npm: what needs {package} is NOT RUN")
        return None
    session.run(
        *("npm", "pack", package, "--silent", "--pack-destination", str(folder)), external=True
    )
    (archive,) = folder.glob("*.tgz")
    # Not by tarfile, whose safe filter early versions of Python 3.11 lack.
    session.run("tar", "-xzf", str(archive), "-C", str(folder), external=True)
    return folder / "package"


@nox.session(python="3.11")
def fuzz(session: nox.Session) -> None:
    """Try each target of fuzz with made-up input; `-- importer -runs=1000` picks one."""
    session.install(".[cli]", "atheris==3.*")
    named = session.posargs and not session.posargs[0].startswith("-")
    options = session.posargs[1:] if named else session.posargs
    for target in sorted(Path("fuzz").glob(f"{session.posargs[0] if named else '*'}.py")):
        words = target.with_suffix(".dict")
        given = [f"-max_len={LONGEST.get(target.stem, LONGEST_OF_OTHERS)}", "-runs=100000"]
        given += [f"-dict={words}"] if words.exists() else []
        with tempfile.TemporaryDirectory() as folder:
            sow(session, target.stem, folder)
            session.run("python", str(target), *given, *options, folder)


def sow(session: nox.Session, target: str, folder: str) -> None:
    """Write what the made-up input of a target begins with."""
    if target in SEEDS:
        command = ("python", "-m", "support.cases", "--write", folder, *SEEDS[target])
        session.run(*command, env={"PYTHONPATH": "tests"})


def lowest_dependencies(python: str, needed: Sequence[str] = ()) -> list[str]:
    """Pin each dependency to the lowest version allowed on a Python and by other requirements."""
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"]
    extra = [*extras["cli"], *extras["jobs"], *extras["plan"]]
    all_of_them = [*project["dependencies"], *extra, *needed]
    lowest: dict[str, Version] = {}
    for requirement in map(Requirement, all_of_them):
        is_due = not requirement.marker or requirement.marker.evaluate({"python_version": python})
        if is_due and requirement.name not in NOT_FOR_THE_LOWEST:
            bound = lower_bound(requirement)
            lowest[requirement.name] = max(bound, lowest.get(requirement.name, bound))
    pins = [f"{name}=={version}" for name, version in lowest.items()]
    return [*pins, *test_tools_for_the_lowest()]


def lower_bound(requirement: Requirement) -> Version:
    """Return the version after a requirement's `>=`."""
    (bound,) = (clause.version for clause in requirement.specifier if clause.operator == ">=")
    return Version(bound)


def test_tools_for_the_lowest() -> list[str]:
    """Return the test extra without tools that need newer dependencies."""
    tools: list[str] = PYPROJECT["project"]["optional-dependencies"]["test"]
    return [tool for tool in tools if Requirement(tool).name not in NOT_FOR_THE_LOWEST]
