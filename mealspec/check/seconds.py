"""Which causes of an excerpt remain when the seconds between its lines are honoured, too.

The design with each backend that might be is put in time (:mod:`mealspec.model.clocks`), beside the machine that reads
the excerpt by its stamps (:mod:`mealspec.check.stamps`) and the one that knows why the registry is empty, and searched
completely: a cause falls if no run of any length prints the lines in their seconds because of it.

For speed the poll loop and what it reads are left out of the search where none of its lines is shown. What falls
without them falls with them; and each run that is found is completed by them, or the search is made again with all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mealspec.check.causes import Cause, cause_machine
from mealspec.check.excerpts import Excerpt, shows
from mealspec.check.incident import because_of
from mealspec.check.stamps import APART, SECOND, Stamps
from mealspec.check.ways import Ways, completed
from mealspec.core import At, CheckerError, Graph, Progress, System, Trace, explore, reach
from mealspec.core.timed import PAUSED, TICK, is_one_of
from mealspec.model.clocks import EXCUSES, Clock, timed_system
from mealspec.model.design import Design
from mealspec.model.events import alphabet
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.server.entry import REFRESHES, entry

MOST = 30_000_000
"""States that are searched at most."""

ASIDE = ("poller", "loader", "sync", "view", "store", "save", "flags")
"""Machines that are left out at first, where none of the poll loop's lines is shown; no answer depends on it."""

TICKS = tuple(each for tick in (TICK, PAUSED) for each in (tick, *(f"{tick}.{name}" for name in EXCUSES)))


class Way(NamedTuple):
    """A cause, and what refreshes the entry that expires, if the cause is that one does."""

    cause: Cause
    refreshed_by: str = ""

    @property
    def label(self) -> str:
        """For tables and files."""
        return f"{self.cause.label}/{self.refreshed_by}" if self.refreshed_by else self.cause.label

    @property
    def says(self) -> str:
        """As a sentence about the moment of the lookup."""
        unless = {"": "", "connect": ", and only a new connect refreshes it", "ping": ", and only pings refresh it"}
        return f"{self.cause}{unless[self.refreshed_by]}"


def ways_of(cause: Cause) -> tuple[Way, ...]:
    """The cause, or for an entry that expires one for each thing that might refresh it."""
    return tuple(Way(cause, by) for by in REFRESHES) if cause is Cause.EXPIRED else (Way(cause),)


# ---------------------------------------------------------------------- one search


@dataclass(frozen=True)
class Question:
    """What is searched: an excerpt, a design with a backend in a scope, the clocks, and what refreshes an entry."""

    excerpt: Excerpt
    design: Design
    scope: Scope
    table: tuple[Clock, ...]
    refreshed_by: str = ""
    apart: timedelta = APART

    @cached_property
    def stamps(self) -> Stamps:
        """When its lines were written."""
        return Stamps(self.excerpt, self.apart)

    @property
    def aside(self) -> frozenset[str]:
        """The machines that are left out at first."""
        printing = [event for event in alphabet(self.design, self.scope) if shows(self.excerpt, event)]
        if any(event.takes[0] == "poller" for event in printing):
            return frozenset()
        names = {name for event in alphabet(self.design, self.scope) for name in event.takes}
        return frozenset(name for name in names if name.split(".")[0] in ASIDE)

    def system(self, aside: frozenset[str] = frozenset()) -> System:
        """The product in time, with those who watch, without the machines ``aside``."""
        events = [event for event in alphabet(self.design, self.scope) if not {*event.takes} <= aside]
        logs, watch = self.stamps.machine(events, TICKS), [cause_machine(self.design, self.scope)]
        if self.refreshed_by:
            watch.append(entry(self.design, self.scope, self.refreshed_by))
        return timed_system(self.design, self.scope, self._felt(), 1 / SECOND, watch, [logs], self.stamps.events, aside)

    def _felt(self) -> tuple[Clock, ...]:
        """The clocks without that of the pings, where nobody hears or shows one: it would only count."""
        shown = any(
            event.is_of("client.ping") and shows(self.excerpt, event) for event in alphabet(self.design, self.scope)
        )
        heard = shown or self.refreshed_by == "ping" or M.REGISTER_ON_MESSAGE in self.design
        return tuple(clock for clock in self.table if heard or clock.name != "beat")

    @cached_property
    def whole(self) -> System:
        """The product with everything."""
        return self.system()

    def felt(self) -> list[Clock]:
        """The clocks that exclude something in what is searched at first."""
        events = [event for event in alphabet(self.design, self.scope) if not {*event.takes} <= self.aside]
        names = [event.name for event in events]
        kinds = {name.split(".")[0] for event in events for name in {*event.takes} - self.aside} | {"entry"}
        return [
            clock
            for clock in self._felt()
            if (clock.least > 0 or clock.greatest is not None)
            and (clock.only is None or clock.only in self.design)
            and clock.machine in kinds
            and any(is_one_of(name, clock.events) for name in names)
            and (clock.machine != "entry" or self.refreshed_by)
        ]

    def asked(
        self, report: Callable[[Progress], None] | None = None, *, whole: bool = False, limit: int | None = None
    ) -> Answer:
        """Everything that the system can do while it prints the lines in their seconds.

        With a ``limit`` of states it may be less than everything.

        Raises
        ------
        CheckerError
            Without one, if there are more than :data:`MOST` states.
        """
        system = self.whole if whole else self.system(self.aside)
        graph = explore(system, limit=limit or MOST, report=report)
        if not graph.complete and limit is None:
            raise CheckerError(
                f"{self.design} has more than {MOST:,} states that print {self.excerpt.id} in its seconds"
            )
        return Answer(self, graph)


