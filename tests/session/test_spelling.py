"""How markers may be written: by pytest.mark, imported, listed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import pytest_ddcompat
from pytest_ddcompat.declared import MARKERS

if TYPE_CHECKING:
    from support.project import Project

CAPABILITIES = (
    "valid: api_security, automatic_user_activity_event_tracking, code_security, "
    "customize_response_to_blocked_requests, sca, software_composition_analysis, "
    "threat_detection, threat_protection"
)


class TestImported:
    """The imported markers are checked where they are written."""

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            pytest.param(
                "@requires_capability\ndef test(): pass",
                "TypeError: @requires_capability needs parentheses and an argument (got test)",
                id="function without parentheses",
            ),
            pytest.param(
                "@requires_tracer\nclass Test: pass",
                "TypeError: @requires_tracer needs parentheses and an argument (got Test)",
                id="class without parentheses",
            ),
            pytest.param(
                "requires_capability(['sca'])",
                "pytest_ddcompat.values.errors.RequirementError: a capability must be a "
                "non-empty string (got ['sca']); did you mean \"sca\"?",
                id="list of names",
            ),
            pytest.param(
                "requires_capability('sca', framework=['django'])",
                "pytest_ddcompat.values.errors.RequirementError: framework must be a string or a "
                "tuple of strings (got ['django'])",
                id="list for a keyword",
            ),
            pytest.param(
                "requires_tracer([])",
                "pytest_ddcompat.values.errors.RequirementError: a version specifier must be a "
                "string (got [])",
                id="unhashable",
            ),
            pytest.param(
                "requires_capability()",
                "pytest_ddcompat.values.errors.RequirementError: a capability is missing; "
                "name at least one",
                id="no argument",
            ),
            pytest.param(
                "requires_tracer('2')",
                'pytest_ddcompat.values.errors.RequirementError: "2" is not a version specifier; '
                'did you mean ">=2"?',
                id="bad specifier",
            ),
        ],
    )
    def test_an_error_stands_at_the_line(self, project: Project, text: str, message: str) -> None:
        head = "from pytest_ddcompat import requires_capability, requires_tracer\n\n"
        project.write("test_it.py", head + text)
        run = project.run()
        assert run.status == 2
        errors = run.section("ERRORS")
        # before Python 3.11 a decorator's call stands at the line of what it decorates
        assert {"test_it.py:3: in <module>", "test_it.py:4: in <module>"} & set(errors)
        shown = [line[4:] for line in errors if line.startswith("E   ")]
        # a long message is folded by the traceback of some versions
        assert re.sub(r"\s+", " ", " ".join(shown)) == message

    def test_a_name_that_the_page_does_not_have_is_an_error_of_the_collection(
        self, project: Project
    ) -> None:
        text = """
            from pytest_ddcompat import requires_capability
            @requires_capability("quux")
            def test(): pass
        """
        project.write("test_it.py", text)
        run = project.run()
        error = f'the page has no capability "quux"; {CAPABILITIES}'
        assert f'test_it.py:3: requires_capability("quux"): {error}' in run.section("ERRORS")
        assert run.status == 2

    def test_equal_arguments_give_one_object(self) -> None:
        one = pytest_ddcompat.requires_capability("sca", framework=("django", "flask"))
        same = pytest_ddcompat.requires_capability(
            "sca", framework=("django", "flask"), strict=None
        )
        other = pytest_ddcompat.requires_capability("sca", framework="django")
        assert one is same
        assert one is not other
        assert one.mark.args == ("sca",)
        assert one.mark.kwargs == {"framework": ("django", "flask")}

    @pytest.mark.parametrize("name", MARKERS)
    def test_all_can_be_imported(self, name: str) -> None:
        assert name in pytest_ddcompat.__all__
        argument = {"support": "maintenance", "tracer": ">=1", "agent": ">=7", "python": ">=3.9"}
        value = argument.get(name.split("_")[1], "docker")
        args, kwargs = ((), {"os": "linux"}) if name.endswith("_platform") else ((value,), {})
        assert (
            getattr(pytest_ddcompat, name)(*args, **kwargs, strict=True).mark
            == getattr(pytest.mark, name).with_args(*args, **kwargs, strict=True).mark
        )


def test_markers_are_listed(project: Project) -> None:
    run = project.run("--markers")
    ours = [line for line in run.out if line.startswith("@pytest.mark.requires_")]
    assert ours == [f"@pytest.mark.{line}" for line in MARKERS.values()]
    assert len(ours) == 10


def test_markers_are_known_to_strict_runs(project: Project) -> None:
    tests = """
        import pytest
        pytestmark = [
            pytest.mark.requires_capability("sca", framework="django", strict=False),
            pytest.mark.requires_tracer(">=2"),
            pytest.mark.requires_framework("django", ">=4"),
            pytest.mark.requires_agent(">=7"),
            pytest.mark.requires_support_level("end_of_life"),
            pytest.mark.requires_python(">=3.9"),
            pytest.mark.requires_platform(os=("linux", "macos"), cpu="x86-64"),
            pytest.mark.requires_package("httpx", ">=0.20"),
        ]
        @pytest.mark.requires_deployment("docker", "kubernetes")
        def test_it(): pass
        class TestTwice:
            def test_one(self, request): pass
            def test_two(self, request):
                kwargs = [mark.kwargs for mark in request.node.iter_markers("requires_capability")]
                assert kwargs == [{"framework": "django", "strict": False}]
    """
    project.write("test_it.py", tests)
    run = project.run("--strict-markers", "--strict-config", "-W", "error")
    assert run.outcomes == {
        "test_it": "skipped",
        "TestTwice::test_one": "passed",
        "TestTwice::test_two": "passed",
    }


MISSPELT = """
    import pytest
    @pytest.mark.requires_capabilities("sca")
    def test_it(): pass
