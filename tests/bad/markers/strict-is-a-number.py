import pytest


@pytest.mark.requires_deployment("docker", strict=0)
def test():
    pass
