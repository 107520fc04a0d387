"""What changes each machine, and by what: the effects of events, and that nothing else has any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mealspec.core import State
from mealspec.core.assertion import Changes, Move, Rule
from mealspec.model.client.app import App
from mealspec.model.client.flags import Flags
from mealspec.model.client.loader import Loader, Phase
from mealspec.model.client.outbox import Outbox
from mealspec.model.client.poller import Loop, Poller
from mealspec.model.client.screen import Screen
from mealspec.model.client.service import Service
from mealspec.model.client.view import View
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import DIALLED, IDLE, Await, Client, Connection, Server
from mealspec.model.network.device import AWAY, Device, Far
from mealspec.model.network.path import Path
from mealspec.model.server.job import Job
from mealspec.model.server.notification import Fate, Notification
from mealspec.model.server.process import Process
from mealspec.model.server.receipt import Receipt
from mealspec.model.server.registry import Registry
from mealspec.model.values import Seen
from mealspec.properties.facts import Facts
from mealspec.properties.names import (
    FAULTS,
    answers,
    client_learns,
    dials,
    failures,
    held,
    leaves,
    load_starts,
    origins,
    poll_starts,
    poll_stops,
    server_learns,
    submits,
    targets,
)

Moves = Iterator[tuple[str, list[Move]]]
"""For each machine of some families, what changes it."""


def only(*tables: Callable[[Facts], Moves]) -> Callable[[Facts], list[Rule]]:
    """Each machine of the tables changes as its moves say, and by nothing else."""
    return lambda f: [Changes(machine, tuple(moves)) for table in tables for machine, moves in table(f)]


def _to(state: State, *names: str) -> Move:
    """After these events it is in this state, whatever it was in."""
    return Move(names, lambda s: state)


def _sets(*names: str, **fields: object) -> Move:
    """After these events these fields are so, and the others as before."""
    return Move(names, lambda s: s._replace(**fields))


def _if(test: Callable[[Any], bool], state: State, *names: str) -> Move:
    """After these events it is in this state if it passed the test, and else as before."""
    return Move(names, lambda s: state if test(s) else s)


def _each(prefix: str, names: Iterable[str]) -> list[str]:
    return [f"{prefix}.{name}" for name in names]


REDIALS = ("user.reconnect", "client.heal", "client.redial")
"""Who dials without the screen's connect."""


def _dialling(f: Facts, *verbs: str) -> list[str]:
    return [name for verb in verbs for name, _, _ in dials(f, verb)]


def screen_moves(f: Facts) -> Moves:
    """It arrives when it appears, is shown once its connect has begun, and goes with the user."""
    shown = [*_dialling(f, "client.connect"), "client.skip_connect"]
    yield (
        "screen",
        [_to(Screen.ARRIVING, "client.appear"), _to(Screen.SHOWN, *shown), _to(Screen.HIDDEN, *leaves(f))],
    )


def service_moves(f: Facts) -> Moves:
    """It holds what was dialled last, until it learns that it is gone."""
    nothing = Service("none", False)
    up = "client.ready" if M.READY_ACK in f.design else "client.open"
    every = [dial for verb in ("client.connect", *REDIALS) for dial in dials(f, verb)]
    moves = [_to(Service(new, False), name) for name, _, new in every]
    moves.append(_to(nothing, *leaves(f)))
    for c in f.scope.connection_names:
        moves.append(_if(_holding(c), Service(c, True), f"{up}.{c}"))
        moves.append(_if(_holding(c), nothing, *client_learns(c)))
    yield "service", moves


def _holding(c: str) -> Callable[[Service], bool]:
    return lambda s: s.socket == c


def flag_moves(f: Facts) -> Moves:
    """Dials, their outcomes, and messages where these verify."""
    if M.STATE_FLAGS not in f.design:
        return
    connections = f.scope.connection_names
    messages = [f"client.receive.{m}.{c}" for m in f.scope.meal_names for c in connections]
    yield (
        "flags",
        [
            _sets(*_dialling(f, "client.connect"), connecting=True),
            _to(Flags(False, True), *_dialling(f, *REDIALS)),
            _to(Flags(True, False), *_each("client.connected", connections)),
            _to(Flags(False, False), *_each("client.failed", connections), *leaves(f)),
            *([_sets(*messages, connected=True)] if M.VERIFY_ON_MESSAGE in f.design else []),
        ],
    )


