"""The poll loop with its task identity: the current task, and cancelled ones that are still alive.

Each pass: sleep, check, refresh, check again (R7, Solution 4). Cancelling does not end a task: its
``Task.sleep`` throws at once, ``try?`` drops the error, and the rest of the body runs once more (F6).
Its refresh fails at once, because a cancelled task's request is cancelled too; then it may still call
``stopPolling``, which cancels whoever is current by then. ``await self.stopPolling()`` is a step of its
own, because the seed awaits it.

Left out: how many cancelled tasks stand at the same step; two of them count as one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from mealspec.core import ANY, STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import every, failures, leaves, snapshots, submits, wakes


class Loop(StrEnum):
    """The current task: none because there is no view model, none, or where it stands."""

    OFF = "off"
    NONE = "none"
    SLEEP = "sleep"
    LOAD = "load"
    CHECK = "check"
    STOPPING = "stopping"


class Poller(NamedTuple):
    """All tasks: where the current one stands, and what a cancelled one does next."""

    loop: Loop
    woken: bool = False
    checks: bool = False
    stops: bool = False

    def __str__(self) -> str:
        return "+".join([self.loop, *(f"stale-{step}" for step in ("woken", "checks", "stops") if getattr(self, step))])

    @property
    def runs(self) -> bool:
        """There is a current poll task."""
        return self.loop not in (Loop.OFF, Loop.NONE)

    @property
    def stale(self) -> bool:
        """There is a cancelled poll task."""
        return self.woken or self.checks or self.stops


def poll_starts(design: Design, scope: Scope) -> tuple[str, ...]:
    """Events in whose code ``startPolling()`` is called while there is a view model."""
    calls = {
        M.POLL_ON_CONNECT_FAILURE: every("client.failed", scope.connection_names),
        M.POLL_ON_SUBMIT: submits(scope.meal_names),
        M.POLL_ON_DROP: ("client.notice_drop",),
        M.POLL_ON_APPEAR: ("client.return",),
    }
    return tuple(event for mechanism, events in calls.items() if mechanism in design for event in events)


def poll_stops(design: Design, scope: Scope) -> tuple[str, ...]:
    """Events in whose code ``stopPolling()`` is called by someone other than a poll task."""
    if M.SOCKET_STOPS_POLLING not in design:
        return ()
    handled = every("client.apply.handler", [snapshot.name for snapshot in snapshots(scope)])
    failed = failures("handler") if M.RETRY_REFRESH not in design else ()
    return (*every("client.connected", scope.connection_names), *handled, *failed)


def poller(design: Design, scope: Scope) -> Machine:
    """The machine ``poller``."""
    L, meals, starts, stops = Loop, scope.meal_names, poll_starts(design, scope), poll_stops(design, scope)
    token = M.GENERATION_TOKEN in design
    first = L.SLEEP if M.POLL_ON_APPEAR in design else L.NONE
    loads = [wake for wake in wakes(design) if wake != "verified"]
    ends = ["verified"] if "verified" in wakes(design) else []
    loaded = (*every("client.apply.poll", [snapshot.name for snapshot in snapshots(scope)]), *failures("poll"))
    rules = [
        On("client.appear", {"loop": L.OFF}, {"loop": first}),  # R15
        On(starts, {"loop": L.NONE}, {"loop": L.SLEEP}, elsewhere=STAY, given=not token),  # R7: one at a time
        On(starts, {"loop": {L.NONE, L.STOPPING}}, _renewed, elsewhere=STAY, given=token),  # F6
        On(stops, ANY, _retired if token else _cancelled),  # R3, R5
        On(every("client.poll.wake", ends), {"loop": L.SLEEP}, {"loop": L.STOPPING}),  # R7
        On(every("client.poll.wake", loads), {"loop": L.SLEEP}, {"loop": L.LOAD}),  # R7
        On(loaded, {"loop": L.LOAD}, {"loop": L.CHECK}),  # R7; F12: also after a load that failed
        On(every("client.poll.check", meals), {"loop": L.CHECK}, {"loop": L.SLEEP}),  # R7
        On("client.poll.check.done", {"loop": L.CHECK}, {"loop": L.STOPPING}),  # R7
        On("client.poll.stop", {"loop": L.STOPPING}, {"loop": L.NONE}),  # R7
        On(leaves(scope), ANY, Poller(L.OFF)),  # R9
        # A cancelled task runs on to its end; with a generation token it ends at its next step (F6).
        On(every("client.stale.wake", ends), {"woken": True}, {"woken": False, "stops": True}, given=not token),
        On(every("client.stale.wake", loads), {"woken": True}, {"woken": False, "checks": True}, given=not token),
        On(every("client.stale.check", meals), {"checks": True}, {"checks": False}, given=not token),
        On("client.stale.check.done", {"checks": True}, {"checks": False, "stops": True}, given=not token),
        On("client.stale.stop", {"stops": True}, lambda s: _cancelled(s._replace(stops=False)), given=not token),
        On("client.stale.end", {"woken": True}, {"woken": False}, given=token),
    ]
    resting = {"runs": False, "stale": False}
    return Machine.ruled("poller", Poller(L.OFF), rules, resting=resting, doc=__doc__ or "")


def _cancelled(s: Poller) -> Poller:
    """No task is current; one that was goes on from where it stands."""
    if not s.runs:
        return s
    next_step = {Loop.SLEEP: "woken", Loop.STOPPING: "stops"}.get(s.loop, "checks")
    return s._replace(loop=Loop.NONE, **{next_step: True})


def _retired(s: Poller) -> Poller:
    """No task is current; one that was will see that it is not, wherever it stands."""
    return Poller(Loop.NONE, woken=True) if s.runs else s


def _renewed(s: Poller) -> Poller:
    """A new task is current. One that is about to stop does not count: it would stop for a reason that no
    longer holds."""
    return _retired(s)._replace(loop=Loop.SLEEP)
