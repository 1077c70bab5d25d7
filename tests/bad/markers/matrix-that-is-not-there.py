import pytest


@pytest.mark.requires_capability("sca", matrix="jaav")
def test():
    pass
