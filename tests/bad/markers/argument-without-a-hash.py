import pytest


class Odd(str):
    def __hash__(self):
        raise RuntimeError("none")


@pytest.mark.requires_capability(Odd("sca"))
def test():
    pass
