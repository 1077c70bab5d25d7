"""Options and files that say what environments there may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.core import MATRIX

from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.matrix.facts import FactDeclaration
from pytest_ddcompat.planning.limits import check_limits, limits_of, offers_of
from pytest_ddcompat.values.errors import CompatibilityError
from pytest_ddcompat.values.versions import Version

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once
V = Version


@pytest.mark.parametrize(
    ("key", "admitted", "refused"),
    [
        pytest.param("os", ["linux", "macos"], ["windows"], id="any of several words"),
        pytest.param("tracer", [V("3.0"), V("4.99")], [V("2.99"), V("5.0"), None], id="a range"),
        pytest.param("framework.django", [V("4.2")], [V("4.2.1"), None], id="a version"),
        pytest.param("python", [V("3.10"), V("3.13.1")], [V("3.9"), V("3.14")], id="Pythons"),
        pytest.param("deployments", [frozenset({"docker", "kubernetes"})],
                     [frozenset({"docker"}), frozenset()], id="types that apply together"),
        pytest.param("agent", [V("7.1"), None], [], id="what is not limited"),
    ],
)  # fmt: skip
def test_options(key: str, admitted: list[Any], refused: list[Any]) -> None:
    only = ["os=linux", "os=macos", "tracer=>=3,<5", "framework.Django=4.2",
            "deployment=docker,kubernetes"]  # fmt: skip
    limits = limits_of(only, "3.10..3.13", {})
    assert [limits.admits(key, value) for value in admitted] == [True] * len(admitted)
    assert [limits.admits(key, value) for value in refused] == [False] * len(refused)


@pytest.mark.parametrize(
    ("text", "pythons"),
    [
        pytest.param("3.9", ["3.9"], id="one"),
        pytest.param("3.8..3.10", ["3.10", "3.9", "3.8"], id="a range, the newest first"),
        pytest.param("2.7, 3.12..3.12", ["3.12", "2.7"], id="several"),
        pytest.param(None, [], id="any"),
    ],
)
def test_pythons(text: str | None, pythons: list[str]) -> None:
    assert [*limits_of([], text, {}).pythons] == [*map(Version, pythons)]


def test_a_file_of_offers(tmp_path: Path) -> None:
    file = tmp_path / "offers.toml"
    file.write_text(
        'python = ["3.12", "3.9"]\ndeployments = [[], ["docker"]]\nremote_configuration = [true]\n'
        '[frameworks]\nDjango = ["5.2"]\n[facts]\nvariant = ["flask-poc"]\n', "utf-8",
    )  # fmt: skip
    offers = offers_of(str(file))
    assert offers == {
        "python": (V("3.12"), V("3.9")),
        "deployments": (frozenset(), frozenset({"docker"})),
        "remote_configuration": (True,),
        "framework.django": (V("5.2"), None),
        "fact.variant": ("flask-poc",),
    }
    limited = limits_of(["python=3.9", "os=linux"], None, offers).values
    assert (limited["python"], limited["os"]) == ((V("3.9"),), ("linux",))


OWN = [FactDeclaration.from_values({"id": "variant", "kind": "word"})]
TYPES = frozenset({"marsbase"})


@pytest.mark.parametrize(
    ("only", "offers", "message"),
    [
        pytest.param("fact.x=1", {}, 'no fact "x" is declared; valid: variant', id="no such fact"),
        pytest.param("fact.varient=1", {}, 'no fact "varient" is declared; did you mean "variant"?',
                     id="a misspelt fact"),
        pytest.param("os=linux", {"fact.x": ("1",)}, 'no fact "x" is declared; valid: variant',
                     id="an offered fact that is not declared"),
        pytest.param("deployment=marsbase", {},
                     '--only: deployments: "marsbase" is not a deployment type; valid: amazon_ecs, '
                     "aws_fargate, aws_lambda, docker, kubernetes", id="no such deployment type"),
        pytest.param("deployment=docker,mars", {},
                     '--only: deployments: "mars" is not a deployment type; valid: ',
                     id="one of several deployment types"),
        pytest.param("fact.variant=1", {}, None, id="a declared fact"),
        pytest.param("deployment=docker,kubernetes", {}, None, id="known deployment types"),
        pytest.param("deployment=marsbase", {"deployments": (TYPES,)}, None, id="it is offered"),
        pytest.param("deployment=unknown", {}, None, id="an unknown value"),
        pytest.param("framework.bottle=1", {"package.zzz": (V("1"), None)}, None, id="no test's"),
    ],
)  # fmt: skip
def test_limits_of_which_nothing_can_come(
    only: str, offers: dict[str, Any], message: str | None
) -> None:
    limits, matrices = limits_of([only], None, offers), Matrices([MATRIX], OWN)
    if message is None:
        check_limits(limits, offers, matrices)
        return
    with pytest.raises(CompatibilityError) as caught:
        check_limits(limits, offers, matrices)
    assert str(caught.value).startswith(message)


def test_no_fact_is_declared() -> None:
    with pytest.raises(CompatibilityError) as caught:
        check_limits(limits_of(["fact.x=1"], None, {}), {}, Matrices([MATRIX]))
    assert str(caught.value) == (
        'no fact "x" is declared; valid: a fact that a page or a declarations file declares'
    )


@pytest.mark.parametrize(
    ("count", "said"),
    [
        pytest.param(0, "this has 0 values; ", id="none"),
        pytest.param(1, None, id="one"),
        pytest.param(200, None, id="as many as may be"),
        pytest.param(201, "this has 201 values; ", id="one more"),
    ],
)
def test_how_many_values_may_be_offered(count: int, said: str | None, tmp_path: Path) -> None:
    file = tmp_path / "offers.toml"
    file.write_text(f"tracer = {[f'1.{minor}' for minor in range(count)]}\n", "utf-8")
    if said is None:
        assert len(offers_of(str(file))["tracer"]) == count
        return
    with pytest.raises(CompatibilityError) as caught:
        offers_of(str(file))
    assert str(caught.value) == f"{file}: tracer: {said}valid: an array of 1 to 200 values"
