import pytest


@pytest.mark.requires_tracer(">=2", specifier=">=3")
def test():
    pass
