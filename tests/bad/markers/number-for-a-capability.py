import pytest


@pytest.mark.requires_capability(3)
def test():
    pass
