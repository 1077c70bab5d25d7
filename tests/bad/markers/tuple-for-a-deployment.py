import pytest


@pytest.mark.requires_deployment(("docker",))
def test():
    pass
