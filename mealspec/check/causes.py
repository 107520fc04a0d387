"""Why a lookup finds nobody: the causes, what would repair each, and the machine that tells them apart.

A cause is a state of the world at the lookup; two causes differ if they are repaired differently. What the backend
does is not known from its code, so some causes are mechanisms of a backend that might be: each is tried in turn, added
to the design of the client's time.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from mealspec.core import ANY, STAY, Machine, On, State
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import dial_ends, handler_ends
from mealspec.model.scope import Scope
from mealspec.model.server.registry import NOBODY, Registry, registry
from mealspec.model.values import dialled, every


class Cause(StrEnum):
    """Why the lookup finds nobody, as a sentence about the moment of the lookup."""

    NOT_DIALLED = "the client had not dialled yet"
    DIALLED = "the client had dialled, and the server had not accepted yet"
    DIAL_FAILED = "the client's dial had failed"
    ACCEPTED = "the server had accepted the socket, and not registered it yet"
    UNHEARD = "the server registers a socket on its first message, and none had come"
    RETURNED = "the entry had ended with the handler function, though the socket's reader went on"
    EXPIRED = "the entry had expired, though the socket was open"
    OTHER_REGISTRY = "the socket was registered, and the notifier asked another registry"
    OTHER_KEY = "the socket was registered, and the notifier asked by another form of the user's id"
    ELSEWHERE = "another instance of the server held the socket"
    RESTARTED = "the server had restarted and forgotten everyone"
    STALE = "the closing handler of an older socket had removed the newer socket's entry"
    OVERWRITTEN = "another socket of the user had taken the entry's place, and had gone since"
    REPLACED = "another socket of the user had taken the entry's place and had this one closed, and had gone since"
    CLOSED = "the client had closed the socket, and the server had noticed"
    BROKEN = "the server had learnt that the socket was dead, and the client had not"
    LOST = "the entry was lost, nobody knows how, though the socket was open"
    HELD = "it held a connection"

    @property
    def label(self) -> str:
        """Its name in lower case, for tables and files."""
        return self.name.lower()


REPAIRS = {
    Cause.NOT_DIALLED: "dial before anything can be submitted, and fetch after every connect",
    Cause.DIALLED: "dial earlier, and fetch after every connect",
    Cause.DIAL_FAILED: "let a failed dial be known, and dial again",
    Cause.ACCEPTED: "believe only when the server says ready, and fetch then",
    Cause.UNHEARD: "register a socket when it is accepted",
    Cause.RETURNED: "bind the entry to the reader, not to the handler function",
    Cause.EXPIRED: "refresh the entry by what proves that the socket lives",
    Cause.OTHER_REGISTRY: "ask the registry that the handlers fill",
    Cause.OTHER_KEY: "register and ask by one form of the user's id",
    Cause.ELSEWHERE: "let all instances share what their registries hold",
    Cause.RESTARTED: "notice the drop, and dial again",
    Cause.STALE: "remove an entry only if it is the closing socket's own",
    Cause.OVERWRITTEN: "keep a set of connections for each user",
    Cause.REPLACED: "keep a set of connections for each user, and close none of them",
    Cause.CLOSED: "keep the socket open, or dial again at once",
    Cause.BROKEN: "notice the drop by a deadline for pongs, and dial again",
    Cause.LOST: "let the answer to a ping say whether the entry is there, and register anew",
}
"""What one would do about each."""


class World(NamedTuple):
    """What is added to a design and let into a scope, and the causes that are looked for there."""

    adds: tuple[M, ...]
    lets_in: tuple[str, ...]
    causes: tuple[Cause, ...]
    connections: int = 1


WORLDS = (
    World(
        (),
        ("dial", "break", "restart"),
        (
            Cause.NOT_DIALLED,
            Cause.DIALLED,
            Cause.DIAL_FAILED,
            Cause.ACCEPTED,
            Cause.RESTARTED,
            Cause.BROKEN,
        ),
    ),
    World((), (), (Cause.CLOSED,), connections=2),
    World((M.REGISTER_ON_MESSAGE,), (), (Cause.UNHEARD,)),
    World((M.READER_OUTLIVES_HANDLER, M.ENTRY_ENDS_WITH_HANDLER), (), (Cause.RETURNED,)),
    World((M.ENTRY_EXPIRES,), (), (Cause.EXPIRED,)),
    World((M.OTHER_REGISTRY,), (), (Cause.OTHER_REGISTRY,)),
    World((M.OTHER_KEY,), (), (Cause.OTHER_KEY,)),
    World((), ("instances",), (Cause.ELSEWHERE,)),
    World((), ("device",), (Cause.STALE, Cause.OVERWRITTEN)),
    World((M.REPLACE_AND_CLOSE,), ("device",), (Cause.REPLACED,)),
    World((), ("entry",), (Cause.LOST,)),
)
"""Where each cause is looked for. The other socket of a stale, overwritten or replaced entry is another device's: an
earlier run of the app is the same to the server."""


class Memory(NamedTuple):
    """The registry, why it is empty, and whether the lookup has been."""

    registry: State
    cause: Cause
    skipped: bool

    def __str__(self) -> str:
        return f"{self.cause.label}/{self.registry}{'/skipped' if self.skipped else ''}"


class Change(NamedTuple):
    """What an event about one socket means for the cause: if it enters its own entry, takes it, or takes another's."""

    entered: Cause = Cause.HELD
    ended: Cause = Cause.BROKEN
    took: Cause = Cause.STALE


