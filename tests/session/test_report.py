"""The terminal summary, and what each report carries."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from support.core import XDIST

if TYPE_CHECKING:
    from support.project import Project

UNMET = (
    "api_security needs ddtrace >=2.6.0, found 2.5.0 "
    '(Application Security capabilities support: "2.6.0")'
)
UNKNOWN = (
    "the test needs bottle installed, which is unknown: not among the given facts "
    '(requires_framework("bottle"))'
)
ENVIRONMENT = (
    "ddtrace 2.5.0 (End of Life), CPython 3.11.7, on linux, CPU x86-64, "
    "bottle unknown (not among the given facts), django 4.2.1, "
    "deployment of no documented type, site datadoghq.com, Remote Configuration on, Agent 7.60.0"
)
TESTS = """
import pytest
@pytest.mark.requires_capability("threat_detection")
def test_met(): pass
@pytest.mark.requires_capability("api_security")
def test_unmet(): assert 0
@pytest.mark.requires_capability("api_security")
@pytest.mark.parametrize("n", [1, 2])
def test_many(n): pass
@pytest.mark.requires_framework("bottle")
def test_unknown(): pass
def test_plain(): pass
"""
SUMMARIES = {
    "": [
        "5 gated: 2 ran, 3 skipped",
        f"  3 skipped: {UNMET}",
        f"  1 ran: {UNKNOWN}",
        "ddtrace >=2.6.0 would let 3 more tests run",
    ],
    "--ddcompat-strict": [
        "5 gated: 2 ran, 3 failed",
        f"  3 failed: {UNMET}",
        f"  1 ran: {UNKNOWN}",
        "ddtrace >=2.6.0 would let 3 more tests run",
    ],
    "--ddcompat-unsupported=deselect": [
        "5 gated: 2 ran, 3 deselected",
        f"  3 deselected: {UNMET}",
        f"  1 ran: {UNKNOWN}",
        "ddtrace >=2.6.0 would let 3 more tests run",
    ],
    "--ddcompat-unsupported=xfail": [
        "5 gated: 2 ran, 3 ran as xfail",
        f"  3 ran as xfail: {UNMET}",
        f"  1 ran: {UNKNOWN}",
        f"  2 passed unexpectedly: {UNMET}",
    ],
    "--ddcompat-unsupported=run": [
        "5 gated: 5 ran",
        f"  3 ran: {UNMET}",
        f"  1 ran: {UNKNOWN}",
    ],
    "--ddcompat-undetermined=skip": [
        "5 gated: 1 ran, 4 skipped",
        f"  3 skipped: {UNMET}",
        f"  1 skipped: {UNKNOWN}",
        "ddtrace >=2.6.0,<5 would let 3 more tests run",
    ],
}


@pytest.mark.parametrize("more", ["", "-p xdist.plugin -n 2"])
@pytest.mark.parametrize("option", SUMMARIES)
def test_the_summary_tells_what_was_gated_and_why(project: Project, option: str, more: str) -> None:
    if "xdist" in more:
        pytest.importorskip("xdist")
    project.write("test_it.py", TESTS)
    lines = project.run(*option.split(), *more.split()).section("ddcompat")
    page, _, environment = lines[0].partition("): ")
    assert page.startswith("iast-python (read 20")
    assert environment == ENVIRONMENT
    assert lines[1] == SUMMARIES[option][0]
    # of the same count, the order is that in which the tests end
    assert sorted(lines[1:]) == sorted(SUMMARIES[option])


@pytest.mark.parametrize(
    ("options", "text"),
    [
        pytest.param("", "def test(): pass", id="no marker"),
        pytest.param("--ddcompat-strict", "def test(ddcompat): pass", id="fixture not asked"),
        pytest.param("-p xdist.plugin -n 1", "def test(): pass", id="xdist"),
        pytest.param("-k plain", f"{TESTS}\n", id="marked tests not selected"),
    ],
)
def test_nothing_is_printed_in_a_run_without_markers(
    project: Project, options: str, text: str
) -> None:
    if "xdist" in options:
        pytest.importorskip("xdist")
    project.write("test_it.py", text)
    run = project.run(*options.split())
    assert set(run.outcomes.values()) <= {"passed", "deselected"}
    assert "ddcompat =" not in "\n".join(run.out)


@pytest.mark.parametrize(
    "options", ["-p no:terminal", "-q", "-qq", "--no-summary", "-p no:junitxml"]
)
def test_other_ways_to_print_are_well(project: Project, options: str) -> None:
    project.write("test_it.py", TESTS)
    assert project.run(*options.split()).status == 0


REMEDIES = """
import pytest
capability = pytest.mark.requires_capability
@pytest.mark.parametrize("name", [
    pytest.param(1, marks=capability("threat_detection")),
    pytest.param(2, marks=capability("threat_protection")),
    pytest.param(3, marks=capability("threat_protection")),
    pytest.param(4, marks=capability("api_security")),
    pytest.param(5, marks=capability("code_security")),
    pytest.param(6, marks=pytest.mark.requires_deployment("docker", "kubernetes")),
    pytest.param(7, marks=pytest.mark.requires_agent(">=7.70")),
    pytest.param(8, marks=[pytest.mark.requires_agent(">=7.70"), capability("api_security")]),
    pytest.param(9, marks=pytest.mark.requires_framework("flask")),
])
def test(name): pass
"""


def test_remedies_tell_how_many_more_tests_each_would_let_run(project: Project) -> None:
    project.write("test_it.py", REMEDIES)
    run = project.run("--ddcompat-set=tracer=1.8.0")
    assert {line for line in run.section("ddcompat") if "would let" in line} == {
        "Datadog Agent >=7.70 and ddtrace >=2.6.0 would let 6 more tests run",
        "Datadog Agent >=7.70 would let 1 more test run",
        "a run on Docker or Kubernetes would let 1 more test run",
        "ddtrace >=1.10.0 would let 3 more tests run",
        "ddtrace >=1.9.0 would let 1 more test run",
        "ddtrace >=2.21.0 (preview) would let 5 more tests run",
        "ddtrace >=2.6.0 would let 4 more tests run",
        "flask installed would let 1 more test run",
        (
            "Datadog Agent >=7.70, and ddtrace >=2.21.0 (preview), and a run on Docker or "
            "Kubernetes, and flask installed would let 9 more tests run"
        ),
    }


@pytest.mark.parametrize(
    ("markers", "lines"),
    [
        pytest.param(
            ["requires_tracer('>=3.0')", "requires_tracer('>=3')", "requires_tracer('>=3.0.0')"],
            ["ddtrace >=3 would let 3 more tests run"],
            id="one version",
        ),
        pytest.param(
            ["requires_tracer('>=2.6')", "requires_capability('api_security')"],
            ["ddtrace >=2.6 would let 2 more tests run"],
            id="the page's and a marker's",
        ),
        pytest.param(
            ["requires_tracer('>=2.60')", "requires_tracer('>=2.6')"],
            [
                "ddtrace >=2.6 would let 1 more test run",
                "ddtrace >=2.60 would let 2 more tests run",
            ],
            id="two versions",
        ),
        pytest.param(
            ["requires_tracer('~=3.1.0')", "requires_tracer('~=3.1')"],
            [
                # Of 3.2, which the first one names, only one is true.
                "ddtrace ~=3.1 would let 1 more test run",
                "ddtrace ~=3.1.0 would let 2 more tests run",
            ],
            id="two ranges",
        ),
        pytest.param(
            [
                "requires_agent('>=8')\n@pytest.mark.requires_tracer('>=3')",
                "requires_tracer('>=3.0')\n@pytest.mark.requires_agent('>=8.0')",
            ],
            ["Datadog Agent >=8.0 and ddtrace >=3.0 would let 2 more tests run"],
            id="in another order",
        ),
    ],
)
def test_remedies_of_equal_versions_are_one(
    project: Project, markers: list[str], lines: list[str]
) -> None:
    tests = (f"@pytest.mark.{m}\ndef test_{n}(): pass\n" for n, m in enumerate(markers))
    project.write("test_it.py", "import pytest\n" + "".join(tests))
    run = project.run()
    assert [line for line in run.section("ddcompat") if "would let" in line] == lines


@pytest.mark.parametrize(
    ("tracer", "markers", "lines"),
    [
        pytest.param(
            "1.0",
            [">=4.1,<4.5", ">=4.1,!=4.2", "<=4.0.0|>=4.4"],
            [
                "ddtrace !=4.2,>=4.1 would let 1 more test run",
                "ddtrace >=4.1,<4.5 would let 1 more test run",
                "ddtrace >=4.1,!=4.2,<4.5 would let 2 more tests run",
            ],
            id="another test leaves out a version",
        ),
        pytest.param(
            "1.0",
            [">=4.1,<4.5", ">=4.1"],
            [
                "ddtrace >=4.1 would let 1 more test run",
                "ddtrace >=4.1,<4.5 would let 2 more tests run",
            ],
            id="another test needs less",
        ),
    ],
)
def test_counts_hold_for_the_whole_range(
    project: Project, tracer: str, markers: list[str], lines: list[str]
) -> None:
    tests = (
        f"@pytest.mark.requires_tracer('{m}')\ndef test_{n}(): pass\n"
        for n, m in enumerate(markers)
    )
    project.write("test_it.py", "import pytest\n" + "".join(tests))
    run = project.run(f"--ddcompat-set=tracer={tracer}")
    assert [line for line in run.section("ddcompat") if "would let" in line] == lines


@pytest.mark.parametrize(
    ("needed", "lines"),
    [
        pytest.param(
            ("django", "flask"),
            ["Django >=2.2 or Flask >=1.1 would let 1 more test run"],
            id="alternatives",
        ),
        pytest.param(("django",), ["Django >=2.2 would let 1 more test run"], id="one framework"),
    ],
)
def test_counts_of_alternatives_are_of_the_tests_that_any_of_them_helps(
    project: Project, needed: tuple[str, ...], lines: list[str]
) -> None:
    project.write(
        "test_it.py",
        f"""
        import pytest
        @pytest.mark.requires_capability("threat_detection", framework={needed})
        def test_any(): pass
        @pytest.mark.requires_capability(
            "automatic_user_activity_event_tracking", framework="django"
        )
        def test_one(): pass
        """,
    )
    options = (f"--ddcompat-set=framework.{name}=none" for name in ("django", "flask"))
    run = project.run("--ddcompat-set=tracer=4.16.0", *options)
    assert [line for line in run.section("ddcompat") if "would let" in line][:1] == lines


def test_the_change_that_helps_most_is_among_those_tried(project: Project) -> None:
    tests = (f"@pytest.mark.requires_tracer('>=9.{n}')\ndef test_{n}(): pass\n" for n in range(60))
    project.write("test_it.py", "import pytest\n" + "".join(tests))
    lines = project.run().section("ddcompat")
    assert "ddtrace >=9.59 would let 60 more tests run" in lines


def test_several_changes_are_told_apart_from_alternatives(project: Project) -> None:
    project.write(
        "test_it.py",
        """
        import pytest
        @pytest.mark.requires_capability(
            "threat_detection", framework=("django", "flask"), deployment="docker"
        )
        def test(): pass
        """,
    )
    options = (f"--ddcompat-set=framework.{name}=none" for name in ("django", "flask"))
    lines = project.run("--ddcompat-set=tracer=4.16.0", *options).section("ddcompat")
    assert [line for line in lines if "would let" in line] == [
        "a run on Docker, and Django >=2.2 or Flask >=1.1 would let 1 more test run"
    ]


def test_no_remedy_is_promised_that_would_not_let_the_test_run(project: Project) -> None:
    tests = """
        import pytest
        @pytest.mark.requires_capability("api_security")
        @pytest.mark.requires_framework("bottle")
        def test_unknown_too(): pass
        @pytest.mark.requires_capability("api_security")
        @pytest.mark.skip
        def test_skipped_by_its_author(): pass
    """
    project.write("test_it.py", tests)
    run = project.run("--ddcompat-undetermined=skip")
    assert not [line for line in run.section("ddcompat") if "would let" in line]


@pytest.mark.parametrize("option", ["", "--ddcompat-strict", "--ddcompat-unsupported=xfail"])
def test_what_its_author_skips_is_not_counted_as_ours(project: Project, option: str) -> None:
    tests = """
        import pytest, unittest
        pytestmark = pytest.mark.requires_capability("api_security")
        @pytest.mark.skip
        def test_skipped(): pass
        @unittest.skip("by its author")
        class Test(unittest.TestCase):
            def test(self): pass
        def test_gated(): assert 0
    """
    project.write("test_it.py", tests)
    run = project.run(*option.split())
    assert run.section("ddcompat")[1].startswith("1 gated: 1 ")


class Properties:
    """Keeps the user properties of each report."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, str], list[tuple[str, object]]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        place = report.nodeid.partition("::")[2], str(report.when)
        self.seen[place] = report.user_properties


