import pytest


@pytest.mark.requires_capability("a" * 1001)
def test():
    pass
