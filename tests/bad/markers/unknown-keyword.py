import pytest


@pytest.mark.requires_deployment("docker", mode="x")
def test():
    pass
