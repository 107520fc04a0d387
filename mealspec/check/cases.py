"""The seed's tests by name (R16 to R22), in seconds: what must have happened in a run for it to be one, and how long.

Each has a scope of its own: what it needs is let in, and nothing else. A machine that watches tells the runs in which
its steps have come, in their order, from those in which they have not; what is measured begins in the former only, and
is computed over all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import inf
from typing import NamedTuple

from mealspec.check.latency import DONE, ENDED, SHOWN, SITUATIONS, WATCHED, Measure, Outcome, measured, timekeeper
from mealspec.core import At, Effort, Event, Machine, Predicate, Progress
from mealspec.core.timed import is_one_of
from mealspec.model.client.view import View
from mealspec.model.clocks import CLOCKS, Clock
from mealspec.model.design import Design
from mealspec.model.events import alphabet
from mealspec.model.product import lets_in
from mealspec.model.scope import ASPECTS, FAULTS, Scope, counted
from mealspec.properties.facts import Facts

SAVE = ("user.submit.m1", "user.wait.m1")
DONE_WITH = ("user.archive.m1",)
"""The meal is saved; its user is done with it. With either the steps from the save on are asked for anew."""

WORK_DONE = ("server.complete.m1",)

_WORKS, _, _, _UNDETECTED = (situation.holds for situation in SITUATIONS)
Claim = tuple[tuple[float, float], str]
"""The least and the greatest seconds, and in words."""

_COMES: Claim = ((0, inf), "it comes")
"""The seed ticks the test off, and says no seconds."""


@dataclass(frozen=True)
class Case:
    """One of the seed's tests.

    Attributes
    ----------
    measure
        From when to when, in a run in which the steps have come, and what is claimed.
    steps
        What must have come, each as the beginnings of names of events, in this order; among them the save of the meal.
    lets_in, faults, meals
        The kinds of fault and the aspects, how many faults there may be in a run, and how many meals.
    barred
        What nobody does from the save on.
    """

    measure: Measure
    steps: tuple[tuple[str, ...], ...] = (SAVE,)
    lets_in: frozenset[str] = frozenset()
    faults: int = 0
    meals: int = 1
    barred: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The requirement, and what happens."""
        return self.measure.name

    @property
    def world(self) -> str:
        """What is let in, in words.

        >>> CASES[0].world, CASES[-1].world
        ('no faults', '1 fault (restart)')
        """
        kinds = [kind for kind in FAULTS if kind in self.lets_in]
        parts = [f"{counted(self.faults, 'fault')} ({', '.join(kinds)})" if kinds else "no faults"]
        parts = [counted(self.meals, "meal")] * (self.meals > 1) + parts
        return ", ".join([*parts, *(aspect for aspect in ASPECTS if aspect in self.lets_in)])

    def scope(self, connections: int = 1) -> Scope:
        """What is searched."""
        return Scope(self.meals, connections, self.faults, self.lets_in)

    def watcher(self, events: Iterable[Event]) -> Machine:
        """The machine ``scenario``: how many of the steps have come. It refuses only what is barred."""
        rows, places, save = list[tuple[str, int, int]](), range(len(self.steps) + 1), self.steps.index(SAVE)
        for event in events:
            wanted = [k for k, step in enumerate(self.steps) if is_one_of(event.name, step)]
            if save in wanted or is_one_of(event.name, DONE_WITH):
                rows += [(event.name, k, save + (save in wanted) if k >= save else k) for k in places]
            elif wanted:
                rows += [(event.name, k, k + (k in wanted)) for k in places]
            elif is_one_of(event.name, self.barred):
                rows += [(event.name, k, k) for k in places if k <= save]
        return Machine.table("scenario", 0, rows, doc="How many steps of the scenario have come.")

    @property
    def asked(self) -> Measure:
        """The measure, where all steps have come."""
        holds, end = self.measure.holds, len(self.steps)
        come = At("scenario", lambda s: s == end)
        return replace(self.measure, holds=lambda f: come & holds(f))


def _completed(name: str, holds: Callable[[Facts], Predicate], claim: Claim, *refs: str) -> Measure:
    """From the completion to the screen, while somebody looks."""
    return Measure(name, lambda f: WATCHED & holds(f), WORK_DONE, claim=claim[0], claimed=claim[1], refs=refs)


