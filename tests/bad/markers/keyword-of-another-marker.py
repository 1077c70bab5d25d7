import pytest


@pytest.mark.requires_tracer(">=2", preview=True)
def test():
    pass
