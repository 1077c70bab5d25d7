"""What a marker's arguments are understood as, and with which words they are refused."""

from __future__ import annotations

import pytest

from pytest_ddcompat import Requirement

asks = Requirement.capability


@pytest.mark.parametrize(
    ("requirement", "marker"),
    [
        pytest.param(asks("sca"), 'requires_capability("sca")', id="one capability"),
        pytest.param(
            asks("Threat Protection", "not sca"),
            'requires_capability("Threat Protection", "not sca")',
            id="two, as they were written",
        ),
        pytest.param(
            asks(
                "sca", framework="django", deployment=("k8s", "docker"), datastore="mysql",
                support_level="GA", preview=False,
            ),
            'requires_capability("sca", framework="django", deployment=("k8s", "docker"), '
            'datastore="mysql", support_level="general_availability", preview=False)',
            id="every keyword",
        ),
        pytest.param(Requirement.tracer(" >=2,<3 "), 'requires_tracer(">=2,<3")', id="tracer"),
        pytest.param(Requirement.agent(">=7.28"), 'requires_agent(">=7.28")', id="Agent"),
        pytest.param(
            Requirement.framework("django"), 'requires_framework("django")', id="framework"
        ),
        pytest.param(
            Requirement.framework("django", ">=4"),
            'requires_framework("django", ">=4")',
            id="framework with versions",
        ),
        pytest.param(
            Requirement.deployment("docker", "aws_lambda"),
            'requires_deployment("docker", "aws_lambda")',
            id="deployments",
        ),
        pytest.param(
            Requirement.support_level("Maintenance"),
            'requires_support_level("maintenance")',
            id="support level",
        ),
        pytest.param(
            Requirement.python(">=3.9 | ==2.7.*"),
            'requires_python(">=3.9 | ==2.7.*")',
            id="Python, of alternatives",
        ),
        pytest.param(
            Requirement.platform(os=("Darwin", "win32"), cpu="amd64", implementation="CPython"),
            'requires_platform(os=("macos", "windows"), cpu="x86-64", implementation="cpython")',
            id="platform, in the words of the facts",
        ),
        pytest.param(
            Requirement.platform(os=("linux", "Linux")),
            'requires_platform(os="linux")',
            id="platform, the same word twice",
        ),
        pytest.param(
            Requirement.platform(os="FreeBSD"), 'requires_platform(os="freebsd")', id="another OS"
        ),
        pytest.param(
            Requirement.package("Flask_RestX"), 'requires_package("flask-restx")', id="package"
        ),
        pytest.param(
            Requirement.package("httpx", ">=0.20"),
            'requires_package("httpx", ">=0.20")',
            id="package with versions",
        ),
        pytest.param(Requirement.fact("iast"), 'requires_fact("iast")', id="fact"),
        pytest.param(Requirement.fact("iast", True), 'requires_fact("iast")', id="fact, True"),
        pytest.param(
            Requirement.fact("iast", False), 'requires_fact("iast", False)', id="fact, False"
        ),
        pytest.param(
            Requirement.fact("variant", ("flask-poc", "uds")),
            'requires_fact("variant", ("flask-poc", "uds"))',
            id="fact, any of some words",
        ),
        pytest.param(
            Requirement.fact("iast", (True, False)),
            'requires_fact("iast", (True, False))',
            id="fact, known at all",
        ),
        pytest.param(
            Requirement.fact("variant", excluded=("flask-poc",)),
            'requires_fact("variant", excluded="flask-poc")',
            id="fact, any word but one",
        ),
        pytest.param(
            Requirement.fact("variant", ("uds", "poc"), excluded=("a", "b")),
            'requires_fact("variant", ("uds", "poc"), excluded=("a", "b"))',
            id="fact, both",
        ),
        pytest.param(asks('"\\'), 'requires_capability("\\"\\\\")', id="quotes"),
        pytest.param(Requirement.state("flaky"), 'declared("flaky")', id="state"),
        pytest.param(
            Requirement.state("missing", Requirement.tracer("<1.2"), asks("sca", preview=False)),
            'declared("missing", requires_tracer("<1.2"), '
            'requires_capability("sca", preview=False))',
            id="state with conditions",
        ),
    ],
)  # fmt: skip
def test_marker_as_it_would_be_written(requirement: Requirement, marker: str) -> None:
    assert requirement.marker == marker
    assert Requirement.from_marker(marker) == requirement


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("requires_sca()", None, id="another marker"),
        pytest.param("from_marker('requires_tracer')", None, id="another method"),
        pytest.param('requires_capability("sca"', None, id="cut off"),
        pytest.param('requires_capability("sca", size=1)', None, id="unknown keyword"),
        pytest.param("requires_capability(name)", None, id="no literal"),
        pytest.param("requires_capability(" + "(" * 9999, None, id="nested too deeply"),
        pytest.param("\0", None, id="no text"),
        pytest.param("declared()", None, id="state without a word"),
        pytest.param("declared(missing)", None, id="state that is no literal"),
        pytest.param('declared("missing", "<1.2")', None, id="condition that is no marker"),
        pytest.param(
            'declared("missing", declared("bug"))',
            "a state cannot be the condition of another state",
            id="state within a state",
        ),
        pytest.param(
            "requires_capability()", "a capability is missing; name at least one", id="no argument"
        ),
    ],
)
def test_text_that_is_no_marker(text: str, message: str | None) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        Requirement.from_marker(text)
    assert str(raised.value) == (message or f"{text[:80]} is not a marker of this plugin")


@pytest.mark.parametrize(
    ("written", "level"),
    [
        pytest.param("general_availability", "general_availability", id="id"),
        pytest.param("General Availability", "general_availability", id="documented"),
        pytest.param("GA", "general_availability", id="abbreviation"),
        pytest.param("end-of-life", "end_of_life", id="dashes"),
        pytest.param("eol", "end_of_life", id="another abbreviation"),
        pytest.param("MAINTENANCE", "maintenance", id="capitals"),
    ],
)
def test_support_level(written: str, level: str) -> None:
    assert Requirement.support_level(written).level == level
    assert asks("sca", support_level=written).level == level


def test_equal_arguments_are_equal_requirements() -> None:
    assert asks("sca", framework="flask") == asks("sca", framework=("flask",))
    assert len({asks("sca"), asks("sca"), asks("sca", preview=False)}) == 2
    assert asks("sca") != Requirement.deployment("sca")
