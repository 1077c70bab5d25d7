import pytest


@pytest.mark.requires_support_level()
def test():
    pass
