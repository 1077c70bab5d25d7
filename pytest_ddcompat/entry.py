"""The entry point, which pytest knows as `ddcompat`: it names the plugin, and so does the package.

pytest refuses one module under two names, but loads what `pytest_plugins` names once, whether `-p`,
PYTEST_PLUGINS or the entry point leads to it. PYTEST_DONT_REWRITE: it has no assertions.
"""

pytest_plugins = ["pytest_ddcompat.plugin"]


# Each name that pytest finds in a plugin costs every run some 35,000 instructions.
def __dir__() -> list[str]:
    return []
