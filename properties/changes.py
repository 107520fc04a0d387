"""What changes each machine, and by what: the effects of events, and that nothing else has any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mealspec.core import State
from mealspec.core.assertion import Changes, Move, Rule
from mealspec.model.client.app import App
from mealspec.model.client.flags import Flags
from mealspec.model.client.loader import Loader, Phase
from mealspec.model.client.models import Models
from mealspec.model.client.outbox import Outbox
from mealspec.model.client.poller import Loop, Poller
from mealspec.model.client.screen import Screen
from mealspec.model.client.service import Service
from mealspec.model.client.token import Token
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
    cancels,
    client_learns,
    dials,
    failures,
    handles,
    held,
    leaves,
    lefts,
    load_starts,
    origins,
    poll_starts,
    poll_stops,
    server_learns,
    submits,
    targets,
)
from mealspec.properties.predicates import READS, shows

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
    """It arrives when it appears, is shown once its connect has begun, and goes with the user, or without the rest."""
    shown = [*_dialling(f, "client.connect"), "client.skip_connect", "client.connect_noop", "client.show"]
    yield (
        "screen",
        [
            _to(Screen.ARRIVING, "client.appear"),
            _to(Screen.SHOWN, *shown),
            _to(Screen.HIDDEN, *leaves(f)),
            _to(Screen.AWAY, "user.hide"),
        ],
    )


def service_moves(f: Facts) -> Moves:
    """It holds what was dialled last, until it learns that it is gone; what it says may outlive that."""
    nothing, timed = Service("none", False), M.TIMED_CONNECT in f.design
    up = "client.ready" if M.READY_ACK in f.design else "client.open"
    every = [dial for verb in ("client.connect", *REDIALS) for dial in dials(f, verb)]
    moves = [_to(Service(new, False), name) for name, _, new in every]
    moves += [_to(nothing, *leaves(f)), _sets("client.connect_noop", connected=True)]
    for c in f.scope.connection_names:
        raised = _sets(f"client.connected.{c}", connected=True)
        moves.append(raised if timed else _if(_holding(c), Service(c, True), f"{up}.{c}"))
        moves.append(_drops(c, M.DROPS_UNHEARD in f.design))
    yield "service", moves


def _drops(c: str, unheard: bool) -> Move:
    """The library lets go of the socket; the service hears of it, or does not."""
    return Move(tuple(client_learns(c)), lambda s: Service("none", unheard and s.connected) if s.socket == c else s)


def _holding(c: str) -> Callable[[Service], bool]:
    return lambda s: s.socket == c


def flag_moves(f: Facts) -> Moves:
    """Dials, their outcomes, and messages where these verify."""
    if M.STATE_FLAGS not in f.design:
        return
    connections = f.scope.connection_names
    messages = [name for m in f.scope.meal_names for c in connections for name, _ in handles(f, m, c)]
    yield (
        "flags",
        [
            _sets(*_dialling(f, "client.connect"), connecting=True),
            _to(Flags(False, True), *_dialling(f, *REDIALS)),
            _to(Flags(True, False), *_each("client.connected", connections)),
            _to(Flags(False, False), *_each("client.failed", connections), *leaves(f)),
            _sets("client.connect_noop", connected=True),
            *([_sets(*messages, connected=True)] if M.VERIFY_ON_MESSAGE in f.design else []),
        ],
    )


def poller_moves(f: Facts) -> Moves:
    """Both tasks: the current one, and the one that winds up."""
    first = Loop.SLEEP if M.POLL_ON_APPEAR in f.design else Loop.NONE
    yield (
        "poller",
        [
            _sets("client.appear", loop=first),
            _sets(*load_starts("poll", f), loop=Loop.LOAD),
            _sets(*_ended(f, "client.apply.poll", "poll", over=False), loop=Loop.SLEEP),
            _sets(*_ended(f, "client.apply.poll", "poll", over=True), loop=Loop.NONE),
            _sets("client.poll.wake.verified", "client.poll.tire", loop=Loop.NONE),
            Move(tuple(poll_starts(f)), _started),
            Move(tuple(poll_stops(f)), _cancelled),
            _to(Poller(Loop.OFF), *leaves(f)),
            *_stale_moves(f),
        ],
    )


def _ended(f: Facts, verb: str, origin: str, *, over: bool) -> list[str]:
    """The ends of a poll task's load after which it is over, or goes on."""
    some = [left for left in lefts(f) if (left == "done") is over]
    failed = failures("poll", f) if origin == "poll" else [f"client.stale.fail.{left}" for left in lefts(f)]
    shown = [f"{verb}.{name}.{left}" for name, _ in answers(f) for left in some]
    return [*shown, *(name for name in failed if name.rpartition(".")[2] in some)]


