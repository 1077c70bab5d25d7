import pytest


@pytest.mark.requires_framework("django == 4.2")
def test():
    pass
