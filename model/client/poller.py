"""The poll loop with its task identity: the current task, and cancelled ones that are still alive.

Each pass: sleep, check, refresh, check again (R7, Solution 4). The code is on the main actor, so a pass is
uninterrupted but for its sleep and its request; a refresh is shown, checked and the loop stopped in one step (E27).
Cancelling does not end a task: its ``Task.sleep`` throws at once, ``try?`` drops the error, and the rest of the body
runs once more (F6). Its refresh fails at once, because a cancelled task's request is cancelled too, unless the answer
is already there; then it may still call ``stopPolling``, which cancels whoever is current by then.

Left out: how many cancelled tasks stand at the same step; two of them count as one.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

from mealspec.core import ANY, STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import cancels, every, leaves, load_ends, saves, wakes


class Loop(StrEnum):
    """The current task: none because there is no view model, none, or where it stands."""

    OFF = "off"
    NONE = "none"
    SLEEP = "sleep"
    LOAD = "load"
    STOPPING = "stopping"


class Poller(NamedTuple):
    """All tasks: where the current one stands, and what a cancelled one does next."""

    loop: Loop
    woken: bool = False
    loads: bool = False
    stops: bool = False

    def __str__(self) -> str:
        return "+".join([self.loop, *(f"stale-{step}" for step in ("woken", "loads", "stops") if getattr(self, step))])

    @property
    def runs(self) -> bool:
        """There is a current poll task."""
        return self.loop not in (Loop.OFF, Loop.NONE)

    @property
    def stale(self) -> bool:
        """There is a cancelled poll task."""
        return self.woken or self.loads or self.stops

    @property
    def requests(self) -> bool:
        """A request of some poll task is out."""
        return self.loop is Loop.LOAD or self.loads

    def acting(self, token: bool) -> int:
        """How many tasks that are not current look at the list, or stop; with a generation token they end instead."""
        return self.stops + (0 if token else self.loads)


def poll_starts(design: Design, scope: Scope) -> tuple[str, ...]:
    """Events in whose code ``startPolling()`` is called while there is a view model."""
    saved, offline = (saves(design, scope.meal_names, service=says) for says in ("connected", "not"))
    calls = {
        M.POLL_ON_CONNECT_FAILURE: every("client.failed", scope.connection_names),
        M.POLL_ON_SUBMIT: saved,
        M.POLL_UNLESS_CONNECTED: offline,
        M.POLL_ON_DROP: ("client.notice_drop",),
        M.POLL_ON_APPEAR: ("client.return",),
    }
    return tuple(dict.fromkeys(event for mechanism, events in calls.items() if mechanism in design for event in events))


def poll_stops(design: Design, scope: Scope) -> tuple[str, ...]:
    """Events in whose code ``stopPolling()`` is called by someone other than a poll task."""
    connected = every("client.connected", scope.connection_names) if M.CONNECT_STOPS_POLLING in design else ()
    if M.MESSAGE_STOPS_POLLING not in design:
        return connected
    return (*connected, *(end.event for end in load_ends(design, scope, "handler") if end.over(design)))


def stale_stops(design: Design) -> tuple[str, ...]:
    """Events in whose code a cancelled poll task calls ``stopPolling()`` while another may be loading."""
    if M.GENERATION_TOKEN in design:
        return ()
    if M.UNISOLATED in design:
        return ("client.stale.stop",)
    looks = M.CANCEL_CHECK in design
    return ("client.stale.wake.verified",) if "verified" in wakes(design) and not looks else ()


def poller(design: Design, scope: Scope) -> Machine:
    """The machine ``poller``."""
    L, starts, stops = Loop, poll_starts(design, scope), poll_stops(design, scope)
    first = L.SLEEP if M.POLL_ON_APPEAR in design else L.NONE
    split, stale = M.UNISOLATED in design, cancels(design)
    token = stale and M.GENERATION_TOKEN in design
    looks = stale and (token or M.CANCEL_CHECK in design)  # a cancelled task sees that it is
    stopped = L.STOPPING if split else L.NONE
    verified = [wake for wake in wakes(design) if wake == "verified"]
    others = [wake for wake in wakes(design) if wake != "verified"]
    on, done = _ends(design, scope, "poll")
    stale_on, stale_done = _ends(design, scope, "stale") if stale else ([], [])
    rules = [
        On("client.appear", {"loop": L.OFF}, {"loop": first}),  # R15
        On(starts, {"loop": L.NONE}, {"loop": L.SLEEP}, elsewhere=STAY),  # R7: one at a time
        On(stops, ANY, _cancelled),  # R3, R5
        On(every("client.poll.wake", verified), {"loop": L.SLEEP}, {"loop": stopped}),  # R7
        On(every("client.poll.wake", others), {"loop": L.SLEEP, "loads": False}, {"loop": L.LOAD}),  # R7
        On(on, {"loop": L.LOAD}, {"loop": L.SLEEP}),  # R7
        On(done, {"loop": L.LOAD}, {"loop": stopped}),  # R7; F12: also after a load that failed
        On("client.poll.tire", {"loop": L.SLEEP}, {"loop": L.NONE}),  # F12
        On("client.poll.stop", {"loop": L.STOPPING}, {"loop": L.NONE}, given=split),
        On(leaves(scope), ANY, Poller(L.OFF)),  # R9
        # A cancelled task runs on to its end (F6); one that looks whether it is cancelled or current ends there.
        On("client.stale.end", {"woken": True}, {"woken": False}, given=looks),
        On(every("client.stale.wake", verified), {"woken": True}, _stops("woken", split), given=not looks),
        On(
            every("client.stale.wake", others),
            {"woken": True, "loads": False, "loop": {*L} - {L.LOAD}},  # one request at a time
            {"woken": False, "loads": True},
            given=not looks,
        ),
        On(stale_on, {"loads": True}, {"loads": False}),
        On(stale_done, {"loads": True}, {"loads": False} if token else _stops("loads", split)),
        On("client.stale.stop", {"stops": True}, _stops("stops", False), given=split and not token),
    ]
    resting = {"runs": False, "stale": False}
    return Machine.ruled("poller", Poller(L.OFF), rules, resting=resting, doc=__doc__ or "")


def _ends(design: Design, scope: Scope, origin: str) -> tuple[list[str], list[str]]:
    """The ends of a poll task's load after which it goes on, and after which it stops."""
    ends = load_ends(design, scope, origin)
    return [end.event for end in ends if end.left != "done"], [end.event for end in ends if end.left == "done"]


def _cancelled(s: Poller) -> Poller:
    """No task is current; one that was goes on from where it stands."""
    rest = {Loop.SLEEP: "woken", Loop.LOAD: "loads", Loop.STOPPING: "stops"}
    changed: dict[str, Any] = {"loop": Loop.NONE, rest.get(s.loop, ""): True}
    return s._replace(**changed) if s.runs else s


def _stops(step: str, split: bool) -> Callable[[Poller], Poller]:
    """A cancelled task at this step calls ``stopPolling()``, at once or in a step of its own."""
    over: dict[str, Any] = {step: False}
    if split:
        return lambda s: s._replace(**over | {"stops": True})
    return lambda s: _cancelled(s._replace(**over))