def _stale_moves(f: Facts) -> list[Move]:
    goes_on = _each("client.stale.wake", ("service_down", "unflagged", "anyway"))
    done = _ended(f, "client.stale.apply", "stale", over=True)
    ends = _stopping("loads") if M.GENERATION_TOKEN not in f.design else _finished
    return [
        _sets("client.stale.end", woken=False),
        _sets(*goes_on, woken=False, loads=True),
        Move(("client.stale.wake.verified",), _stopping("woken")),
        _sets(*_ended(f, "client.stale.apply", "stale", over=False), loads=False),
        Move(tuple(done), ends),
    ]


def _finished(s: Poller) -> Poller:
    """A cancelled task ends."""
    return s._replace(loads=False)


def _stopping(step: str) -> Callable[[Poller], Poller]:
    """A cancelled task ends, and stops polling before that."""
    over: dict[str, Any] = {step: False}
    return lambda s: _cancelled(s._replace(**over))


def _cancelled(s: Poller) -> Poller:
    """The current task is cancelled, and the rest of its body still runs."""
    rest = {Loop.SLEEP: "woken", Loop.LOAD: "loads"}
    changed: dict[str, Any] = {"loop": Loop.NONE, rest.get(s.loop, ""): True}
    return s._replace(**changed) if s.loop in rest else s


def _started(s: Poller) -> Poller:
    """There is a task, if there is a view model."""
    return s._replace(loop=Loop.SLEEP) if s.loop is Loop.NONE else s


def loader_moves(f: Facts) -> Moves:
    """Sent, answered, and over; what was cancelled is cut off unless its answer is there."""
    idle, sent = Loader(Phase.IDLE, ()), Loader(Phase.SENT, ())
    for origin in origins(f):
        again = M.RETRY_REFRESH in f.design and origin != "poll"
        moves = [
            _to(sent, *load_starts(origin, f)),
            _to(sent if again else idle, *failures(origin, f)),
            _to(idle, *leaves(f)),
        ]
        tails = [f".{left}" for left in lefts(f)] if origin == "poll" else [""]
        for name, answer in answers(f):
            moves.append(_to(Loader(Phase.ANSWERED, answer), f"server.read.{origin}.{name}"))
            moves.append(_to(idle, *(f"client.apply.{origin}.{name}{tail}" for tail in tails)))
        yield f"loader.{origin}", [*moves, *(_cut_moves(f) if origin == "poll" else [])]


def _cut_moves(f: Facts) -> list[Move]:
    """What cancelled poll tasks do to the request that is out."""
    idle, cut = Loader(Phase.IDLE, ()), Loader(Phase.CUT, ())
    late = [f"client.stale.apply.{name}.{left}" for name, _ in answers(f) for left in lefts(f)]
    return [
        _if(lambda s: s.phase is Phase.SENT, cut, *poll_stops(f), "client.stale.wake.verified"),
        _to(cut, *_each("client.stale.wake", ("service_down", "unflagged", "anyway"))),
        _to(idle, *late, *(f"client.stale.fail.{left}" for left in lefts(f))),
    ]


def connection_moves(f: Facts) -> Moves:
    """Both ends, the path between them, and whoever dialled."""
    for c in f.scope.connection_names:
        timed = M.TIMED_CONNECT in f.design
        yield f"connection.{c}", [_settles(move, timed) for move in (*_dial_moves(f, c), *_end_moves(f, c))]


def _settles(move: Move, timed: bool) -> Move:
    return Move(move.events, lambda s: _settled(move.to(s), timed))


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
    told = {} if M.TIMED_CONNECT in f.design else {"caller": Await.SUCCEEDED}
    outcomes = (f"client.{outcome}.{c}" for outcome in ("connected", "failed", "superseded"))
    return [
        _sets(f"client.open.{c}", client=Client.OPEN, **({} if M.READY_ACK in f.design else told)),
        _sets(f"client.ready.{c}", client=Client.READY, **told),
        _sets(*outcomes, caller=Await.NONE),
        _sets(*client_learns(c), client=Client.CLOSED),
        *_server_moves(f, c),
        _sets(f"network.break.{c}", fine=False),
        Move(_CUTS, lambda s: s if s == IDLE else s._replace(fine=False)),
    ]


