import pytest


@pytest.mark.requires_capability()
def test():
    pass
