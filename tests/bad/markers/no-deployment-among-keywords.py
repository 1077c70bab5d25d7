import pytest


@pytest.mark.requires_capability("sca", deployment=())
def test():
    pass
