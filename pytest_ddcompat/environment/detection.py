"""From the machine to facts, each with the signal that it was taken from.

The signals are those of ddtrace's and the Agent's own sources.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.environment.environment import FORCED_OFF, LIBRARY, Environment, Fact
from pytest_ddcompat.values.errors import FactsError
from pytest_ddcompat.values.names import parse_site
from pytest_ddcompat.values.versions import Version, parse_version

if sys.version_info >= (3, 10):
    from importlib import metadata
else:
    import importlib_metadata as metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_ddcompat.environment.agent import AgentAnswer

__all__ = ["NOT_ASKED", "Detector", "Variables", "check_agent_option", "cpu_of"]

NOT_ASKED = "the Agent is not asked"
"""Signal of the Agent's version where nothing says that it is to be asked."""

_DEFAULT_SITE = "datadoghq.com"
_REMOTE_CONFIGURATION = "DD_REMOTE_CONFIGURATION_ENABLED"
_ECS_VARIABLES = (
    "AWS_ECS_EC2",
    "AWS_ECS_MANAGED_INSTANCES",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "ECS_CONTAINER_METADATA_URI",
    "ECS_CONTAINER_METADATA_URI_V4",
)
_SERVICE_ACCOUNT = "var/run/secrets/kubernetes.io/serviceaccount"


