"""Declarations: what a file says for tests, as markers would."""
