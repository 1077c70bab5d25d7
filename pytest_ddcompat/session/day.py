"""The day of a run, which decides support levels where no date is given."""

from __future__ import annotations

import datetime as dt

import pytest

from pytest_ddcompat.values.day import today

__all__ = ["DAY", "day_of"]

DAY = "ddcompat_day"
"""Key by which the controller of pytest-xdist tells its workers the day of the run."""

_DAY = pytest.StashKey[dt.date]()


def day_of(config: pytest.Config) -> dt.date:
    """Return the day of a run, the same in all its processes."""
    day = config.stash.get(_DAY, None)
    if day is None:
        told = getattr(config, "workerinput", {}).get(DAY)
        day = config.stash[_DAY] = dt.date.fromisoformat(told) if told else today()
    return day
