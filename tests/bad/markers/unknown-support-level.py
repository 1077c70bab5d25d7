import pytest


@pytest.mark.requires_capability("sca", support_level="golden")
def test():
    pass
