"""One socket incarnation, from dial to the last trace of it at either end.

The client's end, the server's end and the path between them move apart, so half-open is reachable
either way (F2). Accepting and registering are two steps at the server, and the client may learn that
the socket is open between them (F4). Whoever dialled awaits the outcome: the library learns it in one
step and the view model's code runs on in a later one (connect and reconnect have the same code there,
Solutions 2 and 5). An incarnation is free again when both ends have let go and nobody awaits it.

Incarnations have no names in life, so a dial takes the first one that is free; which one it is changes
nothing but names.

Left out: bytes, close codes, and a connection that the server accepts after the client has given it
up without any answer; for the registry it is the same as one accepted just before.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from mealspec.core import Machine
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import Effects, closings, dials, same, then, when

__all__ = ["Await", "Client", "Connection", "Server", "connection", "dial_ends", "drop_ends"]


class Client(StrEnum):
    """The client's end."""

    IDLE = "idle"
    DIALLING = "dialling"
    OPEN = "open"
    READY = "ready"
    CLOSED = "closed"


class Server(StrEnum):
    """The server's end: its handler's place in its code."""

    NONE = "none"
    ACCEPTED = "accepted"
    REGISTERED = "registered"
    GONE = "gone"


class Await(StrEnum):
    """The code of whoever dialled: not there, waiting, or due to run on with the outcome."""

    NONE = "none"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Connection(NamedTuple):
    """Both ends, whether the path between them is fine (or silently broken), and the caller."""

    client: Client
    server: Server
    fine: bool
    caller: Await

    def __str__(self) -> str:
        ends = f"{self.client}/{self.server}/{'fine' if self.fine else 'broken'}"
        return ends if self.caller is Await.NONE else f"{ends}/{self.caller}"

    @property
    def live(self) -> bool:
        """The client takes it for an open socket."""
        return self.client in (Client.OPEN, Client.READY)

    @property
    def dead(self) -> bool:
        """The server still holds it, and nothing can reach the client through it."""
        held = self.server in (Server.ACCEPTED, Server.REGISTERED)
        return held and (self.client is Client.CLOSED or not self.fine)

    @property
    def works(self) -> bool:
        """A push through it arrives."""
        return self.live and self.server is Server.REGISTERED and self.fine


IDLE = Connection(Client.IDLE, Server.NONE, True, Await.NONE)
DIALLED = Connection(Client.DIALLING, Server.NONE, True, Await.WAITING)


def dial_ends(c: str) -> tuple[str, ...]:
    """Events that end a dial without success."""
    verbs = ("client.give_up", "client.refused", "client.unreachable", "network.fail_dial")
    return tuple(f"{verb}.{c}" for verb in verbs)


def drop_ends(c: str) -> tuple[str, ...]:
    """Events by which the library learns that an open socket is gone."""
    verbs = ("client.hear_close", "network.tell_client", "client.expire", "client.probe_dead")
    return tuple(f"{verb}.{c}" for verb in verbs)


def handler_ends(c: str, scope: Scope) -> tuple[str, ...]:
    """Events by which a handler at the server learns that its socket is gone, and unregisters."""
    verbs = ("server.notice", "server.expire", "server.expire_suspended", "network.tell_server")
    evicts = (f"server.evict.{m}" for m in scope.meal_names)
    return tuple(f"{verb}.{c}" for verb in (*verbs, *evicts))


def connection(c: str, design: Design, scope: Scope) -> Machine:
    """The machine ``connection.c``."""
    effects = _dialled(c, design, scope) | _client(c, design) | _server(c)
    effects |= {
        f"network.break.{c}": when(lambda s: s.server is not Server.NONE and s.fine, fine=False),
        f"network.fail_dial.{c}": when(lambda s: s.client is Client.DIALLING, client=Client.CLOSED),
        f"network.tell_client.{c}": when(lambda s: s.live and not s.fine, client=Client.CLOSED),
        f"network.tell_server.{c}": when(_half_open, server=Server.GONE),
    }
    for event in ("network.change_path", "network.lose_path", "network.reclaim"):
        effects[event] = lambda s: s if s.client is Client.IDLE else s._replace(fine=False)
    for m in scope.meal_names:
        effects[f"client.receive.{m}.{c}"] = when(lambda s: s.live and s.fine)
        effects[f"network.lose.{m}.{c}"] = when(lambda s: s.live and s.fine)
        # A failed send ends the handler, where the design looks at the outcome of a send.
        ends = (Server.REGISTERED,) if M.EVICT_ON_FAILED_SEND in design else ()
        effects[f"network.void.{m}.{c}"] = when(lambda s, ends: _unreachable(s) and s.server not in ends, ends)
        effects[f"server.evict.{m}.{c}"] = when(
            lambda s, ends: _unreachable(s) and s.server in ends, ends, server=Server.GONE
        )
    settled = {event: _settled(effect) for event, effect in effects.items()}
    resting = lambda s: s == IDLE or (s.works and s.caller is Await.NONE)  # noqa: E731
    return Machine.generated(f"connection.{c}", IDLE, settled, resting=resting, doc=__doc__ or "")


