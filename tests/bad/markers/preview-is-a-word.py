import pytest


@pytest.mark.requires_capability("sca", preview="no")
def test():
    pass
