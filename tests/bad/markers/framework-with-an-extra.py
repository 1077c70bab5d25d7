import pytest


@pytest.mark.requires_framework("django[bcrypt]", ">=4")
def test():
    pass
