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
    "server.crash", "server.fail", "server.drop_entry", "server.expire_token", "client.misfire",
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


SAVES = ("user.submit", "client.submit", "client.submit_anyway")


def asked(f: Facts) -> tuple[str, ...]:
    """How the names end of the events in which a submission asks what the service says."""
    return (".connected", ".not") if M.POLL_UNLESS_CONNECTED in f.design else ("",)


def submits(f: Facts, m: str) -> list[str]:
    """A meal is saved: at once, or after a wait."""
    tails = ("",) if M.SAVE_AWAITS_UPLOAD in f.design else asked(f)
    return [f"{verb}.{m}{tail}" for verb in SAVES for tail in tails]


def saved(f: Facts, m: str) -> list[str]:
    """A submission comes to where it may start polling."""
    if M.SAVE_AWAITS_UPLOAD in f.design:
        return [f"client.saved.{m}{tail}" for tail in asked(f)]
    return submits(f, m)


def handles(f: Facts, m: str, c: str, *, twin: bool = False) -> list[tuple[str, str]]:
    """A message is handled, and what it says: ``completed`` or ``failed``, or nothing where nobody looks."""
    verb = "client.receive_twin" if twin else "client.receive"
    if twin and ("twin" not in f.scope or M.ONE_SUBSCRIBER in f.design):
        return []
    results = ["completed", *([] if M.UNDECODED_FAILURE in f.design or "job" not in f.scope else ["failed"])]
    if M.LOCAL_STORE in f.design or M.UNDECODED_FAILURE in f.design:
        return [(f"{verb}.{m}.{c}.{result}", result) for result in results]
    return [(f"{verb}.{m}.{c}", "")]


def origins(f: Facts) -> tuple[str, ...]:
    """Who loads, and does so in a step of its own."""
    local = M.LOCAL_STORE in f.design
    syncs = M.BACKGROUND_SYNC in f.design or M.PULL_TO_REFRESH in f.design
    has = {"poll": not local, "connect": M.CATCH_UP in f.design, "sync": local and syncs}
    return tuple(origin for origin in ("appear", "handler", "poll", "connect", "sync") if has.get(origin, True))


def answers(f: Facts) -> list[tuple[str, tuple[Seen, ...]]]:
    """What a load may be told of each meal; of a local store also that one is pending."""
    local = M.LOCAL_STORE in f.design
    failed = [Seen.FAILED] if "job" in f.scope else []
    seen = [Seen.ABSENT, *([Seen.PENDING] if local else []), Seen.PROCESSING, Seen.COMPLETED, *failed]
    told = [("-".join(each), each) for each in product(seen, repeat=f.scope.meals)]
    return [*told, *([("other", (Seen.ABSENT,) * f.scope.meals)] if local and "day" in f.scope else [])]


def lefts(f: Facts) -> tuple[str, ...]:
    """What a poll loop may find when it looks at the list; ``any`` if it does not look."""
    return ("done", *f.scope.meal_names) if M.STOP_WHEN_NONE_LEFT in f.design else ("any",)


def failures(origin: str, f: Facts) -> list[str]:
    """A load fails: the server is down, the device is offline, the token is not taken, the network loses it."""
    verbs = ("client.error", "client.offline", "client.denied", "network.cut")
    tails = [f".{left}" for left in lefts(f)] if origin == "poll" else [""]
    return [f"{verb}.{origin}{tail}" for verb in verbs for tail in tails]


def load_starts(origin: str, f: Facts) -> list[str]:
    """Somebody asks for a load."""
    scope = f.scope
    return {
        "appear": [
            "client.appear",
            "client.return",
            "client.show",
            "user.other_day",
            "user.this_day",
            *(["user.foreground"] if M.PROBE_ON_FOREGROUND in f.design else []),
            *(name for m in scope.meal_names for name in saved(f, m) if M.SAVE_AWAITS_UPLOAD in f.design),
        ],
        "handler": [name for m, c in product(scope.meal_names, scope.connection_names) for name, _ in handles(f, m, c)],
        "connect": [f"client.connected.{c}" for c in scope.connection_names],
        "poll": ["client.poll.wake.service_down", "client.poll.wake.unflagged", "client.poll.wake.anyway"],
        "sync": [
            f"client.synced.{m}.{says}" for m in scope.meal_names for says in ("processing", "completed", "failed")
        ],
    }[origin]


def poll_starts(f: Facts) -> list[str]:
    """Somebody starts polling, if there is a view model."""
    design, scope = f.design, f.scope
    always, unless = M.POLL_ON_SUBMIT in design, M.POLL_UNLESS_CONNECTED in design
    return [
        *(f"client.failed.{c}" for c in scope.connection_names if M.POLL_ON_CONNECT_FAILURE in design),
        *(name for m in scope.meal_names for name in saved(f, m) if always or (unless and name.endswith(".not"))),
        *(["client.notice_drop"] if M.POLL_ON_DROP in design else []),
        *(["client.return"] if M.POLL_ON_APPEAR in design else []),
    ]


def poll_stops(f: Facts) -> list[str]:
    """Somebody else than a poll task stops polling."""
    connects, messages = M.CONNECT_STOPS_POLLING in f.design, M.MESSAGE_STOPS_POLLING in f.design
    handled = [f"client.apply.handler.{name}" for name, _ in answers(f)]
    handled += failures("handler", f) if M.RETRY_REFRESH not in f.design else []
    connected = [f"client.connected.{c}" for c in f.scope.connection_names]
    return [*(connected if connects else []), *(handled if messages else [])]


def cancels(f: Facts) -> bool:
    """There may be cancelled poll tasks."""
    return M.CONNECT_STOPS_POLLING in f.design or M.MESSAGE_STOPS_POLLING in f.design


def client_learns(c: str) -> list[str]:
    """The library learns that a dial has come to nothing, or that a socket is gone."""
    return [
        f"client.give_up.{c}", f"client.refused.{c}", f"client.denied.{c}", f"client.unreachable.{c}",
        f"network.fail_dial.{c}", f"client.hear_close.{c}", f"network.tell_client.{c}", f"client.expire.{c}",
        f"client.probe_dead.{c}", f"client.misfire.{c}",
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
