import pytest


@pytest.mark.requires_capability("threat_protecton")
def test():
    pass
