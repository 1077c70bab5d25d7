import pytest


@pytest.mark.requires_tracer(">=banana")
def test():
    pass
