import pytest


@pytest.mark.requires_capability("not")
def test():
    pass
