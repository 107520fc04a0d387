"""Seconds: every clock of the model in one table, with its default and where that comes from.

A clock runs while its machine is in a phase and bounds when events of that phase happen. What has no clock may happen
at any moment: people, faults, and poll tasks that are cancelled or whose handle is lost.

Logs need more: what shows in them and changes no seconds of a meal (:data:`FURTHER`), and clocks of which nobody knows
enough to exclude anything by them (:data:`UNTOLD`).

Some clocks may grow with the number of rounds, if one asks for that: see :mod:`mealspec.model.growth`.

The timers of the client's code stand still while the app is suspended, and go on when it is back: that its clock is one
that stops with it is assumed (by one that goes on, a timer would be overdue then). What is under way in the network or
at the server goes on meanwhile; what came of it, the client learns as soon as it runs.

Left out: the phase of the dispatcher's tick (E37). That a proxy closes what is idle for 60 s (F2) is a break, which may
come at any moment, and so may the end of a token, unless one says how long it lives.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil, floor, inf
from types import MappingProxyType
from typing import Any

from mealspec.core import ANY, Branch, CheckerError, Configuration, Event, Machine, System, branches, unknown, without
from mealspec.core.timed import Bound, Clockwork, Pause, Phase, Rounds, in_time, is_one_of, timed
from mealspec.core.timed_family import TimedFamily
from mealspec.model.client.app import App
from mealspec.model.client.loader import Phase as Request
from mealspec.model.client.outbox import Outbox
from mealspec.model.client.poller import Loop
from mealspec.model.client.screen import Screen
from mealspec.model.client.store import Store
from mealspec.model.client.sync import Fetch
from mealspec.model.client.token import Token
from mealspec.model.design import Design
from mealspec.model.featured import AnyDesign, family
from mealspec.model.growth import GROWTHS, Figures, Growing
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import HELD, READS, Await, Client, Connection, Server
from mealspec.model.product import builders, system, watched
from mealspec.model.scope import Scope
from mealspec.model.server.entry import REGISTERS, Held
from mealspec.model.server.job import Job
from mealspec.model.server.notification import Fate
from mealspec.model.server.process import Process
from mealspec.model.values import NONE


@dataclass(frozen=True)
class Clock:
    """One bound in seconds.

    Attributes
    ----------
    name
        What ``--set`` calls it; clocks of one name share their seconds.
    what
        In words.
    machine
        The machine whose clock it is, or of each meal, connection or origin.
    where
        The phase, written like the condition of a rule.
    events
        What it bounds, by the beginnings of their names.
    least, greatest
        Seconds from the entry of the phase, both included; None if it need not end.
    refs
        Requirements and facts; without any it is assumed.
    excused
        Why it may be late, see :data:`EXCUSES`.
    restarts
        Whether it begins anew with each of its events, though the phase goes on.
    only
        The mechanism without which there is no such clock.
    rounds
        Its seconds, round by round, if they grow; then the least and the greatest are those of all rounds.
    still
        Whether it is a timer of the client's code, which stands still while the app is suspended.
    """

    name: str
    what: str
    machine: str
    where: Any
    events: tuple[str, ...]
    least: float
    greatest: float | None
    refs: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()
    restarts: bool = False
    only: M | None = None
    rounds: tuple[tuple[float, float], ...] = ()
    still: bool = False

    def after(self, rounds: int) -> Clock:
        """The clock of the round that comes after so many."""
        if not self.rounds:
            return self
        least, greatest = self.rounds[min(rounds, len(self.rounds) - 1)]
        return replace(self, least=least, greatest=greatest, rounds=())

    def bounds(self, event: str) -> bool:
        """Whether it says when the event may happen, or must."""
        return is_one_of(event, self.events)


TICKS = 10_000
"""How many a clock may count."""

BROKEN = {"fine": False}
ENDED = {"server": Server.GONE, "client": {Client.DIALLING, Client.OPEN, Client.READY}, "fine": True}
LEFT = {"server": {*HELD}, "client": Client.CLOSED, "fine": True}


def OPENING(s: Connection) -> bool:  # noqa: N802 (a condition, like those above)
    """From the dial until the server is ready, whatever becomes of the client meanwhile."""
    begun = s.client in (Client.DIALLING, Client.OPEN) or s.server in (Server.ACCEPTED, Server.HEARD)
    return begun and s.fine and s.server is not Server.GONE


ARRIVES = ("client.receive", "client.receive_twin", "client.ignore", "client.garbled", "network.void", "network.deliver")  # fmt: skip
ANSWERS = ("client.apply", "client.error", "client.offline", "client.denied", "client.stale.apply", "server.read")

CLOCKS: tuple[Clock, ...] = (
    Clock("poll", "the sleep of the poll task", "poller", {"loop": Loop.SLEEP}, ("client.poll.wake", "client.poll.pass"), 5, 5, ("R7", "E7"), restarts=True, still=True),
    Clock("request", "a load, from its start until it is shown", "loader", {"phase": {Request.SENT, Request.ANSWERED}}, ANSWERS, 0, 1),
    Clock("dial", "a handshake, from the dial until the server is ready", "connection", OPENING,
          ("server.accept", "client.open", "server.register", "client.ready", "client.refused", "client.unreachable", "client.denied"), 0, 1),
    *(Clock("timed_connect", "the time after which a connect succeeds, whatever has become of its dial", "connection", where,
            ("client.connected",), 0.5, 0.5, ("E15",), only=M.TIMED_CONNECT, still=True) for where in (OPENING, BROKEN)),
    Clock("close", "the news of a close that arrives", "connection", ENDED, ("client.hear_close",), 0, 1),
    Clock("close", "the same at the server", "connection", LEFT, ("server.notice",), 0, 1),
    Clock("client_ping", "a silent break at the client: the pause between pings, and the wait for the answer", "connection", BROKEN,
          ("client.expire",), 20, 40, ("R10", "F2"), still=True),
    Clock("server_ping", "the same at the server", "connection", BROKEN, ("server.expire",), 20, 40, ("F2",)),
    Clock("server_ping", "a suspended app at the server: the pause between pings, and the wait for an answer that does not come", "app", App.BACKGROUND,
          ("server.expire_suspended",), 20, 40, ("F2", "F7"), excused=("unheld",)),
    *(Clock("dial_limit", "the limit on a dial, from the break or the crash on", "connection", where, ("client.give_up",), 0, 10, still=True)
      for where in (BROKEN, ENDED)),
    Clock("redial", "the pause before the next dial, grown and spread", "service", {"socket": NONE}, ("client.redial",), 1, 30, ("F10",), excused=("crowded", "hidden"), still=True),
    Clock("upload", "the pause of the outbox", "outbox", {Outbox.SAVED, Outbox.RETRY}, ("client.upload",), 0, 2, ("E33",), still=True),
    Clock("request", "an upload", "outbox", {Outbox.UPLOADING, Outbox.ANSWERED},
          ("server.take", "client.uploaded", "server.refuse_upload", "network.refuse_upload", "server.deny_upload"), 0, 1),
    Clock("wait", "the wait of a submission for a connect", "outbox", Outbox.WAITING, ("client.submit_anyway",), 5, 5, ("R28",), still=True),
    Clock("dispatch", "the wait of queued work", "job", Job.QUEUED, ("server.start",), 0, 30, ("E37",)),
    Clock("work", "the AI work", "job", Job.PROCESSING, ("server.complete", "server.fail"), 5, 8, ("E37", "R12")),
    Clock("push", "a message on its way", "notification", {"flight": lambda flight: bool(flight)}, ARRIVES, 0, 1),
    Clock("boot", "a restart of the server", "server", Process.DOWN, ("server.boot",), 0, 10),
    Clock("sync", "the pause between two fetches of what is unfinished", "store", {Store.PENDING, Store.PROCESSING}, ("client.sync",), 0, 30, ("E11",), restarts=True, still=True),
    Clock("request", "such a fetch", "sync", {"phase": {Fetch.SENT, Fetch.ANSWERED}},
          ("server.read.sync", "client.synced", "client.unchanged", "client.error", "client.offline", "client.denied"), 0, 1),
    Clock("token", "the life of a token, whose age nobody knows when the app opens", "token", {Token.FRESH, Token.RENEWED},
          ("server.expire_token",), 0, None, ("E23",)),
    Clock("renew", "the renewal of an expired token", "token", Token.EXPIRED, ("client.renew_token",), 0, 1),
)  # fmt: skip
"""All of them."""

FURTHER: tuple[Clock, ...] = (
    Clock("beat", "the pause between two pings of the client, and before the first", "service",
          {"socket": lambda socket: socket != NONE, "connected": True}, ("client.ping",), 30, 30, ("E22",), restarts=True, still=True),
    Clock("entry", "the life of an entry of the registry that is not refreshed", "entry", Held.HELD, ("server.expire_entry",), 60, 60),
    Clock("refresh", "what refreshes it", "entry", Held.HELD, (*REGISTERS, "client.ping"), 0, None, restarts=True),
)  # fmt: skip
"""Clocks that logs show, and that change no seconds of a meal; for designs in which an entry expires 60 s are assumed, as
for a proxy's idle connections. The machine ``entry`` is there only where its clock is asked."""

