import pytest


@pytest.mark.requires_tracer("2")
class Test:
    def test_one(self):
        pass

    def test_two(self):
        pass
