"""One socket incarnation, from dial to the last trace of it at either end.

The client's end, the server's end and the path between them move apart, so half-open is reachable
either way (F2). At the server three things have lives of their own (E38): the handler function, which may return
while a reader goes on; the reader, which answers pings and notices a close; and the registry entry, which is the
registry's. Accepting and registering are two steps at the server, and the client may learn that
the socket is open between them (F4). Whoever dialled awaits the outcome: the library learns it in one
step and the view model's code runs on in a later one (connect and reconnect have the same code there,
Solutions 2 and 5). An incarnation is free again when both ends have let go and nobody awaits it.

Incarnations have no names in life, so a dial takes the first one that is free; which one it is changes
nothing but names.

Left out: bytes, close codes, and a connection that the server accepts after the client has given it
up without any answer; for the registry it is the same as one accepted just before.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from mealspec.core import ANY, STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import NONE, dialled, dials, every, messages


class Client(StrEnum):
    """The client's end."""

    IDLE = "idle"
    DIALLING = "dialling"
    OPEN = "open"
    READY = "ready"
    CLOSED = "closed"


class Server(StrEnum):
    """The server's end: how far its handler function and its reader are."""

    NONE = "none"
    ACCEPTED = "accepted"
    HEARD = "heard"
    REGISTERED = "registered"
    RETURNED = "returned"
    ELSEWHERE = "elsewhere"
    RETURNED_ELSEWHERE = "returned_elsewhere"
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
        return self.server in HELD and (self.client is Client.CLOSED or not self.fine)

    @property
    def unreachable(self) -> bool:
        """What the server sends through it arrives nowhere."""
        return not self.fine or self.client in (Client.CLOSED, Client.IDLE)

    @property
    def works(self) -> bool:
        """A push through it arrives."""
        return self.live and self.server in READS and self.fine


IDLE = Connection(Client.IDLE, Server.NONE, True, Await.NONE)
DIALLED = Connection(Client.DIALLING, Server.NONE, True, Await.WAITING)
FAR = {Server.ELSEWHERE, Server.RETURNED_ELSEWHERE}
"""Another instance holds the socket."""
READS = {Server.REGISTERED, Server.RETURNED, *FAR}
"""The reader at the server runs, and the socket has been registered."""
UNANSWERED = {"client": Client.DIALLING, "server": Server.NONE, "fine": True}
"""A dial that nobody has answered, whether or not somebody still awaits it: the time of a connect may be over (E15)."""
HELD = {Server.ACCEPTED, Server.HEARD, *READS}
USED = {"client": {*Client} - {Client.IDLE}}
CLOSED = {"client": Client.CLOSED}
UNCALLED = {"caller": Await.NONE}


def dial_ends(c: str) -> tuple[str, ...]:
    """Events that end a dial without success."""
    return every(("client.give_up", "client.refused", "client.denied", "client.unreachable", "network.fail_dial"), c)


def drop_ends(c: str) -> tuple[str, ...]:
    """Events by which the library learns that an open socket is gone."""
    return every(
        ("client.hear_close", "network.tell_client", "client.expire", "client.probe_dead", "client.misfire"), c
    )


def handler_ends(c: str, scope: Scope) -> tuple[str, ...]:
    """Events by which a handler at the server learns that its socket is gone, and unregisters."""
    verbs = ("server.notice", "server.expire", "server.expire_suspended", "network.tell_server")
    return (*every(verbs, c), *every("server.evict", scope.meal_names, c))


def connection(c: str, design: Design, scope: Scope) -> Machine:
    """The machine ``connection.c``."""
    rules = [*_dialling(c, design, scope), *_client(c, design), *_server(c, design, scope), *_network(c, design, scope)]
    resting = lambda s: s == IDLE or (s.works and s.caller is Await.NONE)  # noqa: E731
    settle = _freed if M.TIMED_CONNECT in design else _settled
    return Machine.ruled(f"connection.{c}", IDLE, rules, settle=settle, resting=resting, doc=__doc__ or "")


def _dialling(c: str, design: Design, scope: Scope) -> list[On]:
    """Dialling this one, another one, or letting go."""
    away = [dial.event for dial in dials(scope) if dial.old == c]
    past = [dial.event for dial in dials(scope) if c < dial.new and dial.old != c]  # it takes the first that is free
    lets_go = {"client": {Client.DIALLING, Client.OPEN, Client.READY}}
    closes = M.CLOSE_BEFORE_DIAL in design
    elsewhere = [old for old in (NONE, *scope.connection_names) if old != c]
    return [
        On(dialled(scope, new=c), IDLE, DIALLED),
        On(away, lets_go if closes else USED, CLOSED if closes else STAY),  # F5
        On(past, USED, STAY),
        On(f"client.follow_path.{c}", lets_go, CLOSED),  # F8
        On(f"user.leave.{c}", lets_go, CLOSED | UNCALLED),  # R9; the view model ends, and its code with it
        On(every("user.leave", elsewhere), ANY, UNCALLED),
    ]


