import pytest


@pytest.mark.requires_capability("sca", framework="djngo")
def test():
    pass
