import pytest


class Odd:
    def __repr__(self):
        raise RuntimeError


@pytest.mark.requires_capability(Odd())
def test():
    pass
