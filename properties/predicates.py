"""The words of the laws: facts about single machines, each the same object whenever it is asked for.

A reading of a graph evaluates each of them once.
"""

from __future__ import annotations

from functools import cache

from mealspec.core import At, Predicate
from mealspec.model.client.app import App
from mealspec.model.client.loader import Phase
from mealspec.model.client.poller import Loop
from mealspec.model.client.token import Token
from mealspec.model.client.view import View
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import Await, Client, Server
from mealspec.model.network.device import Far
from mealspec.model.network.path import Path
from mealspec.model.server.notification import Fate
from mealspec.model.server.process import Process
from mealspec.model.values import Seen
from mealspec.properties.facts import Facts


@cache
def in_state(machine: str, *states: object) -> Predicate:
    """The machine is in one of these states."""
    return At(machine, lambda s: s in states)


RUNS = At("app", lambda s: s is not App.BACKGROUND, absent=True)
SUSPENDED = At("app", lambda s: s is App.BACKGROUND, absent=False)
UP = At("server", lambda s: s is Process.UP, absent=True)
DOWN = At("server", lambda s: s is Process.DOWN, absent=False)
ONLINE = At("path", lambda s: s is not Path.ABSENT, absent=True)
OFFLINE = At("path", lambda s: s is Path.ABSENT, absent=False)
LEFT = At("budget", lambda n: n > 0, absent=True)


@cache
def holds(c: str) -> Predicate:
    """The service holds this socket (or none)."""
    return At("service", lambda s: s.socket == c)


@cache
def client_end(c: str, *ends: Client) -> Predicate:
    """The client's end of the connection is one of these."""
    return At(f"connection.{c}", lambda s: s.client in ends)


@cache
def server_end(c: str, *ends: Server) -> Predicate:
    """The server's end is one of these."""
    return At(f"connection.{c}", lambda s: s.server in ends)


@cache
def caller(c: str, *outcomes: Await) -> Predicate:
    """Whoever dialled has one of these outcomes, or awaits one."""
    return At(f"connection.{c}", lambda s: s.caller in outcomes)


@cache
def far_end(*where: Far) -> Predicate:
    """The other device's own end is so."""
    return At("device", lambda s: s.far in where)


@cache
def fine(c: str) -> Predicate:
    """The path between both ends is fine."""
    return At(f"connection.{c}", lambda s: s.fine)


@cache
def flying(m: str, c: str) -> Predicate:
    """A copy of the message is under way on the connection."""
    return At(f"notification.{m}", lambda s: c in s.flight)


CONNECTED = At("service", lambda s: s.connected)
FLAG = At("flags", lambda s: s.connected, absent=False)
CONNECTING = At("flags", lambda s: s.connecting, absent=False)
LIVE = (Client.OPEN, Client.READY)


def top(f: Facts) -> Client:
    """The end of a socket that the library calls connected."""
    return Client.READY if M.READY_ACK in f.design else Client.OPEN


def dialled(c: str) -> Predicate:
    """Dialled, and nobody has answered."""
    return At(f"connection.{c}", lambda s: s.client is Client.DIALLING and s.server is Server.NONE and s.fine)


@cache
def told(m: str, seen: Seen) -> Predicate:
    """The backend has this on the meal."""
    return At(f"job.{m}", lambda s: s.seen is seen)


@cache
def loads(origin: str, *phases: Phase) -> Predicate:
    """A load of this origin is in one of these phases."""
    return At(f"loader.{origin}", lambda s: s.phase in phases)


@cache
def answered(origin: str, answer: tuple[Seen, ...]) -> Predicate:
    """It carries this answer."""
    return At(f"loader.{origin}", lambda s: s.answer == answer)


@cache
def polls(*where: Loop) -> Predicate:
    """The current poll task is at one of these places."""
    return At("poller", lambda s: s.loop in where)


READS = (Server.REGISTERED, Server.RETURNED, Server.ELSEWHERE)
"""The reader at the server runs."""
HELD = (Server.ACCEPTED, Server.HEARD, *READS)
"""The server holds the socket."""
FRESH = At("token", lambda s: s is Token.FRESH, absent=True)
TAKEN = At("token", lambda s: s is not Token.EXPIRED, absent=True)


@cache
def winds_up(step: str) -> Predicate:
    """A cancelled poll task is due to do this."""
    return At("poller", lambda s: getattr(s, step))


@cache
def unfinished(m: str, awaits: bool) -> Predicate:
    """The poll loop goes on for this meal."""
    return At(f"view.{m}", lambda s: s in _open(awaits))


@cache
def _open(awaits: bool) -> tuple[View, ...]:
    return (View.PROCESSING, View.AGAIN, *((View.AWAITED, View.GONE, View.PENDING) if awaits else ()))


@cache
def left_by(m: str, seen: Seen | None, absorbs: bool, keeps: bool, awaits: bool) -> Predicate:
    """The poll loop goes on for this meal once it is shown what a load says of it, or the load has failed."""
    return At(f"view.{m}", lambda s: shows(s, seen, absorbs, keeps) in _open(awaits))


def shows(shown: View, seen: Seen | None, absorbs: bool, keeps: bool) -> View:
    """The list shows what the answer says, but for what was finished and what was never submitted; a load that
    failed leaves it, or empties it."""
    if shown is View.NONE or (seen is None and keeps):
        return shown
    if seen in (Seen.COMPLETED, Seen.FAILED):
        return View(seen)
    was = shown in (View.COMPLETED, View.FAILED)
    if was and absorbs and seen is not None:
        return shown
    past = was or shown in (View.AGAIN, View.GONE)
    if seen is Seen.PROCESSING:
        return View.AGAIN if past else View.PROCESSING
    return View.GONE if past else View.AWAITED


@cache
def over(m: str) -> Predicate:
    """Nobody is about to be told of the meal."""
    return At(f"notification.{m}", lambda s: s.fate is not Fate.OWED and not s.flight)


@cache
def listed(to: tuple[str, ...], everyone: bool) -> Predicate:
    """The registry lists these; and where everyone is told, no others."""
    return At("registry", lambda s: s.held == to if everyone else set(to) <= set(s.held))


def differ(a: Predicate, b: Predicate) -> Predicate:
    """One holds and the other does not."""
    return (a & ~b) | (~a & b)
