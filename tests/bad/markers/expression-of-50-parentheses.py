import pytest


@pytest.mark.requires_capability("(" * 50 + "sca" + ")" * 50)
def test():
    pass
