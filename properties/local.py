"""The laws of a design with a local store: when its events can happen, and what they change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from mealspec.core import At, Predicate
from mealspec.core.assertion import Move, Needs
from mealspec.model.client.day import Day
from mealspec.model.client.loader import Loader, Phase
from mealspec.model.client.local_poller import Tasks
from mealspec.model.client.poller import Loop
from mealspec.model.client.save import Save
from mealspec.model.client.screen import Screen
from mealspec.model.client.store import Store
from mealspec.model.client.sync import Fetch, Sync
from mealspec.model.client.view import View
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.values import Seen
from mealspec.properties.facts import Facts
from mealspec.properties.names import (
    answers,
    cancels,
    handles,
    leaves,
    load_starts,
    origins,
    poll_starts,
    poll_stops,
    saved,
    submits,
)
from mealspec.properties.predicates import (
    CONNECTED,
    DOWN,
    FLAG,
    LEFT,
    OFFLINE,
    ONLINE,
    RUNS,
    TAKEN,
    UP,
    in_state,
    loads,
    polls,
    told,
    winds_up,
)

SHOWN = in_state("screen", Screen.SHOWN)
OPEN = (Store.PENDING, Store.PROCESSING)
SAID = ("processing", "completed", "failed")
FINISHED = (Store.COMPLETED, Store.FAILED)


def local(f: Facts) -> bool:
    """The list shows what the device has stored."""
    return M.LOCAL_STORE in f.design


def syncs(f: Facts) -> bool:
    """What is unfinished is fetched by its id."""
    return "sync" in origins(f)


def local_rest(m: str) -> Needs:
    """Nothing of the meal is under way on the device."""
    idle = At("sync", lambda s: s.phase is Fetch.IDLE, absent=True)
    return [in_state(f"store.{m}", *FINISHED), idle, At(f"save.{m}", lambda s: s is Save.IDLE, absent=True)]


# ---------------------------------------------------------------------- when


def read_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """A read of the store that is due, and the days of the list."""
    if "day" in f.scope:
        yield "user.other_day", [RUNS, SHOWN, in_state("day", Day.THIS)]
        yield "user.this_day", [RUNS, SHOWN, in_state("day", Day.OTHER)]
    for origin in origins(f):
        for name, answer in answers(f):
            yield f"client.apply.{origin}.{name}", [RUNS, loads(origin, Phase.SENT), *_stored(f, name, answer)]


def _stored(f: Facts, name: str, answer: tuple[Seen, ...]) -> Needs:
    """The store says so, and the list shows the meals' day; or it shows another."""
    if name == "other":
        return [in_state("day", Day.OTHER)]
    says = [At(f"store.{m}", _says(seen)) for m, seen in zip(f.scope.meal_names, answer, strict=True)]
    return [*says, At("day", lambda s: s is Day.THIS, absent=True)]


def _says(seen: Seen) -> Callable[[Any], bool]:
    some = {Seen.ABSENT: (Store.NONE,), Seen.PENDING: (Store.SAVED, Store.PENDING)}
    states = some[seen] if seen in some else (Store(seen),)
    return lambda s: s in states


def save_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """A save whose first attempt to upload is over."""
    if M.SAVE_AWAITS_UPLOAD not in f.design:
        return
    for m in f.scope.meal_names:
        for name in saved(f, m):
            asks = [CONNECTED] if name.endswith(".connected") else [~CONNECTED] if name.endswith(".not") else []
            yield name, [RUNS, in_state(f"save.{m}", Save.DUE), *asks]


def sync_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """The fetch of one meal."""
    if not syncs(f):
        return
    idle, sent = (At("sync", lambda s: s.phase is Fetch.IDLE), At("sync", lambda s: s.phase is Fetch.SENT))
    verbs = {M.BACKGROUND_SYNC: "client.sync", M.PULL_TO_REFRESH: "user.pull"}
    for m in f.scope.meal_names:
        for before in OPEN:
            for mechanism, verb in verbs.items():
                if mechanism in f.design:
                    yield f"{verb}.{m}.{before}", [RUNS, idle, in_state(f"store.{m}", before)]
        for says in (Seen.PROCESSING, Seen.COMPLETED, *([Seen.FAILED] if "job" in f.scope else [])):
            yield f"server.read.sync.{m}.{says}", [sent, _of(m), told(m, says), UP, ONLINE, TAKEN]
            yield f"client.synced.{m}.{says}", [RUNS, _told(m, says), ~_before(says)]
        yield f"client.unchanged.{m}", [RUNS, _told(m, Seen.PROCESSING), _before(Seen.PROCESSING)]
    ways: list[tuple[str, str, Needs]] = [
        ("restart", "client.error.sync", [RUNS, sent, DOWN]),
        ("path", "client.offline.sync", [RUNS, sent, OFFLINE]),
        ("token", "client.denied.sync", [RUNS, sent, ~TAKEN]),
        ("request", "network.cut.sync", [LEFT, RUNS, ~idle]),
    ]
    for item, name, needs in ways:
        if item in f.scope:
            yield name, needs