UNTOLD: Mapping[str, str] = {
    "upload": "the outbox's pause grows by the back-offs of other events, up to 158 s for one of them (E33)",
    "dial_limit": "no document tells it",
    "close": "no document tells how late the news of a close may be",
    "boot": "no document tells how long a restart takes",
}
"""Clocks that exclude nothing when logs are asked, and why: their events may come at any time."""

AT_ONCE: Mapping[str, Mapping[str, Any]] = {
    "screen": {"client.connect": Screen.ARRIVING, "client.skip_connect": Screen.ARRIVING},
    "connection": {name: {"caller": {Await.SUCCEEDED, Await.FAILED}} for name in ("client.connected", "client.failed", "client.superseded")},
    "notification": {name: {"fate": Fate.OWED} for name in ("server.push", "server.skip")},
    "save": {"client.saved": ANY},
}  # fmt: skip
"""What takes no second, by machine: code that is due runs, and a lookup follows the completion."""

EXCUSES: Mapping[str, tuple[str, Any]] = {
    "crowded": ("connection", {"client": {*Client} - {Client.IDLE}}),
    "hidden": ("screen", {*Screen} - {Screen.SHOWN}),
    "unheld": ("connection", lambda s: s.server not in READS or not s.fine),
}
"""Why a dial may be late: no connection of the scope is free, or nobody is there to dial; and a server that gives up a
suspended app: it holds no connection whose silence is the app's. By machines that must agree."""


