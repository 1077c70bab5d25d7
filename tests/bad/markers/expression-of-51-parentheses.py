import pytest


@pytest.mark.requires_capability("(" * 51 + "sca" + ")" * 51)
def test():
    pass
