"""How often: rates and distributions for runs drawn at random, in three tables, with where they come from.

The clocks say within which seconds something happens; how these are spread, and how often people and faults do what has
no clock, stands here. What has no source is assumed: every figure that a simulation prints hangs on it.

Left out: what follows from the time of day, from a phone in a pocket, or from other users.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil, inf
from typing import Any

from mealspec.core import CheckerError, Event, Kind, Machine, State, System, unknown
from mealspec.core.explicit.sampling import Odds
from mealspec.core.rule import condition
from mealspec.core.timed import is_one_of
from mealspec.model.clocks import AT_ONCE, CLOCKS, Clock, clocks_of
from mealspec.model.design import Design

PROMPT = 0.001
"""Seconds that a prompt event takes, see :mod:`mealspec.model.events`."""

NEVER = inf


@dataclass(frozen=True)
class Pace:
    """How many seconds pass on average until something happens that no clock bounds, while it can happen.

    Attributes
    ----------
    name
        What ``--rate`` calls it.
    what
        In words.
    events
        Beginnings of their names.
    amount
        Seconds; infinite for what never happens here.
    refs
        Requirements and facts that give the amount; without any it is assumed.
    """

    name: str
    what: str
    events: tuple[str, ...]
    amount: float
    refs: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """The seconds in words."""
        return "never" if self.amount == NEVER else f"{self.amount:g} s"


@dataclass(frozen=True)
class Spread:
    """How the seconds that a clock allows are spread, where they are not all as likely.

    Attributes
    ----------
    name
        The clock, and what ``--rate`` calls it.
    amount
        Seconds after the least that it takes on average, cut off at the greatest; infinite: always the greatest.
    refs
        Requirements and facts; without any it is assumed.
    """

    name: str
    amount: float
    refs: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """In words."""
        return next(clock.what for clock in CLOCKS if clock.name == self.name)

    @property
    def says(self) -> str:
        """How they are spread, in words."""
        return "always the greatest" if self.amount == NEVER else f"{self.amount:g} s after the least, on average"


@dataclass(frozen=True)
class Share:
    """Of how many of some events another one takes the place.

    Attributes
    ----------
    name, what, refs
        As of a :class:`Pace`.
    events
        Beginnings of the names of what takes the place; it is one that shares a machine of ``machine``.
    of
        Beginnings of the names of what is replaced.
    machine
        The kinds of that machine.
    amount
        The share, 0 to 1.
    """

    name: str
    what: str
    events: tuple[str, ...]
    of: tuple[str, ...]
    machine: tuple[str, ...]
    amount: float
    refs: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """The share in words."""
        return f"{self.amount:.2%}"


Rate = Pace | Spread | Share


def to_json(rate: Rate) -> dict[str, Any]:
    """For programs: seconds or a share, which is null for never or always the greatest."""
    kind = {Pace: "seconds until", Spread: "seconds after the least", Share: "share"}[type(rate)]
    amount = None if rate.amount == NEVER else rate.amount
    return {"kind": kind, "amount": amount, "what": rate.what, "refs": list(rate.refs)}


SPREADS: tuple[Spread, ...] = (
    Spread("request", 0.2),
    Spread("dial", 0.1, ("R15",)),  # each of its three or four steps; 0.3 s in all
    Spread("close", 0.2),
    Spread("dial_limit", NEVER),
    Spread("redial", 2),
    Spread("upload", 0.5, ("E33",)),
    Spread("push", 0.2),
    Spread("sync", NEVER, ("E11",)),
)
"""By clock; all others spread their seconds evenly, as the dispatcher's (0 to 30 s) and the work's (5 to 8 s, E37)."""

PACES: tuple[Pace, ...] = (
    Pace("appear", "the screen appears", ("client.appear",), 0.3, ("R15",)),
    Pace("submit", "somebody saves a meal, after the app was opened", ("user.submit", "user.wait"), 40, ("E41", "E42")),
    Pace("archive", "a meal is done with: a run is about one meal", ("user.archive",), NEVER),
    Pace("reconnect", "somebody presses reconnect", ("user.reconnect",), 900),
    Pace("pull", "somebody pulls the list down, while a meal is unfinished", ("user.pull",), 120),
    Pace("leave", "somebody leaves the screen", ("user.leave", "user.hide"), 120),
    Pace("return", "and comes back", ("client.show", "client.return"), 30),
    Pace("another_day", "somebody looks at another day", ("user.other_day",), 300),
    Pace("this_day", "and back", ("user.this_day",), 20),
    Pace("suspend", "the app is suspended", ("user.background",), 120),
    Pace("resume", "and is back", ("user.foreground",), 60),
    Pace("reclaim", "its sockets are taken away meanwhile", ("network.reclaim",), 120),
    Pace("probe_dead", "the limit on the answer to a probe", ("client.probe_dead",), 5),
    Pace("twin", "a second view model is made", ("user.twin",), 600),
    Pace("join", "another device connects", ("user.join",), 600),
    Pace("quit", "and goes", ("user.quit",), 600),
    Pace("ping", "a ping, and its answer", ("client.ping", "client.pong", "client.reregister"), 30, ("E22",)),
    Pace("device_ping", "another device's silent break shows", ("server.expire.d2",), 30),
    Pace("connected", "a connect succeeds whose dial has failed, or is no longer asked for", ("client.connected", "client.superseded"), 0.5, ("E15",)),
    Pace("heal", "the health check", ("client.heal",), 10),
    Pace("give_up", "a dial is given up that is fine", ("client.give_up",), NEVER),
    Pace("abandon", "an upload that failed is given up", ("client.abandon_upload",), 156, ("E33", "E34")),
    Pace("lost_poll", "the sleep of a poll task whose handle is lost", ("client.rogue",), 5, ("E7", "E9")),
    Pace("tire", "a poll loop has had enough", ("client.poll.tire",), 60),
    Pace("replay", "what was skipped is sent again", ("server.replay",), 1),
    Pace("renew", "an expired token is renewed", ("client.renew_token",), 10),
    Pace("entry_life", "an entry expires", ("server.expire_entry",), 60),
    Pace("back", "the network is back", ("network.restore_path",), 30),
    Pace("break", "a connection breaks silently", ("network.break",), 1800),
    Pace("told", "somebody hears of a break", ("network.tell_client", "network.tell_server"), 60),
    Pace("restart", "the server dies", ("server.crash",), 21_600),
    Pace("entry", "the registry loses an entry", ("server.drop_entry",), 1800),
    Pace("token", "the token expires", ("server.expire_token",), 900, ("E23",)),
    Pace("path", "the network path changes, or is lost", ("network.change_path", "network.lose_path"), 1800),
    Pace("misfire", "an old time limit fires", ("client.misfire",), 600),
)  # fmt: skip
"""What no clock bounds; what is prompt besides takes a millisecond."""

SHARES: tuple[Share, ...] = (
    Share("failed_dial", "a dial fails", ("network.fail_dial",), ("server.accept",), ("connection",), 0.02),
    Share("failed_load", "a load fails", ("network.cut",), ("server.read",), ("loader", "sync"), 0.01),
    Share("lost_upload", "an upload fails", ("network.cut_upload",), ("server.take",), ("outbox",), 0.02),
    Share("lost_push", "a message is lost", ("network.lose",), ("client.receive",), ("notification",), 0.005),
    Share("failed_work", "the work fails", ("server.fail",), ("server.complete",), ("job",), 0.02),
)
"""Faults that befall what is under way."""

RATES: tuple[Rate, ...] = (*SPREADS, *PACES, *SHARES)
"""All of them."""


def rates(changes: Mapping[str, float]) -> tuple[Rate, ...]:
    """The tables with other amounts, by name; ``UnknownName`` names the choices."""
    known = {rate.name: rate for rate in RATES}
    for name, amount in changes.items():
        if name not in known:
            raise unknown("rate", name, known)
        if isinstance(known[name], Share) and not 0 <= amount <= 1:
            raise CheckerError(f"rate '{name}' is a share, and cannot be {amount:g}: choose 0 to 1")
        if not amount >= (0 if isinstance(known[name], Share) else PROMPT):
            raise CheckerError(
                f"rate '{name}' is in seconds, and cannot be {amount:g}: choose {PROMPT:g} or more, or inf"
            )
    return tuple(replace(rate, amount=changes.get(rate.name, rate.amount)) for rate in RATES)


def odds(
    system: System, design: Design, table: tuple[Clock, ...] = CLOCKS, rates: tuple[Rate, ...] = RATES,
    quantum: float = 1,
) -> Odds:  # fmt: skip
    """The rates of a design's events in time, per tick.

    Raises
    ------
    CheckerError
        If a clock has no greatest, and nothing says how its seconds are spread; or an event has no rate.
    """
    said = {rate.name: rate for rate in rates}
    paces = [rate for rate in rates if isinstance(rate, Pace)]
    shares = [rate for rate in rates if isinstance(rate, Share)]
    placed = {event.name for event in system.events if any(is_one_of(event.name, share.events) for share in shares)}
    within = {machine.name: _within(machine, design, table, said, quantum) for machine in system.machines}

    def rate(machine: str, state: State, event: str) -> float | None:
        return None if event in placed else within[machine](state, event)

    alone = {event.name: 0.0 if event.name in placed else _pace(event, paces, quantum) for event in system.events}
    _check(system, alone, rate)
    return Odds({name: amount or 0.0 for name, amount in alone.items()}, rate, dict(_instead(system, shares)))


def _pace(event: Event, paces: list[Pace], quantum: float) -> float | None:
    """How often it happens in a tick where no clock says more; None if only clocks say something."""
    for pace in paces:
        if is_one_of(event.name, pace.events):
            return quantum / pace.amount
    return quantum / PROMPT if event.prompt else None


def _check(
    system: System, alone: Mapping[str, float | None], within: Callable[[str, State, str], float | None]
) -> None:
    """Each event has a rate of its own, or one wherever some machine permits it."""

    def says(machine: Machine, event: str) -> bool:
        return all(within(machine.name, row.source, event) is not None for row in machine.rows if row.event == event)

    for event in system.events:
        if alone[event.name] is None and event.kind is not Kind.TIME:
            takers = [machine for machine in system.machines if machine.name in event.takes]
            if not any(says(machine, event.name) for machine in takers):
                raise CheckerError(f"nothing says how often '{event.name}' happens: add it to the rates")


def _within(
    machine: Machine, design: Design, table: tuple[Clock, ...], said: Mapping[str, Rate], quantum: float
) -> Callable[[State, str], float | None]:  # fmt: skip
    """What the machine's clocks, and code that is due, say of an event in a state."""
    own = [(condition(clock.where), clock) for clock in clocks_of(machine, design, table)]
    urgent = [(name, condition(where)) for name, where in AT_ONCE.get(machine.name.split(".")[0], {}).items()]

    def rate(state: Any, event: str) -> float | None:
        untimed, (ticks, rounds) = getattr(state, "untimed", state), (getattr(state, n, 0) for n in ("ticks", "rounds"))
        awake = getattr(state, "awake", ticks)
        for name, holds in urgent:
            if is_one_of(event, (name,)) and holds(untimed):
                return quantum / PROMPT
        where = next((clock.where for holds, clock in own if holds(untimed)), None)
        running = (c.after(rounds) for _, c in own if c.where == where and is_one_of(event, c.events))
        counts = ((clock, awake if clock.still else ticks) for clock in running)
        return max((_rate(clock, count, said.get(clock.name), quantum) for clock, count in counts), default=None)

    return rate


def _rate(clock: Clock, ticks: int, spread: Rate | None, quantum: float) -> float:
    """How often it happens in a tick, so many after its phase was entered."""
    most = None if clock.greatest is None else ceil(clock.greatest / quantum)
    if most is not None and ticks >= most:
        return quantum / PROMPT
    if spread is not None:
        return quantum / max(spread.amount, PROMPT)
    if most is None:
        raise CheckerError(f"clock '{clock.name}' has no greatest, so its seconds cannot be spread evenly: set one")
    return 1 / (most - ticks)  # of the ticks that are left, this one and each later one are as likely


def _instead(system: System, shares: list[Share]) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    """For each event the faults that may take its place, and how likely."""
    for event in system.events:
        some = [
            (other.name, share.amount)
            for share in shares
            if is_one_of(event.name, share.of)
            for other in system.events
            if other.kind is Kind.FAULT and is_one_of(other.name, share.events)
            if any(name in other.takes and name.split(".")[0] in share.machine for name in event.takes)
        ]
        if some:
            yield event.name, some