@pytest.mark.parametrize(
    "options",
    ["", "--ddcompat-strict", "-p xdist.plugin -n 2", "-p pytest_rerunfailures --reruns 2"],
)
def test_each_report_carries_its_verdict_once_as_a_string(project: Project, options: str) -> None:
    for plugin in ("xdist", "pytest_rerunfailures"):
        if plugin in options:
            pytest.importorskip(plugin)
    project.write("test_it.py", f"{TESTS}\n@pytest.mark.requires_capability('sca')\n"
                  "def test_flaky(): assert 0")  # fmt: skip
    properties = Properties()
    project.run("--junitxml=out.xml", *options.split(), plugins=[properties])
    for (name, _), given in properties.seen.items():
        assert len(given) == (0 if name == "test_plain" else 1)
        assert all(key == "ddcompat" and isinstance(text, str) for key, text in given)
    cases = ET.parse(project.path / "out.xml").iter("testcase")  # noqa: S314
    written = {
        str(case.get("name")): [
            p.get("value") or "" for p in case.iter("property") if p.get("name") == "ddcompat"
        ]
        for case in cases
    }
    verdicts = {name: [json.loads(text) for text in texts] for name, texts in written.items()}
    action = "fail" if "strict" in options else "skip"
    assert verdicts["test_unmet"] == [
        {
            "verdict": "unsupported",
            "action": action,
            "requires": ['requires_capability("api_security")'],
            "reason": UNMET,
            "mend": ["ddtrace >=2.6.0"],
        }
    ]
    assert [v["verdict"] for v in verdicts["test_met"]] == ["supported"]
    assert [v["verdict"] for v in verdicts["test_unknown"]] == ["undetermined"]
    assert len(verdicts["test_flaky"]) == 1
    assert verdicts["test_plain"] == []


