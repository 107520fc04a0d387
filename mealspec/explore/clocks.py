"""The clocks of a world as data: in which states a clock runs, and what it bounds."""

from __future__ import annotations

from typing import Any

from mealspec.core.featured import FeaturedSystem
from mealspec.core.rule import condition
from mealspec.model.clocks import CLOCKS, EXCUSES, Clock, at_once, bound
from mealspec.model.scope import Scope

Json = dict[str, Any]


def clocks(family: FeaturedSystem, scope: Scope) -> Json | None:
    """Per machine its clocks in the order of the table, and what takes no second; None where clocks may stand still.

    Seconds are whole, rounded outward, as :func:`mealspec.model.clocks.timed_system` has them. Clocks with the same
    ``where`` are one phase; a clock with ``only`` is there in designs with that mechanism.
    """
    if "background" in scope:
        return None
    run = {name: own for name in family.variants if (own := [_clock(name, each, family) for each in _of(name)])}
    excused = {name for own in run.values() for clock in own for name in clock["excused"]}
    return {
        "run": run,
        "at_once": {name: some for name in family.variants if (some := _at_once(name, family, scope))},
        "excuses": {
            name: {m: _states(m, where, family) for m in family.variants if _kind(m) == asked}
            for name, (asked, where) in EXCUSES.items()
            if name in excused
        },
    }


def _kind(machine: str) -> str:
    return machine.split(".")[0]


def _of(machine: str) -> list[Clock]:
    return [clock for clock in CLOCKS if clock.machine == _kind(machine)]


def _clock(machine: str, clock: Clock, family: FeaturedSystem) -> Json:
    ticks = bound(clock, 1)
    return {
        "name": clock.name, "what": clock.what, "where": _states(machine, clock.where, family),
        "events": list(clock.events), "least": ticks.least, "greatest": ticks.greatest,
        "excused": list(clock.excused), "restarts": clock.restarts, "only": clock.only and clock.only.value,
    }  # fmt: skip


def _at_once(machine: str, family: FeaturedSystem, scope: Scope) -> Json:
    return {name: _states(machine, where, family) for name, where in at_once(_kind(machine), scope).items()}


def _states(machine: str, where: Any, family: FeaturedSystem) -> list[int]:
    """The states that a condition describes, by number."""
    holds = condition(where)
    return [k for k, state in enumerate(family.states(machine)) if holds(state)]
