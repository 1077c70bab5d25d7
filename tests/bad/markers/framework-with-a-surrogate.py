import pytest


@pytest.mark.requires_framework("dj\ud800")
def test():
    pass
