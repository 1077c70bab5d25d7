import pytest


@pytest.mark.requires_capability("\ud800")
def test():
    pass
