import pytest


@pytest.mark.requires_agent(">=٧")
def test():
    pass
