"""What the page documents against what ran, was skipped or failed beside each real ddtrace."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from support.processes import output_of

from .documented import MINIMUM, UNDOCUMENTED_PYTHON, documented_for, with_no_capability
from .targets import PLAIN_HOST, SITE, TARGETS, Environments, Installed, Run, Target

GATED_BY_REQUIRE = "api_security_module"
UNGATED = (
    "plugin_comes_from_the_wheel",
    "tracer_is_the_expected_one",
    "tracer_plugin_is_loaded",
    "unmarked",
)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(one, id=one.name, marks=pytest.mark.xdist_group(one.name)) for one in TARGETS
    ],
)
def target(request: pytest.FixtureRequest) -> Target:
    assert isinstance(request.param, Target)
    return request.param


@pytest.fixture(scope="module")
def installed(target: Target, environments: Environments) -> Installed:
    return environments.of(target)


@pytest.fixture(scope="module")
def default_run(installed: Installed) -> Run:
    return installed.run(PLAIN_HOST, SITE)


@pytest.fixture(scope="module")
def strict_run(installed: Installed) -> Run:
    return installed.run(PLAIN_HOST, SITE, "--ddcompat-strict")


def outcomes(verdicts: dict[str, str], unsupported: str) -> dict[str, str]:
    """List the outcome of every test of the suite, given that of an unsupported one."""
    gated = {name: unsupported if v == "unsupported" else "passed" for name, v in verdicts.items()}
    return gated | dict.fromkeys(UNGATED, "passed")


def carried(run: Run, key: str) -> dict[str, str]:
    """List what the reports of marked tests carry; that of a failed module has no marker."""
    return {name: v[key] for name, v in run.verdicts.items() if name != GATED_BY_REQUIRE}


def documented_for_markers(target: Target) -> dict[str, str]:
    documented = documented_for(target.ddtrace)
    return {name: verdict for name, verdict in documented.items() if name != GATED_BY_REQUIRE}


def test_what_is_not_documented_is_skipped(target: Target, default_run: Run) -> None:
    assert default_run.outcomes == outcomes(documented_for(target.ddtrace), "skipped")
    assert default_run.exit_status == 0, default_run.output


def test_what_is_not_documented_fails_in_strict_mode(target: Target, strict_run: Run) -> None:
    assert strict_run.outcomes == outcomes(documented_for(target.ddtrace), "failure")
    assert strict_run.exit_status == 1, strict_run.output


def test_detected_facts_lead_to_the_same(target: Target, installed: Installed) -> None:
    run = installed.run()
    assert run.outcomes == outcomes(documented_for(target.ddtrace), "skipped"), run.output


def test_no_capability_is_documented_for_an_excluded_site(
    target: Target, installed: Installed
) -> None:
    run = installed.run(PLAIN_HOST, "--ddcompat-set=site=ddog-gov.com")
    assert run.outcomes == outcomes(with_no_capability(target.ddtrace), "skipped"), run.output


def test_no_capability_is_documented_outside_the_runtime_table(
    target: Target, installed: Installed
) -> None:
    python = UNDOCUMENTED_PYTHON[target.ddtrace]
    run = installed.run(PLAIN_HOST, SITE, f"--ddcompat-set=python={python}")
    assert run.outcomes == outcomes(with_no_capability(target.ddtrace), "skipped"), run.output


def test_reports_carry_the_verdict(target: Target, default_run: Run) -> None:
    assert carried(default_run, "verdict") == documented_for_markers(target)


@pytest.mark.parametrize(("mode", "action"), [("default_run", "skip"), ("strict_run", "fail")])
def test_reports_carry_the_action(
    target: Target, mode: str, action: str, request: pytest.FixtureRequest
) -> None:
    assert carried(request.getfixturevalue(mode), "action") == {
        name: action if verdict == "unsupported" else "run"
        for name, verdict in documented_for_markers(target).items()
    }


def test_reports_carry_the_whole_explanation(default_run: Run) -> None:
    for found in default_run.verdicts.values():
        # `shown` is there where a run shows less than the reason.
        assert set(found) - {"shown"} == {"verdict", "action", "requires", "reason", "mend"}
        assert found["requires"][0].startswith("requires_")


def test_reason_has_what_is_documented_and_what_was_found(target: Target, default_run: Run) -> None:
    for name, minimum in MINIMUM.items():
        found = default_run.verdicts[name]
        if found["verdict"] == "unsupported":
            assert f" needs ddtrace >={minimum}" in found["reason"]
            assert f", found {target.ddtrace or 'none installed'} (" in found["reason"]
            assert any(change.startswith("ddtrace >=") for change in found["mend"])


PAGE = (Path(__file__).parents[2] / "docs/reference/markers.md").read_text(encoding="utf-8")


def test_example_before_an_import(target: Target, installed: Installed, tmp_path: Path) -> None:
    """What it imports is there in each ddtrace that has the capability, and not in an older one."""
    (example,) = re.findall(r"(?ms)^<!-- file: test_users.py -->\n```python\n(.*?)^```$", PAGE)
    (tmp_path / "test_users.py").write_text(example, encoding="utf-8")
    run = replace(installed, folder=tmp_path).run(PLAIN_HOST, SITE)
    supported = target.ddtrace not in {None, "1.9.7"}
    assert {*run.outcomes.values()} == {"passed" if supported else "skipped"}, run.output
    assert importable(installed) is supported


def importable(installed: Installed) -> bool:
    command = "from ddtrace.appsec.trace_utils import block_request"
    done = output_of([str(installed.python), "-c", command], installed.folder, {})
    return done.returncode == 0
