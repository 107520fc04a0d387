"""``conform --url``: a server on real sockets, put through the vectors' scripts and through random ones.

A vector says what is to be seen at each step, under a clock that the tester holds. Here its steps are a script: each is
taken if the model allows it where the run may be by then, and what is seen is held against all that the model allows
(:mod:`mealspec.conform.watch`). A meal's work may end at any time, and must have when the seconds for it are over.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mealspec.conform.check import WORDS
from mealspec.conform.conformance import Conformance
from mealspec.conform.driver import Broken
from mealspec.conform.real import ServerAtUrl
from mealspec.conform.reason import Reason, deviations, reason
from mealspec.conform.role import Json
from mealspec.conform.server import SERVER
from mealspec.conform.session import Session
from mealspec.conform.vector import Vector
from mealspec.conform.verdict import Divergence, Outcome, Verdict
from mealspec.conform.watch import Open, Place, Watch, seen, told
from mealspec.conform.wire import dial, list_request, submission, token
from mealspec.core import CheckerError
from mealspec.model.design import Design
from mealspec.model.scope import Scope

WORK = ("server.complete", "server.fail")
SCOPE = Scope(1, 3, None, frozenset(("dial", "break", "request", "push", "upload", "job")))
"""What is let in: the server's own process stays."""
STEPS = 25
"""Of a random script."""
WHATS = ("dial", "dial", "ping", "ping", "list", "submit", "close", "cut", "break", "advance", "work")
WAITING = ("advance", "work")


@dataclass
class Run:
    """What was told and seen, step by step.

    Attributes
    ----------
    told
        What was told, as the model has it; None where seconds passed.
    seen
        What was seen then.
    """

    told: list[str | None] = field(default_factory=list)
    seen: list[tuple[Json, ...]] = field(default_factory=list)


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
        match some.choice(
            ("dial", "dial", "ping", "ping", "list", "submit", "close", "cut", "break", "advance", "work")
        ):
            case "dial":
                dials += 1
                yield {"what": "dial", "socket": dials, "request": dial(token(1))}
            case "ping":
                yield {"what": "message", "socket": socket, "message": {"type": "ping"}}
            case "list":
                lists += 1
                yield {"what": "request", "request": f"list-{lists}", "sent": list_request(token(1))}
            case "submit":
                sends += 1
                yield {"what": "request", "request": f"submit-1-{sends}", "sent": submission(1, token(1))}
            case "work":
                yield {"what": "work", "meal": "{id-1}", "ends": "completed"}
            case "close":
                yield {"what": "close", "socket": socket, "code": 1000}
            case what:
                yield {"what": what} if what == "advance" else {"what": what, "socket": socket}


def held(server: ServerAtUrl, model: Open, script: Iterable[Json], run: Run) -> Divergence | None:
    """Put a server through a script; the first thing that the model does not allow."""
    session, watch = Session(server, "server", model.plan), Watch(model)
    for does in (*script, {"what": "advance"}):
        waits = does["what"] in WAITING
        item = None if waits else told(does)
        if not watch.due() if item is None else not watch.sure(item):
            continue  # there is nothing to be waited for, or it is not possible
        observed, _ = session.tell({**does, "seconds": 0} if waits else does)
        run.told.append(item)
        run.seen.append(tuple(observed))
        before = dict(watch.places)
        if not follows(watch, item, observed, over=does["what"] == "advance"):
            watch.places = before
            if item is not None:
                watch.take(item)
            return Divergence(len(run.told) - 1, does, watch.wanted(), observed)
    return None


def follows(watch: Watch, item: str | None, observed: Sequence[Json], *, over: bool) -> bool:
    """Whether the model allows a step: what was seen on each socket in order, otherwise in any, and no more to come."""
    if item is not None and not watch.take(item):
        return False
    channels: dict[object, list[str]] = {}
    for sight in observed:
        channels.setdefault(sight.get("socket", sight.get("request")), []).append(seen(sight))
    watch.places = _interleaved(watch, list(channels.values()))
    return watch.rested(over=over)


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


def conformance(
    server: ServerAtUrl, some: Sequence[Vector], plan: Design, *, known: Iterable[str] = (), examples: int = 20,
    report: Callable[[str], None] = lambda text: None,
) -> Conformance:  # fmt: skip
    """Hold a server against a design: the vectors' scripts, then random ones."""
    model, listed = of(plan), set(known)
    made = Conformance((), "a server on real sockets", "server", ())
    lacking = {need for vector in some for need in vector.needs}
    scripts = {v.id: steps(v) for v in some if v.role == "server" and not v.needs}
    scripts |= {f"server/random/{seed}": list(chosen(seed)) for seed in range(examples)}
    for k, (name, script) in enumerate(scripts.items()):
        report(f"script {k + 1} of {len(scripts)}")
        run = Run()
        try:
            found = held(server, model, script, run)
        except Broken as broken:
            made.verdicts.append(Verdict(name, WORDS[broken.how], broken.what, known=name in listed))
            continue
        outcome = Outcome.PASSED if found is None else Outcome.DIVERGED
        made.verdicts.append(Verdict(name, outcome, divergence=found, known=name in listed))
        made.commands += len(run.told)
        if found is not None and not made.reasons:
            report("looking for what explains it")
            made.reasons = tuple(reasons(plan, run))
    why = f"a server cannot be made to from outside: {', '.join(sorted(lacking))}"
    made.verdicts += [Verdict(v.id, Outcome.SKIPPED, why) for v in some if v.role == "server" and v.needs]
    return made


def reasons(plan: Design, run: Run) -> Iterator[Reason]:
    """The mechanisms that explain a divergence, each alone."""
    for mechanism, missing, other in deviations(plan):
        try:
            watch = Watch(of(other))
        except CheckerError:
            continue
        if all(
            follows(watch, item, observed, over=item is None) for item, observed in zip(run.told, run.seen, strict=True)
        ):
            yield reason(mechanism, missing)