SEED_TIMES: Mapping[str, tuple[float, float | None]] = {"dispatch": (21, 25)}
"""The seed's 26 to 33 s from the submission to the completion (R12), with 5 to 8 s of work."""


def seconds(clock: Clock) -> str:
    """``5``, ``0 to 30``, ``20 or more``, or those of each round."""
    if clock.rounds:
        return ", ".join(between(*each) for each in clock.rounds)
    return between(clock.least, clock.greatest)


def between(least: float, greatest: float | None) -> str:
    """The same of two figures."""
    if greatest is None:
        return f"{least:g} or more"
    return f"{least:g}" if least == greatest else f"{least:g} to {greatest:g}"


def clocks(changes: Mapping[str, Figures], table: tuple[Clock, ...] = CLOCKS) -> tuple[Clock, ...]:
    """The table with other seconds, by name; ``UnknownName`` names the choices."""
    for name, figures in changes.items():
        if name not in {clock.name for clock in table}:
            raise unknown("clock", name, dict.fromkeys(clock.name for clock in table))
        grows = isinstance(figures, Growing)
        if grows and name not in GROWTHS:
            raise CheckerError(f"clock '{name}' does not grow: only {' and '.join(GROWTHS)} do")
        for least, greatest in figures.rounds if isinstance(figures, Growing) else (figures,):
            if least < 0 or (greatest is not None and greatest < least):
                raise CheckerError(
                    f"clock '{name}' cannot run from {least:g} to {greatest:g} s: choose 0 <= LEAST <= GREATEST"
                )
    return tuple(_changed(clock, changes[clock.name]) if clock.name in changes else clock for clock in table)


def _changed(clock: Clock, figures: Figures) -> Clock:
    if not isinstance(figures, Growing):
        return replace(clock, least=figures[0], greatest=figures[1], rounds=())
    least, greatest = (pick(each) for pick, each in zip((min, max), zip(*figures.rounds, strict=True), strict=True))
    return replace(clock, least=least, greatest=greatest, rounds=figures.rounds)


