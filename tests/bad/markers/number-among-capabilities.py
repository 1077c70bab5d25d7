import pytest


@pytest.mark.requires_capability("sca", 3)
def test():
    pass
