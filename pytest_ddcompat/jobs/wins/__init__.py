"""Wins: tests that pass in all runs though they are expected to fail, or to be unsupported."""
