"""What the screen shows of one meal, and what its user has been promised.

The list shows what the last applied answer said. ``again`` is the regress: something was shown as
finished and is now shown as less (F11).

Left out: what the device knows and the backend does not; a saved meal is not listed before a load
brings it.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import Machine
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import Seen, closings, origins, snapshots

__all__ = ["View", "view"]


class View(StrEnum):
    """What is shown: ``awaited`` is submitted and not listed yet."""

    NONE = "none"
    AWAITED = "awaited"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    AGAIN = "again"

    @property
    def finished(self) -> bool:
        """Shown as finished, one way or the other."""
        return self in (View.COMPLETED, View.FAILED)

    @property
    def processing(self) -> bool:
        """Shown as processing."""
        return self in (View.PROCESSING, View.AGAIN)


def view(m: str, design: Design, scope: Scope) -> Machine:
    """The machine ``view.m``."""
    V = View
    place = scope.meal_names.index(m)
    submits = [f"{verb}.{m}" for verb in ("user.submit", "client.submit", "client.submit_anyway")]
    rows = [(event, V.NONE, V.AWAITED) for event in submits]
    rows += [
        (f"client.apply.{origin}.{snapshot.name}", state, after)
        for origin in origins(design)
        for snapshot in snapshots(scope)
        for state in V
        if (after := _shown(state, snapshot.meals[place], design)) is not None
    ]
    unfinished = _unfinished(design)
    for loop in ("client.poll", "client.stale"):
        rows += [(f"{loop}.check.done", s, s) for s in V if s not in unfinished]
        rows += [(f"{loop}.check.{m}", s, s) for s in V if s in unfinished]
        later = scope.meal_names[place + 1 :]  # whose checks find this one finished
        rows += [(f"{loop}.check.{other}", s, s) for other in later for s in V if s not in unfinished]
    leaves = [event for event, _ in closings(scope) if event.startswith("user.leave")]
    rows += [(event, s, V.AWAITED if s.processing else s) for event in leaves for s in V]
    rows += [(f"user.archive.{m}", s, V.NONE) for s in V if s.finished]
    return Machine.table(f"view.{m}", V.NONE, rows, resting=lambda s: s is V.NONE or s.finished, doc=__doc__ or "")


def _shown(state: View, seen: Seen, design: Design) -> View | None:
    """What is shown after an answer; None where no answer can say that."""
    if state is View.NONE:
        return state if seen is Seen.ABSENT else None
    if seen in (Seen.COMPLETED, Seen.FAILED):
        return View(seen)
    if state.finished:
        return state if M.TERMINAL_ABSORBS in design else View.AGAIN
    if state is View.AGAIN:
        return state
    return View.AWAITED if seen is Seen.ABSENT else View.PROCESSING


def _unfinished(design: Design) -> tuple[View, ...]:
    """For which a poll loop goes on."""
    shown = (View.PROCESSING, View.AGAIN)
    return (View.AWAITED, *shown) if M.POLL_UNTIL_TERMINAL in design else shown