def poller_moves(f: Facts) -> Moves:
    """Both tasks: the current one, and the one that winds up."""
    first = Loop.SLEEP if M.POLL_ON_APPEAR in f.design else Loop.NONE
    loaded = [*(f"client.apply.poll.{name}" for name, _ in answers(f)), *failures("poll")]
    retire = _retired if M.GENERATION_TOKEN in f.design else _cancelled
    yield (
        "poller",
        [
            _sets("client.appear", loop=first),
            _sets(*load_starts("poll", f), loop=Loop.LOAD),
            _sets(*loaded, loop=Loop.CHECK),
            _sets(*_each("client.poll.check", f.scope.meal_names), loop=Loop.SLEEP),
            _sets("client.poll.check.done", "client.poll.wake.verified", loop=Loop.STOPPING),
            _sets("client.poll.stop", loop=Loop.NONE),
            Move(tuple(poll_starts(f)), lambda s: _started(s, M.GENERATION_TOKEN in f.design)),
            Move(tuple(poll_stops(f)), retire),
            _to(Poller(Loop.OFF), *leaves(f)),
            *_stale_moves(f),
        ],
    )


def _stale_moves(f: Facts) -> list[Move]:
    goes_on = _each("client.stale.wake", ("service_down", "unflagged", "anyway"))
    return [
        _sets("client.stale.end", woken=False),
        _sets(*goes_on, woken=False, checks=True),
        _sets("client.stale.wake.verified", woken=False, stops=True),
        _sets(*_each("client.stale.check", f.scope.meal_names), checks=False),
        _sets("client.stale.check.done", checks=False, stops=True),
        Move(("client.stale.stop",), lambda s: _cancelled(s._replace(stops=False))),
    ]


def _retired(s: Poller) -> Poller:
    """The current task is no longer current, and will see it."""
    return Poller(Loop.NONE, woken=True) if s.runs else s


def _cancelled(s: Poller) -> Poller:
    """The current task is cancelled, and the rest of its body still runs."""
    rest = {Loop.SLEEP: "woken", Loop.LOAD: "checks", Loop.CHECK: "checks", Loop.STOPPING: "stops"}
    return s._replace(loop=Loop.NONE, **{rest[s.loop]: True}) if s.runs else s


def _started(s: Poller, replaces: bool) -> Poller:
    """There is a task that goes on, if there is a view model."""
    if replaces and s.loop is Loop.STOPPING:
        return Poller(Loop.SLEEP, woken=True)
    return s._replace(loop=Loop.SLEEP) if s.loop is Loop.NONE else s


def loader_moves(f: Facts) -> Moves:
    """Sent, answered, and over."""
    idle = Loader(Phase.IDLE, ())
    for origin in origins(f):
        ends = [*failures(origin), *leaves(f)]
        if origin == "poll":  # whoever cancels the task cancels its request
            ends += [*poll_stops(f), "client.stale.stop"]
        moves = [_to(Loader(Phase.SENT, ()), *load_starts(origin, f)), _to(idle, *ends)]
        for name, answer in answers(f):
            moves.append(_to(Loader(Phase.ANSWERED, answer), f"server.read.{origin}.{name}"))
            moves.append(_to(idle, f"client.apply.{origin}.{name}"))
        yield f"loader.{origin}", moves


def connection_moves(f: Facts) -> Moves:
    """Both ends, the path between them, and whoever dialled."""
    for c in f.scope.connection_names:
        yield f"connection.{c}", [_settles(move) for move in (*_dial_moves(f, c), *_end_moves(f, c))]


def _settles(move: Move) -> Move:
    return Move(move.events, lambda s: _settled(move.to(s)))


def _dial_moves(f: Facts, c: str) -> list[Move]:
    every = [dial for verb in ("client.connect", *REDIALS) for dial in dials(f, verb)]
    closes = [name for name, old, _ in every if old == c and M.CLOSE_BEFORE_DIAL in f.design]
    return [
        _to(DIALLED, *(name for name, _, new in every if new == c)),
        _sets(*closes, client=Client.CLOSED),
        _sets(f"user.leave.{c}", client=Client.CLOSED, caller=Await.NONE),
        _sets(*_each("user.leave", (old for old in held(f.scope) if old != c)), caller=Await.NONE),
    ]


