"""The page's tables of the tracer, row by row; the expectations are copied from it by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.core import (
    LEFT_OUT,
    NOT_APPLICABLE,
    SATISFIED,
    UNKNOWN,
    VIOLATED,
    asks,
    finding,
    outcome,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.mark.structures import ParameterSet

    from pytest_ddcompat import Outcome

# documented name, id, minimum, the release before it, the release after it
CAPABILITIES = [
    ("Threat Detection", "threat_detection", "1.9.0", "1.8.99", "1.9.1"),
    ("Threat Protection", "threat_protection", "1.10.0", "1.9.7", "1.10.1"),
    (
        "Customize response to blocked requests",
        "customize_response_to_blocked_requests",
        "1.19.0",
        "1.18.5",
        "1.20.0",
    ),
    (
        "Software Composition Analysis (SCA)",
        "software_composition_analysis",
        "1.5.0",
        "1.4.5",
        "1.5.1",
    ),
    ("Code Security", "code_security", "2.21.0", "2.20.9", "3.0.0"),
    (
        "Automatic user activity event tracking",
        "automatic_user_activity_event_tracking",
        "1.17.0",
        "1.16.3",
        "2.0.0",
    ),
    ("API Security", "api_security", "2.6.0", "2.5.4", "2.10.0"),
]


def minimums() -> Iterator[ParameterSet]:
    for name, capability, minimum, before, after in CAPABILITIES:
        cases = {
            f"the release before it {before}": (before, VIOLATED),
            "a post release of the one before it": (f"{before}.post1", VIOLATED),
            "a development version of it": (f"{minimum}.dev3+g12ab", VIOLATED),
            "a release candidate of it": (f"{minimum}rc2", VIOLATED),
            "the minimum": (minimum, SATISFIED),
            "the minimum with a local version": (f"{minimum}+g12ab", SATISFIED),
            "a post release of it": (f"{minimum}.post1", SATISFIED),
            f"a release candidate of the next {after}": (f"{after}rc1", SATISFIED),
            f"the next {after}": (after, SATISFIED),
            "the newest": ("4.99.0", SATISFIED),
        }
        for case, (tracer, expected) in cases.items():
            yield pytest.param(name, capability, tracer, expected, id=f"{name}, {case}")


@pytest.mark.parametrize(("name", "capability", "tracer", "expected"), list(minimums()))
def test_minimum_tracer_of_a_capability(
    name: str, capability: str, tracer: str, expected: Outcome
) -> None:
    found = verdict(asks(name), tracer=tracer)
    checked = {f.check: f.outcome for f in found.findings}
    assert checked["tracer"] is expected
    assert found.status.value == ("supported" if expected is SATISFIED else "unsupported")
    assert {f.subject for f in found.findings} == {capability}
    assert outcome("tracer", asks(capability), tracer=tracer) is expected


@pytest.mark.parametrize("name", [row[0] for row in CAPABILITIES])
@pytest.mark.parametrize("preview", [True, False])
def test_only_code_security_is_a_preview(name: str, preview: bool) -> None:
    allowed = preview or name != "Code Security"
    assert outcome("tracer", asks(name, preview=preview)) is (SATISFIED if allowed else VIOLATED)


BRANCH_4 = '">=4.0,<5 | General Availability | 7.28"'
BRANCH_3 = '">=3.0,<4 | Maintenence (until May 31, 2026) | 7.28"'
BRANCH_2 = '">=2.0,<3 | End of Life | 7.28"'
BRANCH_1 = '"<2 | End of Life | "'
ALL_BRANCHES = f"{BRANCH_4}, {BRANCH_3}, {BRANCH_2}, {BRANCH_1}"


@pytest.mark.parametrize(
    ("tracer", "row"),
    [
        pytest.param("5.0.0", ALL_BRANCHES, id="newer than all"),
        pytest.param("5.0.0.dev1", ALL_BRANCHES, id="development version newer than all"),
        pytest.param("5.0.0rc1", ALL_BRANCHES, id="release candidate newer than all"),
        pytest.param("4.99.99", BRANCH_4, id="last of 4"),
        pytest.param("4.0.0", BRANCH_4, id="first of 4"),
        pytest.param("4.0.0rc1", BRANCH_4, id="release candidate of 4"),
        pytest.param("4.0.0.dev1", BRANCH_4, id="development version of 4"),
        pytest.param("3.99.99", BRANCH_3, id="last of 3"),
        pytest.param("3.99.99.post1", BRANCH_3, id="post release of 3"),
        pytest.param("3.0.0", BRANCH_3, id="first of 3"),
        pytest.param("3.0.0rc1", BRANCH_3, id="release candidate of 3"),
        pytest.param("2.99.99+local", BRANCH_2, id="last of 2, local version"),
        pytest.param("2.0.0", BRANCH_2, id="first of 2"),
        pytest.param("2.0.0a1", BRANCH_2, id="alpha of 2"),
        pytest.param("1.99.99", BRANCH_1, id="last of 1"),
        pytest.param("1.0.0", BRANCH_1, id="first of 1"),
        pytest.param("0.1", BRANCH_1, id="before 1"),
    ],
)
def test_release_branch_that_holds_a_tracer(tracer: str, row: str) -> None:
    release = finding("release", asks("sca"), tracer=tracer)
    assert release.source == f"Supported Python versions: {row}"
    assert release.outcome is (UNKNOWN if row == ALL_BRANCHES else SATISFIED)
    runtime = outcome("runtime", asks("sca"), tracer=tracer)
    assert (runtime is UNKNOWN) == (row == ALL_BRANCHES)


GENERAL, MAINTENANCE, END = "General Availability", "Maintenance", "End of Life"


@pytest.mark.parametrize(
    ("tracer", "date", "level"),
    [
        pytest.param("4.16.0", "2026-05-31", GENERAL, id="4"),
        pytest.param("4.16.0", "2036-01-01", GENERAL, id="4 in ten years"),
        pytest.param("3.19.9", "2025-01-01", MAINTENANCE, id="3 long before"),
        pytest.param("3.19.9", "2026-05-30", MAINTENANCE, id="3 the day before"),
        pytest.param("3.19.9", "2026-05-31", MAINTENANCE, id="3 on the day"),
        pytest.param("3.19.9", "2026-06-01", END, id="3 the day after"),
        pytest.param("3.19.9", "2036-01-01", END, id="3 in ten years"),
        pytest.param("2.21.0", "2020-01-01", END, id="2"),
        pytest.param("1.20.19", "2020-01-01", END, id="before 2"),
    ],
)
def test_support_level_of_a_branch(tracer: str, date: str, level: str) -> None:
    levels = [END, MAINTENANCE, GENERAL]
    for asked in levels:
        found = finding("release", asks("sca", support_level=asked), tracer=tracer, date=date)
        enough = levels.index(level) >= levels.index(asked)
        assert found.outcome is (SATISFIED if enough else VIOLATED)
        assert found.observed == f"ddtrace {tracer} with {level} on {date}"
        assert found.documented == f"a release branch of ddtrace with {asked} or better"
    none_asked = finding("release", asks("sca"), tracer=tracer, date=date)
    assert none_asked.outcome is SATISFIED
    assert level in none_asked.observed


@pytest.mark.parametrize("tracer", ["4.0.0", "4.99.9", "3.0.0", "3.99.9", "2.0.0", "2.99.9"])
@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        pytest.param(None, VIOLATED, id="no Agent"),
        pytest.param("6.53.0", VIOLATED, id="Agent 6"),
        pytest.param("7.27.99", VIOLATED, id="just below"),
        pytest.param("7.28.0rc1", VIOLATED, id="release candidate"),
        pytest.param("7.28", SATISFIED, id="as documented"),
        pytest.param("7.28.0", SATISFIED, id="at"),
        pytest.param("7.28.1", SATISFIED, id="just above"),
        pytest.param("7.60.0-devel+git.12.abc", SATISFIED, id="development version"),
        pytest.param("8.0.0", SATISFIED, id="Agent 8"),
        pytest.param(LEFT_OUT, UNKNOWN, id="unknown"),
    ],
)
def test_minimum_agent_of_a_branch(tracer: str, agent: object, expected: Outcome) -> None:
    assert outcome("agent", asks("sca"), tracer=tracer, agent=agent) is expected


@pytest.mark.parametrize("agent", [None, "5.0", "7.27.99", "7.60.0", LEFT_OUT])
@pytest.mark.parametrize("tracer", ["1.99.9", "1.5.0"])
def test_no_minimum_agent_before_2(tracer: str, agent: object) -> None:
    assert outcome("agent", asks("sca"), tracer=tracer, agent=agent) is NOT_APPLICABLE


class Runtime(NamedTuple):
    """A row of the runtime table, with values on both sides of each of its cells."""

    row: str
    tracers: tuple[str, str]
    os: str
    cpus: tuple[str, ...]
    other_cpus: tuple[str, ...]
    pythons: tuple[str, ...]
    other_pythons: tuple[str, ...]


T4, T3, T2, T1 = ("4.0", "4.99.9"), ("3.0", "3.99.9"), ("2.0", "2.99.9"), ("0.9", "1.99.9")
P4, NOT_P4 = ("3.9", "3.9.0rc1", "3.14.1", "3.99"), ("3.8.20", "2.7.18")
P3, NOT_P3 = ("3.8.0b1", "3.8.0", "3.14.1", "3.99"), ("3.7.17", "2.7.18")
P2, NOT_P2 = ("3.7.0rc1", "3.7.0", "3.10.4", "3.13.99"), ("3.6.15", "3.14.0", "3.14.0rc1", "2.7.18")
P1 = ("2.7.0", "2.7.18", "3.5.0", "3.11.99")
NOT_P1 = ("2.6.9", "2.8", "3.0", "3.4.10", "3.12.0", "3.12.0b1")
TWO, THREE = ("x86-64", "aarch64"), ("x86-64", "i686", "aarch64")
MAC, NOT_MAC = ("x86-64", "aarch64"), ("i686", "ppc64")
ANY = ("x86-64", "aarch64", "i686")

RUNTIMES = [
    Runtime(
        "Linux | x86-64, AArch64 | CPython | 3.9+ | >=4, <5",
        T4, "linux", TWO, ("i686", "s390x"), P4, NOT_P4,
    ),
    Runtime(
        "MacOS | Intel, Apple Silicon | CPython | 3.9+ | >=4, <5",
        T4, "macos", MAC, NOT_MAC, P4, NOT_P4,
    ),
    Runtime(
        "Windows | 64bit, 32bit | CPython | 3.9+ | >=4, <5",
        T4, "windows", ANY, (), P4, NOT_P4,
    ),
    Runtime(
        "Linux | x86-64, i686, AArch64 | CPython | 3.8+ | >=3, <4",
        T3, "linux", THREE, ("armv7l", "ppc64le"), P3, NOT_P3,
    ),
    Runtime(
        "MacOS | Intel, Apple Silicon | CPython | 3.8+ | >=3, <4",
        T3, "macos", MAC, NOT_MAC, P3, NOT_P3,
    ),
    Runtime(
        "Windows | 64bit, 32bit | CPython | 3.8+ | >=3, <4",
        T3, "windows", ANY, (), P3, NOT_P3,
    ),
    Runtime(
        "Linux | x86-64, i686, AArch64 | CPython | 3.7-3.13 | >=2,<3",
        T2, "linux", THREE, ("armv7l", "riscv64"), P2, NOT_P2,
    ),
    Runtime(
        "MacOS | Intel, Apple Silicon | CPython | 3.7-3.13 | >=2,<3",
        T2, "macos", MAC, NOT_MAC, P2, NOT_P2,
    ),
    Runtime(
        "Windows | 64bit, 32bit | CPython | 3.7-3.13 | >=2,<3",
        T2, "windows", ANY, (), P2, NOT_P2,
    ),
    Runtime(
        "Linux | x86-64, i686, AArch64 | CPython | 2.7, 3.5-3.11 | <2",
        T1, "linux", THREE, ("armv7l", "s390x"), P1, NOT_P1,
    ),
    Runtime(
        "MacOS | Intel, Apple Silicon | CPython | 2.7, 3.5-3.11 | <2",
        T1, "macos", MAC, NOT_MAC, P1, NOT_P1,
    ),
    Runtime(
        "Windows | 64bit, 32bit | CPython | 2.7, 3.5-3.11 | <2",
        T1, "windows", ANY, (), P1, NOT_P1,
    ),
]  # fmt: skip
each_runtime = pytest.mark.parametrize("runtime", [pytest.param(r, id=r.row) for r in RUNTIMES])


@each_runtime
def test_runtime_that_a_row_admits(runtime: Runtime) -> None:
    for tracer in runtime.tracers:
        for cpu in runtime.cpus:
            for python in runtime.pythons:
                found = finding(
                    "runtime", asks("sca"), tracer=tracer, os=runtime.os, cpu=cpu, python=python
                )
                assert (found.outcome, found.source) == (
                    SATISFIED,
                    f'Supported Python versions: "{runtime.row}"',
                ), (tracer, cpu, python)


@each_runtime
@pytest.mark.parametrize("fact", ["cpu", "python", "implementation", "os"])
def test_runtime_that_no_row_admits(runtime: Runtime, fact: str) -> None:
    good = {"os": runtime.os, "cpu": runtime.cpus[0], "python": runtime.pythons[0]}
    wrong = {
        "cpu": runtime.other_cpus,
        "python": runtime.other_pythons,
        "implementation": ("pypy", "graalpy"),
        "os": ("freebsd", "sunos"),
    }
    for tracer in runtime.tracers:
        for value in wrong[fact]:
            changes = {**good, fact: value, "tracer": tracer}
            assert outcome("runtime", asks("sca"), **changes) is VIOLATED, changes
