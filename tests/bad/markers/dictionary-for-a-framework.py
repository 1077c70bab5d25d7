import pytest


@pytest.mark.requires_framework({"django": ">=4"})
def test():
    pass
