"""Keeps each test file for the session of nox that sets its variable.

`nox -s neighbours` installs the tools that `test_readers.py` needs. `nox -s harm` tests its own
comparison with `test_harm.py`, which starts pytest for most cases.
"""

import os

VARIABLES = {"test_readers.py": "DDCOMPAT_READERS", "test_harm.py": "DDCOMPAT_HARM"}
collect_ignore = [name for name, variable in VARIABLES.items() if variable not in os.environ]
