"""The poll loop of the app, whose loads are reads of the local store: a pass is one step (E3, E7, E27).

A task sleeps; when its sleep ends it stops, or reads the store, looks for unfinished meals and stops or sleeps again,
all in one step. In the app each task that ends lowers the flag that says that polling runs, in a step of its own and
without asking whether it is the current one (E9). While the flag is down ``stopPolling()`` does nothing and a start
makes another task, whose predecessor polls on with its handle lost.

Left out: more than two tasks that nobody has cancelled, and how many cancelled ones there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from mealspec.core import ANY, STAY, Machine, On
from mealspec.model.client.poller import Loop, poll_starts, poll_stops
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import LoadEnd, Seen, leaves, load_ends


class Tasks(NamedTuple):
    """Where the current task stands, and what the others do."""

    loop: Loop
    woken: bool = False
    rogue: bool = False
    ending: bool = False
    lowered: bool = False

    def __str__(self) -> str:
        return "+".join([self.loop, *(name for name in ("woken", "rogue", "ending", "lowered") if getattr(self, name))])

    @property
    def runs(self) -> bool:
        """There is a current poll task."""
        return self.loop is Loop.SLEEP

    @property
    def stale(self) -> bool:
        """Some other task is not over."""
        return self.woken or self.rogue or self.ending

    @property
    def requests(self) -> bool:
        """A read of the local store is no request."""
        return False

    def acting(self, token: bool) -> int:
        """How many tasks that are not current act as if they were."""
        return int(self.rogue)


def local_poller(design: Design, scope: Scope) -> Machine:
    """The machine ``poller`` of a design with a local store."""
    L, first = Loop, Loop.SLEEP if M.POLL_ON_APPEAR in design else Loop.NONE
    token = M.GENERATION_TOKEN in design
    looks, lowers = token or M.CANCEL_CHECK in design, M.ANY_TASK_LOWERS in design and not token
    starts, stops = poll_starts(design, scope), poll_stops(design, scope)
    ends = {loop: load_ends(design, scope, loop) for loop in ("poll", "stale", "rogue")}
    on = {loop: [end.event for end in some if _goes_on(end, design)] for loop, some in ends.items()}
    done = {loop: [end.event for end in some if not _goes_on(end, design)] for loop, some in ends.items()}
    over, stopped = {"ending": lowers}, _stopped(lowers)
    rules = [
        On("client.appear", {"loop": L.OFF}, {"loop": first}, elsewhere=STAY),
        On(starts, {"loop": L.NONE}, {"loop": L.SLEEP}, elsewhere=_started),  # R7: one at a time
        On(stops, ANY, _cancelled),  # R3, R5
        On(
            ("client.poll.wake.verified", *done["poll"]), {"loop": L.SLEEP}, {"loop": L.NONE, "lowered": False} | over
        ),  # R7
        On("client.poll.tire", {"loop": L.SLEEP}, {"loop": L.NONE, "lowered": False} | over),  # F12
        On(on["poll"], {"loop": L.SLEEP}, STAY),  # R7
        On(leaves(scope), ANY, Tasks(L.OFF)),  # R9
        # A cancelled task runs on to its end (F6); one that looks whether it is cancelled ends there (E8).
        On("client.stale.end", {"woken": True}, {"woken": False} | over, given=looks),
        On(("client.stale.wake.verified", *done["stale"]), {"woken": True}, stopped("woken"), given=not looks),
        On(on["stale"], {"woken": True}, {"woken": False} | over, given=not looks),
        # One whose handle is lost polls on (E9).
        On("client.stale.lower", {"ending": True}, lambda s: s._replace(ending=False, lowered=s.runs), given=lowers),
        On(("client.rogue.wake.verified", *done["rogue"]), {"rogue": True}, stopped("rogue"), given=lowers),
        On(on["rogue"], {"rogue": True}, STAY, given=lowers),
    ]
    return Machine.ruled("poller", Tasks(L.OFF), rules, resting={"runs": False, "stale": False}, doc=__doc__ or "")


def _goes_on(end: LoadEnd, design: Design) -> bool:
    """Whether a task that reads this sleeps again; a meal that is pending does not count (E7)."""
    counts = {Seen.PROCESSING, *([Seen.PENDING] if M.POLL_UNTIL_TERMINAL in design else [])}
    return M.STOP_WHEN_NONE_LEFT not in design or any(seen in counts for seen in end.says or ())


def _started(s: Tasks) -> Tasks:
    """A start while the flag is down makes a second task; the first one's handle is lost."""
    return s._replace(rogue=True, lowered=False) if s.runs and s.lowered else s


def _cancelled(s: Tasks) -> Tasks:
    """No task is current; while the flag is down nothing is cancelled."""
    return s._replace(loop=Loop.NONE, woken=True) if s.runs and not s.lowered else s


def _stopped(lowers: bool) -> Callable[[str], Callable[[Tasks], Tasks]]:
    """A task that is not current ends, and stops polling before that."""

    def ends(step: str) -> Callable[[Tasks], Tasks]:
        over: dict[str, Any] = {step: False}
        return lambda s: _cancelled(s._replace(**over))._replace(ending=s.ending or lowers)

    return ends
