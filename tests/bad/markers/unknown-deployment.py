import pytest


@pytest.mark.requires_deployment("vmware")
def test():
    pass