def _away(f: Facts) -> Predicate:
    """Nothing would arrive by socket, whether the client knows or not."""
    return ~_WORKS(f)


def _returned(f: Facts) -> Predicate:
    """Somebody looks, and what is completed is not on the screen."""
    return WATCHED & DONE & ~SHOWN


def _both(f: Facts) -> Predicate:
    """The socket works, and another meal is under way."""
    return _WORKS(f) & At("view.m2", lambda s: s is not View.NONE and not s.finished)


_AT_ONCE: Claim = ((0, 1), "under 1 s, by socket")
_POLLED: Claim = ((5, 10), "5 to 10 s, by polling")
_FAILED, _SKIPPED = ("network.fail_dial",), ("server.skip.m1",)
_BACK, _RETURN, _BOOT = ("client.connected",), ("user.foreground",), ("server.boot",)

CASES: tuple[Case, ...] = (
    Case(Measure("R16 happy path: from save to screen", _WORKS, SAVE, claim=(0, 30), claimed="within 30 s",
                 refs=("R16",)),
         barred=("user.reconnect",)),
    Case(_completed("R16 happy path: from completion", _WORKS, _AT_ONCE, "R16", "R24"), barred=("user.reconnect",)),
    Case(_completed("R17 fallback: the dial has failed", _away, _POLLED, "R17", "R24"), (SAVE, _FAILED),
         frozenset({"dial"}), 1),
    Case(_completed("R17 fallback: connected but not detected", _UNDETECTED, _POLLED, "R17", "R23"),
         lets_in=frozenset({"entry"}), faults=1),
    Case(_completed("R18 recovery: a later meal", _WORKS, _AT_ONCE, "R18", "R24"), (_FAILED, _BACK, SAVE),
         frozenset({"dial"}), 1),
    Case(Measure("R18 recovery: skipped before, from when the socket works", lambda f: _returned(f) & _WORKS(f),
                 claim=(0, 1), claimed="under 1 s after reconnect", refs=("R18", "R24")),
         (SAVE, _FAILED, _SKIPPED), frozenset({"dial"}), 1),
    Case(_completed("R19 two meals at once", _both, _AT_ONCE, "R19", "R24"), meals=2),
    Case(Measure("R20 completed in the background: from the return", _returned, _RETURN, claim=_COMES[0],
                 claimed=_COMES[1], refs=("R20",)),
         (SAVE, ("user.background",), WORK_DONE, _RETURN), frozenset({"background"})),
    Case(_completed("R21 network switch before it is completed", lambda f: WATCHED, _COMES, "R21"),
         (SAVE, ("network.change_path",)), frozenset({"path"}), 1),
    Case(Measure("R22 server restart before it ends: from the boot", lambda f: WATCHED & ~ENDED, _BOOT, lambda f: ENDED,
                 claim=_COMES[0], claimed=_COMES[1], refs=("R22",)),
         (SAVE, ("server.crash",), _BOOT), frozenset({"restart"}), 1),
)  # fmt: skip
"""All of them."""


class Told(NamedTuple):
    """A case, the scope in which it was computed, and what was found."""

    case: Case
    scope: Scope
    outcome: Outcome

    def to_json(self) -> dict[str, object]:
        """For programs."""
        return {**self.outcome.to_json(), "scope": self.scope.to_json()}


def told(
    plan: Design, case: Case, connections: int = 1, table: tuple[Clock, ...] = CLOCKS, quantum: float = 1,
    engine: str = "auto", report: Callable[[Progress | Effort], None] | None = None,
) -> Told:  # fmt: skip
    """How long it takes in all runs of the design in which the steps of the case have come.

    Raises
    ------
    TooLarge
        If there are more states than memory holds, one by one or as sets.
    CheckerError
        If the seconds or the number of connections make no sense.
    """
    scope = case.scope(connections)
    watcher = case.watcher(event for event in alphabet(plan, scope) if lets_in(scope, event))
    times, facts = timekeeper(plan, scope, table, quantum, report=report, engine=engine, extra=(watcher,))
    return Told(case, scope, measured(times, facts, case.asked, quantum))
