import pytest


@pytest.mark.requires_framework(specifier=">=4")
def test():
    pass
