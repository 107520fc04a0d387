"""The role of the server: the tester is all clients, their network, and the work.

The implementation shows what it answers and sends, which sockets it closes and, if its driver can tell, whom its
registry holds. It registers, looks users up, pushes and pings by itself; when its work ends, and how, the tester
says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mealspec.conform.clocks import Clock, tested
from mealspec.conform.role import Names, Role, Story
from mealspec.conform.wire import dial, list_request, submission, token
from mealspec.core import Machine, System
from mealspec.core.timed import Bound, Phase
from mealspec.model.client.token import Token
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import HELD, Server
from mealspec.model.network.device import Far
from mealspec.model.scope import Scope
from mealspec.model.server.job import Job
from mealspec.model.server.process import Process
from mealspec.model.values import Seen

TICK = 40.0
"""Seconds: after one tick every socket that is broken has been found."""

SECONDS = {"tick": TICK, "ping": TICK / 2, "pong": TICK / 2}
"""What an implementation is told: its pause before it pings a socket, and how long it waits for the answer."""

CLOCKS: Mapping[str, Clock] = {
    "connection": Clock((Phase({"fine": False}, (Bound(("server.expire",), 1, 1),)),)),
    "device": Clock((Phase({"far": Far.BROKEN}, (Bound(("server.expire",), 1, 1),)),)),
    "registry": Clock((Phase({"held": bool}, (Bound(("server.expire_entry",), 1, None),)),)),
}


def _no_watchers(plain: System, scope: Scope) -> list[Machine]:
    return []


def build(design: Design, scope: Scope) -> System:
    """The product in time, for a tester of a server."""
    return tested(CLOCKS, _no_watchers, design, scope)


# ---------------------------------------------------------------------- what the events do and show


def _who(s: Story) -> str:
    """The connection or the device of the event."""
    return s.event.values.get("c") or s["d"]


def _dials(s: Story, *, denied: bool = False, carries: str = "") -> None:
    c = _who(s)
    s.put(c, "socket")
    s.do("dial", socket=s.number(c), request=dial(carries or _token(s)))
    if denied:
        s.see("refuse", socket=s.number(c), status=401)
        s.names = s.names.let_go(c)
    else:
        s.see("accept", socket=s.number(c))


def _joins(s: Story) -> None:
    """Another device dials. Its tokens are its own: the model has the first one's expire alone."""
    own = "" if s.before.get("token", Token.FRESH) is Token.FRESH else f"token-{s['d']}"
    if own:
        s.do("grant", token=own)
    _dials(s, carries=own)


def _token(s: Story) -> str:
    """The token of whoever asks: the latest, whether or not it is expired."""
    return token(s.names.count("token") + 1)


def _registers(s: Story) -> None:
    if M.READY_ACK in s.plan:
        s.see("send", socket=s.number(_who(s)), message="ready")


def _pings(s: Story) -> None:
    c = s["c"]
    s.do("message", socket=s.number(c), message={"type": "ping"})
    listed = c in s.before["registry"].held if M.PONG_SAYS_LISTED in s.plan else None
    s.see("send", socket=s.number(c), message="pong", listed=listed)


def _registers_anew(s: Story) -> None:
    _pings(s)
    s.do("message", socket=s.number(s["c"]), message={"type": "register"})
    s.see("send", socket=s.number(s["c"]), message="ready")


def _closes(s: Story) -> None:
    s.do("close", socket=s.number(_who(s)), code=1000)


def _cuts(s: Story) -> None:
    s.do("cut", socket=s.number(_who(s)))


def _breaks(s: Story) -> None:
    """A socket breaks, or all do."""
    for name, state in s.before.items():
        kind, _, c = name.partition(".")
        if kind == "connection" and state.fine and not s.after[name].fine and state.server in HELD:
            s.do("break", socket=s.number(c))
    if "d" in s.event.values and s.before["device"].server is not Server.NONE:
        s.do("break", socket=s.number(s["d"]))