class Variables(Mapping[str, str]):
    """Environment variables; no traceback that shows the values of names shows theirs."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known

    def __getitem__(self, name: str) -> str:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class Detector:
    """Looks at this machine.

    Args:
        agent: `off`, `auto` or an address: whether and where to ask the Agent.
        answer: What the Agent has answered already, so that it is not asked again.
        environ: Environment variables.
        root: Root of the file system.

    Raises:
        FactsError: The Agent's address cannot be understood.
    """

    def __init__(
        self,
        *,
        agent: str = "off",
        answer: AgentAnswer | None = None,
        environ: Mapping[str, str] = Variables(os.environ),
        root: Path = Path("/"),
    ) -> None:
        check_agent_option(agent, "agent")
        self._agent_option = agent
        self._answer = answer
        self._environ = environ
        self._root = root

    def detect(self, key: str, environment: Environment) -> Fact[Any]:
        """Find one fact; those that it depends on are taken from `environment`."""
        kind, _, name = key.partition(".")
        if kind == "framework":
            return _distribution(name)
        if kind == "remote_configuration":
            return self._remote_configuration(environment)
        fact: Fact[Any] = getattr(self, f"_{kind}")()
        return fact

    def ask_agent(self) -> AgentAnswer | None:
        """What the Agent says of itself, asked once; None when it is not to be asked."""
        if self._answer is None and self._agent_option != "off":
            from pytest_ddcompat.environment.agent import agent_address, ask

            address, origin = self._agent_option, "the given address"
            if address == "auto":
                address, origin = agent_address(self._environ)
            self._answer = ask(address, origin)
        return self._answer

    def _tracer(self) -> Fact[Version]:
        fact = _distribution(LIBRARY)
        if fact.known and fact.value is None and _is_importable(LIBRARY):
            return _tracer_of_another_name()
        return fact

    def _python(self) -> Fact[Version]:
        return Fact(Version("{}.{}.{}".format(*sys.version_info)), "sys.version_info")

    def _implementation(self) -> Fact[str]:
        return Fact(platform.python_implementation().lower(), "platform.python_implementation()")

    def _os(self) -> Fact[str]:
        system = platform.system().lower()
        return _named({"darwin": "macos"}.get(system, system), "platform.system()")

    def _cpu(self) -> Fact[str]:
        width = 8 * struct.calcsize("P")
        signal = f"platform.machine() and the {width}-bit process"
        return _named(cpu_of(platform.machine(), width), signal)

    def _deployments(self) -> Fact[frozenset[str]]:
        found = dict(reversed(list(self._deployment_signals())))
        if not found:
            return Fact(frozenset(), "no sign of a documented type")
        signals = ", ".join(f"{kind} from {signal}" for kind, signal in sorted(found.items()))
        return Fact(frozenset(found), signals)

    def _deployment_signals(self) -> Iterator[tuple[str, str]]:
        """Every type with each of its signals, the surest first."""
        env = self._environ
        if env.get("AWS_LAMBDA_FUNCTION_NAME"):
            yield "aws_lambda", "AWS_LAMBDA_FUNCTION_NAME"
        fargate = "ECS_FARGATE" if env.get("ECS_FARGATE") else ""
        if env.get("AWS_EXECUTION_ENV") == "AWS_ECS_FARGATE":
            fargate = fargate or "AWS_EXECUTION_ENV"
        if fargate:
            yield "aws_fargate", fargate
        yield from (("amazon_ecs", name) for name in _ECS_VARIABLES if env.get(name))
        if fargate:
            yield "amazon_ecs", fargate
        for name in ("KUBERNETES_SERVICE_PORT", "KUBERNETES_SERVICE_HOST"):
            if env.get(name):
                yield "kubernetes", name
        account = self._root / _SERVICE_ACCOUNT
        if all(_is_there(account / name) for name in ("token", "ca.crt")):
            yield "kubernetes", f"/{_SERVICE_ACCOUNT}"
        if _is_there(self._root / ".dockerenv"):
            yield "docker", "/.dockerenv"
        if "docker" in _text(self._root / "proc/self/cgroup"):
            yield "docker", "/proc/self/cgroup"

    def _agent(self) -> Fact[Version]:
        answer = self.ask_agent()
        if answer is None:
            return Fact.unknown(NOT_ASKED)
        if answer.version is None:
            return Fact.unknown(answer.signal)
        return Fact(Version(answer.version), answer.signal)

    def _site(self) -> Fact[str]:
        site = self._environ.get("DD_SITE", "")
        if not site.strip():
            return Fact(_DEFAULT_SITE, "default of DD_SITE")
        try:
            return Fact(parse_site(site), "DD_SITE")
        except ValueError:
            return Fact.unknown("DD_SITE is not a host name")

    def _remote_configuration(self, environment: Environment) -> Fact[bool]:
        tracer, deployments = environment.tracer.value, environment.deployments.value
        if tracer and tracer.release >= (3, 19) and "aws_lambda" in (deployments or ()):
            return Fact(value=False, signal=FORCED_OFF)
        setting = self._environ.get(_REMOTE_CONFIGURATION)
        if setting is not None and setting.lower() not in {"true", "1"}:
            return Fact(value=False, signal=f"{_REMOTE_CONFIGURATION} is neither true nor 1")
        answer = self.ask_agent()
        if answer is not None and answer.remote_configuration is False:
            return Fact(value=False, signal=f"{answer.signal} does not offer it")
        default = f"default of {_REMOTE_CONFIGURATION}"
        return Fact(value=True, signal=default if setting is None else _REMOTE_CONFIGURATION)

    def _date(self) -> Fact[dt.date]:
        return Fact(dt.date.today(), "today")


def check_agent_option(option: str, origin: str) -> None:
    """Refuse what is neither `off`, `auto` nor an Agent's address.

    Args:
        option: What is given.
        origin: The option, for the message.

    Raises:
        FactsError: The message says what is wrong and what is valid.
    """
    if option in {"off", "auto"}:
        return
    from pytest_ddcompat.environment.agent import check_address

    try:
        check_address(option)
    except ValueError as error:
        raise FactsError(f"{origin}: {error}; or auto, or off") from None


def cpu_of(machine: str, width: int) -> str:
    """The CPU of a process.

    Args:
        machine: What `platform.machine()` gives: the kernel's, not the process's.
        width: Bits of a pointer of the process.
    """
    name = machine.lower()
    if name in {"x86_64", "amd64", "x86", "i386", "i486", "i586", "i686"}:
        return "x86-64" if width == 64 else "i686"  # noqa: PLR2004 - bits
    if name in {"arm64", "aarch64"}:
        return "aarch64" if width == 64 else "armv8l"  # noqa: PLR2004 - bits
    return name


def _named(name: str, signal: str) -> Fact[str]:
    return Fact(name, signal) if name else Fact.unknown(f"{signal} tells nothing")


def _distribution(name: str) -> Fact[Version]:
    """Version of an installed distribution, from its metadata alone."""
    try:
        found = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Fact(None, f"no distribution {name} is installed")
    except Exception as error:  # noqa: BLE001 - whatever broken metadata does, the fact is unknown
        return Fact.unknown(f"the metadata of {name} cannot be read ({type(error).__name__})")
    return _version(name, found)


def _version(name: str, found: object) -> Fact[Version]:
    if not isinstance(found, str):
        return Fact.unknown(f"the metadata of {name} names no version")
    try:
        return Fact(parse_version(found), f"metadata of the distribution {name}")
    except ValueError:
        return Fact.unknown(f"the metadata of {name} names no PEP 440 version")


def _tracer_of_another_name() -> Fact[Version]:
    for name in dict.fromkeys(metadata.packages_distributions().get(LIBRARY, [])):
        if name.lower() != LIBRARY:
            return _distribution(name)
    return Fact.unknown(f"{LIBRARY} can be imported, but no distribution's metadata names it")


def _is_importable(name: str) -> bool:
    """Whether there is such a module; an empty folder of that name is none."""
    from importlib.util import find_spec

    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return name in sys.modules
    return spec is not None and spec.origin is not None


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
