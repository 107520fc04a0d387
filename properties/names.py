"""The names of the events that several laws speak of, written out.

Only names of meals and sockets come from the scope. What the model computes of its events is not asked: a
law must not follow it into an error.
"""

from __future__ import annotations

from itertools import combinations, product

from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import Seen
from mealspec.properties.facts import Facts

FAULTS = (
    "network.fail_dial", "network.break", "network.tell_client", "network.tell_server", "network.cut",
    "network.cut_upload", "network.lose", "network.change_path", "network.lose_path", "network.reclaim",
    "server.crash", "server.fail",
)  # fmt: skip
"""What the world does to client and server; it may, and need not."""


def held(scope: Scope) -> tuple[str, ...]:
    """What the library may hold: nothing, or a socket."""
    return ("none", *scope.connection_names)


def dials(f: Facts, verb: str) -> list[tuple[str, str, str]]:
    """How somebody dials: the event, what was held, and what is dialled."""
    names = product(held(f.scope), f.scope.connection_names)
    return [(f"{verb}.{old}.{new}", old, new) for old, new in names if old != new]


def leaves(f: Facts) -> list[str]:
    """The user leaves the screen."""
    return [f"user.leave.{c}" for c in held(f.scope)]


def submits(m: str) -> tuple[str, ...]:
    """A meal is saved: at once, or after a wait."""
    return f"user.submit.{m}", f"client.submit.{m}", f"client.submit_anyway.{m}"


def origins(f: Facts) -> tuple[str, ...]:
    """Who loads."""
    return ("appear", "handler", "poll", *(("connect",) if M.CATCH_UP in f.design else ()))


def answers(f: Facts) -> list[tuple[str, tuple[Seen, ...]]]:
    """What a load may be told of each meal."""
    seen = [Seen.ABSENT, Seen.PROCESSING, Seen.COMPLETED, *([Seen.FAILED] if "job" in f.scope else [])]
    return [("-".join(each), each) for each in product(seen, repeat=f.scope.meals)]


def failures(origin: str) -> tuple[str, ...]:
    """A load fails: the server is down, the device is offline, the network loses it."""
    return f"client.error.{origin}", f"client.offline.{origin}", f"network.cut.{origin}"


def load_starts(origin: str, f: Facts) -> list[str]:
    """Somebody asks for a load."""
    scope = f.scope
    return {
        "appear": [
            "client.appear",
            "client.return",
            *(["user.foreground"] if M.PROBE_ON_FOREGROUND in f.design else []),
        ],
        "handler": [f"client.receive.{m}.{c}" for m, c in product(scope.meal_names, scope.connection_names)],
        "connect": [f"client.connected.{c}" for c in scope.connection_names],
        "poll": ["client.poll.wake.service_down", "client.poll.wake.unflagged", "client.poll.wake.anyway"],
    }[origin]


def poll_starts(f: Facts) -> list[str]:
    """Somebody starts polling, if there is a view model."""
    design, scope = f.design, f.scope
    return [
        *(f"client.failed.{c}" for c in scope.connection_names if M.POLL_ON_CONNECT_FAILURE in design),
        *(name for m in scope.meal_names for name in submits(m) if M.POLL_ON_SUBMIT in design),
        *(["client.notice_drop"] if M.POLL_ON_DROP in design else []),
        *(["client.return"] if M.POLL_ON_APPEAR in design else []),
    ]


def poll_stops(f: Facts) -> list[str]:
    """Somebody else than a poll task stops polling."""
    if M.SOCKET_STOPS_POLLING not in f.design:
        return []
    handled = [f"client.apply.handler.{name}" for name, _ in answers(f)]
    handled += failures("handler") if M.RETRY_REFRESH not in f.design else ()
    return [*(f"client.connected.{c}" for c in f.scope.connection_names), *handled]


def client_learns(c: str) -> list[str]:
    """The library learns that a dial has come to nothing, or that a socket is gone."""
    return [
        f"client.give_up.{c}", f"client.refused.{c}", f"client.unreachable.{c}", f"network.fail_dial.{c}",
        f"client.hear_close.{c}", f"network.tell_client.{c}", f"client.expire.{c}", f"client.probe_dead.{c}",
    ]  # fmt: skip


def server_learns(c: str, scope: Scope) -> list[str]:
    """A handler learns that its socket is gone, and ends."""
    evicts = (f"server.evict.{m}.{c}" for m in scope.meal_names)
    return [
        f"server.notice.{c}", f"server.expire.{c}", f"server.expire_suspended.{c}", f"network.tell_server.{c}", *evicts,
    ]  # fmt: skip


def targets(f: Facts) -> list[tuple[str, ...]]:
    """To whom one push may go."""
    names = f.scope.socket_names
    everyone = M.CONNECTION_SET in f.design and M.PUSH_TO_ALL in f.design
    return [some for size in range(1, len(names) + 1 if everyone else 2) for some in combinations(names, size)]
