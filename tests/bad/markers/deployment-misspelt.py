import pytest


@pytest.mark.requires_capability("sca", deployment="dockr")
def test():
    pass
