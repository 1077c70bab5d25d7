import pytest


@pytest.mark.requires_tracer(">=2" + ",>=2" * 50)
def test():
    pass