"""


class TestMisspeltMarker:
    """A misspelt marker does not run ungated; `tests/cases/markers.toml` has the messages."""

    @pytest.mark.parametrize(
        ("file", "text"),
        [
            pytest.param(
                "pytest.ini", "[pytest]\nmarkers = requires_capabilities(x): ours", id="ini"
            ),
            pytest.param(
                "conftest.py",
                "def pytest_configure(config):\n"
                "    config.addinivalue_line('markers', 'requires_capabilities: ours')\n",
                id="plugin",
            ),
        ],
    )
    def test_registered_elsewhere(self, project: Project, file: str, text: str) -> None:
        project.write("test_it.py", MISSPELT)
        refused = project.run("-W", "ignore")
        assert refused.outcomes == {"test_it.py": "collection failed"}
        project.write(file, text)
        assert project.run("-W", "error").outcomes == {"test_it": "passed"}

    def test_on_a_module_and_in_a_setup(self, project: Project) -> None:
        project.write("test_module.py", "import pytest\npytestmark = pytest.mark.requires_ddtrace")
        with (project.path / "test_module.py").open("a") as file:
            file.write("\ndef test_it(): pass\n")
        hook = """
            import pytest
            @pytest.hookimpl(tryfirst=True)
            def pytest_runtest_setup(item):
                if item.name == "test_late":
                    item.add_marker(pytest.mark.require_capability("sca"))
        """
        project.write("conftest.py", hook)
        project.write("test_late.py", "def test_late(): pass\ndef test_other(): pass")
        run = project.run("-W", "ignore", "--continue-on-collection-errors")
        assert run.outcomes == {
            "test_module.py": "collection failed",
            "test_late": "error",
            "test_other": "passed",
        }

    @pytest.mark.parametrize(
        "name",
        [
            "requires_db", "requires_docker", "requires_network", "requires_api", "needs_review",
            "agent", "slow_deployment", "requires_event", "capability", "framework_django",
            "package", "platform", "python", "python3", "factory", "requires_cython",
            "requires_ipython", "needs_python3", "requires_factory", "requires_packaging",
            "platform_linux", "requires_pytest", "requires_os", "requires_pip",
        ],
    )  # fmt: skip
    def test_other_names_are_left_alone(self, project: Project, name: str) -> None:
        project.write("test_it.py", MISSPELT.replace("requires_capabilities", name))
        assert project.run("-W", "ignore").outcomes == {"test_it": "passed"}
