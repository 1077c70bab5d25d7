"""Overlays: a user's own rows on top of a matrix."""