@pytest.mark.skipif(pytest.version_tuple < (9, 0), reason="subtests came with pytest 9")
def test_a_pass_is_news_once_however_many_subtests_pass(project: Project) -> None:
    tests = """
        import pytest
        @pytest.mark.requires_capability("api_security")
        def test(subtests):
            for n in range(3):
                with subtests.test(n=n): pass
    """
    project.write("test_it.py", tests)
    run = project.run("--ddcompat-unsupported=xfail")
    assert f"  1 passed unexpectedly: {UNMET}" in run.section("ddcompat")


def test_a_crashed_worker_leaves_a_summary(project: Project) -> None:
    pytest.importorskip("xdist")
    crash = "@pytest.mark.requires_capability('sca')\ndef test_crash(): __import__('os')._exit(3)"
    project.write("test_it.py", f"{TESTS}\n{crash}")
    run = project.run("-p", "xdist.plugin", "-n", "1", "--max-worker-restart=2")
    assert "INTERNALERROR" not in "\n".join(run.out)
    assert run.status == 1
    assert f"  3 skipped: {UNMET}" in run.section("ddcompat")


def test_deselected_tests_are_counted_once_by_all_workers(project: Project) -> None:
    pytest.importorskip("xdist")
    project.write("test_it.py", TESTS.replace("[1, 2]", "range(20)"))
    run = project.run("-p", "xdist.plugin", "-n", "2", "--ddcompat-unsupported=deselect")
    assert f"  21 deselected: {UNMET}" in run.section("ddcompat")
    assert "23 gated: 2 ran, 21 deselected" in run.section("ddcompat")


