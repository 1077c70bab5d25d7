import pytest


@pytest.mark.requires_tracer(">=2", matrix=1)
def test():
    pass
