import pytest


@pytest.mark.requires_agent("==seven")
def test():
    pass
