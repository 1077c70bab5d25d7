import pytest


@pytest.mark.requires_capability("sca or sca sca")
def test():
    pass
