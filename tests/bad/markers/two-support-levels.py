import pytest


@pytest.mark.requires_support_level("ga", "eol")
def test():
    pass
