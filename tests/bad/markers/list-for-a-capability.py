import pytest


@pytest.mark.requires_capability(["sca"])
def test():
    pass
