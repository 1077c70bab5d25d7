"""Gives Flask's tests a name that they import and pytest 9.2 lacks: goes there as conftest.py."""

from __future__ import annotations

import _pytest.compat
import _pytest.monkeypatch

if not hasattr(_pytest.monkeypatch, "notset"):
    setattr(_pytest.monkeypatch, "notset", _pytest.compat.NOTSET)  # noqa: B010 - mypy knows no such
