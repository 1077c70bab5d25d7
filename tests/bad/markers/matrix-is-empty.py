import pytest


@pytest.mark.requires_agent(">=7", matrix="")
def test():
    pass
