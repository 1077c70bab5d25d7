import pytest


@pytest.mark.requires_capability("sca", framework=["django"])
def test():
    pass
