"""Keeps each test file for the session of nox that sets its variable.

`nox -s neighbours` installs the tools that `test_readers.py` and `test_datadog_tags.py` need.
`nox -s harm` tests its own comparison with `test_harm.py`, which starts pytest for most cases.
"""

import os

VARIABLES = {
    "test_datadog_tags.py": "DDCOMPAT_READERS",
    "test_harm.py": "DDCOMPAT_HARM",
    "test_readers.py": "DDCOMPAT_READERS",
}
collect_ignore = [name for name, variable in VARIABLES.items() if variable not in os.environ]