def _end_moves(f: Facts, c: str) -> list[Move]:
    hears = {} if M.READY_ACK in f.design else {"caller": Await.SUCCEEDED}
    told = (f"client.{outcome}.{c}" for outcome in ("connected", "failed", "superseded"))
    return [
        _sets(f"client.open.{c}", client=Client.OPEN, **hears),
        _sets(f"client.ready.{c}", client=Client.READY, caller=Await.SUCCEEDED),
        _sets(*told, caller=Await.NONE),
        _sets(*client_learns(c), client=Client.CLOSED),
        _sets(f"server.accept.{c}", server=Server.ACCEPTED),
        _sets(f"server.register.{c}", server=Server.REGISTERED),
        _sets(*server_learns(c, f.scope), server=Server.GONE),
        Move(("server.crash",), lambda s: s if s.server is Server.NONE else s._replace(server=Server.GONE)),
        _sets(f"network.break.{c}", fine=False),
        Move(_CUTS, lambda s: s if s == IDLE else s._replace(fine=False)),
    ]


_CUTS = ("network.change_path", "network.lose_path", "network.reclaim")


def _settled(s: Connection) -> Connection:
    """Who awaits a socket that closes has failed; one that all have let go of is free."""
    if s.client is not Client.CLOSED:
        return s
    caller = Await.FAILED if s.caller is Await.WAITING else s.caller
    let_go = caller is Await.NONE and s.server in (Server.NONE, Server.GONE)
    return IDLE if let_go else s._replace(caller=caller)


def device_moves(f: Facts) -> Moves:
    """Another device comes and goes; its handler registers once and ends once."""
    for d in f.scope.device_names:
        yield (
            "device",
            [
                _to(Device(Far.OPEN, Server.ACCEPTED), f"user.join.{d}"),
                _sets(f"user.quit.{d}", far=Far.CLOSED),
                _sets(f"network.break.{d}", far=Far.BROKEN),
                _sets(f"server.register.{d}", server=Server.REGISTERED),
                _to(AWAY, *server_learns(d, f.scope), "server.crash"),
            ],
        )


def registry_moves(f: Facts) -> Moves:
    """Handlers enter their sockets and remove them, by the design's policy."""
    many = M.CONNECTION_SET in f.design
    blind = not many and M.COMPARE_AND_DELETE not in f.design
    moves = [_to(Registry(()), "server.crash")]
    for c in f.scope.socket_names:
        ends = server_learns(c, f.scope)
        moves.append(_enters(c) if many else _to(Registry((c,)), f"server.register.{c}"))
        moves.append(_to(Registry(()), *ends) if blind else _removes(c, ends))
    yield "registry", moves


def _enters(c: str) -> Move:
    return Move((f"server.register.{c}",), lambda s: Registry(tuple(sorted({c, *s.held}))))


def _removes(c: str, ends: list[str]) -> Move:
    return Move(tuple(ends), lambda s: Registry(tuple(held for held in s.held if held != c)))


def submission_moves(f: Facts) -> Moves:
    """The outbox on the device, and what the backend has taken."""
    again = Receipt.ONCE if M.IDEMPOTENT_UPLOAD in f.design else Receipt.TWICE
    for m in f.scope.meal_names:
        back = _each_of(m, "server.refuse_upload", "network.refuse_upload", "network.cut_upload")
        yield (
            f"outbox.{m}",
            [
                _to(Outbox.SAVED, *submits(m), *back),
                _to(Outbox.WAITING, f"user.wait.{m}"),
                _to(Outbox.UPLOADING, f"client.upload.{m}"),
                _to(Outbox.ANSWERED, f"server.take.{m}"),
                _to(Outbox.UPLOADED, f"client.uploaded.{m}"),
                _to(Outbox.NONE, f"user.archive.{m}"),
            ],
        )
        yield (
            f"receipt.{m}",
            [
                Move((f"server.take.{m}",), lambda s: Receipt.ONCE if s is Receipt.NEVER else again),
                _to(Receipt.NEVER, f"user.archive.{m}"),
            ],
        )


def _each_of(m: str, *verbs: str) -> list[str]:
    return [f"{verb}.{m}" for verb in verbs]


