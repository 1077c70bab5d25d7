import pytest


@pytest.mark.requires_capability("not " * 51 + "sca")
def test():
    pass
