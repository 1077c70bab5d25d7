import pytest


@pytest.mark.requires_capability("sca", datastore=(("mysql",),))
def test():
    pass
