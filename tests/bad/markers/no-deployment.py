import pytest


@pytest.mark.requires_deployment()
def test():
    pass
