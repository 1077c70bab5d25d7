"""The facts of where tests run: registry, parsing, detection, layers."""
