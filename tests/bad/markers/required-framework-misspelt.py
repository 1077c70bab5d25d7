import pytest


@pytest.mark.requires_framework("djngo")
def test():
    pass
