"""The built wheel beside real ddtrace versions: `nox -s e2e`."""
