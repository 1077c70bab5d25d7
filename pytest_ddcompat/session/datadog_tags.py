"""Tags of gated tests in Datadog: by marks that ddtrace's pytest plugin reads, and in JUnit XML."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddcompat.evaluation.decision import summarize
from pytest_ddcompat.evaluation.expectations import needed
from pytest_ddcompat.session.execution import is_left_out_by_author
from pytest_ddcompat.session.faults import contain
from pytest_ddcompat.session.state import codec_of, decision_on, gates_if_used, gates_of
from pytest_ddcompat.values.errors import RequirementError

if TYPE_CHECKING:
    from pytest_ddcompat.evaluation.decision import Decision
    from pytest_ddcompat.evaluation.pages import Matrices

__all__ = ["DatadogHooks", "Tags", "tags_of"]

_MARKED = pytest.StashKey["Decision"]()
_INSIDE = pytest.StashKey["dict[Decision, None]"]()


def tags_of(decision: Decision, matrices: Matrices) -> dict[str, str]:
    """Return the tags of a test: few different values, and no tag without one.

    Args:
        decision: The decision on the test.
        matrices: The pages by which it was made.

    Raises:
        RequirementError: The decision is on what these pages do not have.
    """
    if decision.error:
        return {}
    required = decision.requirements
    asked = [part for requirement in required for part in requirement.parts if part.by_page]
    capabilities = {name for r in required for name in needed(r, matrices.pick(r))}
    values = {
        "verdict": decision.status.value,
        "action": decision.action.value,
        "capability": ",".join(sorted(capabilities)),
        "matrix": ",".join(sorted({matrices.pick(part).page.id for part in asked})),
    }
    return {f"ddcompat.{name}": value for name, value in values.items() if value}


class Tags:
    """The tags by the decisions of this process, found once for each."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._known: dict[Decision, dict[str, str]] = {}

    def of(self, decision: Decision) -> dict[str, str]:
        """Return the tags by a decision; none if other processes know its pages."""
        known = self._known.get(decision)
        if known is None:
            known = self._known[decision] = self._find(decision)
        return known

    def _find(self, decision: Decision) -> dict[str, str]:
        gates = gates_if_used(self._config)
        gate = None if gates is None else gates.of_folder(decision.folder)
        try:
            return {} if gate is None else tags_of(decision, gate.matrices)
        except RequirementError:
            return {}  # a test has written the property itself, for another page


class DatadogHooks:
    """Tags the tests of a run that ddtrace's plugin sends to Datadog.

    The plugin reads marks named `dd_tags`: ddtrace 3 when the collection ends, ddtrace 2 and 4 when
    a test starts. Later tags are set on the span of the running test, which the plugin's fixture
    `ddspan` gives to tests. ddtrace 3 sets those of the marks once more when the test ends.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._tags = Tags(config)
        self._marks: dict[Decision, pytest.Mark] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Mark each gated test, before ddtrace reads the marks."""
        if session.config.option.collectonly:
            return
        with contain(self._config, "tests have no tags in Datadog"):
            for item in session.items:
                decision = decision_on(item)
                if decision is not None and not is_left_out_by_author(item, decision):
                    self._mark(item, decision)

    def _mark(self, item: pytest.Item, decision: Decision) -> None:
        mark = self._marks.get(decision)
        if mark is None:
            tags = self._tags.of(decision)
            mark = self._marks[decision] = pytest.mark.dd_tags(**tags).mark
        if mark.kwargs:
            item.own_markers.append(mark)
        item.stash[_MARKED] = decision

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Tag a test on which the decision is another now, while ddtrace can still take it."""
        if call.when == "teardown":
            return
        with contain(self._config, f"{item.nodeid} has the tags of its collection in Datadog"):
            decision = self._decision_by_now(item, call)
            if decision is not None and decision is not item.stash.get(_MARKED, None):
                _tag_running(self._tags.of(decision))

    def _decision_by_now(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Decision | None:
        """Return the decision on a test by its marks and all that it has required inside so far."""
        if call.when == "setup":
            item.stash[_INSIDE] = {}
        inside = item.stash.setdefault(_INSIDE, {})
        required = gates_of(item.config).first.inputs.required
        # The outcome of a fixture of several tests is raised again, without another call.
        if required or call.excinfo:
            # Imported here, since most tests require nothing inside.
            from pytest_ddcompat.session.fixture import required_by

            inside.update(required_by(required, call))
        # Nothing is attached to a test that its author skips.
        is_attached = codec_of(item.config).find(item.user_properties) is not None
        marked = decision_on(item) if is_attached else None
        by_marks = [marked] if marked else []
        return summarize([*by_marks, *inside]) if inside else marked


def _tag_running(tags: dict[str, str]) -> None:
    """Set tags on the span of the test that runs."""
    # ddtrace's plugin has imported it.
    tracer: Any = getattr(sys.modules.get("ddtrace"), "tracer", None)
    span: Any = None if tracer is None else tracer.current_root_span()
    if span is not None:
        for name, value in tags.items():
            span.set_tag(name, value)
