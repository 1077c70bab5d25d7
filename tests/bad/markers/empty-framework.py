import pytest


@pytest.mark.requires_framework("")
def test():
    pass
