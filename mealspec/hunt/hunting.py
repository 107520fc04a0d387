"""A hunt: Hypothesis looks for a violation, and what it finds is made short.

Hypothesis's own shrinking works on the choices behind a run; there one event less changes what all
later choices mean. It was tried: with it, runs of the default scope ended up to 50 steps longer than the
shortest one, after 3 to 20 seconds each. So runs are shortened event by event, see
:mod:`mealspec.core.shrink`, which takes a fraction of a second; and since what is left depends on where one
began, several runs are caught, and the shortest is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test
from hypothesis.statistics import collector

from mealspec.core import Trace
from mealspec.core.coverage import Seen
from mealspec.core.shrink import polished, shrunk
from mealspec.hunt.machine import Hunter, Violation, hunter
from mealspec.hunt.profiles import Profile
from mealspec.hunt.subject import Subject
from mealspec.properties.catalogue import PROPERTIES

BATCH, MOST = 100, 400
"""Runs of the first batch of a hunt, and of a batch at most; each has twice as many as the one before."""

FEW, MANY = 4, 25
"""With fewer different catches, and fewer in all, the hunt goes on; if there is one, for so many batches:"""

BATCHES = 3

SHORTENED = 24
"""How many catches of a batch are made short, for each property."""

POLISHED = 5
"""How many of the shortest catches are made shorter still."""

Note = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Catch:
    """A violation.

    Attributes
    ----------
    subject, property_id
        What violates what.
    found, trace
        The length of the run that Hypothesis found, and what it was shortened to.
    seed
        With this seed Hypothesis finds it first.
    """

    subject: Subject
    property_id: str
    found: int
    trace: Trace
    seed: int


class Hunt:
    """Hypothesis at work on one subject.

    Parameters
    ----------
    subject
        What is hunted.
    hunted
        Properties of which violations are looked for.
    watched
        Properties that no run may violate.
    profile, seed
        How hard to hunt, and where to begin; the same seed makes the same runs.
    note
        Called with Hypothesis's statistics of every batch of runs.

    Attributes
    ----------
    seen
        What all runs have seen.
    """

    def __init__(
        self,
        subject: Subject,
        hunted: tuple[str, ...],
        watched: tuple[str, ...],
        profile: Profile,
        seed: int = 0,
        note: Note | None = None,
    ) -> None:
        self.subject, self.hunted, self.watched, self.profile, self.seed = subject, hunted, watched, profile, seed
        self.seen = Seen(subject.graph)
        self.note = note
        self._hunter = hunter(subject, (*hunted, *watched), hunted=hunted, seen=self.seen)
        self._caught: dict[str, dict[tuple[str, ...], Catch]] = {property_id: {} for property_id in hunted}
        self._catches: Counter[str] = Counter()
        self._batches = self._tried = 0

    def survive(self, property_id: str) -> Catch | None:
        """Let Hypothesis try as many runs as the profile says, others for each property.

        Returns the violation of this or another watched property that it finds, or None.
        """
        machine = hunter(self.subject, (property_id, *self.watched), seen=self.seen)
        seed = self.seed + 1000 * (1 + [*PROPERTIES, property_id].index(property_id))
        try:
            self._run(machine, self.profile.examples, seed)
        except Violation as caught:
            return _polished(_shortened(caught, seed))
        return None

    def catch(self, property_id: str, patience: int | None = None) -> Catch | None:
        """The shortest violation that is found within so many runs, or None; the profile says how many if nobody does.

        Raises
        ------
        Violation
            If a run violates one of the watched properties.
        """
        caught = self._caught[property_id]
        patience = self.profile.patience if patience is None else patience
        while not self._enough(property_id) and self._tried < patience:
            self._extend()
        best = sorted(caught.values(), key=lambda catch: len(catch.trace))[:POLISHED]
        return min(map(_polished, best), key=lambda catch: len(catch.trace), default=None)

    def _enough(self, property_id: str) -> bool:
        different, catches = len(self._caught[property_id]), self._catches[property_id]
        return different >= FEW or catches >= MANY or (catches > 0 and self._batches >= BATCHES)

    def _extend(self) -> None:
        """One more batch of runs."""
        seed = self.seed + self._batches
        runs = min(BATCH * 2**self._batches, MOST)
        self._run(self._hunter, runs, seed)
        self._batches, self._tried = self._batches + 1, self._tried + runs
        self._catches.update(run.property_id for run in self._hunter.caught)
        for property_id, short in self._caught.items():
            for run in [run for run in self._hunter.caught if run.property_id == property_id][:SHORTENED]:
                catch = _shortened(run, seed)
                short.setdefault(catch.trace.events, catch)
        self._hunter.caught.clear()

    def shortened(self, news: Violation) -> Catch:
        """A violation that was raised, made short."""
        return _polished(_shortened(news, self.seed))

    def _run(self, machine: type[Hunter], examples: int, seed: int) -> None:
        with collector.with_value(self.note):  # type: ignore[arg-type] # its default is None
            run_state_machine_as_test(seeded(seed)(machine), settings=self.profile.settings(examples))


def _shortened(caught: Violation, seed: int) -> Catch:
    """A run that goes round for ever stays as it was found."""
    if caught.loop is not None:
        return Catch(caught.subject, caught.property_id, len(caught.events), caught.trace, seed)
    short = shrunk(caught.events, caught.subject.attempt(caught.property_id))
    return Catch(caught.subject, caught.property_id, len(caught.events), caught.subject.trace(short), seed)


def _polished(catch: Catch) -> Catch:
    if catch.trace.loop is not None:
        return catch
    subject = catch.subject
    run = [subject.system.number[name] for name in catch.trace.events]
    short = polished(run, subject.attempt(catch.property_id), subject.others)
    return replace(catch, trace=subject.trace(short))
