import pytest


@pytest.mark.requires_capability("sca", matrix="x" * 1001)
def test():
    pass
