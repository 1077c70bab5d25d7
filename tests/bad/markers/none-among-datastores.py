import pytest


@pytest.mark.requires_capability("sca", datastore=("mysql", None))
def test():
    pass
