"""Scripts: what is done to a server while time is real, what is seen then, and whether a model allows it.

A vector says what is to be seen at each step, under a clock that the tester holds. Here its steps are a script: each is
taken if the model allows it where the run may be by then, and what is seen is held against all that the model allows
(:mod:`mealspec.conform.watch`). A meal's work may end at any time, and must have when the seconds for it are over.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol

from mealspec.conform.driver import Broken, Exchange
from mealspec.conform.real import FLOOD
from mealspec.conform.role import Json
from mealspec.conform.server import SERVER
from mealspec.conform.session import Session
from mealspec.conform.vector import Vector
from mealspec.conform.verdict import Divergence
from mealspec.conform.watch import Open, Place, Watch, seen, told
from mealspec.conform.wire import dial, list_request, submission, token
from mealspec.model.design import Design
from mealspec.model.scope import Scope

WORK = ("server.complete", "server.fail")
SCOPE = Scope(1, 3, None, frozenset(("dial", "break", "request", "push", "upload", "job")))
"""What is let in: the server's own process stays."""
STEPS = 25
"""Of a random script."""
WHATS = ("dial", "dial", "ping", "ping", "list", "submit", "close", "cut", "break", "advance", "work")
WAITING = ("advance", "work")
LONGEST = 120.0
"""Seconds of the longest script."""


@dataclass(frozen=True)
class Step:
    """What was told, and what was seen then.

    Attributes
    ----------
    told
        As the model has it; None where it was only waited.
    socket
        Of which a close or cut was told.
    seen
        In the order in which it came.
    over
        Whether timers and work must be over.
    """

    told: str | None
    socket: int | None
    seen: tuple[Json, ...]
    over: bool


@cache
def of(plan: Design) -> Open:
    """The model of a server whose work ends when it likes."""
    return Open.of(SERVER, plan, SCOPE, hidden=WORK)


def steps(vector: Vector) -> list[Json]:
    """What a vector does, as far as it can be done to a server from outside."""
    out: list[Json] = []
    for step in vector.steps:
        does = step.get("do") or step.get("inject") or {"what": "advance" if "advance" in step else ""}
        if does["what"] == "advance" and out and out[-1]["what"] == "advance":
            continue
        if does["what"] in ("dial", "message", "close", "cut", "break", "request", *WAITING):
            out.append(does)
    return out


def chosen(seed: int) -> Iterator[Json]:
    """A random script: most of it will not be possible when its turn comes, and is skipped."""
    some, dials, lists, sends = random.Random(seed), 0, 0, 0
    for _ in range(STEPS):
        socket = some.randint(max(1, dials - 2), max(1, dials))
        match some.choice(WHATS):
            case "dial":
                dials += 1
                yield _dial(dials)
            case "ping":
                yield _ping(socket)
            case "list":
                lists += 1
                yield {"what": "request", "request": f"list-{lists}", "sent": list_request(token(1))}
            case "submit":
                sends += 1
                yield _submit(sends)
            case "work":
                yield {"what": "work", "meal": "{id-1}", "ends": "completed"}
            case "close":
                yield _close(socket)
            case what:
                yield {"what": what} if what == "advance" else {"what": what, "socket": socket}


class Settling(Exchange, Protocol):
    """Whoever carries out commands while time is real.

    Attributes
    ----------
    settle
        Seconds within which timers and work are over.
    late
        Seconds by which it was late itself since the last reset.
    """

    settle: float
    late: float


def held(server: Settling, model: Open, script: Iterable[Json], run: list[Step]) -> Divergence | None:
    """Put a server through a script; the first thing that the model does not allow. ``run`` takes what happens."""
    session, watch, end = Session(server, "server", model.plan), Watch(model), time.monotonic() + LONGEST
    for does, item in _possible(watch, script):
        if time.monotonic() > end:
            raise Broken("silence", f"the script was not over within {LONGEST:g} s")
        before, late = watch.places, time.monotonic() + server.settle
        observed = session.more() if does["what"] == "rest" else session.tell({**does, "seconds": 0})[0]
        socket = does["socket"] if does["what"] in ("close", "cut") else None
        run.append(Step(item, socket, tuple(observed), does["what"] == "advance"))
        waited = False
        while not follows(watch, run[-1]):
            watch.places = before
            if waited:
                watch.take(item or "")
                return Divergence(len(run) - 1, does, watch.wanted(), run[-1].seen)
            waited = time.monotonic() > late
            run[-1] = replace(run[-1], seen=(*run[-1].seen, *(_rest(session) if waited else session.more())))
    return None


