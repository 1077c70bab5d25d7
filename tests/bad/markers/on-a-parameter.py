import pytest


@pytest.mark.parametrize(
    "value", [1, pytest.param(2, marks=pytest.mark.requires_deployment("dokcer"))]
)
def test(value):
    pass