def _server_moves(f: Facts, c: str) -> list[Move]:
    """The server's end: its handler, its reader, and who closes it."""
    hears, replaces = M.REGISTER_ON_MESSAGE in f.design, M.REPLACE_AND_CLOSE in f.design
    reads = (*READS, *([Server.ACCEPTED] if hears else []))
    others = [f"server.register.{other}" for other in f.scope.socket_names if other != c]
    first = Move((f"client.ping.{c}",), lambda s: s._replace(server=Server.HEARD) if _first(s) else s)
    gone = Move(tuple(others), lambda s: s._replace(server=Server.GONE) if s.server in reads else s)
    return [
        _sets(f"server.accept.{c}", server=Server.ACCEPTED),
        *([first] if hears else []),
        _sets(f"server.register.{c}", server=Server.REGISTERED),
        _sets(f"server.register_elsewhere.{c}", server=Server.ELSEWHERE),
        _sets(f"server.return.{c}", server=Server.RETURNED),
        *([gone] if replaces else []),
        _sets(*server_learns(c, f.scope), server=Server.GONE),
        Move(("server.crash",), lambda s: s if s.server is Server.NONE else s._replace(server=Server.GONE)),
    ]


def _first(s: Connection) -> bool:
    """The first message comes on it."""
    return s.server is Server.ACCEPTED and s.fine and s.client in (Client.OPEN, Client.READY)


_CUTS = ("network.change_path", "network.lose_path", "network.reclaim")


def _settled(s: Connection, timed: bool) -> Connection:
    """Who awaits a socket that closes has failed, but for one who waits for a time; one that all have let go of is
    free."""
    if s.client is not Client.CLOSED:
        return s
    caller = Await.FAILED if s.caller is Await.WAITING and not timed else s.caller
    let_go = caller is Await.NONE and s.server in (Server.NONE, Server.GONE)
    return IDLE if let_go else s._replace(caller=caller)


def device_moves(f: Facts) -> Moves:
    """Another device comes and goes; its handler registers once and ends once."""
    for d in f.scope.device_names:
        replaced = _if(
            lambda s: s.server is Server.REGISTERED and M.REPLACE_AND_CLOSE in f.design,
            AWAY,
            *(f"server.register.{c}" for c in f.scope.connection_names),
        )
        yield (
            "device",
            [
                replaced,
                _to(Device(Far.OPEN, Server.ACCEPTED), f"user.join.{d}"),
                _sets(f"user.quit.{d}", far=Far.CLOSED),
                _sets(f"network.break.{d}", far=Far.BROKEN),
                _sets(f"server.register.{d}", server=Server.REGISTERED),
                _to(AWAY, *server_learns(d, f.scope), "server.crash"),
            ],
        )


def registry_moves(f: Facts) -> Moves:
    """Handlers enter their sockets and remove them, by the design's policy; entries may go by themselves."""
    many = M.CONNECTION_SET in f.design
    blind = not many and M.COMPARE_AND_DELETE not in f.design
    moves = [_to(Registry(()), "server.crash")]
    for c in f.scope.socket_names:
        enters = (f"server.register.{c}", f"client.reregister.{c}")
        ends = [*server_learns(c, f.scope), *([f"server.return.{c}"] if M.ENTRY_ENDS_WITH_HANDLER in f.design else [])]
        moves.append(_enters(c, enters) if many else _to(Registry((c,)), *enters))
        moves.append(_to(Registry(()), *ends) if blind else _removes(c, ends))
        moves.append(_removes(c, [f"server.drop_entry.{c}", f"server.expire_entry.{c}"]))
    yield "registry", moves


def _enters(c: str, names: tuple[str, ...]) -> Move:
    return Move(names, lambda s: Registry(tuple(sorted({c, *s.held}))))


def _removes(c: str, ends: list[str]) -> Move:
    return Move(tuple(ends), lambda s: Registry(tuple(held for held in s.held if held != c)))