def _expires(s: Story) -> None:
    s.see("close", socket=s.number(_who(s)), code=4408)


def _submits(s: Story) -> None:
    s.put(s["m"], "meal")


def _takes(s: Story, *, denied: bool = False) -> None:
    m = s["m"]
    number = s.number(m)
    label = s.put(f"outbox.{m}", f"submit-{number}")
    s.do("request", request=label, sent=submission(number, _token(s)))
    if denied:
        s.see("answer", request=label, status=401)
    else:
        s.see("answer", request=label, status=201, meal=number)


def _reads(s: Story) -> None:
    label = s.put("list", "list")
    s.do("request", request=label, sent=list_request(_token(s)))
    meals = dict(s.names.past)
    for name, state in s.before.items():
        kind, _, m = name.partition(".")
        if kind == "job" and state.seen is not Seen.ABSENT:
            meals[str(s.number(m))] = str(state.seen)
    s.see("answer", request=label, status=200, meals=meals)


def _denied(s: Story) -> None:
    """A dial, a load or an upload; whatever stands before a server that is down says so then, and nobody asks it."""
    if s.before.get("server") is Process.DOWN:
        return
    if "m" in s.event.values and s.event.is_of("server.deny_upload"):
        _takes(s, denied=True)
    elif "c" in s.event.values:
        _dials(s, denied=True)
    else:
        label = s.put("list", "list")
        s.do("request", request=label, sent=list_request(_token(s)))
        s.see("answer", request=label, status=401)


def _ends(s: Story, how: str) -> None:
    s.do("work", meal=f"{{id-{s.number(s['m'])}}}", ends=how)


def _pushes(s: Story) -> None:
    m = s["m"]
    message = "failed" if s.before[f"job.{m}"] is Job.FAILED else "completed"
    for c in s["to"].split("+"):
        s.see("send", socket=s.number(c), message=message, meal=s.number(m))


def _archives(s: Story) -> None:
    m = s["m"]
    past = (str(s.number(m)), str(s.before[f"job.{m}"]))
    s.names = s.names._replace(past=(*s.names.past, past)).let_go(m, f"outbox.{m}")


def _token_expires(s: Story) -> None:
    s.do("expire", token=_token(s))


def _token_renewed(s: Story) -> None:
    s.put("token", "token")
    s.do("grant", token=_token(s))


TABLE = {
    "user.submit": _submits,
    "user.archive": _archives,
    "user.join": _joins,
    "server.accept": _dials,
    "server.register": _registers,
    "client.denied": _denied,
    "client.pong": _pings,
    "client.reregister": _registers_anew,
    "server.notice": _closes,
    "network.tell_server": _cuts,
    "network.break": _breaks,
    "network.change_path": _breaks,
    "network.lose_path": _breaks,
    "server.expire": _expires,
    "server.take": _takes,
    "server.deny_upload": _denied,
    "server.read": _reads,
    "server.complete": lambda s: _ends(s, "completed"),
    "server.fail": lambda s: _ends(s, "failed"),
    "server.push": _pushes,
    "server.crash": lambda s: s.do("crash"),
    "server.boot": lambda s: s.do("boot"),
    "server.drop_entry": lambda s: s.do("drop_entry", socket=s.number(_who(s))),
    "server.expire_token": _token_expires,
    "client.renew_token": _token_renewed,
}


def shows(states: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """The sockets that the registry holds."""
    return {"registry": sorted(int(names.get(c).rpartition("-")[2]) for c in states["registry"].held)}


SERVER = Role(
    name="server",
    own=(
        "server.register", "server.return", "server.start", "server.push", "server.skip", "server.expire",
        "server.expire_entry",
    ),
    first=(),
    urgent=("server.notice",),
    room=(),
    table=TABLE,
    shows=shows,
    machines=("connection", "registry", "receipt", "job", "notification", "server", "device", "token"),
    seconds=SECONDS,
    build=build,
)  # fmt: skip
"""What the tester of a server needs to know."""