def cause_machine(design: Design, scope: Scope) -> Machine:
    """The machine ``cause``: it watches the registry and the client's dials, and refuses nothing."""
    connections, unlisted = scope.connection_names, _listed_at_most("", scope)
    hears = M.REGISTER_ON_MESSAGE in design
    found = {
        Cause.DIALLED: dialled(scope),
        Cause.UNHEARD if hears else Cause.ACCEPTED: every("server.accept", connections),
        Cause.ELSEWHERE: every("server.register_elsewhere", connections),
    }
    rules = [
        *(On(events, unlisted, {"cause": cause}, elsewhere=STAY) for cause, events in found.items()),
        *(
            On(dial_ends(c), _listed_at_most(c, scope), {"cause": Cause.DIAL_FAILED}, elsewhere=STAY)
            for c in connections
        ),
        On(every("client.ping", connections), unlisted, _heard, elsewhere=STAY, given=hears),
        On("server.crash", {"skipped": False}, partial(_crashed, frozenset(connections)), elsewhere=STAY),
        On(every("server.skip", scope.meal_names), ANY, {"skipped": True}),
    ]
    return Machine.ruled("cause", Memory(NOBODY, Cause.NOT_DIALLED, False), [*rules, *_entries(design, scope)])


def _listed_at_most(c: str, scope: Scope) -> dict[str, object]:
    """Before the lookup, while of this client's sockets the registry holds none, or only that one."""
    others = {*scope.connection_names} - {c}
    return {"skipped": False, "registry": lambda entries: not others & {*entries.held}}


def _entries(design: Design, scope: Scope) -> Iterable[On]:
    """What becomes of the registry, event by event, and what that means."""
    book, own = registry(design, scope), frozenset(scope.connection_names)
    held = (
        Cause.OTHER_REGISTRY if M.OTHER_REGISTRY in design else Cause.OTHER_KEY if M.OTHER_KEY in design else Cause.HELD
    )
    replaced = Cause.REPLACED if M.REPLACE_AND_CLOSE in design else Cause.OVERWRITTEN
    for c in scope.socket_names:
        changes = {
            f"server.register.{c}": Change(held, took=replaced),
            f"client.reregister.{c}": Change(held, took=replaced),
            f"server.return.{c}": Change(ended=Cause.RETURNED),
            f"server.expire_entry.{c}": Change(ended=Cause.EXPIRED),
            f"server.drop_entry.{c}": Change(ended=Cause.LOST),
            **dict.fromkeys(handler_ends(c, scope), Change()),
            f"server.notice.{c}": Change(ended=Cause.CLOSED),
        }
        for event, change in changes.items():
            yield On(event, ANY, partial(_followed, book, event, c, own, change))


def _followed(book: Machine, event: str, c: str, own: frozenset[str], change: Change, s: Memory) -> Memory:
    """The registry after the event, and the cause if that has changed an entry of this client."""
    after = s.registry if s.skipped else book.step(s.registry, event) or s.registry
    assert isinstance(after, Registry)
    assert isinstance(s.registry, Registry)
    if after == s.registry:
        ended = s.cause is Cause.ELSEWHERE and change == Change() and c in own and not s.skipped
        return s._replace(cause=change.ended) if ended else s
    had, has = own & {*s.registry.held}, own & {*after.held}
    if s.cause is Cause.DIAL_FAILED and had <= {c}:  # what its handler does after that is owed to it
        return Memory(after, s.cause, False)
    if c in has - had:
        return Memory(after, change.entered, False)
    lost = had - has
    return Memory(after, s.cause if not lost else change.ended if c in lost else change.took, False)


def _heard(s: Memory) -> Memory:
    return s._replace(cause=Cause.ACCEPTED) if s.cause is Cause.UNHEARD else s


def _crashed(own: frozenset[str], s: Memory) -> Memory:
    """Whoever the server knew, it has forgotten."""
    assert isinstance(s.registry, Registry)
    known = s.cause in (Cause.ACCEPTED, Cause.UNHEARD, Cause.ELSEWHERE) or own & {*s.registry.held}
    return Memory(NOBODY, Cause.RESTARTED if known and s.cause is not Cause.DIAL_FAILED else s.cause, False)
