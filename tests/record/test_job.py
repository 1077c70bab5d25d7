"""The job of a run: what the variables of each CI service say of it."""

from __future__ import annotations

import pytest

from pytest_ddcompat.record.job import Job, detect_job

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_JOB": "tests",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_SERVER_URL": "https://github.example",
    "GITHUB_REPOSITORY": "shop/web",
    "GITHUB_RUN_ID": "77",
    "GITHUB_SHA": COMMIT,
}
BUILDKITE = {
    "BUILDKITE": "true",
    "BUILDKITE_LABEL": ":python: tests",
    "BUILDKITE_STEP_KEY": "tests",
    "BUILDKITE_RETRY_COUNT": "0",
    "BUILDKITE_BUILD_URL": "https://ci.example/shop/builds/7",
    "BUILDKITE_JOB_ID": "0190-ab",
    "BUILDKITE_COMMIT": COMMIT,
    "BUILDKITE_REPO": "git@github.example:shop/web.git",
}
AZURE = {
    "TF_BUILD": "True",
    "SYSTEM_JOBDISPLAYNAME": "tests on 3.11",
    "SYSTEM_JOBNAME": "tests",
    "SYSTEM_JOBATTEMPT": "1",
    "SYSTEM_COLLECTIONURI": "https://dev.azure.example/shop/",
    "SYSTEM_TEAMPROJECT": "My Shop?",
    "BUILD_BUILDID": "7",
    "BUILD_SOURCEVERSION": COMMIT,
    "BUILD_REPOSITORY_URI": "https://shop@dev.azure.example/shop/_git/web",
}


@pytest.mark.parametrize(
    ("variables", "job"),
    [
        pytest.param({"HOME": "/home/me"}, Job(), id="none"),
        pytest.param(
            GITHUB,
            Job(
                "tests",
                2,
                "https://github.example/shop/web/actions/runs/77",
                COMMIT,
                "https://github.example/shop/web",
            ),
            id="GitHub Actions",
        ),
        pytest.param(
            {
                "GITLAB_CI": "true",
                "CI_JOB_NAME": "tests: [3.11]",
                "CI_JOB_URL": "https://gitlab.example/shop/web/-/jobs/7",
                "CI_PROJECT_URL": "https://gitlab.example/shop/web",
                "CI_COMMIT_SHA": COMMIT,
            },
            Job(
                "tests: [3.11]",
                None,
                "https://gitlab.example/shop/web/-/jobs/7",
                COMMIT,
                "https://gitlab.example/shop/web",
            ),
            id="GitLab",
        ),
        pytest.param(
            {
                "JENKINS_URL": "https://ci.example/",
                "JOB_NAME": "shop/main",
                "BUILD_URL": "https://ci.example/job/shop/7/",
                "GIT_URL": "ssh://git@github.example:2222/shop/web.git",
                "GIT_COMMIT": COMMIT,
            },
            Job(
                "shop/main",
                None,
                "https://ci.example/job/shop/7/",
                COMMIT,
                "https://github.example/shop/web",
            ),
            id="Jenkins",
        ),
        pytest.param(
            AZURE,
            Job(
                "tests on 3.11",
                1,
                "https://dev.azure.example/shop/My%20Shop%3F/_build/results?buildId=7",
                COMMIT,
                "https://dev.azure.example/shop/_git/web",
            ),
            id="Azure Pipelines",
        ),
        pytest.param(
            {key: value for key, value in AZURE.items() if key != "SYSTEM_JOBDISPLAYNAME"},
            detect_job(AZURE)._replace(name="tests"),
            id="the second name of Azure Pipelines",
        ),
        pytest.param(
            {
                "CIRCLECI": "true",
                "CIRCLE_JOB": "tests",
                "CIRCLE_BUILD_URL": "https://circleci.example/gh/shop/web/7",
                "CIRCLE_REPOSITORY_URL": "https://github.example/shop/web.git/",
                "CIRCLE_SHA1": COMMIT.upper(),
            },
            Job(
                "tests",
                None,
                "https://circleci.example/gh/shop/web/7",
                COMMIT,
                "https://github.example/shop/web",
            ),
            id="CircleCI",
        ),
        pytest.param(
            BUILDKITE,
            Job(
                ":python: tests",
                1,
                "https://ci.example/shop/builds/7#0190-ab",
                COMMIT,
                "https://github.example/shop/web",
            ),
            id="Buildkite",
        ),
        pytest.param({"TF_BUILD": "True"}, Job(), id="a service that says no more"),
        pytest.param({**GITHUB, "GITHUB_ACTIONS": " "}, Job(), id="a mark that is blank"),
    ],
)
def test_detect_job(variables: dict[str, str], job: Job) -> None:
    assert detect_job(variables) == job
    assert detect_job(variables, "mine") == job._replace(name="mine")


@pytest.mark.parametrize(
    ("key", "text", "field", "value"),
    [
        pytest.param("GITHUB_SHA", "main", "commit", None, id="a branch"),
        pytest.param("GITHUB_SHA", "012345", "commit", None, id="a short commit"),
        pytest.param("GITHUB_SHA", "0123456", "commit", "0123456", id="the shortest commit"),
        pytest.param("GITHUB_RUN_ATTEMPT", "two", "attempt", None, id="a word"),
        pytest.param("GITHUB_RUN_ATTEMPT", "-1", "attempt", None, id="below 0"),
        pytest.param("GITHUB_RUN_ATTEMPT", "9" * 5000, "attempt", None, id="many digits"),
        pytest.param("GITHUB_RUN_ATTEMPT", "\u0662", "attempt", None, id="other digits"),
        pytest.param("GITHUB_RUN_ID", "", "address", None, id="a part of it is not set"),
        pytest.param("GITHUB_SERVER_URL", "github", "repository", None, id="no address"),
        pytest.param("GITHUB_SERVER_URL", "http://[x", "repository", None, id="no host"),
        pytest.param("GITHUB_SERVER_URL", "javascript://x", "repository", None, id="a script"),
        pytest.param("GITHUB_SERVER_URL", "file:///srv/web", "address", None, id="a file"),
        pytest.param("GITHUB_SERVER_URL", f"https://{'x' * 2000}", "address", None, id="too long"),
        pytest.param("GITHUB_JOB", "x" * 3000, "name", "x" * 2000, id="a name that is cut"),
        pytest.param(
            "GITHUB_SERVER_URL",
            "https://me:s3cret@github.example",
            "address",
            "https://github.example/shop/web/actions/runs/77",
            id="password in an address",
        ),
        pytest.param(
            "GITHUB_REPOSITORY",
            "a b/<c>",
            "repository",
            "https://github.example/a%20b/%3Cc%3E",
            id="characters that an address may not have",
        ),
    ],
)
def test_values_that_are_odd(key: str, text: str, field: str, value: object) -> None:
    assert getattr(detect_job({**GITHUB, key: text}), field) == value


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param(
            "git@github.example:shop/web.git", "https://github.example/shop/web", id="git"
        ),
        pytest.param("github.example:shop/web", "https://github.example/shop/web", id="no user"),
        pytest.param("git://github.example/shop/web", "https://github.example/shop/web", id="old"),
        pytest.param(
            "https://u:t0ken@github.example:8443/web.git?token=s3cret#x",
            "https://github.example:8443/web",
            id="https",
        ),
        pytest.param("/srv/git/web.git", None, id="a folder"),
        pytest.param("ssh://", None, id="no host"),
    ],
)
def test_address_of_a_repository(text: str, address: str | None) -> None:
    assert detect_job({**BUILDKITE, "BUILDKITE_REPO": text}).repository == address
