import pytest


@pytest.mark.requires_capability(len, "sca")
def test():
    pass
