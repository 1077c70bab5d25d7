"""Rows that overlays have removed, kept to say what a finding would be with them."""

from __future__ import annotations

from pytest_ddcompat.matrix.fields import Row, field
from pytest_ddcompat.matrix.kinds import array, table
from pytest_ddcompat.matrix.rows import (
    Capability,
    Coverage,
    Deployment,
    Framework,
    Release,
    Runtime,
    Site,
)

__all__ = ["Removed"]


class Removed(Row):
    """Rows of the page that overlays have taken away."""

    sites: tuple[Site, ...] = field(array(table(Site)), "Callouts about sites.", (), decides=False)
    capabilities: tuple[Capability, ...] = field(
        array(table(Capability)), "Capabilities.", (), decides=False
    )
    deployments: tuple[Deployment, ...] = field(
        array(table(Deployment)), "Deployment types.", (), decides=False
    )
    releases: tuple[Release, ...] = field(
        array(table(Release)), "Release branches.", (), decides=False
    )
    runtimes: tuple[Runtime, ...] = field(array(table(Runtime)), "Runtimes.", (), decides=False)
    frameworks: tuple[Framework, ...] = field(
        array(table(Framework)), "Frameworks.", (), decides=False
    )
    coverage: tuple[Coverage, ...] = field(array(table(Coverage)), "Sentences.", (), decides=False)
