"""The role of the client: the tester is its user, its network and its server.

The implementation shows its dials and closes, its requests and its messages; and, at any time, its list of meals, its
flags, and whether it polls. What the view model, the library, the poll loop and the outbox do is the implementation's;
the tester decides when the network and the server do what they do, and answers with what the model's server would say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mealspec.conform.clocks import Clock, patience, pulses, renewals, tested
from mealspec.conform.role import Names, Role, Story, nothing
from mealspec.conform.wire import error, list_answer, note, taken, text, tokens
from mealspec.core import Machine, System
from mealspec.core.timed import Bound, Phase
from mealspec.model.client.loader import Phase as Request
from mealspec.model.client.outbox import Outbox
from mealspec.model.client.poller import Loop
from mealspec.model.client.screen import Screen
from mealspec.model.client.view import View
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import Client
from mealspec.model.scope import Scope
from mealspec.model.server.job import Job
from mealspec.model.values import NONE, ORIGINS, Seen

TICK = 5.0
"""Seconds."""

SECONDS = {
    "tick": TICK,
    "poll": TICK,
    "redial": TICK,
    "redial_most": TICK,
    "upload": TICK,
    "ping": 2 * TICK,
    "pong": TICK,
    "dial": 2 * TICK,
}
"""What an implementation is told: the sleep of its poll loop, its pauses before a redial, before the next upload and
before a ping, and how long it waits for the answer to a ping and for ready."""

DIALLED = {Client.DIALLING, Client.OPEN, Client.READY}
LIMIT = {"client": {Client.DIALLING, Client.OPEN}}
HANDSHAKE = (
    "server.accept", "client.open", "server.register", "client.ready", "client.refused",
    "client.unreachable", "client.denied",
)  # fmt: skip
UPLOADING = {Outbox.UPLOADING, Outbox.ANSWERED}
UPLOADS = ("server.take", "client.uploaded", "server.refuse_upload", "network.refuse_upload", "server.deny_upload")
LOADING = {"phase": {Request.SENT, Request.ANSWERED}}
LOADS = ("server.read", "client.apply", "client.error", "client.offline", "client.denied")

CLOCKS: Mapping[str, Clock] = {
    "poller": Clock((Phase({"loop": Loop.SLEEP}, (Bound(("client.poll.wake",), 1, 1, restarts=True),)),)),
    "service": Clock((Phase({"socket": NONE}, (Bound(("client.redial",), 1, 1, ("hidden",)),)),)),
    "connection": Clock((Phase(LIMIT, (Bound(("client.give_up",), 2, 2), Bound(HANDSHAKE, 0, 1))),)),
    "pulse": Clock(
        (
            Phase("rest", (Bound(("client.ping",), 2, 2),)),
            Phase("asked", (Bound(("client.expire",), 1, 1), Bound(("client.ping",), 2, 2, restarts=True))),
        )
    ),
    "patience": Clock((Phase("failed", (Bound(("client.upload",), 1, 1),)),)),
    "outbox": Clock((Phase(UPLOADING, (Bound(UPLOADS, 0, 1),)),)),
    "loader": Clock((Phase(LOADING, (Bound(LOADS, 0, 1),)),)),
    "notification": Clock((Phase({"flight": bool}, (Bound(("client.receive", "network.void"), 0, 1),)),)),
    "screen": Clock((), {"client.connect": Screen.ARRIVING}, {"hidden": {*Screen} - {Screen.SHOWN}}),
}
"""In ticks, by kind of machine; ``pulse`` and ``patience`` watch the others."""


def watchers(plain: System, scope: Scope) -> list[Machine]:
    """Machines that a tester of a client needs beside the model's."""
    return [*pulses(plain, scope), *patience(plain, scope), *renewals(plain, scope)]


def build(design: Design, scope: Scope) -> System:
    """The product in time, for a tester of a client."""
    return tested(CLOCKS, watchers, design, scope)


# ---------------------------------------------------------------------- what the events do and show


def _appears(s: Story) -> None:
    s.do("appear")
    _loads(s, "appear")


def _leaves(s: Story) -> None:
    s.do("leave")
    _closes(s, s["old"])
    s.names = s.names.let_go(*ORIGINS)


