"""The day that counts as today."""

from __future__ import annotations

import datetime as dt

__all__ = ["today"]


def today() -> dt.date:
    """Return the day in UTC, so that it does not depend on where a process runs."""
    return dt.datetime.now(dt.timezone.utc).date()
