"""Several pages at once: which one a requirement is held against."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import pytest
from support.core import MATRIX, asks, environment
from support.overlays import BASE, SMALL, overlaid
from support.pages import row, small_page

from pytest_ddcompat import MatrixError, Requirement, RequirementError, evaluate, load_matrix
from pytest_ddcompat.evaluation.pages import Matrices, load_kept

if TYPE_CHECKING:
    from pathlib import Path

RULES = ("capabilities", 'id = "acme_waf_rules"\nminimum = "2.1"')
ANY = asks("something")

ALIKE = {
    "nothing": (),
    "another capability": (("capabilities", 'id = "something_else"\nstatus = "pending"'),),
    "mark of another capability": (
        (
            "deployments",
            'id = "docker"\nheading = "More deployments"\ncapabilities = {something_else = true}',
        ),
    ),
    "sentence of another capability": (
        ("coverage", 'of = "datastores"\ncapability = "something_else"\nnamed = ["redis"]'),
    ),
}
DIFFERENT = {
    "minimum": ("capabilities", 'id = "something"\nminimum = "1.1"'),
    "status": ("capabilities", 'id = "something"\nstatus = "preview"'),
    "Remote Configuration": ("capabilities", 'id = "something"\nremote_configuration = "Needed."'),
    "site": ("sites", 'excluded = ["example.com"]'),
    "Agent": ("releases", 'tracer = ">=2.0,<3"\nagent = "7.29"'),
    "last day": ("releases", 'tracer = ">=2.0,<3"\nuntil = 2026-06-30'),
    "mark": (
        "deployments",
        'id = "docker"\nheading = "Deployments"\ncapabilities = { something = false }',
    ),
    "deployment type": ("deployments", 'id = "vmware"\ncapabilities = {}'),
    "framework": (
        "frameworks",
        'id = "bottle"\nversions = [">=1.0"]\ncapabilities = { something = true }',
    ),
    "sentence": ("coverage", 'of = "frameworks"\ncapability = "something"\nnamed = ["bottle"]'),
    "runtime": (
        "runtimes",
        (
            'os = "windows"\ncpus = ["x86-64"]\nimplementation = "cpython"\npython = ["==3.9.*"]\n'
            'tracer = ">=2.0,<3"'
        ),
    ),
}


@pytest.mark.parametrize("rows", ALIKE.values(), ids=list(ALIKE))
def test_of_pages_that_define_a_capability_alike_the_first_decides(
    tmp_path: Path, rows: tuple[tuple[str, str], ...]
) -> None:
    acme = overlaid(tmp_path, *rows)
    assert Matrices([BASE, acme]).pick(ANY) is BASE
    assert Matrices([acme, BASE]).pick(ANY) is acme


@pytest.mark.parametrize("row", DIFFERENT.values(), ids=list(DIFFERENT))
def test_a_capability_that_pages_define_differently_must_be_picked(
    tmp_path: Path, row: tuple[str, str]
) -> None:
    acme = overlaid(tmp_path, row)
    matrices = Matrices([BASE, acme])
    with pytest.raises(RequirementError) as raised:
        matrices.pick(ANY)
    assert str(raised.value) == (
        'small and acme define "something" differently; choose one with matrix=: acme, small'
    )
    assert matrices.pick(ANY._replace(matrix="acme")) is acme
    assert matrices.pick(ANY._replace(matrix="small")) is BASE


def test_a_page_of_another_library_defines_all_differently(tmp_path: Path) -> None:
    other = overlaid(tmp_path, top='[page]\ntracer = "dd-trace-js"\n')
    with pytest.raises(RequirementError, match=r'^small and acme define "\w+" differently'):
        Matrices([BASE, other]).pick(ANY)


PICKED = {
    "on the first alone": (asks("code_security"), "iast-python"),
    "on another alone": (asks("acme_waf_rules"), "acme"),
    "all names on one": (asks("something and not acme_waf_rules", "se"), "acme"),
    "by alias": (asks("SE"), "acme"),
    "by documented name that is no expression": (asks("Something Else (SE)"), "acme"),
    "deployment that the first has": (Requirement.deployment("k8s"), "iast-python"),
    "deployment that another has": (Requirement.deployment("vmware"), "acme"),
    "deployments of another": (Requirement.deployment("docker", "vmware"), "acme"),
    "deployment that none has": (Requirement.deployment("moon"), "iast-python"),
    "tracer": (Requirement.tracer(">=2"), "iast-python"),
    "tracer of another": (Requirement.tracer(">=2", matrix="acme"), "acme"),
    "framework of another": (Requirement.framework("django", ">=2", matrix="acme"), "acme"),
    "Agent of another": (Requirement.agent(">=7", matrix="acme"), "acme"),
    "level of another": (Requirement.support_level("ga", matrix="acme"), "acme"),
    "deployment of the one that is named": (
        Requirement.deployment("docker", matrix="acme"),
        "acme",
    ),
}


@pytest.mark.parametrize(("requirement", "expected"), PICKED.values(), ids=list(PICKED))
def test_the_page_that_has_what_is_named(
    tmp_path: Path, requirement: Requirement, expected: str
) -> None:
    acme = overlaid(tmp_path, RULES, ("deployments", 'id = "vmware"\ncapabilities = {}'))
    assert Matrices([MATRIX, acme]).pick(requirement).page.id == expected


REFUSED = {
    "unknown page": (asks("sca", matrix="acmee"), ('this run has no matrix "acmee"; did you mean '
                     '"acme"? valid: acme, iast-python')),
    "names on different pages": (
        asks("code_security", "something and acme_waf_rules"),
        ('no matrix has all of these: "code_security" is on iast-python; "something" is on acme; '
        '"acme_waf_rules" is on acme; '
        "valid: capabilities of one matrix, or a marker for each matrix"),
    ),
    "name on no page": (
        asks("acme_waf_rule", "sca"),
        ('none of the pages iast-python, acme has a capability "acme_waf_rule"; did you mean '
        '"acme_waf_rules"? valid: acme_waf_rules, api_security, '
        "automatic_user_activity_event_tracking, code_security, "
        "customize_response_to_blocked_requests, sca, se, software_composition_analysis, "
        "something, something_else, threat_detection, threat_protection"),
    ),
    "no expression": (
        asks("sca and"),
        '"sca and", column 8: expected a capability, got the end',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("requirement", "message"), REFUSED.values(), ids=list(REFUSED))
def test_what_no_page_can_be_picked_for(
    tmp_path: Path, requirement: Requirement, message: str
) -> None:
    matrices = Matrices([MATRIX, overlaid(tmp_path, RULES)])
    with pytest.raises(RequirementError) as raised:
        matrices.check(requirement)
    assert str(raised.value) == message


def test_names_are_those_of_the_page_that_is_picked(tmp_path: Path) -> None:
    matrices = Matrices([MATRIX, overlaid(tmp_path, RULES)])
    with pytest.raises(RequirementError, match='the page has no capability "sca"'):
        matrices.check(asks("sca", matrix="acme"))


def test_one_page_decides_all() -> None:
    matrices = Matrices([MATRIX])
    assert (len(matrices), matrices.pick(asks("nothing")), matrices.first) == (1, MATRIX, MATRIX)
    with pytest.raises(RequirementError) as raised:
        matrices.pick(asks("sca", matrix="acme"))
    assert str(raised.value) == 'this run has no matrix "acme"; valid: iast-python'


@pytest.mark.parametrize(
    "requirement",
    [
        pytest.param(asks("something", matrix="acme"), id="capability"),
        pytest.param(Requirement.tracer(">=1", matrix="acme"), id="tracer"),
        pytest.param(Requirement.framework("django", matrix="acme"), id="framework"),
        pytest.param(Requirement.deployment("docker", matrix="acme"), id="deployment"),
        pytest.param(Requirement.agent(">=7", matrix="acme"), id="Agent"),
        pytest.param(Requirement.support_level("maintenance", matrix="acme"), id="level"),
    ],
)
def test_what_is_asked_of_a_page_is_held_against_no_other(requirement: Requirement) -> None:
    with pytest.raises(RequirementError) as raised:
        evaluate(requirement, environment(), BASE)
    expected = 'this requirement is for another matrix (got "small"); valid: "acme"'
    assert str(raised.value) == expected
    assert evaluate(requirement._replace(matrix="small"), environment(), BASE).findings


def test_pages_that_leave_different_things_open_define_all_differently() -> None:
    one, other = small_page(), small_page(unresolved=[row("words", of="releases", reason="odd")])
    other = other.replaced({"page": other.page.replaced({"id": "other"})})
    with pytest.raises(RequirementError, match=r'^some-page and other define "\w+" differently'):
        Matrices([one, other]).pick(asks("firewall"))


def test_the_same_page_twice_is_one() -> None:
    assert [*Matrices([MATRIX, BASE, deepcopy(MATRIX)])] == [MATRIX, BASE]


def test_different_pages_of_one_id(tmp_path: Path) -> None:
    acme = overlaid(tmp_path, RULES, top='[page]\nid = "small"\n')
    for first, called in ((BASE, SMALL), (BASE.replaced({}), "one of no file")):
        with pytest.raises(MatrixError) as raised:
            Matrices([first, acme])
        assert str(raised.value) == (
            f'two different matrices have the page id "small": {called} and '
            f"{tmp_path / 'acme.toml'}; "
            "valid: a different id for each (set page.id in an overlay)"
        )


def test_no_page() -> None:
    with pytest.raises(MatrixError) as raised:
        Matrices([])
    assert str(raised.value) == "there is no matrix; valid: at least one matrix"


def test_what_was_read_once_is_not_read_again(tmp_path: Path) -> None:
    made = overlaid(tmp_path, RULES)
    files: dict[str, bytes] = {}
    load_kept(tmp_path / "acme.toml", files)
    assert set(files) == {str(tmp_path / "acme.toml"), str(SMALL)}
    (tmp_path / "acme.toml").unlink()
    again = load_kept(tmp_path / "acme.toml", files)
    assert [*Matrices([made, again])] == [made]
    with pytest.raises(MatrixError):
        load_matrix(tmp_path / "acme.toml")


MARKERS = {
    'requires_capability("sca", preview=False, matrix="acme")': asks(
        "sca", preview=False, matrix="acme"
    ),
    'requires_tracer(">=2", matrix="acme")': Requirement.tracer(">=2", matrix="acme"),
    'requires_framework("django", ">=2", matrix="a")': Requirement.framework(
        "django", ">=2", matrix="a"
    ),
    'requires_deployment("docker", matrix="acme")': Requirement.deployment("docker", matrix="acme"),
    'requires_agent(">=7", matrix="acme")': Requirement.agent(">=7", matrix="acme"),
    'requires_support_level("maintenance", matrix="acme")': Requirement.support_level(
        "maintenance", matrix="acme"
    ),
}


@pytest.mark.parametrize(("text", "requirement"), MARKERS.items(), ids=list(MARKERS))
def test_markers_write_and_read_the_page(text: str, requirement: Requirement) -> None:
    assert requirement.marker == text
    assert Requirement.from_marker(text) == requirement


@pytest.mark.parametrize("value", ["", " ", 3, ("acme",)])
def test_page_that_is_no_id(value: object) -> None:
    with pytest.raises(RequirementError) as raised:
        asks("sca", matrix=value)  # type: ignore[arg-type]
    assert str(raised.value) == f"matrix must be the id of a matrix (got {value!r})"