def _dialled(c: str, design: Design, scope: Scope) -> Effects:
    """Dialling this one, another one, or letting go."""
    effects: Effects = {}
    for dial in dials(scope):
        if dial.new == c:
            effects[dial.event] = lambda s: DIALLED if s == IDLE else None
        elif dial.old == c:
            effects[dial.event] = _close if M.CLOSE_BEFORE_DIAL in design else when(lambda s: s != IDLE)
        elif c < dial.new:
            effects[dial.event] = when(lambda s: s != IDLE)
    for event, old in closings(scope):
        leaves = event.startswith("user.leave")
        effect = _close if old == c else same
        if leaves:  # the view model ends, and its code with it
            effects[event] = then(lambda s, effect: _uncalled(effect(s)), effect)
        elif old == c:
            effects[event] = effect
    return effects


def _client(c: str, design: Design) -> Effects:
    """What the client's library and the code of whoever dialled learn."""
    asks = M.READY_ACK in design
    top = Client.READY if asks else Client.OPEN
    any_design = (Server.ACCEPTED, Server.REGISTERED)
    success = {} if asks else {"caller": Await.SUCCEEDED}
    failed = (Await.FAILED, Await.SUCCEEDED) if M.CURRENT_SOCKET_ONLY in design else (Await.FAILED,)
    return {
        f"client.open.{c}": when(
            lambda s: s.client is Client.DIALLING and s.server in any_design and s.fine, client=Client.OPEN, **success
        ),
        f"client.ready.{c}": when(
            lambda s: s.client is Client.OPEN and s.server is Server.REGISTERED and s.fine,
            client=Client.READY, caller=Await.SUCCEEDED,
        ),
        f"client.connected.{c}": when(lambda s: s.caller is Await.SUCCEEDED, caller=Await.NONE),
        f"client.failed.{c}": when(lambda s: s.caller in failed, caller=Await.NONE),
        f"client.superseded.{c}": when(lambda s: s.caller in failed, caller=Await.NONE),
        f"client.refused.{c}": when(lambda s: s == DIALLED, client=Client.CLOSED),
        f"client.unreachable.{c}": when(lambda s: s == DIALLED, client=Client.CLOSED),
        f"client.give_up.{c}": when(
            lambda s: (s.client is Client.DIALLING and (not s.fine or s.server is Server.GONE))
            or (s.client is Client.OPEN and asks and not s.fine),
            client=Client.CLOSED,
        ),
        f"client.hear_close.{c}": when(lambda s: s.live and s.server is Server.GONE and s.fine, client=Client.CLOSED),
        f"client.expire.{c}": when(lambda s: s.client is top and not s.fine, client=Client.CLOSED),
        f"client.probe_dead.{c}": when(lambda s: s.client is top and not s.fine, client=Client.CLOSED),
        f"client.probe_alive.{c}": when(lambda s: s.client is top and s.fine),
    }  # fmt: skip


def _server(c: str) -> Effects:
    """The handler at the server. It registers before it reads, so it notices a close only after that;
    leaving its loop and unregistering are one step, for there is no await between them."""
    return {
        f"server.accept.{c}": when(lambda s: s == DIALLED, server=Server.ACCEPTED),
        f"server.register.{c}": when(lambda s: s.server is Server.ACCEPTED, server=Server.REGISTERED),
        f"server.notice.{c}": when(
            lambda s: s.server is Server.REGISTERED and s.client is Client.CLOSED and s.fine, server=Server.GONE
        ),
        f"server.expire.{c}": when(_half_open, server=Server.GONE),
        f"server.expire_suspended.{c}": when(lambda s: s.server is Server.REGISTERED and s.fine, server=Server.GONE),
        "server.crash": lambda s: s if s.server is Server.NONE else s._replace(server=Server.GONE),
    }


def _half_open(s: Connection) -> bool:
    return s.server is Server.REGISTERED and not s.fine


def _close(s: Connection) -> Connection | None:
    return s._replace(client=Client.CLOSED) if s.client in (Client.DIALLING, Client.OPEN, Client.READY) else None


def _uncalled(s: Connection | None) -> Connection | None:
    return s and s._replace(caller=Await.NONE)


def _unreachable(s: Connection) -> bool:
    return not s.fine or s.client in (Client.CLOSED, Client.IDLE)


def _settled(effect: Callable[[Connection], Connection | None]) -> Callable[[Connection], Connection | None]:
    """The effect, after which a closed socket has failed whoever still awaits it, and an incarnation
    that everyone has let go of is free again."""

    def settle(state: Connection) -> Connection | None:
        s = effect(state)
        if s is None or s.client is not Client.CLOSED:
            return s
        if s.caller is Await.WAITING:
            s = s._replace(caller=Await.FAILED)
        ended = s.server in (Server.NONE, Server.GONE) and s.caller is Await.NONE
        return IDLE if ended else s

    return settle
