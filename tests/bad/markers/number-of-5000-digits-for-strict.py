import pytest


@pytest.mark.requires_capability("sca", strict=10**5000)
def test():
    pass
