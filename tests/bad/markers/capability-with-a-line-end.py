import pytest


@pytest.mark.requires_capability("sca\n\nsca")
def test():
    pass
