import pytest


@pytest.mark.requires_agent(7)
def test():
    pass
