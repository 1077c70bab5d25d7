"""The verifier accepts what clashes, and nothing else: it tries all values, and uses no solver."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from support.core import MATRIX

from pytest_ddcompat import Requirement
from pytest_ddcompat.evaluation.pages import Matrices
from pytest_ddcompat.planning.atoms import Operation, atoms_in, formula_of
from pytest_ddcompat.planning.candidates import Limits, candidates_of
from pytest_ddcompat.planning.clashes import is_clash
from pytest_ddcompat.planning.space import relation_of
from pytest_ddcompat.planning.trial import Trial

if TYPE_CHECKING:
    from pytest_ddcompat.planning.atoms import Atom

pytestmark = pytest.mark.once

MATRICES = Matrices([MATRIX])


def verified(*markers: str, without: str = "") -> bool:
    """Whether all that markers ask for, but for one check, keeps them from holding together."""
    formulas = [formula_of(Requirement.from_marker(text), MATRICES) for text in markers]
    both = Operation(all=True, operands=tuple(formulas))
    atoms = [*dict.fromkeys(atoms_in(both))]
    trial = Trial(MATRICES, dt.date(2026, 5, 31))
    candidates = candidates_of(atoms, trial, Limits())
    chosen: list[Atom] = [
        atom for atom in atoms if (atom.check or atom.requirement.kind) != without
    ]
    relations = {atom: relation_of(atom, candidates, trial) for atom in chosen}
    return is_clash(both, chosen, candidates, relations)


@pytest.mark.parametrize(
    ("markers", "clashes"),
    [
        pytest.param(['requires_tracer("<3")', 'requires_tracer(">=3")'], True, id="no version"),
        pytest.param(['requires_tracer("<=3")', 'requires_tracer(">=3")'], False, id="one version"),
        pytest.param(['requires_tracer("<3")', 'requires_tracer(">2.99999")'], False,
                     id="between two"),
        pytest.param(['requires_capability("api_security")', 'requires_tracer("<2.6")'], True,
                     id="a minimum"),
        pytest.param(['requires_capability("api_security")', 'requires_tracer("<=2.6")'], False,
                     id="the minimum itself"),
        pytest.param(['requires_capability("api_security or threat_detection")',
                      'requires_tracer("<2.6")'], False, id="an alternative"),
        pytest.param(['requires_capability("api_security")',
                      'requires_capability("not api_security")'], True, id="its opposite"),
        pytest.param(['requires_deployment("docker")', 'requires_deployment("aws_lambda")'], True,
                     id="types that do not nest"),
        pytest.param(['requires_platform(os="linux")', 'requires_platform(os=("macos", "linux"))'],
                     False, id="words"),
    ],
)  # fmt: skip
def test_what_clashes(markers: list[str], clashes: bool) -> None:
    assert verified(*markers) is clashes


@pytest.mark.parametrize("check", ["runtime", "python", "tracer"])
def test_each_of_three_that_clash_is_needed(check: str) -> None:
    markers = (
        'requires_capability("threat_detection")',
        'requires_python(">=3.12")',
        'requires_tracer("<2")',
    )
    assert verified(*markers)
    assert not verified(*markers, without=check)