def _before(says: Seen) -> Predicate:
    """What was stored before the request."""
    return At("sync", lambda s: s.before == says)


def _of(m: str) -> Predicate:
    return At("sync", lambda s: s.meal == m)


def _told(m: str, says: Seen) -> Predicate:
    return At("sync", lambda s: s.phase is Fetch.ANSWERED and s.meal == m and s.says == says)


def pass_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """The poll tasks: the current one, a cancelled one, and one whose handle is lost."""
    yield from _passes(f, "poll", polls(Loop.SLEEP))
    token = M.GENERATION_TOKEN in f.design
    if cancels(f):
        if token or M.CANCEL_CHECK in f.design:
            yield "client.stale.end", [RUNS, winds_up("woken")]
        else:
            yield from _passes(f, "stale", winds_up("woken"))
    if M.ANY_TASK_LOWERS in f.design and not token:
        yield from _passes(f, "rogue", winds_up("rogue"))
        yield "client.stale.lower", [RUNS, winds_up("ending")]
    if M.POLL_CAP in f.design:
        yield "client.poll.tire", [RUNS, polls(Loop.SLEEP)]


def _passes(f: Facts, loop: str, there: Predicate) -> Iterator[tuple[str, Needs]]:
    both = M.POLL_NEEDS_BOTH in f.design
    finds: dict[str, Needs] = {"service_down": [~CONNECTED], "unflagged": [CONNECTED, ~FLAG]}
    if not (both and M.STATE_FLAGS in f.design):
        del finds["unflagged"]
    if M.POLL_UNTIL_TERMINAL in f.design:
        finds = {"anyway": []}
    else:
        yield f"client.{loop}.wake.verified", [RUNS, there, CONNECTED, *([FLAG] if both else [])]
    for wake, needs in finds.items():
        for name, answer in answers(f):
            yield f"client.{loop}.pass.{wake}.{name}", [RUNS, there, *needs, *_stored(f, name, answer)]


# ---------------------------------------------------------------------- what

Moves = Iterator[tuple[str, list[Move]]]


def _to(state: object, *names: str) -> Move:
    return Move(names, lambda s: state)


def device_moves(f: Facts) -> Moves:
    """Store, saves, list, day and fetch."""
    for m in f.scope.meal_names:
        yield f"store.{m}", _store_moves(f, m)
        yield f"view.{m}", _view_moves(f, m)
        if M.SAVE_AWAITS_UPLOAD in f.design:
            tried = ("client.uploaded", "server.refuse_upload", "network.refuse_upload", "server.deny_upload")
            names = tuple(f"{verb}.{m}" for verb in (*tried, "network.cut_upload"))
            due = Move(names, lambda s: Save.DUE if s is Save.WAITING else s)
            yield f"save.{m}", [_to(Save.WAITING, *submits(f, m)), due, _to(Save.IDLE, *saved(f, m))]
    if "day" in f.scope:
        yield "day", [_to(Day.OTHER, "user.other_day"), _to(Day.THIS, "user.this_day")]
    if syncs(f):
        yield "sync", _sync_moves(f)
    for origin in origins(f):
        shown = [f"client.apply.{origin}.{name}" for name, _ in answers(f)]
        idle, sent = Loader(Phase.IDLE, ()), Loader(Phase.SENT, ())
        yield f"loader.{origin}", [_to(sent, *load_starts(origin, f)), _to(idle, *shown, *leaves(f))]


def _store_moves(f: Facts, m: str) -> list[Move]:
    """The four writers, and the archive."""
    known = (*OPEN, *FINISHED, *([Store.SAVED] if M.MATCH_BY_LOCAL_ID in f.design else []))
    open_ = [s for s in known if s not in FINISHED] if M.TERMINAL_ABSORBS in f.design else known
    answered = Store.PROCESSING if M.STORE_STATUS in f.design else Store.PENDING
    writes = {"completed": M.STORE_PAYLOAD, "failed": M.STORE_FAILURE}
    moves = [
        _to(Store.SAVED, *submits(f, m)),
        Move((f"client.uploaded.{m}",), lambda s: answered if s is Store.SAVED else s),
        _to(Store.NONE, f"user.archive.{m}"),
    ]
    for c in f.scope.connection_names:
        for name, result in (*handles(f, m, c), *handles(f, m, c, twin=True)):
            if result and writes[result] in f.design:
                moves.append(_stores(name, Store(result), known))
    moves += [_stores(f"client.synced.{m}.{says}", Store(says), open_) for says in SAID]
    return moves


def _stores(event: str, what: Store, over: Iterable[Store]) -> Move:
    """After the event this is stored, over one of these."""
    some = {*over}
    return Move((event,), lambda s: what if s in some else s)


def _sets(*names: str, **fields: object) -> Move:
    return Move(names, lambda s: s._replace(**fields))


