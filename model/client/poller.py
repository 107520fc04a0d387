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

from mealspec.core import Machine
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import Effects, always, closings, failures, snapshots, wakes, when

__all__ = ["Loop", "Poller", "poll_starts", "poll_stops", "poller"]


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
    submits = [f"{verb}.{m}" for m in scope.meal_names for verb in _SUBMITS]
    return (
        *([f"client.failed.{c}" for c in scope.connection_names] if M.POLL_ON_CONNECT_FAILURE in design else []),
        *(submits if M.POLL_ON_SUBMIT in design else []),
        *(["client.notice_drop"] if M.POLL_ON_DROP in design else []),
        *(["client.return"] if M.POLL_ON_APPEAR in design else []),
    )


_SUBMITS = ("user.submit", "client.submit", "client.submit_anyway")


def poll_stops(design: Design, scope: Scope) -> tuple[str, ...]:
    """Events in whose code ``stopPolling()`` is called by someone other than a poll task."""
    if M.SOCKET_STOPS_POLLING not in design:
        return ()
    handled = [f"client.apply.handler.{snapshot.name}" for snapshot in snapshots(scope)]
    if M.RETRY_REFRESH not in design:
        handled += failures("handler")
    return (*(f"client.connected.{c}" for c in scope.connection_names), *handled)


def poller(design: Design, scope: Scope) -> Machine:
    """The machine ``poller``."""
    effects: Effects = {
        "client.appear": when(
            lambda s: s.loop is Loop.OFF, loop=Loop.SLEEP if M.POLL_ON_APPEAR in design else Loop.NONE
        ),
        "client.poll.check.done": when(lambda s: s.loop is Loop.CHECK, loop=Loop.STOPPING),
        "client.poll.stop": when(lambda s: s.loop is Loop.STOPPING, loop=Loop.NONE),
    }
    token = M.GENERATION_TOKEN in design
    effects |= dict.fromkeys(poll_starts(design, scope), _renew if token else _start)
    effects |= dict.fromkeys(poll_stops(design, scope), _retire if token else _cancel)
    for wake in wakes(design):
        to = Loop.STOPPING if wake == "verified" else Loop.LOAD
        effects[f"client.poll.wake.{wake}"] = when(lambda s: s.loop is Loop.SLEEP, loop=to)
    loaded = [f"client.apply.poll.{snapshot.name}" for snapshot in snapshots(scope)]
    for event in (*loaded, *failures("poll")):
        effects[event] = when(lambda s: s.loop is Loop.LOAD, loop=Loop.CHECK)
    for m in scope.meal_names:
        effects[f"client.poll.check.{m}"] = when(lambda s: s.loop is Loop.CHECK, loop=Loop.SLEEP)
    effects |= _token() if token else _stale(design, scope)
    for event, _ in closings(scope):
        if event.startswith("user.leave"):
            effects[event] = always(loop=Loop.OFF, woken=False, checks=False, stops=False)
    resting = lambda s: not s.runs and not s.stale  # noqa: E731 (a predicate, as elsewhere)
    return Machine.generated("poller", Poller(Loop.OFF), effects, resting=resting, doc=__doc__ or "")


def _stale(design: Design, scope: Scope) -> Effects:
    """What a cancelled task still does."""
    effects: Effects = {
        "client.stale.check.done": when(lambda s: s.checks, checks=False, stops=True),
        "client.stale.stop": lambda s: _cancel(s._replace(stops=False)) if s.stops else None,
    }
    for wake in wakes(design):
        to = "stops" if wake == "verified" else "checks"
        effects[f"client.stale.wake.{wake}"] = when(lambda s: s.woken, **{"woken": False, to: True})
    for m in scope.meal_names:
        effects[f"client.stale.check.{m}"] = when(lambda s: s.checks, checks=False)
    return effects


def _start(s: Poller) -> Poller:
    return s._replace(loop=Loop.SLEEP) if s.loop is Loop.NONE else s


def _cancel(s: Poller) -> Poller:
    if not s.runs:
        return s
    next_step = {Loop.SLEEP: "woken", Loop.STOPPING: "stops"}.get(s.loop, "checks")
    return s._replace(loop=Loop.NONE, **{next_step: True})


def _token() -> Effects:
    """With a generation token a cancelled task ends at its next step."""
    return {"client.stale.end": when(lambda s: s.woken, woken=False)}


def _retire(s: Poller) -> Poller:
    """Cancel the current generation; wherever it stands, it will see that it is not current."""
    return Poller(Loop.NONE, woken=True) if s.runs else s


def _renew(s: Poller) -> Poller:
    """Start a generation. One that is about to stop does not count: it would stop for a reason that
    no longer holds."""
    return _start(_retire(s) if s.loop is Loop.STOPPING else s)
