"""Progress of long searches."""

from __future__ import annotations

from collections.abc import Callable

from mealspec.check.terminal import Line
from mealspec.core import Effort, Progress


def line(name: str, progress: Progress | Effort) -> str:
    """How far one search has come; what is left is known only as the states that still wait, or the events."""
    if isinstance(progress, Effort):
        return f"{name}: event {progress.taken} of {progress.steps}, {progress.nodes:,} nodes, {progress.seconds:.0f} s"
    return (
        f"{name}: {progress.states:,} states, {progress.waiting:,} waiting, "
        f"depth {progress.depth}, {progress.rate:,.0f}/s"
    )


class Reporter:
    """Shows the searches that run."""

    def __init__(self) -> None:
        self._line = Line()
        self._shown: dict[str, str] = {}

    def update(self, name: str, progress: Progress | Effort) -> None:
        """One search has come further."""
        self._shown[name] = line(name, progress)
        self._line.show(" | ".join(self._shown.values()))

    def say(self, text: str) -> None:
        """Something that is no search has come further."""
        self._line.show(text)

    def done(self, name: str) -> None:
        """One search has ended."""
        self._shown.pop(name, None)
        self._line.clear()

    def on(self, name: str) -> Callable[[Progress | Effort], None]:
        """The callback for one search."""
        return lambda progress: self.update(name, progress)
