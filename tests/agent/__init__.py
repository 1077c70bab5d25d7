"""Runs beside a real Agent's stand-in, `ddapm-test-agent`: `nox -s agent`."""
