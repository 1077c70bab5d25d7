import pytest


@pytest.mark.requires_capability("sca", framework="Django,Flask")
def test():
    pass
