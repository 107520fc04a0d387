"""Obligations between timers: which figures contradict each other, and what happens then.

The properties hold for every choice of the figures because no timer is taken to run out on what is well: the limit on a
dial while one comes about, the wait for a pong on a socket that works. That is an inequality between two clocks. Where
the model can show what happens when it is broken, it is searched for: the smallest figure at which the timer can run
out on what is well, with the run. What remains is arithmetic, and said to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from mealspec.core import At, Machine, Trace, any_of, explore
from mealspec.core.machine import Row
from mealspec.core.system import System
from mealspec.core.timed import in_time, is_one_of
from mealspec.model.clocks import CLOCKS, OPENING, Clock, clocks, with_clocks
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import Await, Connection
from mealspec.model.product import system
from mealspec.model.scope import Scope

SCOPE = Scope(connections=1, faults=1, includes=frozenset({"break", "dial"}))
"""Where edges are searched for. Its faults are there for what may follow on them; a run with one does not count."""


@dataclass(frozen=True)
class Obligation:
    """The longest of one clock must stay below another, or a timer runs out on what is well.

    Attributes
    ----------
    name
        The clock that is to be short.
    times
        How many of it come one after the other.
    limit
        The clock that is to be longer.
    timer
        The event by which that one runs out.
    otherwise
        What happens if it does.
    only, unless
        The mechanism without which there is no such timer, and one with which it does not matter.
    early
        Whether the first moment of the limit counts, or the last: one that runs from a fault on counts from 0.
    searched
        Whether the model shows it; else it is arithmetic.
    """

    name: str
    limit: str
    timer: str
    otherwise: str
    times: int = 1
    only: M | None = None
    unless: M | None = None
    early: bool = True
    searched: bool = True

    def __str__(self) -> str:
        return f"{'' if self.times == 1 else f'{self.times} x '}{self.name} < {self.limit}"

    def figures(self, table: Iterable[Clock]) -> tuple[float | None, float]:
        """The longest that the one may take, None if it need not end; and what it must stay below. Seconds."""
        found = {clock.name: clock for clock in table}
        longest, limit = found[self.name].greatest, found[self.limit]
        end = limit.least if self.early or limit.greatest is None else limit.greatest
        return None if longest is None else longest * self.times, end

    def broken(self, table: Iterable[Clock]) -> bool:
        """Whether the figures contradict each other."""
        longest, limit = self.figures(table)
        return longest is None or longest >= limit


OBLIGATIONS: tuple[Obligation, ...] = (
    Obligation(
        "dial", "dial_limit", "client.give_up", early=False, unless=M.TIMED_CONNECT,
        otherwise="dials that come about are given up and begun anew; if all are so slow, no socket ever: polling only",
    ),
    Obligation(
        "dial", "wait", "client.submit_anyway", only=M.WAIT_BEFORE_SUBMIT,
        otherwise="a submission does not wait for the connect that comes",
    ),
    Obligation(
        "dial", "timed_connect", "client.connected", only=M.TIMED_CONNECT,
        otherwise="a connect succeeds before the server is ready, and the client believes too early",
    ),
    Obligation(
        "push", "client_ping", "client.expire", times=2, only=M.CLIENT_PING, searched=False,
        otherwise="the client closes sockets that work, for their pongs come too late",
    ),
    Obligation(
        "push", "server_ping", "server.expire", times=2, only=M.SERVER_PING, searched=False,
        otherwise="the server closes sockets that work, for their pongs come too late",
    ),
)  # fmt: skip
"""All of them: what is said of any design that has the timer."""


def obligations(plan: Design) -> list[Obligation]:
    """Those that the timers of a design need."""
    have = [each for each in OBLIGATIONS if each.only is None or each.only in plan]
    return [each for each in have if each.unless is None or each.unless not in plan]


def contradictions(plan: Design, table: tuple[Clock, ...]) -> Iterator[str]:
    """A sentence for each two clocks of a design whose figures contradict each other."""
    for each in obligations(plan):
        longest, limit = each.figures(table)
        if each.broken(table):
            takes = "for ever" if longest is None else f"{longest:g} s"
            yield f"{plan}: {each} does not hold, {takes} against {limit:g} s: {each.otherwise}"


@dataclass(frozen=True)
class Edge:
    """Where an obligation of a design begins to be broken.

    Attributes
    ----------
    obligation
        Which.
    limit
        What must stay longer, in seconds.
    holds
        The longest that the other may take, None if no figure is short enough.
    run
        One in which it takes a tick more, and the timer runs out on what is well.
    """

    obligation: Obligation
    limit: float
    holds: float | None
    run: Trace


def edge(plan: Design, obligation: Obligation, table: tuple[Clock, ...] = CLOCKS) -> Edge:
    """Search for it; longer figures have all runs of shorter ones, so halving finds it."""
    _, limit = obligation.figures(table)
    quantum = 1 if limit == int(limit) else 0.5
    below, above = -1, int(2 * limit / quantum) + 2  # ticks: the timer stays silent, and does not
    run = _runs_out(plan, obligation, table, above * quantum, quantum)
    while above - below > 1:
        middle = (above + below) // 2
        found = _runs_out(plan, obligation, table, middle * quantum, quantum)
        below, above, run = (middle, above, run) if found is None else (below, middle, found)
    assert run is not None, f"{obligation} is never broken"
    return Edge(obligation, limit, below * quantum if below >= 0 else None, run)


def _runs_out(
    plan: Design, obligation: Obligation, table: tuple[Clock, ...], longest: float, quantum: float
) -> Trace | None:
    """A run in which the timer runs out while a dial comes about, if that takes as long as this."""
    least = min(longest, next(clock.least for clock in table if clock.name == obligation.name))
    product = impatient(plan, clocks({obligation.name: (least, longest)}, table), quantum)
    graph = explore(product)
    names = [machine.name for machine in product.machines if machine.name.startswith("connection.")]
    untouched = At("budget", lambda left: left == SCOPE.faults)
    well = graph.where(untouched & any_of(At(name, _coming) for name in names))
    timer = np.array([is_one_of(event.name, [obligation.timer]) for event in product.events])
    found = np.flatnonzero(timer[graph.event] & well[graph.source])
    if not len(found):
        return None
    first = found[np.argmin(graph.source[found])]
    last = product.events[graph.event[first]].name
    return Trace.of(product, [*graph.path(int(graph.source[first])), last])


def impatient(plan: Design, table: tuple[Clock, ...], quantum: float) -> System:
    """The design in time, where the limit on a dial runs out on any dial, and not only on one that is broken."""
    limit = next(clock for clock in table if clock.name == "dial_limit")
    on_any = replace(limit, where=OPENING, least=limit.greatest or 0)
    product = system(plan, SCOPE)
    machines = [_given_up(machine) for machine in product.machines]
    return in_time(product, with_clocks(machines, plan, SCOPE, (*table, on_any), quantum))


def _coming(state: Connection) -> bool:
    """The dial goes well, and is not through yet."""
    return OPENING(state) and not state.works


def _given_up(machine: Machine) -> Machine:
    """A connection that the client may give up while it is being opened, as it may give up a broken one."""
    if not isinstance(machine.initial, Connection):
        return machine
    rows = [
        Row(event, state, dest)
        for state in machine.states
        if isinstance(state, Connection) and _coming(state) and state.caller is Await.WAITING
        for event in machine.alphabet
        if is_one_of(event, ["client.give_up"]) and machine.step(state, event) is None
        if (dest := _after(machine, state, event)) is not None
    ]
    return replace(machine, rows=(*machine.rows, *rows))


def _after(machine: Machine, state: Connection, event: str) -> Connection | None:
    """Where giving up leads: as with a dial that is broken, or that nobody has accepted."""
    broken = machine.step(state._replace(fine=False), event)
    alone = machine.step(state, event.replace("client.give_up", "network.fail_dial"))
    found = alone if broken is None else broken
    return found._replace(fine=True) if isinstance(found, Connection) else None
