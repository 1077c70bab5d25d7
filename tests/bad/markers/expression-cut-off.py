import pytest


@pytest.mark.requires_capability("sca and")
def test():
    pass
