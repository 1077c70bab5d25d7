"""The record of a run: its format, and building it."""
