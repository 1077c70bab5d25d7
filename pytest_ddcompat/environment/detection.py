"""From the machine to facts, each with the signal that it was taken from: one function a fact.

The signals are those of ddtrace's and the Agent's own sources.
"""

from __future__ import annotations

import platform
import re
import struct
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from pytest_ddcompat.environment.value import Fact
from pytest_ddcompat.values.day import today
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.names import canonical, fold
from pytest_ddcompat.values.sites import parse_known_site
from pytest_ddcompat.values.versions import Version, parse_version

if sys.version_info >= (3, 10):
    from importlib import metadata
else:
    import importlib_metadata as metadata

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence
    from email.message import Message
    from pathlib import Path

    from pytest_ddcompat.environment.machine import Machine
    from pytest_ddcompat.environment.value import Find

__all__ = [
    "DEPLOYMENT_VARIABLES",
    "FORCED_OFF",
    "LIBRARY",
    "NOT_QUERIED",
    "REMOTE_CONFIGURATION",
    "detect_agent",
    "detect_cpu",
    "detect_date",
    "detect_deployments",
    "detect_framework",
    "detect_implementation",
    "detect_os",
    "detect_package",
    "detect_python",
    "detect_remote_configuration",
    "detect_site",
    "detect_tracer",
    "detect_undeclared",
    "installed",
]

LIBRARY = "ddtrace"
"""The library whose version the fact `tracer` is."""

NOT_QUERIED = "the Agent is not queried"
"""Signal of the Agent's version where no option says to query it."""

FORCED_OFF = "ddtrace >=3.19 turns it off on AWS Lambda"
"""Signal of Remote Configuration where no setting turns it on; from ddtrace's own sources."""

REMOTE_CONFIGURATION = "DD_REMOTE_CONFIGURATION_ENABLED"
_ECS_VARIABLES = (
    "AWS_ECS_EC2",
    "AWS_ECS_MANAGED_INSTANCES",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "ECS_CONTAINER_METADATA_URI",
    "ECS_CONTAINER_METADATA_URI_V4",
)
_KUBERNETES_VARIABLES = ("KUBERNETES_SERVICE_PORT", "KUBERNETES_SERVICE_HOST")
DEPLOYMENT_VARIABLES = (
    "AWS_LAMBDA_FUNCTION_NAME",
    "ECS_FARGATE",
    "AWS_EXECUTION_ENV",
    *_ECS_VARIABLES,
    *_KUBERNETES_VARIABLES,
)
_DEFAULT_SITE = "datadoghq.com"
_SERVICE_ACCOUNT = "var/run/secrets/kubernetes.io/serviceaccount"


def detect_tracer(_: Machine) -> Fact[Version]:
    """Find ddtrace's version without importing it."""
    return _distribution(LIBRARY)


def detect_python(_: Machine) -> Fact[Version]:
    """Find the version of the Python that runs this."""
    return Fact(Version("{}.{}.{}".format(*sys.version_info)), "sys.version_info")


def detect_implementation(_: Machine) -> Fact[str]:
    """Find the implementation of the Python that runs this."""
    return Fact(platform.python_implementation().lower(), "platform.python_implementation()")


def detect_os(_: Machine) -> Fact[str]:
    """Find the operating system."""
    system = platform.system().lower()
    return _named({"darwin": "macos"}.get(system, system), "platform.system()")


def detect_cpu(_: Machine) -> Fact[str]:
    """Find the CPU of this process, which may be narrower than the kernel's."""
    width = 8 * struct.calcsize("P")
    signal = f"platform.machine() and the {width}-bit process"
    return _named(cpu_of(platform.machine(), width), signal)


def detect_framework(machine: Machine) -> Fact[Version]:
    """Find the version of the installed framework that the machine's `name` says."""
    # A page or a marker may write "Fast API"; PEP 503 knows of no spaces.
    return _distribution(machine.name, fold(machine.name))


def detect_package(machine: Machine) -> Fact[Version]:
    """Find the version of the installed distribution that the machine's `name` says."""
    return _distribution(machine.name)


def detect_undeclared(_: Machine) -> Fact[Any]:
    """Return a user-defined fact that is not known, as nothing declares it."""
    return Fact.unknown("no matrix or declarations file of the run declares it")


