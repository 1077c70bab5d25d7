"""The rules of `lint`: one function each, from a matrix and a day to complaints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ddcompat.analysis.rules.branches import (
    agent_that_decreases,
    branches_that_overlap,
    gap_between_branches,
    maintenance_that_is_past,
    minimum_outside_every_branch,
    runtime_of_no_branch,
    runtimes_of_a_part,
)
from pytest_ddcompat.analysis.rules.page import (
    address_without_https,
    day_in_the_future,
    overlay_without_source,
    unresolved_words,
    words_that_are_blank,
)
from pytest_ddcompat.analysis.rules.runtimes import runtime_that_is_doubled
from pytest_ddcompat.analysis.rules.tables import (
    capability_never_marked,
    range_that_is_empty,
    row_that_is_repeated,
    versions_that_overlap,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from pytest_ddcompat.analysis.rules.common import Complaint
    from pytest_ddcompat.matrix.matrix import Matrix

__all__ = ["RULES"]

RULES: tuple[Callable[[Matrix, dt.date], Iterator[Complaint]], ...] = (
    address_without_https,
    day_in_the_future,
    words_that_are_blank,
    row_that_is_repeated,
    overlay_without_source,
    range_that_is_empty,
    minimum_outside_every_branch,
    capability_never_marked,
    branches_that_overlap,
    gap_between_branches,
    maintenance_that_is_past,
    agent_that_decreases,
    runtime_that_is_doubled,
    runtime_of_no_branch,
    runtimes_of_a_part,
    versions_that_overlap,
    unresolved_words,
)
"""All rules, in the order of their complaints."""
