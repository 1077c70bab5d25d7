import pytest


@pytest.mark.requires_capability("and sca")
def test():
    pass
