import pytest


@pytest.mark.requires_tracer("")
def test():
    pass