def log_clocks(changes: Mapping[str, Figures] = MappingProxyType({})) -> tuple[Clock, ...]:
    """The table by which logs are asked, in whole seconds, rounded outward: see :mod:`mealspec.check.stamps`."""
    table = clocks({**dict.fromkeys(UNTOLD, (0, None)), **changes}, (*CLOCKS, *FURTHER))
    return tuple(
        replace(each, least=floor(each.least), greatest=None if each.greatest is None else ceil(each.greatest))
        for each in table
    )


def timed_system(
    design: Design, scope: Scope, table: tuple[Clock, ...] = CLOCKS, quantum: float = 1,
    extra: Sequence[Machine] = (), clocked: Sequence[Machine] = (), events: Sequence[Event] = (), aside: Container[str] = (),
) -> System:  # fmt: skip
    """The product in time: each tick is ``quantum`` seconds; what is no multiple of it is rounded outward.

    ``extra`` machines watch, with a clock if the table has one for them; ``clocked`` ones have theirs already, and
    ``events`` are theirs; the machines ``aside`` are left out, and constrain nothing.
    """
    _check(table, quantum)
    product = system(design, scope, tuple(extra))
    product = without(product, aside) if aside else product
    watching = {machine.name for machine in extra} - {clock.machine for clock in table}
    own = [machine for machine in product.machines if machine.name not in watching]
    return in_time(product, [*with_clocks(own, design, scope, table, quantum), *clocked], events)


def with_clocks(
    machines: Sequence[Machine], design: Design, scope: Scope, table: tuple[Clock, ...], quantum: float
) -> list[Machine]:
    """Machines of a design, each with its clock."""
    events = {event for machine in machines for event in machine.alphabet}
    pause = suspension([each for each in machines if each.name == "app"], events)
    return [timed(clockwork(each, design, scope, table, quantum, pause), _excuses(each)) for each in machines]


def suspension(apps: Iterable[Machine], events: Iterable[str]) -> Pause | None:
    """Where an app is suspended, by the machines that it has in one design or several; None if there are none.

    Its code waits, and so does a message that has come as far as the phone: whether one goes astray shows at the end.
    """
    rows = [row for app in apps for row in app.rows]
    goes_on = {row.event for row in rows if row.source is App.BACKGROUND}
    waits = {row.event for row in rows} - goes_on | {event for event in events if is_one_of(event, ("network.void",))}
    return Pause("app", App.BACKGROUND, frozenset(waits)) if rows else None


def timed_family(
    scope: Scope, free: Collection[M], fixed: Collection[M] = (), table: tuple[Clock, ...] = CLOCKS, quantum: float = 1,
    extra: Sequence[Machine] = (),
) -> TimedFamily:  # fmt: skip
    """All designs that have ``fixed`` and any of ``free``, in time; ``extra`` machines watch."""
    _check(table, quantum)
    plain, on = family(scope, free, fixed), frozenset(m.value for m in fixed)
    built = builders(scope, (branch.value for some in plain.events.values() for branch in some))
    apps = [branch.value for branch in plain.variants.get("app", ()) if branch.value is not None]
    pause = suspension(apps, plain.events)

    def clock(name: str, choice: Configuration) -> Clockwork | None:
        machine = built[name](AnyDesign(choice))
        if machine is None:
            return None
        known = machine.keeping(lambda row: row.event in plain.events)
        return clockwork(known, AnyDesign(choice), scope, table, quantum, pause)

    clocks = {name: branches(partial(clock, name), plain.features, on) for name in plain.variants}
    excuses = {
        name: {machine: where for machine in clocks if machine.split(".")[0] == asked}
        for name, (asked, where) in EXCUSES.items()
    }
    watching = {machine.name: (Branch[Machine | None]({}, machine),) for machine in extra}
    plain = replace(plain, variants={**plain.variants, **watching}, events=_watched(plain.events, extra))
    clocks |= {machine.name: (Branch[Clockwork | None]({}, Clockwork(machine, (), pause=pause)),) for machine in extra}
    return TimedFamily(plain, clocks, excuses, pause)


