import pytest


@pytest.mark.requires_framework("django", ">=4", "<5")
def test():
    pass