def submission_moves(f: Facts) -> Moves:
    """The outbox on the device, and what the backend has taken."""
    again = Receipt.ONCE if M.IDEMPOTENT_UPLOAD in f.design else Receipt.TWICE
    for m in f.scope.meal_names:
        back = _each_of(m, "server.refuse_upload", "network.refuse_upload", "server.deny_upload", "network.cut_upload")
        back_to = Outbox.RETRY if M.OUTBOX_GIVES_UP in f.design else Outbox.SAVED
        yield (
            f"outbox.{m}",
            [
                _to(Outbox.SAVED, *submits(f, m)),
                _to(back_to, *back),
                _to(Outbox.ABANDONED, f"client.abandon_upload.{m}"),
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
            moves += _copy_moves(f, m, c)
        yield f"notification.{m}", moves


def _copy_moves(f: Facts, m: str, c: str) -> list[Move]:
    verbs = ("network.lose", "network.void", "network.deliver", "client.ignore", "client.garbled")
    counts = M.EFFECT_ON_FINISH not in f.design
    return [
        Move(tuple(name for name, _ in handles(f, m, c)), lambda s: Notification(_handled(s, counts), _less(s, c))),
        Move(
            tuple(name for name, _ in handles(f, m, c, twin=True)),
            lambda s: Notification(Fate.TWICE if counts else Fate.DELIVERED, _less(s, c)),
        ),
        Move(tuple(f"{verb}.{m}.{c}" for verb in verbs), lambda s: _lost(Notification(s.fate, _less(s, c)))),
    ]


def _handled(s: Notification, counts: bool) -> Fate:
    """A second time counts, unless what a message causes goes by what is shown."""
    return Fate.TWICE if counts and s.fate in (Fate.DELIVERED, Fate.TWICE) else Fate.DELIVERED


def _less(s: Notification, c: str) -> tuple[str, ...]:
    """The copies without that on the connection."""
    return tuple(name for name in s.flight if name != c)


def _lost(s: Notification) -> Notification:
    """A message that nobody received, and of which no copy is left, is missed."""
    return s._replace(fate=Fate.MISSED) if s.fate is Fate.SENT and not s.flight else s


def view_moves(f: Facts) -> Moves:
    """What the list shows."""
    absorbs, keeps = M.TERMINAL_ABSORBS in f.design, M.KEEP_ON_FAILURE in f.design
    verbs = ["client.apply.poll", *(["client.stale.apply"] if cancels(f) else [])]
    loops = [f"client.apply.{origin}" for origin in origins(f) if origin != "poll"]
    for place, m in enumerate(f.scope.meal_names):
        moves = [_to(View.AWAITED, *submits(f, m)), _to(View.NONE, f"user.archive.{m}")]
        moves.append(_if(lambda s: s in (View.PROCESSING, View.AGAIN, View.GONE), View.AWAITED, *leaves(f)))
        for name, answer in answers(f):
            names = [f"{loop}.{name}" for loop in loops]
            names += [f"{verb}.{name}.{left}" for verb in verbs for left in lefts(f)]
            moves.append(_shown(tuple(names), answer[place], absorbs, keeps))
        failed = [name for origin in origins(f) for name in failures(origin, f)]
        failed += [f"client.stale.fail.{left}" for left in lefts(f)]
        moves.append(_shown(tuple(failed), None, absorbs, keeps))
        yield f"view.{m}", moves


def _shown(names: tuple[str, ...], seen: Seen | None, absorbs: bool, keeps: bool) -> Move:
    return Move(names, lambda s: shows(s, seen, absorbs, keeps))


def world_moves(f: Facts) -> Moves:
    """Server, path and app, and how many faults are left."""
    if "restart" in f.scope:
        yield "server", [_to(Process.DOWN, "server.crash"), _to(Process.UP, "server.boot")]
    if "path" in f.scope:
        yield "path", [_to(Path.ABSENT, "network.lose_path"), _to(Path.FINE, "network.restore_path")]
    if "background" in f.scope:
        yield "app", [_to(App.BACKGROUND, "user.background"), _to(App.FOREGROUND, "user.foreground")]
    if "token" in f.scope:
        renewed = Token.RENEWED if M.DIAL_REUSES_TOKEN in f.design else Token.FRESH
        yield "token", [_to(Token.EXPIRED, "server.expire_token"), _to(renewed, "client.renew_token")]
    if "twin" in f.scope:
        yield "models", [_to(Models.TWO, "user.twin")]
    if f.scope.faults is not None:
        faults = tuple(event.name for event in f.system.events if event.group in FAULTS)
        yield "budget", [Move(faults, lambda left: left - 1)]
