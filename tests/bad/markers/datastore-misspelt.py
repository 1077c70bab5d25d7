import pytest


@pytest.mark.requires_capability("sca", datastore="postgress")
def test():
    pass