def _client(c: str, design: Design) -> list[On]:
    """What the client's library and the code of whoever dialled learn."""
    asks, timed = M.READY_ACK in design, M.TIMED_CONNECT in design
    success = {"caller": Await.SUCCEEDED}
    told = {} if timed else success  # who waits for a time, hears of no handshake (E15)
    top = Client.READY if asks else Client.OPEN
    waits = {Client.DIALLING, Client.OPEN} if asks else {Client.DIALLING}
    failed = {Await.FAILED, Await.SUCCEEDED} if M.CURRENT_SOCKET_ONLY in design else {Await.FAILED}  # F5
    failed |= {Await.WAITING} if timed else set()
    dialled = {"client": Client.DIALLING, "server": HELD, "fine": True}
    registered = {"client": Client.OPEN, "server": READS, "fine": True}
    return [
        On(f"client.open.{c}", dialled, {"client": Client.OPEN} | ({} if asks else told)),  # F4
        On(f"client.ready.{c}", registered, {"client": Client.READY} | told),  # F4
        On(f"client.connected.{c}", {"caller": Await.WAITING} if timed else success, UNCALLED),
        On(every(("client.failed", "client.superseded"), c), {"caller": failed}, UNCALLED),
        On(every(("client.refused", "client.denied", "client.unreachable"), c), UNANSWERED, CLOSED),
        On(f"client.misfire.{c}", {"client": {Client.DIALLING, Client.OPEN, Client.READY}}, CLOSED),  # F6
        On(f"client.give_up.{c}", {"client": waits, "fine": False}, CLOSED),
        On(f"client.give_up.{c}", {"client": Client.DIALLING, "fine": True, "server": Server.GONE}, CLOSED),
        On(f"client.hear_close.{c}", {"live": True, "fine": True, "server": Server.GONE}, CLOSED),
        On(every(("client.expire", "client.probe_dead"), c), {"client": top, "fine": False}, CLOSED),  # R10, F7
        On(f"client.probe_alive.{c}", {"client": top, "fine": True}, STAY),
        On(f"client.pong.{c}", {"works": True}, STAY),
        On(f"client.reregister.{c}", {"client": top, "fine": True, "server": READS - FAR}, STAY),  # F16
    ]


def _server(c: str, design: Design, scope: Scope) -> list[On]:
    """The handler at the server. It registers before it reads, so it notices a close only after that;
    leaving its loop and unregistering are one step, for there is no await between them."""
    gone, hears = {"server": Server.GONE}, M.REGISTER_ON_MESSAGE in design
    first = {"server": Server.HEARD if hears else Server.ACCEPTED}
    reads = {"server": {Server.ACCEPTED, *READS} if hears else READS}
    others = [name for name in scope.socket_names if name != c]
    return [
        On(f"server.accept.{c}", UNANSWERED, {"server": Server.ACCEPTED}),
        On(
            f"client.ping.{c}",
            {"server": Server.ACCEPTED, "fine": True, "live": True},
            first,
            elsewhere=STAY,
            given=hears,
        ),
        On(f"server.register.{c}", first, {"server": Server.REGISTERED}),
        On(f"server.expire_entry.{c}", {"dead": True}, STAY, given=M.PING_REFRESHES in design),  # F16
        On(f"server.register_elsewhere.{c}", {"server": Server.ACCEPTED}, {"server": Server.ELSEWHERE}),  # F16
        On(f"server.return.{c}", {"server": Server.REGISTERED}, {"server": Server.RETURNED}),  # E38
        On(f"server.return.{c}", {"server": Server.ELSEWHERE}, {"server": Server.RETURNED_ELSEWHERE}),  # E38
        On(every("server.register", others), reads, gone, elsewhere=STAY, given=M.REPLACE_AND_CLOSE in design),  # E39
        On(f"server.notice.{c}", reads | CLOSED | {"fine": True}, gone),
        On(every(("server.expire", "network.tell_server"), c), reads | {"fine": False}, gone),  # F2
        On(f"server.expire_suspended.{c}", reads | {"fine": True}, gone),  # F7
        On("server.crash", {"server": Server.NONE}, STAY, elsewhere=gone),  # R22
    ]


def _network(c: str, design: Design, scope: Scope) -> list[On]:
    """What befalls the path between the ends, and what is sent over it."""
    evicts = M.EVICT_ON_FAILED_SEND in design  # a failed send ends the handler
    unheard = {*Server} - (READS if evicts else set())
    arrives = (
        *messages(design, scope, c=c),
        *every(("client.ignore", "client.garbled", "network.lose"), scope.meal_names, c),
    )
    return [
        On(f"network.break.{c}", {"server": {*Server} - {Server.NONE}, "fine": True}, {"fine": False}),  # F2
        On(f"network.fail_dial.{c}", {"client": Client.DIALLING}, CLOSED),
        On(f"network.tell_client.{c}", {"live": True, "fine": False}, CLOSED),
        On(("network.change_path", "network.lose_path", "network.reclaim"), USED, {"fine": False}, elsewhere=STAY),
        On(arrives, {"live": True, "fine": True}, STAY),
        On(every("network.void", scope.meal_names, c), {"unreachable": True, "server": unheard}, STAY),  # F2
        On(
            every("server.evict", scope.meal_names, c),
            {"unreachable": True, "server": READS},
            {"server": Server.GONE},
            given=evicts,
        ),
    ]


def _settled(s: Connection) -> Connection:
    """A closed socket has failed whoever still awaits it, and one that everyone has let go of is free again."""
    failed = s.client is Client.CLOSED and s.caller is Await.WAITING
    return _freed(s._replace(caller=Await.FAILED) if failed else s)


def _freed(s: Connection) -> Connection:
    """One that everyone has let go of is free again."""
    let_go = s.client is Client.CLOSED and s.server in (Server.NONE, Server.GONE) and s.caller is Await.NONE
    return IDLE if let_go else s
