"""Lists that the cases name: each is what the code has, and is written out here alone."""

from __future__ import annotations

import pytest
from support.lists import lists

LISTS = {
    "capabilities": (
        "api_security, automatic_user_activity_event_tracking, code_security, "
        "customize_response_to_blocked_requests, sca, software_composition_analysis, "
        "threat_detection, threat_protection"
    ),
    "data stores": "mariadb, mysql, postgres, sqlite",
    "deployment types": "amazon_ecs, aws_fargate, aws_lambda, docker, kubernetes",
    "frameworks": "django, fastapi, flask",
    "keys of a matrix": (
        "capabilities, coverage, deployments, facts, frameworks, notes, page, releases, removed, "
        "runtimes, sites, tables, unresolved"
    ),
    "keys of its page": "address, breadcrumbs, id, read, title, tracer",
    "keys of a capability": (
        "aliases, callout, documented, heading, id, interpretation, minimum, minimums, needs, "
        "overlays, remote_configuration, status, versions"
    ),
    "CPUs of a runtime": "32bit, 64bit, aarch64, i686, x86-64",
    "support levels": "end_of_life, general_availability, maintenance",
    "keys of an overlay": (
        "capabilities, coverage, deployments, extends, facts, frameworks, page, releases, "
        "runtimes, sites"
    ),
    "rows of an overlay": (
        "capabilities, coverage, deployments, facts, frameworks, releases, runtimes, sites"
    ),
    "keys of an overlay's capability": (
        "aliases, callout, documented, heading, id, interpretation, minimum, minimums, needs, "
        "reason, remote_configuration, remove, source, status, unset, versions"
    ),
    "keys of an overlay's release": (
        "agent, documented, heading, interpretation, reason, remove, source, support_level, "
        "tracer, unset, until"
    ),
    "keys of a release to unset": "agent, interpretation, until",
    "facts": (
        "agent, cpu, date, deployments, facts, frameworks, implementation, os, packages, python, "
        "remote_configuration, site, tracer"
    ),
    "settings": (
        "agent, cpu, date, deployment, fact.NAME, framework.NAME, implementation, os, "
        "package.NAME, python, remote_configuration, site, tracer"
    ),
    "keys of a record": (
        "decisions, declarations, environments, findings, matrices, requirements, run, tests, "
        "version"
    ),
    "outcomes": "deselected, error, failed, not_run, passed, skipped, xfailed, xpassed",
    "commands": (
        "check, compare, coverage, declare, diff, explain, facts, import, lint, matrices, matrix, "
        "plan, policy, records, report, wins"
    ),
    "checks": (
        "agent, datastore, deployment, facts, framework, release, remote_configuration, runtime, "
        "site, tracer"
    ),
    "options of check": (
        "--agent, --datastore, --deployment, --exactly, --expect, --facts, --format, --framework, "
        "--help, --matrix, --python, --set, --strict, --support-level"
    ),
    "options of policy": (
        "--agent, --config-file, --datastore, --deployment, --facts, --format, --framework, "
        "--help, --line, --matrix, --python, --set, --support-level"
    ),
    "options of plan": (
        "--allow, --boundaries, --collect, --config-file, --existing, --format, --help, --matrix, "
        "--offers, --only, --output, --python, --resolve, --time-limit"
    ),
    "options of declare": (
        "--agent, --config-file, --declarations, --facts, --format, --from-markers, --help, "
        "--matrix, --output, --python, --set"
    ),
    "options of facts": "--agent, --date, --framework, --help, --matrix, --package, --python",
    "options of explain": (
        "--agent, --datastore, --deployment, --facts, --framework, --help, --matrix, --python, "
        "--set, --support-level"
    ),
    "options of compare": (
        "--agent, --datastore, --deployment, --format, --framework, --help, --matrix, --python, "
        "--support-level"
    ),
    "options of matrix": (
        "--agent, --deployment, --facts, --format, --framework, --help, --output, --python, --set"
    ),
    "options of matrices": "--format, --help",
    "options of report": "--format, --help, --output",
    "options of records": "--format, --help, --output",
    "options of coverage": (
        "--allow, --collect, --commit, --engine, --facts, --fail-on-never-run, --fail-under, "
        "--format, --help, --job, --matrix, --output, --sql, --suite, --tests"
    ),
    "options of wins": (
        "--declarations, --fail-on-wins, --format, --help, --matrix, --output, --overlay, "
        "--rejected, --suite, --write"
    ),
    "options of import": (
        "--address, --declarations, --format, --help, --id, --language, --output, --partials, "
        "--read"
    ),
    "options of diff": (
        "--agent, --facts, --format, --help, --language, --partials, --python, --record, --set"
    ),
    "options of lint": (
        "--date, --format, --help, --language, --matrix, --partials, --require-ticket"
    ),
    "keys of declarations": "declarations, facts",
    "keys of a declaration": (
        "feature, owner, reason, requires, state, tests, ticket, undetermined, unsupported, when"
    ),
    "keys of a requirement": (
        "agent, capability, cpu, datastore, deployment, excluded, fact, framework, implementation, "
        "matrix, os, package, platform, preview, python, specifier, support_level, tracer, value"
    ),
    "kinds of requirements": (
        "agent, capability, deployment, fact, framework, package, platform, python, support_level, "
        "tracer"
    ),
    "actions": "deselect, fail, run, skip, xfail",
    "keywords of requires_capability": (
        "datastore, deployment, framework, matrix, preview, strict, support_level"
    ),
    "signature of requires_capability": (
        "requires_capability(*names, framework=None, deployment=None, datastore=None, "
        "support_level=None, preview=True, matrix=None, strict=None)"
    ),
    "signature of requires_tracer": "requires_tracer(specifier, *, matrix=None, strict=None)",
    "signature of requires_framework": (
        "requires_framework(name, specifier=None, *, matrix=None, strict=None)"
    ),
    "signature of requires_deployment": "requires_deployment(*types, matrix=None, strict=None)",
    "signature of requires_agent": "requires_agent(specifier, *, matrix=None, strict=None)",
    "signature of requires_support_level": (
        "requires_support_level(level, *, matrix=None, strict=None)"
    ),
    "signature of requires_python": "requires_python(specifier, *, strict=None)",
    "signature of requires_platform": (
        "requires_platform(*, os=None, cpu=None, implementation=None, strict=None)"
    ),
    "signature of requires_package": "requires_package(name, specifier=None, *, strict=None)",
    "signature of requires_fact": "requires_fact(name, value=True, *, excluded=(), strict=None)",
    "matrices": "iast-python, or the path of a .toml file",
    "deployment types, common first": "docker, kubernetes, amazon_ecs, aws_fargate, aws_lambda",
    "statuses without a minimum": "not_supported, not_applicable, pending, unresolved",
    "keys of a release to remove": "documented, heading, tracer, reason, source",
}


def test_each_list_is_checked() -> None:
    assert {*LISTS} == {*lists()}


@pytest.mark.parametrize("name", LISTS)
def test_list(name: str) -> None:
    assert lists()[name] == LISTS[name]