class Found(NamedTuple):
    """A cause that the seconds allow.

    Attributes
    ----------
    run
        A run of the whole that prints the lines in their seconds, with the step that decides as early as may be.
    first, last
        The ticks, from the server's first stamp on, between which that step comes in all runs; None before the seconds
        count, or where no step decides.
    """

    run: Trace
    first: int | None
    last: int | None


class Answer:
    """What a search found."""

    def __init__(self, question: Question, graph: Graph) -> None:
        self.question, self.graph = question, graph
        logs = graph.system.machines[graph.system.position["logs"]].states
        whole = (len(question.excerpt.client), len(question.excerpt.server))
        self._printed = At("logs", lambda s: s.read[:2] == whole)
        self._late: NDArray[np.int64] = np.array([getattr(s, "at", None) or 0 for s in logs], np.int64)
        self._counts: NDArray[np.bool_] = np.array([getattr(s, "at", None) is not None for s in logs], np.bool_)

    def __len__(self) -> int:
        return len(self.graph)

    def fits(self, cause: Cause) -> bool:
        """Whether some run prints all lines in their seconds because of that."""
        return bool(self._goal(cause).any())

    def found(self, cause: Cause) -> Found | None:
        """The same, with a run of the whole, and the first and last moment of the step that decides."""
        if not self.fits(cause):
            return None
        holds = self.graph.where(At("cause", lambda s: s.cause is cause))
        ways = Ways(self.graph, holds, self._goal(cause))
        if not len(ways.steps):  # so it has been from the beginning
            run = reach(self.graph, because_of(cause) & self._printed)
            assert run is not None
            return self._completed(cause, [list(run.events)], None, None)
        logs = self.graph.local("logs")[self.graph.source[ways.steps]]
        counts, late = self._counts[logs], self._late[logs]
        order = np.lexsort((late, counts))
        first, last = (int(late[k]) if counts[k] else None for k in (order[0], order[-1]))
        return self._completed(cause, [ways.run(int(ways.steps[k])) for k in (order[0], order[-1])], first, last)

    def _goal(self, cause: Cause) -> NDArray[np.bool_]:
        return self.graph.where(because_of(cause) & self._printed)

    def _completed(self, cause: Cause, runs: list[list[str]], first: int | None, last: int | None) -> Found | None:
        """What was found without the machines aside, if they can complete its runs; else what is found with them."""
        if not self.question.aside or "poller" in self.graph.system.position:
            return Found(Trace.of(self.graph.system, runs[0]), first, last)
        full = [completed(self.question.whole, run, self.graph.system.number) for run in runs]
        if full[0] is None or full[-1] is None:
            return self.question.asked(whole=True).found(cause)
        return Found(full[0], first, last)
