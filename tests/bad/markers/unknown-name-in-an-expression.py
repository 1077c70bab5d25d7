import pytest


@pytest.mark.requires_capability("sca and not quux")
def test():
    pass
