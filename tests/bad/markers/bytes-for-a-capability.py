import pytest


@pytest.mark.requires_capability(b"sca")
def test():
    pass
