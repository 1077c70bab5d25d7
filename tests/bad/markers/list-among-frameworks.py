import pytest


@pytest.mark.requires_capability("sca", framework=("django", ["flask"]))
def test():
    pass
