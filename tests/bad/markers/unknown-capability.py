import pytest


@pytest.mark.requires_capability("sca", "quux")
def test():
    pass
