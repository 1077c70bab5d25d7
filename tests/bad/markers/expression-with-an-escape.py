import pytest


@pytest.mark.requires_capability("sca and \x1b[31m and")
def test():
    pass
