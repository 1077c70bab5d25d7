import pytest


@pytest.mark.requires_capability("sca", datastore="x" * 1001)
def test():
    pass