@pytest.mark.parametrize("options", ["", "-p xdist.plugin -n 2"])
def test_all_deselected_is_the_exit_status_of_pytest(project: Project, options: str) -> None:
    if options:
        pytest.importorskip("xdist")
    project.write(
        "test_it.py",
        "import pytest\n@pytest.mark.requires_capability('api_security')\ndef test(): pass",
    )
    run = project.run("--ddcompat-unsupported=deselect", *options.split())
    assert run.status == 5
    assert "1 gated: 1 deselected" in run.section("ddcompat")


@pytest.mark.parametrize("options", [(), ("-p", "xdist.plugin", "-n", "2")], ids=["", "-n 2"])
def test_a_module_and_a_test_skipped_alike_are_both_counted(
    project: Project, options: tuple[str, ...]
) -> None:
    project.write("test_a.py", "import pytest_ddcompat\npytest_ddcompat.require('api_security')")
    marked = "import pytest\n@pytest.mark.requires_capability('api_security')\ndef test(): pass"
    project.write("test_b.py", marked)
    run = project.run(*options)
    assert run.section("ddcompat")[1] == "2 gated: 2 skipped"


def test_an_expected_failure_of_the_author_that_passes_is_no_news_of_ours(
    project: Project,
) -> None:
    project.write(
        "test_it.py",
        "import pytest\n@pytest.mark.xfail\n@pytest.mark.requires_capability('sca')\n"
        "def test(): pass",
    )
    assert not any("all the same" in line for line in project.run().section("ddcompat"))


