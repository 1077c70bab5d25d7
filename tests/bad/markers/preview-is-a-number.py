import pytest


@pytest.mark.requires_capability("sca", preview=1)
def test():
    pass