def _watched(
    events: Mapping[str, tuple[Branch[Event], ...]], extra: Sequence[Machine]
) -> dict[str, tuple[Branch[Event], ...]]:
    return {
        name: tuple(Branch(given, watched(event, extra)) for given, event in every) for name, every in events.items()
    }


def _check(table: tuple[Clock, ...], quantum: float) -> None:
    if not 0 < quantum < inf:
        raise CheckerError(f"a tick of {quantum:g} s does not pass: choose more than 0, and not for ever")
    for clock in table:
        ticks = max(clock.least, clock.greatest or 0) / quantum
        if ticks > TICKS:
            raise CheckerError(f"clock '{clock.name}' would count {ticks:,.0f} ticks: choose at most {TICKS:,}")


def clocks_of(machine: Machine, design: Design, table: tuple[Clock, ...] = CLOCKS) -> list[Clock]:
    """The clocks of the table that run in the machine."""
    kind = machine.name.split(".")[0]
    own = [clock for clock in table if clock.machine == kind and (clock.only is None or clock.only in design)]
    return [clock for clock in own if any(map(clock.bounds, machine.alphabet))]


def clockwork(
    machine: Machine, design: Design, scope: Scope, table: tuple[Clock, ...], quantum: float, pause: Pause | None = None
) -> Clockwork:
    """The machine of a design, and how it moves in time."""
    kind, own = machine.name.split(".")[0], clocks_of(machine, design, table)
    wheres = [clock.where for k, clock in enumerate(own) if clock.where not in [each.where for each in own[:k]]]
    groups = [(where, [clock for clock in own if clock.where == where]) for where in wheres]
    phases = [phase for where, some in groups for phase in _phases(machine, where, some, quantum)]
    return Clockwork(machine, tuple(phases), at_once(kind, scope), _counted(kind, table), pause)


def _phases(machine: Machine, where: Any, some: list[Clock], quantum: float) -> Iterator[Phase]:
    """The phase in which these clocks run; of clocks that grow one for each round."""
    last = max((len(clock.rounds) for clock in some), default=0)
    if not last:
        yield Phase(where, tuple(bound(clock, quantum) for clock in some))
    for after in range(last + 1 if last else 0):
        bounds = [each for clock in some for each in _in_round(machine, clock, after, quantum)]
        yield Phase(where, tuple(bounds), after)


def _in_round(machine: Machine, clock: Clock, after: int, quantum: float) -> Iterator[Bound]:
    """What a clock bounds after so many rounds: after its last one what comes instead, where the machine has that."""
    instead = GROWTHS[clock.name].instead if clock.rounds else ()
    instead = instead if any(is_one_of(event, instead) for event in machine.alphabet) else ()
    over = bool(instead) and after >= len(clock.rounds)
    now = bound(clock.after(after), quantum)
    yield replace(now, least=None, greatest=None) if over else now
    if instead:
        yield Bound(instead, 0, 0) if over else Bound(instead, None, None)


def _counted(kind: str, table: tuple[Clock, ...]) -> Rounds | None:
    """What machines of a kind count for those of their clocks that grow."""
    grown = next((clock for clock in table if clock.machine == kind and clock.rounds), None)
    if grown is None:
        return None
    found = GROWTHS[grown.name]
    return Rounds(found.events, len(grown.rounds), found.anew)


def at_once(kind: str, scope: Scope) -> Mapping[str, Any]:
    """What machines of a kind do before the next tick, and where; people come back to the screen when they like."""
    return {} if kind == "screen" and "screen" in scope else AT_ONCE.get(kind, {})


def bound(clock: Clock, quantum: float) -> Bound:
    """A clock in ticks of ``quantum`` seconds, rounded outward."""
    greatest = None if clock.greatest is None else ceil(clock.greatest / quantum)
    return Bound(clock.events, floor(clock.least / quantum), greatest, clock.excused, clock.restarts, clock.still)


def _excuses(machine: Machine) -> dict[str, Any]:
    """By name the reasons to be late, and where this machine gives them."""
    kind = machine.name.split(".")[0]
    return {name: where if kind == asked else ANY for name, (asked, where) in EXCUSES.items()}
