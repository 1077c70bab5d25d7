"""The job of a run: what the documented variables of CI services say of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SERVICES", "VARIABLES", "Job", "detect_job"]

_VARIABLE = re.compile(r"{(\w+)}")
_LONGEST = 2000  # characters of a value


class Job(NamedTuple):
    """A job of a CI service, and what it tests; None is unknown.

    Attributes:
        name: Name of the job.
        attempt: Number of the attempt, from 1.
        address: Address of the job or of its run.
        commit: Hash of the commit.
        repository: Address of the repository.
    """

    name: str | None = None
    attempt: int | None = None
    address: str | None = None
    commit: str | None = None
    repository: str | None = None


class Service(NamedTuple):
    """A CI service, and the variables that it documents.

    Attributes:
        mark: The variable that is set in each of its jobs.
        name: The variables with the job's name; the first that is set counts.
        attempt: The variable with the number of the attempt; empty if there is none.
        first: The number of the first attempt.
        address: The address of the job, with variables in braces.
        commit: The variable with the hash of the commit.
        repository: The address of the repository, with variables in braces.
    """

    mark: str
    name: tuple[str, ...]
    attempt: str
    first: int
    address: str
    commit: str
    repository: str

    @property
    def variables(self) -> list[str]:
        """Names of all variables that are read."""
        patterns = _VARIABLE.findall(self.address + self.repository)
        named = (self.mark, *self.name, self.attempt, self.commit, *patterns)
        return list(dict.fromkeys(filter(None, named)))


SERVICES = {
    # https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    "GitHub Actions": Service(
        "GITHUB_ACTIONS",
        ("GITHUB_JOB",),
        "GITHUB_RUN_ATTEMPT",
        1,
        "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
        "GITHUB_SHA",
        "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}",
    ),
    # https://docs.gitlab.com/ci/variables/predefined_variables/
    "GitLab": Service(
        "GITLAB_CI", ("CI_JOB_NAME",), "", 1, "{CI_JOB_URL}", "CI_COMMIT_SHA", "{CI_PROJECT_URL}"
    ),
    # https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables
    "Jenkins": Service(
        "JENKINS_URL", ("JOB_NAME",), "", 1, "{BUILD_URL}", "GIT_COMMIT", "{GIT_URL}"
    ),
    # https://learn.microsoft.com/en-us/azure/devops/pipelines/build/variables
    "Azure Pipelines": Service(
        "TF_BUILD",
        ("SYSTEM_JOBDISPLAYNAME", "SYSTEM_JOBNAME"),
        "SYSTEM_JOBATTEMPT",
        1,
        "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
        "BUILD_SOURCEVERSION",
        "{BUILD_REPOSITORY_URI}",
    ),
    # https://circleci.com/docs/reference/variables/
    "CircleCI": Service(
        "CIRCLECI",
        ("CIRCLE_JOB",),
        "",
        1,
        "{CIRCLE_BUILD_URL}",
        "CIRCLE_SHA1",
        "{CIRCLE_REPOSITORY_URL}",
    ),
    # https://buildkite.com/docs/pipelines/configure/environment-variables
    "Buildkite": Service(
        "BUILDKITE",
        ("BUILDKITE_LABEL", "BUILDKITE_STEP_KEY"),
        "BUILDKITE_RETRY_COUNT",
        0,
        "{BUILDKITE_BUILD_URL}#{BUILDKITE_JOB_ID}",
        "BUILDKITE_COMMIT",
        "{BUILDKITE_REPO}",
    ),
}
"""Each CI service by its name, with the page of its documentation."""

VARIABLES = frozenset(name for service in SERVICES.values() for name in service.variables)
"""Names of all variables that are read for a job."""


def detect_job(variables: Mapping[str, str], name: str | None = None) -> Job:
    """Return the job that a run is part of, as far as its CI service says.

    Args:
        variables: The environment variables.
        name: The job's name, in the place of the service's.
    """
    values = {key: value for key in VARIABLES if (value := variables.get(key, "").strip())}
    service = next((s for s in SERVICES.values() if s.mark in values), None)
    if service is None:
        return Job(name)
    commit = values.get(service.commit, "").lower()
    return Job(
        name or next((values[key][:_LONGEST] for key in service.name if key in values), None),
        _attempt(service, values),
        _address(_filled(service.address, values)),
        commit if re.fullmatch("[0-9a-f]{7,64}", commit) else None,
        _repository(_filled(service.repository, values)),
    )


def _attempt(service: Service, values: Mapping[str, str]) -> int | None:
    text = values.get(service.attempt, "")
    return int(text) + 1 - service.first if re.fullmatch("[0-9]{1,9}", text) else None


def _filled(pattern: str, values: Mapping[str, str]) -> str:
    """Return a pattern with its variables, or nothing if one is not set."""
    names = _VARIABLE.findall(pattern)
    if not all(name in values for name in names):
        return ""
    # The first is an address, or what an address begins with; the others are parts of its path.
    parts = [values[name] if n == 0 else quote(values[name]) for n, name in enumerate(names)]
    return pattern.format(**dict(zip(names, parts)))


def _repository(text: str) -> str | None:
    """Return the address of a repository in a browser, so that all services give the same."""
    # The short form of SSH's addresses: git@host:owner/name.
    short = re.fullmatch(r"(?:[^@/\s]+@)?([\w.-]+):(?!//)(\S+)", text)
    if short:
        text = f"https://{short[1]}/{short[2].lstrip('/')}"
    parts = _parts(text)
    if parts is None:
        return None
    if parts.scheme in {"ssh", "git"}:
        parts = parts._replace(scheme="https", netloc=parts.netloc.partition(":")[0])
    path = parts.path.rstrip("/").removesuffix(".git")
    return _address(parts._replace(path=path, query="", fragment="").geturl())


def _address(text: str) -> str | None:
    """Return an address without its user and password; None if it is no address."""
    parts = _parts(text)
    shown = parts.geturl() if parts else ""
    return shown if len(shown) <= _LONGEST and re.fullmatch(r'https?://[^\s<>"]+', shown) else None


def _parts(text: str) -> SplitResult | None:
    """Split an address that has a host; its user and password are cut."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=host) if host else None
