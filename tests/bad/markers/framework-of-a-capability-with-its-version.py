import pytest


@pytest.mark.requires_capability("sca", framework="django>=4")
def test():
    pass
