import pytest


@pytest.mark.requires_capability(None)
def test():
    pass