def _sync_moves(f: Facts) -> list[Move]:
    moves = [
        _to(
            Sync(Fetch.IDLE),
            *(f"{verb}.sync" for verb in ("client.error", "client.offline", "client.denied", "network.cut")),
        )
    ]
    for m in f.scope.meal_names:
        for before in OPEN:
            moves.append(_to(Sync(Fetch.SENT, m, before.value), f"client.sync.{m}.{before}", f"user.pull.{m}.{before}"))
        for says in SAID:
            moves.append(_sets(f"server.read.sync.{m}.{says}", phase=Fetch.ANSWERED, says=says))
            moves.append(_to(Sync(Fetch.IDLE), f"client.synced.{m}.{says}"))
        moves.append(_to(Sync(Fetch.IDLE), f"client.unchanged.{m}"))
    return moves


def _view_moves(f: Facts, m: str) -> list[Move]:
    """A meal is listed at once, and then as the store says; on another day not at all."""
    place = f.scope.meal_names.index(m)
    loops = [f"client.apply.{origin}" for origin in origins(f)]
    wakes = ("service_down", "unflagged", "anyway")
    loops += [f"client.{loop}.pass.{wake}" for loop in ("poll", "stale", "rogue") for wake in wakes]
    moves = [_to(View.PENDING, *submits(f, m)), _to(View.NONE, f"user.archive.{m}")]
    passing = (View.PENDING, View.PROCESSING, View.AGAIN)
    moves.append(Move(tuple(leaves(f)), lambda s: View.AWAITED if s in passing else s))
    for name, answer in answers(f):
        events = tuple(f"{loop}.{name}" for loop in loops)
        says = None if name == "other" else answer[place]
        moves.append(Move(events, partial(_lists, says)))
    return moves


def _lists(says: Seen | None, shown: View) -> View:
    if shown is View.NONE or says is Seen.ABSENT:
        return shown
    if says is None:
        return View.AWAITED
    past = shown in (View.COMPLETED, View.FAILED, View.AGAIN)
    return View.AGAIN if past and says in (Seen.PENDING, Seen.PROCESSING) else View(says)


def task_moves(f: Facts) -> Moves:
    """Poll tasks that read the store in the step in which they wake."""
    lowers = M.ANY_TASK_LOWERS in f.design and M.GENERATION_TOKEN not in f.design
    first = Loop.SLEEP if M.POLL_ON_APPEAR in f.design else Loop.NONE
    end: dict[str, Any] = {"ending": True} if lowers else {}
    moves = [
        Move(("client.appear",), lambda s: s._replace(loop=first) if s.loop is Loop.OFF else s),
        Move(tuple(poll_starts(f)), _starts),
        Move(tuple(poll_stops(f)), _stops),
        _to(Tasks(Loop.OFF), *leaves(f)),
        Move(("client.poll.tire", *_over(f, "poll")), lambda s: s._replace(loop=Loop.NONE, lowered=False, **end)),
        Move(("client.stale.end", *_more(f, "stale")), lambda s: s._replace(woken=False, **end)),
        Move(("client.stale.lower",), lambda s: s._replace(ending=False, lowered=s.loop is Loop.SLEEP)),
    ]
    for loop, step in (("stale", "woken"), ("rogue", "rogue")):
        moves.append(Move(tuple(_over(f, loop)), partial(_ends, step, end)))
    yield "poller", moves


def _ends(step: str, end: dict[str, Any], s: Tasks) -> Tasks:
    """A task that is not current stops polling, and ends."""
    over: dict[str, Any] = {step: False}
    return _stops(s._replace(**over))._replace(**end)


def _over(f: Facts, loop: str) -> list[str]:
    """A task finds the socket fine, or no unfinished meal."""
    return [f"client.{loop}.wake.verified", *_all(f, loop, False)]


def _more(f: Facts, loop: str) -> list[str]:
    """A task finds an unfinished meal."""
    return _all(f, loop, True)


def _all(f: Facts, loop: str, goes_on: bool) -> list[str]:
    counts = (Seen.PROCESSING, *([Seen.PENDING] if M.POLL_UNTIL_TERMINAL in f.design else []))
    looks = M.STOP_WHEN_NONE_LEFT in f.design
    some = [name for name, answer in answers(f) if (not looks or any(seen in counts for seen in answer)) is goes_on]
    return [f"client.{loop}.pass.{wake}.{name}" for wake in ("service_down", "unflagged", "anyway") for name in some]


def _starts(s: Tasks) -> Tasks:
    if s.loop is Loop.NONE:
        return s._replace(loop=Loop.SLEEP)
    return s._replace(rogue=True, lowered=False) if s.loop is Loop.SLEEP and s.lowered else s


def _stops(s: Tasks) -> Tasks:
    return s._replace(loop=Loop.NONE, woken=True) if s.loop is Loop.SLEEP and not s.lowered else s
