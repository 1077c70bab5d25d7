import pytest

WITHIN = []
WITHIN.append(WITHIN)


@pytest.mark.requires_capability(WITHIN)
def test():
    pass