def _submits(s: Story) -> None:
    s.put(s["m"], "meal")
    number = s.number(s["m"])
    s.do("submit", meal=number, text=text(number))


def _reconnects(s: Story) -> None:
    s.do("reconnect")
    _dials(s)


def _dials(s: Story) -> None:
    _closes(s, s["old"])
    s.put(s["new"], "socket")
    s.see("dial", socket=s.number(s["new"]))


def _closes(s: Story, c: str) -> None:
    """The client lets go of the socket, if it held it."""
    if c != NONE and s.before[f"connection.{c}"].client in DIALLED:
        s.see("close", socket=s.number(c), code=1000)


def _gives_up(s: Story) -> None:
    s.see("close", socket=s.number(s["c"]), code=4408)


def _opens(s: Story) -> None:
    s.do("open", socket=s.number(s["c"]))


def _fails(s: Story, status: int | None = None) -> None:
    """The dial has failed: it is answered with that status, or with nothing."""
    if status is None:
        s.do("fail", socket=s.number(s["c"]))
    else:
        s.do("refuse", socket=s.number(s["c"]), status=status)
    if status == 401:
        _renews(s)


def _renews(s: Story) -> None:
    """The first request or dial that is refused asks for a new token."""
    if str(s.before["renewal"]).startswith("none"):
        s.put("renewal", "refresh")
        s.see("request", request=s.names.get("renewal"), message="refresh")


def _renewed(s: Story) -> None:
    number = s.names.count("token") + 2
    s.do("answer", request=s.names.get("renewal"), answer=tokens(number))
    s.names = s.names.put("token", "token").let_go("renewal")


def _closed(s: Story, code: int) -> None:
    s.do("close", socket=s.number(s["c"]), code=code)


def _hears(s: Story) -> None:
    _closed(s, 1001)


def _ready(s: Story) -> None:
    s.do("message", socket=s.number(s["c"]), message=note("ready"))


def _pings(s: Story) -> None:
    s.see("send", socket=s.number(s["c"]), message="ping")


def _pongs(s: Story) -> None:
    c, listed = s["c"], M.PONG_SAYS_LISTED not in s.plan or s["c"] in s.before["registry"].held
    s.do("message", socket=s.number(c), message=note("pong", listed=listed))
    if not listed:  # what it says then is lost here; client.reregister has it arrive
        s.see("send", socket=s.number(c), message="register")


def _registers(s: Story) -> None:
    socket = s.number(s["c"])
    s.do("message", socket=socket, message=note("pong", listed=False))
    s.see("send", socket=socket, message="register")
    s.do("message", socket=socket, message=note("ready"))


def _uploads(s: Story) -> None:
    m = s["m"]
    label = s.put(f"outbox.{m}", f"submit-{s.number(m)}")
    s.see("request", request=label, message="submit", meal=s.number(m))


def _uploaded(s: Story, answer: dict[str, Any] | None) -> None:
    """The upload is answered, or lost."""
    label = s.names.get(f"outbox.{s['m']}")
    if answer is None:
        s.do("fail", request=label)
    else:
        s.do("answer", request=label, answer=answer)
        if answer["status"] == 401:
            _renews(s)


def _receives(s: Story) -> None:
    m = s["m"]
    failed = s.before[f"job.{m}"] is Job.FAILED
    s.do("message", socket=s.number(s["c"]), message=note("failed" if failed else "completed", meal=s.number(m)))
    _loads(s, "handler")


def _loads(s: Story, origin: str) -> None:
    s.see("request", request=s.put(origin, "list"), message="list")


def _answers(s: Story) -> None:
    """The list is answered as the model's server has read it."""
    origin = s.event.name.split(".")[2]
    meals = dict(s.names.past)
    for name, state in s.before.items():
        kind, _, m = name.partition(".")
        if kind == "view" and (seen := _answer(s, origin, m)) is not Seen.ABSENT:
            meals[s.names.get(m).rpartition("-")[2]] = str(seen)
        del state
    s.do("answer", request=s.names.get(origin), answer=list_answer(meals))
    s.names = s.names.let_go(origin)


