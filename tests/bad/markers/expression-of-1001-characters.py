import pytest


@pytest.mark.requires_capability("sca or " * 142 + "api_sec")
def test():
    pass