def job_moves(f: Facts) -> Moves:
    """The backend's work, and what a restart does to it."""
    for m in f.scope.meal_names:
        moves = [
            _if(lambda s: s is Job.NONE, Job.QUEUED, f"server.take.{m}"),
            _to(Job.PROCESSING, f"server.start.{m}"),
            _to(Job.COMPLETED, f"server.complete.{m}"),
            _to(Job.FAILED, f"server.fail.{m}"),
            _if(lambda s: s in (Job.QUEUED, Job.PROCESSING), Job.ORPHANED, "server.crash"),
            _to(Job.NONE, f"user.archive.{m}"),
        ]
        if M.JOB_RECONCILIATION in f.design:
            moves.append(_if(lambda s: s is Job.ORPHANED, Job.QUEUED, "server.boot"))
        yield f"job.{m}", moves


def notification_moves(f: Facts) -> Moves:
    """What is owed, and the copies under way."""
    for m in f.scope.meal_names:
        publishes = [f"server.complete.{m}"]
        publishes += [f"server.fail.{m}"] if M.FAILURE_NOTIFICATIONS in f.design else []
        moves = [
            _to(Notification(Fate.OWED, ()), *publishes),
            _sets(f"server.skip.{m}", fate=Fate.MISSED),
            _if(lambda s: s.fate is Fate.OWED, Notification(Fate.MISSED, ()), "server.crash"),
            _to(Notification(Fate.NONE, ()), f"user.archive.{m}"),
        ]
        moves += [_to(Notification(Fate.SENT, to), f"server.push.{m}.{'+'.join(to)}") for to in targets(f)]
        for c in f.scope.socket_names:
            moves += _copy_moves(m, c)
        yield f"notification.{m}", moves


def _copy_moves(m: str, c: str) -> list[Move]:
    lost = (f"network.lose.{m}.{c}", f"network.void.{m}.{c}", f"network.deliver.{m}.{c}")
    return [
        Move((f"client.receive.{m}.{c}",), lambda s: Notification(Fate.DELIVERED, _less(s, c))),
        Move(lost, lambda s: _lost(Notification(s.fate, _less(s, c)))),
    ]


def _less(s: Notification, c: str) -> tuple[str, ...]:
    """The copies without that on the connection."""
    return tuple(name for name in s.flight if name != c)


def _lost(s: Notification) -> Notification:
    """A message that nobody received, and of which no copy is left, is missed."""
    return s._replace(fate=Fate.MISSED) if s.fate is Fate.SENT and not s.flight else s


def view_moves(f: Facts) -> Moves:
    """What the list shows."""
    absorbs = M.TERMINAL_ABSORBS in f.design
    for place, m in enumerate(f.scope.meal_names):
        moves = [_to(View.AWAITED, *submits(m))]
        moves.append(_to(View.NONE, f"user.archive.{m}"))
        moves.append(_if(lambda s: s.processing, View.AWAITED, *leaves(f)))
        for name, answer in answers(f):
            names = tuple(f"client.apply.{origin}.{name}" for origin in origins(f))
            moves.append(_shown(names, answer[place], absorbs))
        yield f"view.{m}", moves


def _shown(names: tuple[str, ...], seen: Seen, absorbs: bool) -> Move:
    return Move(names, lambda s: _shows(s, seen, absorbs))


def _shows(shown: View, seen: Seen, absorbs: bool) -> View:
    """The list shows what the answer said, but for what was finished and what was never submitted."""
    if shown is View.NONE:
        return shown
    if seen in (Seen.COMPLETED, Seen.FAILED):
        return View(seen)
    if shown.finished:
        return shown if absorbs else View.AGAIN
    if shown is View.AGAIN:
        return shown
    return View.AWAITED if seen is Seen.ABSENT else View.PROCESSING


def world_moves(f: Facts) -> Moves:
    """Server, path and app, and how many faults are left."""
    if "restart" in f.scope:
        yield "server", [_to(Process.DOWN, "server.crash"), _to(Process.UP, "server.boot")]
    if "path" in f.scope:
        yield "path", [_to(Path.ABSENT, "network.lose_path"), _to(Path.FINE, "network.restore_path")]
    if "background" in f.scope:
        yield "app", [_to(App.BACKGROUND, "user.background"), _to(App.FOREGROUND, "user.foreground")]
    if f.scope.faults is not None:
        faults = tuple(event.name for event in f.system.events if event.group in FAULTS)
        yield "budget", [Move(faults, lambda left: left - 1)]