def _answer(s: Story, origin: str, m: str) -> Seen:
    meals = sorted(name for name in s.before if name.startswith("view."))
    return Seen(s.before[f"loader.{origin}"].answer[meals.index(f"view.{m}")])


def _load_fails(s: Story, answer: dict[str, Any] | None) -> None:
    origin = s.event.name.split(".")[2]
    if answer is None:
        s.do("fail", request=s.names.get(origin))
    else:
        s.do("answer", request=s.names.get(origin), answer=answer)
        if answer["status"] == 401:
            _renews(s)
    s.names = s.names.let_go(origin)


def _denied(s: Story) -> None:
    """A dial, or a load."""
    if "c" in s.event.values:
        _fails(s, 401)
    else:
        _load_fails(s, error(401))


def _archives(s: Story) -> None:
    m = s["m"]
    past = (s.names.get(m).rpartition("-")[2], str(s.before[f"view.{m}"]))
    s.names = s.names._replace(past=(*s.names.past, past)).let_go(m, f"outbox.{m}")


def _loses(s: Story) -> None:
    s.withhold(f"the message about {s.names.get(s['m'])} on {s.names.get(s['c'])}")


TABLE = {
    "user.submit": _submits,
    "user.reconnect": _reconnects,
    "user.leave": _leaves,
    "user.background": lambda s: s.do("background"),
    "user.foreground": lambda s: s.do("foreground"),
    "user.archive": _archives,
    "client.appear": _appears,
    "client.connect": _dials,
    "client.redial": _dials,
    "client.open": _opens,
    "client.ready": _ready,
    "client.give_up": _gives_up,
    "client.expire": _gives_up,
    "client.refused": lambda s: _fails(s, 503),
    "client.unreachable": _fails,
    "client.denied": _denied,
    "client.hear_close": _hears,
    "client.ping": _pings,
    "client.pong": _pongs,
    "client.reregister": _registers,
    "client.upload": _uploads,
    "client.uploaded": lambda s: _uploaded(s, taken(s.number(s["m"]))),
    "client.renew_token": _renewed,
    "client.receive": _receives,
    "client.poll.wake": lambda s: _loads(s, "poll"),
    "client.poll.wake.verified": nothing,
    "client.stale.wake": lambda s: s.names.let_go("poll") and None,
    "client.apply": _answers,
    "client.error": lambda s: _load_fails(s, error(503)),
    "client.offline": lambda s: _load_fails(s, None),
    "server.refuse_upload": lambda s: _uploaded(s, error(503)),
    "server.deny_upload": lambda s: _uploaded(s, error(401)),
    "network.refuse_upload": lambda s: _uploaded(s, None),
    "network.cut_upload": lambda s: _uploaded(s, None),
    "network.cut": lambda s: _load_fails(s, None),
    "network.fail_dial": _fails,
    "network.tell_client": lambda s: _closed(s, 1006),
    "network.void": _loses,
    "network.lose": _loses,
}


def shows(states: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """The list of meals, the flags, and whether a poll task runs; without a screen there is no list."""
    hidden = states["screen"] is Screen.HIDDEN
    meals = dict(names.past)
    for name, state in states.items():
        if name.startswith("view.") and (state.finished or state.processing):
            meals[names.get(name[5:]).rpartition("-")[2]] = str(View.PROCESSING if state.processing else state)
    flags = states["flags"]._asdict() if "flags" in states else {}
    return {"meals": None if hidden else meals, **flags, "polling": states["poller"].runs}


CLIENT = Role(
    name="client",
    own=(
        "client.connect", "client.skip_connect", "client.redial", "client.heal", "client.connected", "client.failed",
        "client.superseded", "client.notice_drop", "client.submit", "client.give_up", "client.expire", "client.ping",
        "client.upload", "client.poll", "client.stale",
    ),
    first=("client.renew_token",),
    urgent=("client.pong", "client.reregister", "client.hear_close"),
    room=("client.connect", "client.redial"),
    table=TABLE,
    shows=shows,
    machines=("screen", "service", "flags", "poller", "loader", "outbox", "view", "connection", "token", "app"),
    seconds=SECONDS,
    build=build,
)  # fmt: skip
"""What the tester of a client needs to know."""