def detect_deployments(machine: Machine) -> Fact[frozenset[str]]:
    """Find every documented deployment type that applies."""
    found = dict(reversed(list(_deployment_signals(machine))))
    if not found:
        return Fact(frozenset(), "no sign of a documented type")
    signals = ", ".join(f"{deployment} from {found[deployment]}" for deployment in sorted(found))
    return Fact(frozenset(found), signals)


def _deployment_signals(machine: Machine) -> Iterator[tuple[str, str]]:
    """Every type with each of its signals, the surest first."""
    variables = machine.variables
    if variables.get("AWS_LAMBDA_FUNCTION_NAME"):
        yield "aws_lambda", "AWS_LAMBDA_FUNCTION_NAME"
    fargate = "ECS_FARGATE" if variables.get("ECS_FARGATE") else ""
    if variables.get("AWS_EXECUTION_ENV") == "AWS_ECS_FARGATE":
        fargate = fargate or "AWS_EXECUTION_ENV"
    if fargate:
        yield "aws_fargate", fargate
    yield from (("amazon_ecs", name) for name in _ECS_VARIABLES if variables.get(name))
    if fargate:
        # Fargate runs tasks of ECS, whose own variables older platform versions do not set.
        yield "amazon_ecs", fargate
    yield from (("kubernetes", name) for name in _KUBERNETES_VARIABLES if variables.get(name))
    account = machine.root / _SERVICE_ACCOUNT
    if all(_is_there(account / name) for name in ("token", "ca.crt")):
        yield "kubernetes", f"/{_SERVICE_ACCOUNT}"
    if _is_there(machine.root / ".dockerenv"):
        yield "docker", "/.dockerenv"
    if "docker" in _text(machine.root / "proc/self/cgroup"):
        yield "docker", "/proc/self/cgroup"


def detect_agent(machine: Machine) -> Fact[Version]:
    """Find the Agent's version, by querying it where an option says so."""
    answer = machine.query_agent()
    if answer is None:
        return Fact.unknown(NOT_QUERIED)
    if answer.version is None:
        return Fact.unknown(answer.signal)
    return Fact(Version(answer.version), answer.signal)


def detect_site(machine: Machine) -> Fact[str]:
    """Find the Datadog site; ddtrace's own default where the variable is not set."""
    site = machine.variables.get("DD_SITE", "")
    if not site.strip():
        return Fact(_DEFAULT_SITE, "default of DD_SITE")
    try:
        return Fact(parse_known_site(site), "DD_SITE")
    except CompatibilityError as error:
        # The problem does not repeat the variable's value.
        what = error.problems[0].what
        return Fact.unknown(f"DD_SITE: {what}" if "?" in what else "DD_SITE is not a host name")


def detect_remote_configuration(machine: Machine) -> Fact[bool]:
    """Find whether ddtrace would use Remote Configuration."""
    tracer = machine.others.fact("tracer").value
    deployments = machine.others.fact("deployments").value
    if tracer and tracer.release >= (3, 19) and "aws_lambda" in (deployments or ()):
        return Fact(value=False, signal=FORCED_OFF)
    setting = machine.variables.get(REMOTE_CONFIGURATION)
    if setting is not None and setting.lower() not in {"true", "1"}:
        return Fact(value=False, signal=f"{REMOTE_CONFIGURATION} is neither true nor 1")
    answer = machine.query_agent()
    if answer is not None and answer.remote_configuration is False:
        return Fact(value=False, signal=f"{answer.signal} does not offer it")
    default = f"default of {REMOTE_CONFIGURATION}"
    return Fact(value=True, signal=default if setting is None else REMOTE_CONFIGURATION)


def detect_date(_: Machine | None = None) -> Fact[dt.date]:
    """Return the day on which this runs, which is the same in all time zones."""
    return Fact(today(), "today")


def cpu_of(machine: str, width: int) -> str:
    """Return the CPU of a process.

    Args:
        machine: What `platform.machine()` returns: the kernel's, not the process's.
        width: Bits of a pointer of the process.
    """
    name = machine.lower()
    if name in {"x86_64", "amd64", "x86", "i386", "i486", "i586", "i686"}:
        return "x86-64" if width == 64 else "i686"  # noqa: PLR2004 - bits
    if name in {"arm64", "aarch64"}:
        return "aarch64" if width == 64 else "armv8l"  # noqa: PLR2004 - bits
    return name


def _named(name: str, signal: str) -> Fact[str]:
    return Fact(name, signal) if name else Fact.unknown(f"{signal} gives no name")


