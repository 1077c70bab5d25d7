import pytest


@pytest.mark.requires_framework("django>=4.0")
def test():
    pass
