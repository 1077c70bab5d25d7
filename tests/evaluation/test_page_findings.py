"""Whole findings and whole reasons, as people and tools read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.core import (
    BARE,
    DATABASES,
    LEFT_OUT,
    NOT_APPLICABLE,
    SATISFIED,
    UNKNOWN,
    VIOLATED,
    asks,
    finding,
)

if TYPE_CHECKING:
    from pytest_ddcompat import Outcome, Requirement

SITE = (
    "Important note for users on the following Datadog sites: app.ddog-gov.com: "
    '"This product is not supported for your selected Datadog site. ()."'
)
MINIMUM = 'Application Security capabilities support: "{}"'.format
BRANCH = 'Supported Python versions: "{} | 7.28"'.format
GENERAL = BRANCH(">=4.0,<5 | General Availability")
MAINTENANCE = BRANCH(">=3.0,<4 | Maintenence (until May 31, 2026)")
BRANCHES = (
    f'{GENERAL}, ">=3.0,<4 | Maintenence (until May 31, 2026) | 7.28", '
    '">=2.0,<3 | End of Life | 7.28", "<2 | End of Life | "'
)
LINUX_4 = 'Supported Python versions: "Linux | x86-64, AArch64 | CPython | 3.9+ | >=4, <5"'
MACOS_4 = '"MacOS | Intel, Apple Silicon | CPython | 3.9+ | >=4, <5"'
WINDOWS_4 = '"Windows | 64bit, 32bit | CPython | 3.9+ | >=4, <5"'
REMOTE = MINIMUM(
    "Note: Threat Protection requires enabling Remote Configuration, "
    "which is included in the listed minimum tracer version."
)
DOCKER = 'Supported deployment types: "Docker | yes | yes"'
LAMBDA = 'Supported deployment types: "AWS Lambda | yes | "'
TYPES = (
    f'{DOCKER}, "Kubernetes | yes | yes", "Amazon ECS | yes | yes", '
    '"AWS Fargate | yes | yes", "AWS Lambda | yes | "'
)
MARKED = "a deployment type that the page marks for it"
DJANGO = f'Supported frameworks: "Django | 2.2 | yes | yes"{BARE}'
WEB = (
    'Supported frameworks: "Django | 2.2 | yes | yes", "FastAPI | 0.86 | yes | yes", '
    '"Flask | 1.1 | yes | yes"'
)
LISTED = "a framework that the page lists for it (Django, FastAPI, Flask)"
SILENCE = "the page says nothing of frameworks for api_security"
GENERIC = (
    'Application Security Capability Notes: "The Python library supports the database API '
    "specifications and supports all generic SQL databases. This includes databases such as "
    f'SQLite, Mysql, Postgres and MariaDB."{DATABASES}'
)
NOTHING = ("", "", "")


def case(
    requirement: Requirement,
    changes: dict[str, Any],
    check: str,
    outcome: Outcome,
    *texts: str,
) -> Any:
    """Texts are documented, observed and source."""
    given = ", ".join(changes) or "nothing"
    return pytest.param(
        requirement, changes, check, outcome, texts, id=f"{check} {outcome.value}, {given} changed"
    )


@pytest.mark.parametrize(
    ("requirement", "changes", "check", "outcome", "texts"),
    [
        case(
            asks("sca"), {}, "site", SATISFIED,
            "a site other than ddog-gov.com", "datadoghq.com", SITE,
        ),
        case(
            asks("sca"), {"site": "app.ddog-gov.com"}, "site", VIOLATED,
            "a site other than ddog-gov.com", "ddog-gov.com", SITE,
        ),
        case(
            asks("sca"), {"site": LEFT_OUT}, "site", UNKNOWN,
            "a site other than ddog-gov.com", "unknown", SITE,
        ),
        case(
            asks("sca"), {}, "tracer", SATISFIED,
            "ddtrace >=1.5.0", "4.16.0", MINIMUM("1.5.0"),
        ),
        case(
            asks("sca"), {"tracer": "1.4.5"}, "tracer", VIOLATED,
            "ddtrace >=1.5.0", "1.4.5", MINIMUM("1.5.0"),
        ),
        case(
            asks("sca"), {"tracer": None}, "tracer", VIOLATED,
            "ddtrace >=1.5.0", "none installed", MINIMUM("1.5.0"),
        ),
        case(
            asks("sca"), {"tracer": LEFT_OUT}, "tracer", UNKNOWN,
            "ddtrace >=1.5.0", "unknown", MINIMUM("1.5.0"),
        ),
        case(
            asks("code_security"), {}, "tracer", SATISFIED,
            "ddtrace >=2.21.0 (preview)", "4.16.0", MINIMUM("Preview (>=2.21.0)"),
        ),
        case(
            asks("code_security", preview=False), {}, "tracer", VIOLATED,
            "ddtrace >=2.21.0 (preview) and previews allowed", "4.16.0 and preview=False",
            MINIMUM("Preview (>=2.21.0)"),
        ),
        case(
            asks("sca"), {}, "release", SATISFIED,
            "a release branch of ddtrace with any support level",
            "ddtrace 4.16.0 with General Availability on 2026-05-31", GENERAL,
        ),
        case(
            asks("sca", support_level="maintenance"), {"tracer": "3.1", "date": "2026-06-01"},
            "release", VIOLATED,
            "a release branch of ddtrace with Maintenance or better",
            "ddtrace 3.1 with End of Life on 2026-06-01", MAINTENANCE,
        ),
        case(
            asks("sca"), {"tracer": "5.0.0.dev1"}, "release", UNKNOWN,
            "a release branch of ddtrace with any support level", "ddtrace 5.0.0.dev1", BRANCHES,
        ),
        case(asks("sca"), {"tracer": None}, "release", NOT_APPLICABLE, *NOTHING),
        case(
            asks("sca"), {}, "runtime", SATISFIED,
            "CPython >=3.9 on linux x86-64/aarch64 for ddtrace 4.16.0",
            "CPython 3.11 on linux x86-64", LINUX_4,
        ),
        case(
            asks("sca"), {"python": "3.8.1", "implementation": "pypy"}, "runtime", VIOLATED,
            "CPython >=3.9 on linux x86-64/aarch64 for ddtrace 4.16.0",
            "PyPy 3.8 on linux x86-64", LINUX_4,
        ),
        case(
            asks("sca"), {"os": "freebsd"}, "runtime", VIOLATED,
            "CPython >=3.9 on linux x86-64/aarch64, macos x86-64/aarch64, windows 64bit/32bit "
            "for ddtrace 4.16.0",
            "CPython 3.11 on freebsd x86-64", f"{LINUX_4}, {MACOS_4}, {WINDOWS_4}",
        ),
        case(
            asks("sca"), {"cpu": LEFT_OUT}, "runtime", UNKNOWN,
            "CPython >=3.9 on linux x86-64/aarch64 for ddtrace 4.16.0", "unknown", LINUX_4,
        ),
        case(
            asks("sca"), {"tracer": "5.1"}, "runtime", UNKNOWN,
            "a runtime that the page gives for ddtrace 5.1", "ddtrace 5.1",
            "Supported Python versions: 12 rows",
        ),
        case(asks("sca"), {"tracer": None}, "runtime", NOT_APPLICABLE, *NOTHING),
        case(asks("sca"), {}, "agent", SATISFIED, "Datadog Agent >=7.28", "7.60.0", GENERAL),
        case(
            asks("sca"), {"agent": "7.27"}, "agent", VIOLATED,
            "Datadog Agent >=7.28", "7.27", GENERAL,
        ),
        case(
            asks("sca"), {"agent": None}, "agent", VIOLATED,
            "Datadog Agent >=7.28", "no Agent", GENERAL,
        ),
        case(
            asks("sca"), {"agent": LEFT_OUT}, "agent", UNKNOWN,
            "Datadog Agent >=7.28", "unknown", GENERAL,
        ),
        case(asks("sca"), {"tracer": "1.9.0"}, "agent", NOT_APPLICABLE, *NOTHING),
        case(
            asks("threat_protection"), {}, "remote_configuration", SATISFIED,
            "Remote Configuration", "it on", REMOTE,
        ),
        case(
            asks("threat_protection"), {"remote_configuration": False},
            "remote_configuration", VIOLATED,
            "Remote Configuration", "it off (facts)", REMOTE,
        ),
        case(
            asks("threat_protection"), {"remote_configuration": LEFT_OUT},
            "remote_configuration", UNKNOWN,
            "Remote Configuration", "unknown", REMOTE,
        ),
        case(asks("sca"), {}, "remote_configuration", NOT_APPLICABLE, *NOTHING),
        case(asks("sca"), {}, "deployment", SATISFIED, MARKED, "Docker", DOCKER),
        case(
            asks("sca"), {"deployments": ["docker", "aws_lambda"]}, "deployment", VIOLATED,
            f"{MARKED} (Docker, Kubernetes, Amazon ECS, AWS Fargate)", "AWS Lambda", LAMBDA,
        ),
        case(
            asks("api_security", deployment="lambda"), {}, "deployment", VIOLATED,
            "to run on AWS Lambda", "Docker", LAMBDA,
        ),
        case(
            asks("sca"), {"deployments": LEFT_OUT}, "deployment", UNKNOWN,
            MARKED, "unknown", TYPES,
        ),
        case(
            asks("api_security", deployment="docker"), {"deployments": LEFT_OUT},
            "deployment", UNKNOWN,
            "to run on Docker", "unknown", DOCKER,
        ),
        case(asks("sca"), {"deployments": []}, "deployment", NOT_APPLICABLE, *NOTHING),
        case(
            asks("threat_detection", framework="django"), {}, "framework", SATISFIED,
            "Django >=2.2", "4.2.1", DJANGO,
        ),
        case(
            asks("threat_detection", framework="django"), {"frameworks": {"django": "2.1"}},
            "framework", VIOLATED,
            "Django >=2.2", "2.1", DJANGO,
        ),
        case(
            asks("threat_detection", framework="django"), {"frameworks": {"django": None}},
            "framework", VIOLATED,
            "Django >=2.2", "none installed", DJANGO,
        ),
        case(
            asks("threat_detection", framework="tornado"), {}, "framework", VIOLATED,
            f"{LISTED}, not tornado", "", WEB,
        ),
        case(
            asks("threat_detection", framework="django"), {"frameworks": {}}, "framework", UNKNOWN,
            "Django >=2.2", "unknown", DJANGO,
        ),
        case(
            asks("api_security", framework="django"), {}, "framework", UNKNOWN,
            "documented support for django", "django 4.2.1", SILENCE,
        ),
        case(asks("sca"), {}, "framework", NOT_APPLICABLE, *NOTHING),
        case(
            asks("sca", datastore="mysql"), {}, "datastore", SATISFIED,
            "documented support for mysql", "mysql", GENERIC,
        ),
        case(
            asks("sca", datastore="redis"), {}, "datastore", UNKNOWN,
            "documented support for redis", "unknown", GENERIC,
        ),
        case(asks("sca"), {}, "datastore", NOT_APPLICABLE, *NOTHING),
    ],
)  # fmt: skip
def test_finding(
    requirement: Requirement,
    changes: dict[str, Any],
    check: str,
    outcome: Outcome,
    texts: tuple[str, str, str],
) -> None:
    found = finding(check, requirement, **changes)
    assert (found.check, found.outcome) == (check, outcome)
    assert (found.documented, found.observed, found.source) == texts
