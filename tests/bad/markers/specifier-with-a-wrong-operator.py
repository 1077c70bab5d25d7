import pytest


@pytest.mark.requires_tracer("=>2.0")
def test():
    pass
