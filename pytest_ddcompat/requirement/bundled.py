"""Names of the bundled pages, for editors to complete; `nox -s generate` writes this file.

Each type is any string, as other pages and overlays have names of their own. Import this module
for types only: making them is no part of what a first verdict costs.
"""

from __future__ import annotations

from typing import Literal, Union

__all__ = [
    "Capability",
    "Cpus",
    "Datastores",
    "Deployment",
    "Deployments",
    "Framework",
    "Frameworks",
    "Implementations",
    "Level",
    "Systems",
]

Capability = Union[
    Literal[
        "threat_detection",
        "threat_protection",
        "customize_response_to_blocked_requests",
        "software_composition_analysis",
        "sca",
        "code_security",
        "automatic_user_activity_event_tracking",
        "api_security",
    ],
    str,
]

Framework = Union[
    Literal[
        "django",
        "fastapi",
        "flask",
    ],
    str,
]
Frameworks = Union[Framework, "tuple[Framework, ...]", None]

Deployment = Union[
    Literal[
        "docker",
        "kubernetes",
        "amazon_ecs",
        "aws_fargate",
        "aws_lambda",
    ],
    str,
]
Deployments = Union[Deployment, "tuple[Deployment, ...]", None]

Datastore = Union[
    Literal[
        "sqlite",
        "mysql",
        "postgres",
        "mariadb",
    ],
    str,
]
Datastores = Union[Datastore, "tuple[Datastore, ...]", None]

Level = Union[
    Literal[
        "general_availability",
        "maintenance",
        "end_of_life",
        "ga",
        "eol",
    ],
    str,
]

System = Union[
    Literal[
        "linux",
        "macos",
        "windows",
    ],
    str,
]
Systems = Union[System, "tuple[System, ...]", None]

Cpu = Union[
    Literal[
        "x86-64",
        "aarch64",
        "i686",
    ],
    str,
]
Cpus = Union[Cpu, "tuple[Cpu, ...]", None]

Implementation = Union[
    Literal[
        "cpython",
        "pypy",
    ],
    str,
]
Implementations = Union[Implementation, "tuple[Implementation, ...]", None]
