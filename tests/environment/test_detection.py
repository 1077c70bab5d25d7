"""From a machine to facts: machines are simulated by variables, a folder and a platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat import Environment, Fact, FactsError
from pytest_ddcompat.environment.machine import Detector
from pytest_ddcompat.environment.value import AgentAnswer
from pytest_ddcompat.values.versions import Version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RC = "DD_REMOTE_CONFIGURATION_ENABLED"
ACCOUNT = "var/run/secrets/kubernetes.io/serviceaccount"


def detect(
    root: Path,
    environ: Mapping[str, str] | None = None,
    answer: AgentAnswer | None = None,
    **given: object,
) -> Environment:
    facts = {key: Fact(value, "given") for key, value in given.items()}
    return Environment(facts, Detector(environ=environ or {}, root=root, answer=answer))


def write(root: Path, *names: str, text: str = "") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("environ", "files", "types", "signals"),
    [
        pytest.param({}, {}, [], "no sign of a documented type", id="plain host"),
        pytest.param(
            {"AWS_LAMBDA_FUNCTION_NAME": "f"}, {}, ["aws_lambda"],
            "aws_lambda from AWS_LAMBDA_FUNCTION_NAME", id="Lambda",
        ),
        pytest.param(
            {"AWS_LAMBDA_FUNCTION_NAME": ""}, {}, [], "no sign of a documented type",
            id="Lambda's variable is empty",
        ),
        pytest.param(
            {"ECS_FARGATE": "true"}, {}, ["amazon_ecs", "aws_fargate"],
            "amazon_ecs from ECS_FARGATE, aws_fargate from ECS_FARGATE", id="Fargate is ECS too",
        ),
        pytest.param(
            {"AWS_EXECUTION_ENV": "AWS_ECS_FARGATE"}, {}, ["amazon_ecs", "aws_fargate"],
            "amazon_ecs from AWS_EXECUTION_ENV, aws_fargate from AWS_EXECUTION_ENV",
            id="Fargate by its execution environment",
        ),
        pytest.param(
            {"AWS_EXECUTION_ENV": "AWS_ECS_EC2"}, {}, [], "no sign of a documented type",
            id="another execution environment",
        ),
        *[
            pytest.param({name: "x"}, {}, ["amazon_ecs"], f"amazon_ecs from {name}", id=name)
            for name in (
                "AWS_ECS_EC2", "AWS_ECS_MANAGED_INSTANCES",
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "ECS_CONTAINER_METADATA_URI",
                "ECS_CONTAINER_METADATA_URI_V4",
            )
        ],
        *[
            pytest.param({name: "x"}, {}, ["kubernetes"], f"kubernetes from {name}", id=name)
            for name in ("KUBERNETES_SERVICE_PORT", "KUBERNETES_SERVICE_HOST")
        ],
        pytest.param(
            {}, {f"{ACCOUNT}/token": "", f"{ACCOUNT}/ca.crt": ""}, ["kubernetes"],
            f"kubernetes from /{ACCOUNT}", id="service account",
        ),
        pytest.param(
            {}, {f"{ACCOUNT}/token": ""}, [], "no sign of a documented type",
            id="half a service account",
        ),
        pytest.param(
            {}, {".dockerenv": ""}, ["docker"], "docker from /.dockerenv", id="Docker",
        ),
        pytest.param(
            {}, {"proc/self/cgroup": "12:cpu:/docker/abc\n"}, ["docker"],
            "docker from /proc/self/cgroup", id="Docker by its control group",
        ),
        pytest.param(
            {}, {"proc/self/cgroup": "0::/init.scope\n"}, [], "no sign of a documented type",
            id="another control group",
        ),
        pytest.param(
            {}, {"run/.containerenv": ""}, [], "no sign of a documented type", id="Podman",
        ),
        pytest.param(
            {"KUBERNETES_SERVICE_HOST": "x"}, {".dockerenv": ""}, ["docker", "kubernetes"],
            "docker from /.dockerenv, kubernetes from KUBERNETES_SERVICE_HOST",
            id="types nest",
        ),
        pytest.param(
            {"KUBERNETES_SERVICE_HOST": "x", "KUBERNETES_SERVICE_PORT": "x"},
            {".dockerenv": "", "proc/self/cgroup": "docker"}, ["docker", "kubernetes"],
            "docker from /.dockerenv, kubernetes from KUBERNETES_SERVICE_PORT",
            id="the surest signal is named",
        ),
    ],
)  # fmt: skip
def test_deployments(
    environ: dict[str, str],
    files: dict[str, str],
    types: list[str],
    signals: str,
    tmp_path: Path,
) -> None:
    for name, text in files.items():
        write(tmp_path, name, text=text)
    fact = detect(tmp_path, environ).deployments
    assert (fact.known, sorted(fact.value or ()), fact.signal) == (True, types, signals)


def test_a_control_group_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_bytes(b"\xff/docker/\xfe")
    assert detect(tmp_path).deployments.value == frozenset({"docker"})
    (tmp_path / "proc/self/cgroup").unlink()
    (tmp_path / "proc/self/cgroup").mkdir()
    assert detect(tmp_path).deployments.value == frozenset()


@pytest.mark.parametrize(
    ("value", "site", "signal"),
    [
        pytest.param(None, "datadoghq.com", "default of DD_SITE", id="unset"),
        pytest.param("", "datadoghq.com", "default of DD_SITE", id="empty"),
        pytest.param("ddog-gov.com", "ddog-gov.com", "DD_SITE", id="set"),
        pytest.param("https://app.DDOG-gov.com/", "ddog-gov.com", "DD_SITE", id="the interface's"),
        pytest.param("no site", None, "DD_SITE is not a host name", id="no host"),
    ],
)
def test_site(value: str | None, site: str | None, signal: str, tmp_path: Path) -> None:
    fact = detect(tmp_path, {} if value is None else {"DD_SITE": value}).site
    assert (fact.known, fact.value, fact.signal) == (site is not None, site, signal)


def agent(remote_configuration: bool | None) -> AgentAnswer:
    return AgentAnswer("7.60.0", remote_configuration, "the Agent's /info")


LAMBDA = ">=3.19 turns it off on AWS Lambda"
NEITHER = f"{RC} is neither true nor 1"


@pytest.mark.parametrize(
    ("value", "tracer", "deployments", "answer", "on", "signal"),
    [
        pytest.param(None, "4.0", [], None, True, f"default of {RC}", id="unset"),
        pytest.param("true", "4.0", [], None, True, RC, id="true"),
        pytest.param("TRUE", "4.0", [], None, True, RC, id="true in capitals"),
        pytest.param("1", "4.0", [], None, True, RC, id="1"),
        pytest.param("0", "4.0", [], None, False, NEITHER, id="0"),
        pytest.param("false", "4.0", [], None, False, NEITHER, id="false"),
        pytest.param("yes", "4.0", [], None, False, NEITHER, id="yes is not true"),
        pytest.param("", "4.0", [], None, False, NEITHER, id="empty"),
        pytest.param(
            "true", "3.19.0", ["aws_lambda"], None, False, f"ddtrace {LAMBDA}", id="Lambda"
        ),
        pytest.param(
            "true", "4.16.0", ["aws_lambda", "docker"], None, False, f"ddtrace {LAMBDA}",
            id="Lambda with 4",
        ),
        pytest.param("true", "3.18.9", ["aws_lambda"], None, True, RC, id="Lambda before 3.19"),
        pytest.param(None, None, ["aws_lambda"], None, True, f"default of {RC}", id="no tracer"),
        pytest.param(None, "4.0", [], True, True, f"default of {RC}", id="Agent offers it"),
        pytest.param(
            None, "4.0", [], False, False, "the Agent's /info does not offer it",
            id="Agent does not offer it",
        ),
        pytest.param(
            None, "4.0", [], "not learned", True, f"default of {RC}", id="Agent does not tell"
        ),
    ],
)  # fmt: skip
def test_remote_configuration(
    *,
    value: str | None,
    tracer: str | None,
    deployments: list[str],
    answer: object,
    on: bool,
    signal: str,
    tmp_path: Path,
) -> None:
    told = None if answer is None else agent(answer if isinstance(answer, bool) else None)
    environment = detect(
        tmp_path,
        {"DD_REMOTE_CONFIG_ENABLED": "false", **({} if value is None else {RC: value})},
        told,
        tracer=tracer and Version(tracer),
        deployments=frozenset(deployments),
    )
    fact = environment.remote_configuration
    assert (fact.known, fact.value, fact.signal) == (True, on, signal)


@pytest.mark.parametrize(
    ("answer", "known", "version", "signal"),
    [
        pytest.param(None, False, "None", "the Agent is not queried", id="not queried"),
        pytest.param(agent(None), True, "7.60.0", "the Agent's /info", id="answers"),
        pytest.param(
            AgentAnswer(None, None, "refused"), False, "None", "refused", id="does not answer"
        ),
    ],
)
def test_agent(
    answer: AgentAnswer | None, known: bool, version: str, signal: str, tmp_path: Path
) -> None:
    fact = detect(tmp_path, {}, answer).agent
    assert (fact.known, str(fact.value), fact.signal) == (known, version, signal)


@pytest.mark.parametrize("address", ["", "on", "ftp://host", "7.60"])
def test_address_that_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(FactsError) as raised:
        Environment.detect(agent=address)
    message = str(raised.value)
    assert message.startswith("agent: ")
    assert message.endswith(", auto, off")


def test_signals_never_contain_a_variable(tmp_path: Path) -> None:
    names = (
        "DD_SITE", RC, "AWS_LAMBDA_FUNCTION_NAME", "ECS_FARGATE", "AWS_EXECUTION_ENV",
        "AWS_ECS_EC2", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "ECS_CONTAINER_METADATA_URI",
        "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "DD_API_KEY", "DD_TRACE_AGENT_URL",
    )  # fmt: skip
    environment = detect(tmp_path, dict.fromkeys(names, "s3cret s3cret"))
    facts = [environment.fact(key) for key in ("site", "deployments", "remote_configuration")]
    assert [fact.known for fact in facts] == [False, True, True]
    assert "s3cret" not in repr(facts)
    assert "s3cret" not in repr(environment.to_mapping())
