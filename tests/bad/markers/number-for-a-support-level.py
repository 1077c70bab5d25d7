import pytest


@pytest.mark.requires_support_level(3)
def test():
    pass
