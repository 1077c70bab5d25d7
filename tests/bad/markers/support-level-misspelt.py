import pytest


@pytest.mark.requires_support_level("maintenence")
def test():
    pass
