"""Facts from files and options, in the order in which they take precedence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ddcompat.environment.environment import Environment
from pytest_ddcompat.environment.machine import Detector
from pytest_ddcompat.environment.parsing import LIMIT, facts_from_settings, facts_from_text
from pytest_ddcompat.environment.value import AgentAnswer
from pytest_ddcompat.values.errors import FactsError, Problem
from pytest_ddcompat.values.variables import Hidden, HiddenBytes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pytest_ddcompat.environment.parsing import Facts

__all__ = ["FactSources", "Layer", "file_layer"]


class Layer(NamedTuple):
    """Facts from one place.

    Attributes:
        origin: The file or option, for messages and signals.
        content: A facts file's bytes, or `KEY=VALUE` settings.
    """

    origin: str
    content: bytes | list[str]

    @classmethod
    def of(cls, origin: str, content: bytes | Iterable[str]) -> Layer:
        """Make a layer whose content no traceback shows."""
        if isinstance(content, bytes):
            return cls(origin, HiddenBytes(content))
        return cls(origin, list(map(Hidden, content)))

    def facts(self) -> Facts:
        """Parse them.

        Raises:
            FactsError: A key or value cannot be understood.
        """
        if isinstance(self.content, bytes):
            return facts_from_text(self.content, self.origin)
        return facts_from_settings(self.content, self.origin)


class FactSources(NamedTuple):
    """Where the facts of an environment come from.

    Attributes:
        layers: Facts of files and options, the strongest first.
        agent: `off`, `auto` or an address: whether and where to query the Agent.
        answer: What the Agent has answered, if it was queried already.
    """

    layers: tuple[Layer, ...]
    agent: str
    answer: AgentAnswer | None = None

    def check(self) -> None:
        """Parse all layers.

        Raises:
            FactsError: Something cannot be understood; all problems are named together.
        """
        problems: list[Problem] = []
        for layer in self.layers:
            try:
                layer.facts()
            except FactsError as error:
                problems.extend(error.problems)
        if problems:
            raise FactsError(problems)

    def environment(
        self,
        weaker: Sequence[Facts] = (),
        detector: Detector | None = None,
        day: dt.date | None = None,
    ) -> Environment:
        """Put the facts together: those of the layers, then weaker ones, then detected ones.

        Args:
            weaker: Facts over which the layers take precedence, the strongest first.
            detector: What `detector` returns, so that several environments share what it detects.
            day: What counts as today, if no day is given; today if None.
        """
        facts: Facts = {}
        # The weakest first: what comes later replaces it.
        for more in reversed(weaker):
            facts.update(more)
        for layer in reversed(self.layers):
            facts.update(layer.facts())
        return Environment(facts, detector or self.detector(), day=day)

    def with_answer(self) -> FactSources:
        """Return the same with the Agent's answer, which is queried now if it is to be."""
        detector = self.detector()
        return self if detector is None else self._replace(answer=detector.query_agent())

    def detector(self, environ: Mapping[str, str] | None = None) -> Detector | None:
        """Return what detects the facts that are not given; None where a file gives them all.

        Args:
            environ: Environment variables; those of this process if None.
        """
        if any(isinstance(layer.content, bytes) for layer in self.layers):
            return None
        return Detector(agent=self.agent, answer=self.answer, environ=environ)

    def encode(self) -> list[Any]:
        """Return the same as built-in values, for another process."""
        answer = None if self.answer is None else list(self.answer)
        # Exactly the built-in types, for nothing else gets to another process.
        layers = [
            [origin, bytes(content) if isinstance(content, bytes) else list(map(str, content))]
            for origin, content in self.layers
        ]
        return [layers, str(self.agent), answer]

    @classmethod
    def decode(cls, encoded: list[Any]) -> FactSources:
        """Undo `encode`."""
        layers, agent, answer = encoded
        if answer is not None:
            answer = AgentAnswer(*answer)
        return cls(tuple(Layer.of(*layer) for layer in layers), Hidden(agent), answer)


def file_layer(name: str, folder: Path) -> Layer:
    """Read a facts file.

    Args:
        name: Its path, relative to `folder`.
        folder: Where relative paths begin.

    Raises:
        FactsError: It cannot be read.
    """
    if not name:
        raise FactsError("the name of a facts file is empty; valid: a path")
    from pytest_ddcompat.values.files import read_limited  # here: few runs have such a file

    try:
        return Layer.of(name, read_limited(folder / name, LIMIT))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise FactsError(f"{name}: cannot read this facts file: {reason}") from None
