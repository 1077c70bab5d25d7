"""Expectations that reality has overtaken, and what to change where they stand."""
