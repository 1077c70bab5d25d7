import pytest


@pytest.mark.requires_tracer("2")
@pytest.mark.requires_agent("7")
def test():
    pass
