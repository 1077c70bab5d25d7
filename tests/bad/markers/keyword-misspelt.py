import pytest


@pytest.mark.requires_capability("sca", framwork="django")
def test():
    pass
