import pytest


@pytest.mark.requires_capability(10**5000)
def test():
    pass
