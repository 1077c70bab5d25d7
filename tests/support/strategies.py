"""What Hypothesis makes up for several tests, and how often."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

few = settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
some = settings(few, max_examples=60)
many = settings(few, max_examples=150)

words = st.sampled_from(["and", "or", "not", "(", ")", " ", "sca", "api_security", "Not", "zz"])
texts = st.lists(words | st.text(max_size=3), max_size=12).map("".join)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | texts
anything: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
