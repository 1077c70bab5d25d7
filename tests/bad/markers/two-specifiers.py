import pytest


@pytest.mark.requires_tracer(">=1", "<2")
def test():
    pass