def _possible(watch: Watch, script: Iterable[Json]) -> Iterator[tuple[Json, str | None]]:
    """What of a script is possible when its turn comes, with what it tells; and then the end of all timers and work."""
    for does in (*script, {"what": "advance"}, {"what": "rest"}):
        waits = does["what"] in WAITING
        item = None if waits or does["what"] == "rest" else told(does)
        if (not waits or watch.due()) and (item is None or watch.sure(item)):
            yield does, item


def _dial(socket: int) -> Json:
    return {"what": "dial", "socket": socket, "request": dial(token(1))}


def _ping(socket: int) -> Json:
    return {"what": "message", "socket": socket, "message": {"type": "ping"}}


def _submit(attempt: int = 1) -> Json:
    return {"what": "request", "request": f"submit-1-{attempt}", "sent": submission(1, token(1))}


def _close(socket: int) -> Json:
    return {"what": "close", "socket": socket, "code": 1000}


_WAIT = {"what": "advance"}
PROBES: Mapping[str, tuple[Json, ...]] = {
    "a lookup": (_dial(1), _submit(), _WAIT, _ping(1)),
    "an entry before and after": (_dial(1), _ping(1), _WAIT, _ping(1), _submit(), _WAIT, _ping(1)),
    "two sockets": (_dial(1), _dial(2), _ping(1), _ping(2), _submit(), _WAIT, _ping(1), _ping(2)),
    "the first of two closes": (_dial(1), _dial(2), _close(1), _ping(2), _submit(), _WAIT, _ping(2)),
}
"""Scripts that show much of whom a server has in its registry."""


def imagined(model: Open, script: Iterable[Json], some: random.Random) -> list[Step]:
    """What a server might show that does what a model does, and nothing else."""
    watch, run = Watch(model), list[Step]()
    for does, item in _possible(watch, script):
        sights, over = list[Json](), does["what"] == "advance"
        if item is not None:
            watch.take(item)
        while True:
            might, before = watch.wanted(), watch.places
            if watch.rested(over=over) and (not might or some.random() < 0.5):
                break
            watch.places = before
            sights.append(some.choice(might))
            watch.take(seen(sights[-1]))
        run.append(Step(item, None, tuple(sights), over))
    return run


def allows(model: Open, run: Sequence[Step]) -> bool:
    """Whether a model allows all of a run."""
    watch = Watch(model)
    return all(follows(watch, step) for step in run)


def _rest(session: Session) -> list[Json]:
    """All that has come by now. What a busy machine has kept the tester from looking at is not missing."""
    out = list[Json]()
    while len(out) < FLOOD and (more := session.more()):
        out += more
    return out


def follows(watch: Watch, step: Step) -> bool:
    """Whether the model allows a step, and no more is to come.

    Only what is seen on one socket has an order; and what was seen may have been on its way before anything was told.
    Who is told of a close may have closed before that, and hears nothing then.
    """
    channels: dict[object, list[str]] = {}
    for sight in step.seen:
        channels.setdefault(sight.get("socket", sight.get("request")), []).append(seen(sight))
    crossed = any(sight["what"] == "close" and sight["socket"] == step.socket for sight in step.seen)
    heard = [] if step.told is None or crossed else [[step.told]]
    watch.places = _interleaved(watch, [*heard, *channels.values()])
    return watch.rested(over=step.over)


def _interleaved(watch: Watch, channels: Sequence[Sequence[str]]) -> dict[Place, None]:
    """Where a run may be after what came on some channels, in whichever order; none if none is allowed."""
    at = {tuple(0 for _ in channels): watch.places}  # by how many of each have been taken
    for _ in range(sum(map(len, channels))):
        after: dict[tuple[int, ...], dict[Place, None]] = {}
        for taken, places in at.items():
            for k, channel in enumerate(channels):
                watch.places = places
                if taken[k] < len(channel) and watch.take(channel[taken[k]]):
                    more = (*taken[:k], taken[k] + 1, *taken[k + 1 :])
                    after[more] = after.get(more, {}) | watch.places
        at = after
    return at.get(tuple(map(len, channels)), {})
