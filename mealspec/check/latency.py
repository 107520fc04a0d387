"""Seconds from the completion of a meal at the backend to the screen: computed for all runs, beside what is claimed.

A meal can be completed in several situations, and each has its own seconds. The seed's outcome table (R23, R24) claims
seconds for some of them; here the claims stand beside the figures and the runs that attain them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mealspec.core import CheckerError, Graph, Predicate, Progress, System, any_of, explore
from mealspec.core.explicit.delays import Delay, Stopwatch
from mealspec.core.predicate import At
from mealspec.core.timed import is_one_of
from mealspec.model.client.screen import Screen
from mealspec.model.client.service import Service
from mealspec.model.client.view import View
from mealspec.model.clocks import CLOCKS, Clock, timed_system
from mealspec.model.design import Design
from mealspec.model.scope import Scope
from mealspec.properties.facts import Facts

MOST = 40_000_000
"""States that are searched at most."""

WATCHED = At("screen", lambda s: s is not Screen.HIDDEN)
"""Somebody looks; else it is up to people when they do."""

WAYS = {
    "socket": ("client.apply.handler",),
    "poll": ("client.apply.poll", "client.stale.apply", "client.poll.pass", "client.stale.pass", "client.rogue.pass"),
    "load": ("client.apply.appear", "client.apply.connect", "client.apply.sync"),
}
"""By which event a meal comes to the screen: the load that a message asked for, a poll, or another load."""


@dataclass(frozen=True)
class Situation:
    """How things stand when the work is done.

    Attributes
    ----------
    name
        In a few words.
    holds
        As a fact about the state after the completion.
    claim
        What the outcome table claims, as the greatest seconds.
    claimed
        The claim in words.
    refs
        Where it stands.
    """

    name: str
    holds: Callable[[Facts], Predicate]
    claim: float
    claimed: str
    refs: tuple[str, ...] = ()


def _dead(f: Facts) -> Predicate:
    """The service holds a socket that is silently broken."""
    held = {c: At("service", partial(_holds, c)) for c in f.scope.connection_names}
    return any_of(holds & At(f"connection.{c}", lambda s: not s.fine) for c, holds in held.items())


def _holds(c: str, state: Service) -> bool:
    return state == Service(c, connected=True)


def _none(f: Facts) -> Predicate:
    return At("service", lambda s: not s.connected)


SITUATIONS: tuple[Situation, ...] = (
    Situation("the socket works", lambda f: f.through(), 1, "under 1 s, by socket", ("R24",)),
    Situation("no socket, and the client knows", _none, 10, "5 to 10 s, by polling", ("R17", "R23", "R24")),
    Situation("the socket is silently broken", _dead, 10, "5 to 10 s, by polling", ("R17", "R24")),
    Situation("connected, and not detected", lambda f: ~_none(f) & ~_dead(f) & ~f.through(), 10,
              "5 to 10 s, by polling", ("R17", "R23")),
)  # fmt: skip
"""All in which a meal may be completed: each state is in just one."""


class Outcome(NamedTuple):
    """What was found for a situation: the delay in all, and by way; in ticks of ``quantum`` seconds."""

    situation: Situation
    quantum: float
    whole: Delay
    ways: Mapping[str, Delay]

    @property
    def least(self) -> float | None:
        """Seconds."""
        return None if self.whole.least is None else self.whole.least * self.quantum

    @property
    def greatest(self) -> float | None:
        """Seconds; None if some run never shows the meal."""
        return None if self.whole.greatest is None else self.whole.greatest * self.quantum

    @property
    def occurs(self) -> bool:
        """Whether a meal is ever completed so."""
        return self.whole.soonest is not None or self.whole.latest is not None

    @property
    def most(self) -> str:
        """The greatest, for people."""
        if not self.occurs:
            return "-"
        return "never" if self.greatest is None else f"{self.greatest:g} s"

    def to_json(self) -> dict[str, object]:
        """For programs: seconds, and the runs that take them."""
        runs = {"soonest": self.whole.soonest, "latest": self.whole.latest}
        ways = {name: [None if n is None else n * self.quantum for n in each[:2]] for name, each in self.ways.items()}
        return {
            "situation": self.situation.name, "occurs": self.occurs, "least": self.least, "greatest": self.greatest,
            "ways": {name: both for name, both in ways.items() if both[0] is not None},
            "claimed": self.situation.claimed, "refs": list(self.situation.refs), "verdict": self.verdict,
            **{name: run and {"events": list(run.events), "loop": run.loop} for name, run in runs.items()},
        }  # fmt: skip

    @property
    def verdict(self) -> str:
        """The claim against the figures."""
        if not self.occurs:
            return "does not occur"
        if self.greatest is None:
            return "never" if self.least is None else "unattainable: some run never shows it"
        if self.greatest <= self.situation.claim:
            return "true"
        return f"too optimistic by {self.greatest - self.situation.claim:g} s"


def outcomes(
    plan: Design, scope: Scope, table: tuple[Clock, ...] = CLOCKS, quantum: float = 1,
    report: Callable[[Progress], None] | None = None,
) -> list[Outcome]:  # fmt: skip
    """For each situation how long it takes from the completion of a meal to the screen, in every run of the scope.

    Raises
    ------
    TooLarge
        If there are more than :data:`MOST` states, or more than memory holds.
    CheckerError
        If the seconds or the scope make no sense.
    """
    if scope.meals != 1:
        raise CheckerError(f"seconds are computed for one meal, not {scope.meals}")
    product = timed_system(plan, scope, table, quantum)
    graph = explore(product, limit=MOST, report=report)
    if not graph.complete:
        raise CheckerError(f"{plan} has more than {MOST:,} states in time: choose a smaller scope or a longer tick")
    return list(_found(graph, Facts(plan, scope, product), quantum))


def _found(graph: Graph, facts: Facts, quantum: float) -> list[Outcome]:
    done = _leads(graph, _named(graph.system, ("server.complete",)))
    done &= graph.where(WATCHED)
    shown = graph.where(At("view.m1", lambda s: s is View.COMPLETED))
    stopwatch = Stopwatch(graph, shown, {name: _named(graph.system, events) for name, events in WAYS.items()})
    found = []
    for situation in SITUATIONS:
        begins = done & graph.where(situation.holds(facts))
        every = stopwatch.delays(begins)
        found.append(Outcome(situation, quantum, every.pop(""), every))
    return found


def _named(system: System, names: tuple[str, ...]) -> NDArray[np.bool_]:
    """The events of these groups."""
    return np.array([is_one_of(event.name, names) for event in system.events], np.bool_)


def _leads(graph: Graph, events: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The states to which some of these events lead."""
    out = np.zeros(len(graph), np.bool_)
    out[graph.dest[events[graph.event]]] = True
    return out