def _distribution(name: str, *spellings: str) -> Fact[Version]:
    """Version of an installed distribution, from its metadata; nothing is imported."""
    try:
        found = (_installed(spelling) for spelling in dict.fromkeys((name, *spellings)))
        return next(filter(None, found), None) or _of_another_name(name)
    except Exception as error:  # noqa: BLE001 - whatever broken metadata does, the fact is unknown
        return Fact.unknown(f"cannot read the metadata of {name} ({type(error).__name__})")


def _installed(name: str) -> Fact[Version] | None:
    """Return what the distributions of a name say; None if there are none."""
    found = [(each, _text_of(each)) for each in metadata.distributions(name=name)]
    return _agreed(name, found) if found else None


def installed(path: list[str] | None = None) -> Find:
    """Look at all distributions, and return what finds one of them by its name.

    Args:
        path: The module search path of another Python; that of this one if None.
    """
    by_name: dict[tuple[Any, str], list[tuple[metadata.Distribution, object]]] = {}
    for each in metadata.distributions(path=sys.path if path is None else path):
        # One that cannot be read is found by no name.
        with suppress(Exception):
            name, text = each.metadata["Name"], _text_of(each)
            for reduced in (fold, canonical):
                by_name.setdefault((reduced, reduced(name)), []).append((each, text))

    def find(name: str, reduced: Callable[[str], str]) -> Fact[Version]:
        found = by_name.get((reduced, reduced(name)))
        if found:
            return _agreed(name, found, path)
        if _module(_package(name), path) is None:
            return Fact(None, f"no distribution {name} is installed")
        return Fact.unknown(f"{name} can be imported, but no distribution has its name")

    return find


def _text_of(distribution: metadata.Distribution) -> object:
    """Return the version as its metadata has it; None if it has none."""
    # Of an empty folder, importlib-metadata 8.7 has None in the place of empty metadata.
    headers = cast("Message | None", distribution.metadata)
    return headers.get("Version") if headers else None


def _agreed(
    name: str,
    found: Sequence[tuple[metadata.Distribution, object]],
    path: list[str] | None = None,
) -> Fact[Version]:
    """Return the version that distributions of one name have, if they agree."""
    # An empty folder that an uninstallation has left behind has no version.
    whole = [(each, text) for each, text in found if isinstance(text, str)]
    versions = dict.fromkeys(text for _, text in whole)
    if len(versions) > 1:
        # A folder earlier on the path may hide a later one; within one folder, none wins.
        module = _module(name, path) or ""
        versions = dict.fromkeys(
            text for each, text in whole if module.startswith(str(each.locate_file("")))
        )
    if len(versions) == 1:
        return _version(name, *versions)
    if not whole:
        return Fact.unknown(f"the metadata of {name} has no version")
    both = " and ".join(sorted({text for _, text in whole}))
    return Fact.unknown(f"several distributions {name} are installed: {both}")


def _version(name: str, found: str) -> Fact[Version]:
    try:
        return Fact(parse_version(found), f"metadata of the distribution {name}")
    except ValueError:
        return Fact.unknown(f"the metadata of {name} has no PEP 440 version")


def _of_another_name(name: str) -> Fact[Version]:
    """Return the version of what can be imported by a name that no distribution has."""
    package = _package(name)
    if _module(package) is None:
        return Fact(None, f"no distribution {name} is installed")
    others = dict.fromkeys(metadata.packages_distributions().get(package, []))
    facts = [fact for other in others if (fact := _installed(other))]
    if len(facts) == 1:
        return facts[0]
    if not facts:
        return Fact.unknown(f"{name} can be imported, but no distribution's metadata names it")
    return Fact.unknown(f"several distributions provide {name}: {' and '.join(others)}")


def _package(name: str) -> str:
    return re.sub(r"[-.\s]+", "_", name.lower())


def _module(name: str, path: list[str] | None = None) -> str | None:
    """Return where a module is; an empty folder of its name is none."""
    from importlib.machinery import PathFinder
    from importlib.util import find_spec

    name = name.partition(".")[0]
    try:
        spec = find_spec(name) if path is None else PathFinder.find_spec(name, path)
    except (ImportError, ValueError):  # of a module that was put into sys.modules by hand
        return "" if name in sys.modules else None
    return None if spec is None else spec.origin


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