def test_a_reason_that_pytest_shows_is_not_repeated(project: Project) -> None:
    project.write("test_it.py", TESTS)
    run = project.run("-ra")
    assert [line for line in run.out if UNMET in line] == [
        f"SKIPPED [1] test_it.py:5: {UNMET}",
        f"SKIPPED [2] test_it.py:7: {UNMET}",
    ]
    assert run.section("ddcompat")[1:] == [
        "5 gated: 2 ran, 3 skipped",
        f"  1 ran: {UNKNOWN}",
        "ddtrace >=2.6.0 would let 3 more tests run",
    ]


def test_the_lines_have_one_order(project: Project) -> None:
    markers = ["requires_tracer('>=3')", "requires_agent('>=8')", "requires_framework('bottle')",
               "requires_deployment('docker')", "requires_tracer('>=4,<5')"]  # fmt: skip
    sections = []
    for order, more in ((markers, ()), (markers[::-1], ()), (markers[2:] + markers[:2], XDIST)):
        tests = (f"@pytest.mark.{m}\ndef test_{n}(): pass\n" for n, m in enumerate(order))
        project.write("test_it.py", "import pytest\n" + "".join(tests))
        sections.append(project.run(*more).section("ddcompat"))
    assert "would let 4 more tests run" in sections[0][-1]
    assert sections[0] == sections[1] == sections[2]


@pytest.mark.parametrize(
    ("options", "is_printed"),
    [
        pytest.param("--co -q", False, id="ids alone"),
        pytest.param("--co", True, id="the tree"),
    ],
)
def test_ids_are_printed_alone(project: Project, options: str, is_printed: bool) -> None:
    project.write("test_it.py", TESTS)
    project.write(
        "test_module.py", "import pytest_ddcompat\npytest_ddcompat.require('api_security')"
    )
    options += " --ddcompat-unsupported=deselect --deselect=test_it.py::test_unmet"
    assert bool(project.run(*options.split()).section("ddcompat")) is is_printed
