import pytest


@pytest.mark.requires_framework("django", "2.2")
def test():
    pass
