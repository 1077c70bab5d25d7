import pytest


@pytest.mark.requires_capability("sca", strict="yes")
def test():
    pass
