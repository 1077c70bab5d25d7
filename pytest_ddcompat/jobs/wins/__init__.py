"""Expectations that reality has overtaken."""
