"""Seconds from the completion of a meal at the backend to the screen: computed for all runs, beside what is claimed.

A meal can be completed in several situations, and each has its own seconds. The seed's outcome table (R23, R24) claims
seconds for some of them; here the claims stand beside the figures and the runs that attain them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

from mealspec.check.progress import Reporter
from mealspec.core import CheckerError, Effort, Machine, Predicate, Progress, System, Trace, any_of, explore
from mealspec.core.delay import TICKS, Attained, Counting, Delay, Timekeeper
from mealspec.core.explicit.delays import StateTimes
from mealspec.core.predicate import At
from mealspec.core.timed import TICK
from mealspec.core.workers import Tell, spread
from mealspec.model.client.app import App
from mealspec.model.client.poller import Loop
from mealspec.model.client.screen import Screen
from mealspec.model.client.service import Service
from mealspec.model.client.view import View
from mealspec.model.clocks import CLOCKS, Clock, clocks, timed_family, timed_system
from mealspec.model.design import Design, design
from mealspec.model.growth import Figures
from mealspec.model.network.connection import Connection, Server
from mealspec.model.scope import Scope
from mealspec.model.server.job import Job
from mealspec.model.server.registry import Registry
from mealspec.properties.facts import Facts

MOST = 40_000_000
"""States that are searched one by one at most."""

FEW = 1_000_000
"""The same with several faults and connections: each fault makes up to forty times as many states as before."""

RUNS = At("app", lambda s: s is not App.BACKGROUND, absent=True)
"""The app is not suspended; else it is up to people when it is back, and such seconds do not count."""

WATCHED = At("screen", lambda s: s is not Screen.HIDDEN) & RUNS
"""Somebody looks; else it is up to people when they do."""

DONE = At("job.m1", lambda s: s is Job.COMPLETED)
ENDED = At("view.m1", lambda s: s.finished)
SHOWN = At("view.m1", lambda s: s is View.COMPLETED)
"""The meal is completed at the backend; how it ended is on the screen; it is there, completed."""

WAYS = {
    "socket": ("client.apply.handler",),
    "poll": ("client.apply.poll", "client.stale.apply", "client.poll.pass", "client.stale.pass", "client.rogue.pass"),
    "load": ("client.apply.appear", "client.apply.connect", "client.apply.sync"),
}
"""By which event a meal comes to the screen: the load that a message asked for, a poll, or another load."""

POLLING = At("poller", lambda s: s.loop not in (Loop.OFF, Loop.NONE))
"""A poll task runs."""

LOADS = tuple(f"{step}.{wake}" for step in ("wake", "pass") for wake in ("service_down", "unflagged", "anyway"))
POLLS = tuple(f"client.{loop}.{load}" for loop in ("poll", "rogue", "stale") for load in LOADS)
"""A poll: a pass of a poll task that loads."""


@dataclass(frozen=True)
class Measure:
    """From when to when, and how things stand at the beginning.

    Attributes
    ----------
    name
        In a few words.
    holds
        How things stand, as a fact about the state in which it begins.
    after
        The events with which it begins, by the beginnings of their names; without any whenever that fact comes true.
    until
        When it ends.
    claim
        What is claimed, as the least and the greatest seconds; None if nothing is.
    claimed
        The claim in words.
    refs
        Where it stands.
    counted
        Events that are counted in the place of seconds; without any it is time that is measured,
    during
        and such time only in which that holds,
    suspended
        and in which the app runs, unless this says that seconds of a suspended app count, too.
    """

    name: str
    holds: Callable[[Facts], Predicate]
    after: tuple[str, ...] = ()
    until: Callable[[Facts], Predicate] = lambda f: SHOWN
    claim: tuple[float, float] | None = None
    claimed: str = ""
    refs: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    during: Callable[[Facts], Predicate] | None = None
    suspended: bool = False

    @property
    def unit(self) -> str:
        """What it is measured in, behind a figure."""
        return "" if self.counted else " s"


COMPLETED = ("server.complete",)
"""The work is done."""


def _situation(
    name: str, holds: Callable[[Facts], Predicate], claim: tuple[float, float], claimed: str, *refs: str
) -> Measure:
    """How things stand when the work is done and somebody looks: until the meal is on the screen."""
    return Measure(name, lambda f: WATCHED & holds(f), COMPLETED, claim=claim, claimed=claimed, refs=refs)


def _held_by_service(f: Facts, holds: Callable[[Connection], bool]) -> Predicate:
    """The service holds a socket of which that is true."""
    held = {c: At("service", partial(_holds, c)) for c in f.scope.connection_names}
    return any_of(has & At(f"connection.{c}", holds) for c, has in held.items())


def _holds(c: str, state: Service) -> bool:
    return state == Service(c, connected=True)


def _dead(f: Facts) -> Predicate:
    return _held_by_service(f, lambda s: not s.fine)


def _none(f: Facts) -> Predicate:
    return At("service", lambda s: not s.connected)


def _differ(f: Facts) -> Predicate:
    """One of the two holds a connection that the other does not, or that is broken."""
    return ~f.through() & ~f.severed()


def _dead_entry(f: Facts) -> Predicate:
    """The registry lists a connection that nothing can come through."""
    names = f.scope.connection_names
    return any_of(
        At("registry", partial(_lists, c)) & At(f"connection.{c}", lambda s: s.unreachable or s.server is Server.GONE)
        for c in names
    )


def _wrong(f: Facts) -> Predicate:
    return f.belief() & ~f.through()


def _lists(c: str, state: Registry) -> bool:
    return c in state.held


SITUATIONS: tuple[Measure, ...] = (
    _situation("the socket works", lambda f: f.through(), (0, 1), "under 1 s, by socket", "R24"),
    _situation("no socket, and the client knows", _none, (5, 10), "5 to 10 s, by polling", "R17", "R23", "R24"),
    _situation("the socket is silently broken", _dead, (5, 10), "5 to 10 s, by polling", "R17", "R24"),
    _situation("connected, and not detected", lambda f: ~_none(f) & ~_dead(f) & ~f.through(), (5, 10),
               "5 to 10 s, by polling", "R17", "R23"),
)  # fmt: skip
"""All in which a meal may be completed: each state is in just one."""

FURTHER: tuple[Measure, ...] = (
    Measure("from save to its end on the screen", lambda f: WATCHED, ("user.submit", "user.wait"), lambda f: ENDED,
            refs=("R12", "R29")),
    Measure("client and server differ", _differ, until=lambda f: ~_differ(f), refs=("R30",)),
    Measure("a dead entry is listed", _dead_entry, until=lambda f: ~_dead_entry(f), refs=("F2", "R30"), suspended=True),
    Measure("the client believes wrongly", _wrong, until=lambda f: ~_wrong(f), refs=("R29", "R30")),
    Measure("from the app's return, if the work is done", lambda f: WATCHED & DONE & ~SHOWN, ("user.foreground",),
            refs=("R20",)),
)  # fmt: skip
"""What else takes time."""

_SUBMITTED = ("user.submit", "user.wait")

COUNTS: tuple[Measure, ...] = (
    Measure("polls of a meal, from save to end", lambda f: WATCHED, _SUBMITTED, lambda f: ENDED,
            refs=("R26", "R29"), counted=POLLS),
    Measure("polling while the socket works", lambda f: WATCHED, _SUBMITTED, lambda f: ENDED,
            refs=("R5", "R29"), during=lambda f: POLLING & f.through()),
)  # fmt: skip
"""What is counted from the submission of a meal until its end is on the screen, in all runs, also in such without."""

MEASURES = {measure.name: measure for measure in (*SITUATIONS, *FURTHER, *COUNTS)}
"""All, by name."""


class Outcome(NamedTuple):
    """What was found for a measure: the delay in all, and by way; in ticks of ``quantum`` seconds, or as counted."""

    measure: Measure
    quantum: float
    whole: Delay
    ways: Mapping[str, Delay]

    @property
    def least(self) -> float | None:
        """Seconds, or how many."""
        return None if self.whole.least is None else self.whole.least * self.each

    @property
    def each(self) -> float:
        """The seconds of a tick; 1 where something else is counted."""
        return 1 if self.measure.counted else self.quantum

    @property
    def greatest(self) -> float | None:
        """Seconds, or how many; None if some run never shows the meal, or counts for ever."""
        return None if self.whole.greatest is None else self.whole.greatest * self.each

    @property
    def occurs(self) -> bool:
        """Whether a meal is ever completed so."""
        return self.whole.begins

    @property
    def most(self) -> str:
        """The greatest, for people."""
        if not self.occurs:
            return "-"
        endless = "without end" if self.measure in COUNTS else "never"
        return endless if self.greatest is None else f"{self.greatest:g}{self.measure.unit}"

    @property
    def fewest(self) -> str:
        """The least, for people."""
        return "-" if self.least is None else f"{self.least:g}{self.measure.unit}"

    def to_json(self) -> dict[str, object]:
        """For programs: seconds, and the runs that take them."""
        runs = {"soonest": self.whole.soonest, "latest": self.whole.latest}
        ways = {
            name: [None if n is None else n * self.each for n in (each.least, each.greatest)]
            for name, each in self.ways.items()
        }
        return {
            "situation": self.measure.name, "occurs": self.occurs, "least": self.least, "greatest": self.greatest,
            "ways": {name: both for name, both in ways.items() if both[0] is not None},
            "claimed": self.measure.claimed, "refs": list(self.measure.refs), "verdict": self.verdict,
            **{name: run and {"events": list(run.trace.events), "loop": run.trace.loop, "begin": run.begin}
               for name, run in runs.items()},
        }  # fmt: skip

    @property
    def fails(self) -> bool:
        """Whether what is claimed is not so."""
        return self.occurs and self.measure.claim is not None and not self.verdict.startswith("true")

    @property
    def verdict(self) -> str:
        """The claim against the figures."""
        if not self.occurs:
            return "does not occur"
        if self.measure.claim is None:
            return ""
        soonest, latest = self.measure.claim
        if self.least is None:
            return "never"
        if self.least > latest:
            return f"unattainable: {self.least:g} s at the soonest"
        if self.greatest is None:
            return "unattainable: some run never shows it"
        if self.greatest > latest:
            return f"too optimistic by {self.greatest - latest:g} s"
        return "true" if self.least >= soonest else f"true, and sooner: from {self.least:g} s on"


def outcomes(
    plan: Design, scope: Scope, table: tuple[Clock, ...] = CLOCKS, quantum: float = 1,
    report: Callable[[Progress | Effort], None] | None = None, engine: str = "auto",
    measures: Sequence[Measure] = SITUATIONS,
) -> list[Outcome]:  # fmt: skip
    """For each situation how long it takes from the completion of a meal to the screen, in every run of the scope.

    Other ``measures`` have beginnings and ends of their own.

    Raises
    ------
    TooLarge
        If there are more states than memory holds, one by one or as sets.
    CheckerError
        If the seconds or the scope make no sense.
    """
    if scope.meals != 1:
        raise CheckerError(f"seconds are computed for one meal, not {scope.meals}")
    times, facts = timekeeper(plan, scope, table, quantum, report=report, engine=engine)
    return [measured(times, facts, measure, quantum) for measure in measures]


def each(
    plans: Sequence[Design], scope: Scope, changes: Mapping[str, Figures], quantum: float,
    engine: str, measures: Sequence[str], *, runs: Collection[str], jobs: int,
) -> Generator[list[Outcome], None, None]:  # fmt: skip
    """The outcomes of each design, in their order, several at once: ``measures`` by name, with the ``runs`` of some.

    The clocks are those of the table with ``changes``. Errors as of :func:`outcomes`.
    """
    reporter, table = Reporter(), clocks(changes)
    work = partial(_figures, scope=scope, changes=changes, quantum=quantum, engine=engine, measures=measures, runs=runs)
    for plan, found in zip(plans, spread(work, [plan.name for plan in plans], jobs, reporter.update), strict=True):
        reporter.done(plan.name)
        product = cache(partial(timed_system, plan, scope, table, quantum))
        yield [
            Outcome(
                MEASURES[name], quantum, whole.delay(product), {way: one.delay(product) for way, one in ways.items()}
            )
            for name, (whole, ways) in found.items()
        ]


class _Figures(NamedTuple):
    """What another process can be told of a delay: its runs as names of events, if they are asked for."""

    least: int | None
    greatest: int | None
    begins: bool
    runs: tuple[tuple[tuple[str, ...], int | None, int] | None, ...] = (None, None)

    @classmethod
    def of(cls, delay: Delay, *, runs: bool) -> _Figures:
        both = (delay.soonest, delay.latest) if runs else (None, None)
        told = (run and (run.trace.events, run.trace.loop, run.begin) for run in both)
        return cls(delay.least, delay.greatest, delay.begins, tuple(told))

    def delay(self, product: Callable[[], System]) -> Delay:
        def run(latest: bool) -> Attained | None:
            if (told := self.runs[latest]) is None:
                return None
            events, loop, begin = told
            return Attained(Trace.of(product(), events, loop), begin)

        return Delay(self.least, self.greatest, self.begins, run)


def _figures(
    name: str, tell: Tell, *, scope: Scope, changes: Mapping[str, Figures], quantum: float,
    engine: str, measures: Sequence[str], runs: Collection[str],
) -> dict[str, tuple[_Figures, dict[str, _Figures]]]:  # fmt: skip
    asked = [MEASURES[measure] for measure in measures]
    found = outcomes(design(name), scope, clocks(changes), quantum, partial(tell, name), engine, asked)
    return {
        one.measure.name: (
            _Figures.of(one.whole, runs=one.measure.name in runs or (one.whole.quick and one.fails)),
            {way: _Figures.of(delay, runs=False) for way, delay in one.ways.items()},
        )
        for one in found
    }


def timekeeper(
    plan: Design, scope: Scope, table: tuple[Clock, ...] = CLOCKS, quantum: float = 1, *,
    report: Callable[[Progress | Effort], None] | None = None, engine: str = "auto", extra: Sequence[Machine] = (),
) -> tuple[Timekeeper, Facts]:  # fmt: skip
    """All that the design can do in time: state by state, or, where there are too many states or one asks, by sets.

    Errors as of :func:`outcomes`.
    """
    product = timed_system(plan, scope, table, quantum, extra)
    facts = Facts(plan, scope, product)
    if engine != "symbolic":
        several = scope.connections > 1 and (scope.faults is None or scope.faults > 1)
        graph = explore(product, limit=FEW if several and engine == "auto" else MOST, report=report)
        if graph.complete:
            return StateTimes(graph), facts
        if engine == "explicit":
            raise CheckerError(f"{plan} has more than {MOST:,} states in time: choose a smaller scope or a longer tick")
    from mealspec.core.symbolic.time import InTime, SetTimes  # its library takes a tenth of a second to import

    family = timed_family(scope, (), plan.mechanisms, table, quantum, extra)
    return SetTimes(InTime(family, report=report, seldom=scope.faults is not None), product), facts


def measured(times: Timekeeper, facts: Facts, measure: Measure, quantum: float) -> Outcome:
    """How long that takes in all that the design can do in time."""
    begins = times.where(measure.holds(facts))
    begins = begins & times.after(measure.after) if measure.after else times.entered(begins)
    every = times.delays(begins, times.where(measure.until(facts)), WAYS, _counting(times, facts, measure))
    return Outcome(measure, quantum, every.pop(""), every)


def _counting(times: Timekeeper, facts: Facts, measure: Measure) -> Counting:
    if measure.counted:
        return Counting(measure.counted)
    if measure.during is None:
        return TICKS if measure.suspended else passing(times, facts.scope)
    return Counting((TICK,), times.where(measure.during(facts) & RUNS))


def passing(times: Timekeeper, scope: Scope) -> Counting:
    """The seconds that count: all, or where the app may be suspended those in which it runs."""
    return times.time_in(RUNS) if "background" in scope else TICKS
