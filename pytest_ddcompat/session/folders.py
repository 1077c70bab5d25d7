"""The gates of a run: one, and one more for each folder with facts or matrices of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_ddcompat.environment.detection import installed
from pytest_ddcompat.session.faults import result_or_error
from pytest_ddcompat.session.gate import Gate, Inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pytest

    from pytest_ddcompat.evaluation.decision import Decision

__all__ = ["Gates"]

_FACTS, _MATRICES = "pytest_ddcompat_facts", "pytest_ddcompat_matrices"


class Gates:
    """The gates of a run, each made when it is first needed.

    Attributes:
        first: The gate of all tests for which no folder gives anything of its own.
        has_folders: Whether conftests speak for their folders.
        is_amended: Whether something may replace decisions: a hook, or `--ddcompat-run`.
        is_observed: Whether a hook observes decisions.
    """

    def __init__(self, config: pytest.Config, environ: Mapping[str, str]) -> None:
        self._config = config
        self.first = Gate(Inputs(config, environ), _RootHooks(config))
        self.first.check_settings()
        self._to_run: frozenset[str] = frozenset()
        self.is_observed = self.is_amended = False
        self._number = 0  # of implementations
        self.has_folders = False
        self._by_path: dict[Path, Gate] = {}
        self._by_plugins: dict[tuple[Any, ...], Gate] = {}
        self.look()

    def __iter__(self) -> Iterator[Gate]:
        return iter([self.first, *self._by_plugins.values()])

    def look(self) -> None:
        """See whether conftests have been loaded since that speak for their folders."""
        hook = self._config.hook
        self.is_amended = bool(self._to_run or hook.pytest_ddcompat_verdict.get_hookimpls())
        self.is_observed = bool(hook.pytest_ddcompat_decided.get_hookimpls())
        number = len(_implementations(hook))
        if number != self._number:
            self._number = number
            self.has_folders = bool(_folder_conftests(self._config))
            self._by_path.clear()

    def at(self, node: pytest.Item | pytest.Collector) -> Gate:
        """Return the gate of a test or collector."""
        if not self.has_folders:
            return self.first
        gate = self._by_path.get(node.path)
        if gate is None:
            gate = self._by_path[node.path] = self._find(node)
        return gate

    def run_anyway(self, nodeids: Iterable[str]) -> None:
        """Have tests run whatever is decided on them."""
        self._to_run = frozenset(nodeids)
        self.look()

    def decide(self, item: pytest.Item, marks: Sequence[pytest.Mark]) -> Decision:
        """Decide on a test with these marks."""
        decision = self.at(item).decide(marks)
        if not self.is_amended:
            return decision
        # Imported here, since most runs replace no decision.
        from pytest_ddcompat.session.amending import amended

        return amended(item, decision, self.first.policy, self._to_run)

    def look_ahead(self, tests: Iterable[pytest.Item], *, everywhere: bool) -> None:
        """Look at the facts of tests.

        Args:
            tests: The tests.
            everywhere: Whether to look at all distributions, for names that no matrix has.
        """
        gates = {self.at(test): None for test in tests} if self.has_folders else [self.first]
        for gate in gates:
            # What is wrong with a hook is told to the tests that ask.
            result_or_error(gate.look_ahead)
        detector = self.first.inputs.detector if everywhere else None
        if detector is not None:
            detector.find_distributions_by(installed())

    def of_folder(self, folder: str) -> Gate | None:
        """Return the gate of the folder that a decision names; None in another process."""
        return next((gate for gate in self if gate.folder == folder), None)

    def used(self) -> list[Gate]:
        """Return the gates that have compared a requirement with their matrices."""
        return [gate for gate in self if gate.used]

    def _find(self, node: pytest.Item | pytest.Collector) -> Gate:
        # Only pytest knows which conftests count: config.hook calls those of other folders too.
        hooks = node.session.gethookproxy(node.path)
        plugins = tuple(i.plugin for i in _implementations(hooks))
        folders = [Path(p.__file__).parent for p in _folder_conftests(self._config) if p in plugins]
        if not folders:
            return self.first
        if plugins not in self._by_plugins:
            folder = max(folders, key=lambda path: len(path.parts))
            named = _relative(folder, self._config.rootpath)
            self._by_plugins[plugins] = Gate(self.first.inputs, _FolderHooks(node), named)
        return self._by_plugins[plugins]


def _relative(folder: Path, root: Path) -> str:
    try:
        return os.path.relpath(folder, root).replace(os.sep, "/")
    except ValueError:  # on another drive of Windows
        return folder.as_posix()


class _RootHooks:
    """The hooks without those of conftests that speak for a part of the run."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def __getattr__(self, name: str) -> Any:
        others = _folder_conftests(self._config)
        return self._config.pluginmanager.subset_hook_caller(name, others)


class _FolderHooks:
    """The hooks that count for a test or collector."""

    def __init__(self, node: pytest.Item | pytest.Collector) -> None:
        self._node = node

    def __getattr__(self, name: str) -> Any:
        # Asked anew, for a proxy has the conftests too that were loaded after it was made.
        return getattr(self._node.session.gethookproxy(self._node.path), name)


def _implementations(hooks: Any) -> list[Any]:
    return [
        *getattr(hooks, _FACTS).get_hookimpls(),
        *getattr(hooks, _MATRICES).get_hookimpls(),
    ]


def _folder_conftests(config: pytest.Config) -> list[Any]:
    """Return the conftests that give facts or matrices for a part of the run."""
    plugins = dict.fromkeys(i.plugin for i in _implementations(config.hook))
    folders = {plugin: folder for plugin in plugins if (folder := _folder_of(plugin))}
    above = _above(config) if folders else set()
    return [plugin for plugin, folder in folders.items() if folder not in above]


def _above(config: pytest.Config) -> set[Path]:
    """Return the folders that hold the root of the run and all that it collects."""
    above = {config.rootpath, *config.rootpath.parents}
    for arg in config.args:
        path = Path(os.path.abspath(config.invocation_params.dir / arg.partition("::")[0]))  # noqa: PTH100 - as pytest, which follows no links
        if config.getoption("pyargs", False) or not path.exists():
            return set()  # a package may be anywhere
        above &= {path, *path.parents}
    return above


def _folder_of(plugin: Any) -> Path | None:
    """Return the folder of a conftest; None for any other plugin."""
    path = Path(getattr(plugin, "__file__", None) or "")
    return path.parent if path.name == "conftest.py" else None
