"""Seconds by a foreign judge: a machine counts ticks from the completion on, and SPIN says how far it ever counts.

SPIN searches the exported product state by state and knows nothing of our clocks, layers or loops: the tick is an event
to it like any other. It is asked: is the meal ever missing from the screen after so many ticks, and after one more?
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from mealspec.check.latency import SHOWN, SITUATIONS, WATCHED, Measure, outcomes
from mealspec.core import At, Kind, Machine, State
from mealspec.core.claim import Claim, Form
from mealspec.core.external.checkers import missing
from mealspec.core.external.spin import spin
from mealspec.model.clocks import clocks, timed_system
from mealspec.model.design import Design, design
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.facts import Facts

pytestmark = [
    pytest.mark.external,
    pytest.mark.skipif("SPIN" in missing(), reason="no SPIN; 'make checkers' obtains it where it can be had"),
]

NONE, ONE = Scope(connections=1, faults=0), Scope(connections=1, faults=1)
Seconds = dict[str, tuple[float, float | None]]
CASES: list[tuple[str, Scope, Seconds]] = [
    ("hardened", NONE, {}),
    ("hardened", ONE, {}),
    ("hardened", NONE, {"poll": (8, 8)}),
    ("hardened", ONE, {"request": (0, 5)}),
    ("hardened+catch_up", NONE, {}),
    ("hardened-push_to_all", ONE, {}),
    ("app_head", NONE, {}),
    ("app_head", ONE, {}),
    ("published", NONE, {}),
    ("published_plus", NONE, {"poll": (3, 3)}),
    ("before", NONE, {}),
    ("published+poll_until_terminal", NONE, {}),
]


SEEN = ("screen", "service", "view.m1")
"""The machines on which it depends whether one counts: those that the measures below speak of."""

FOREVER = 60
"""Ticks: where a run never shows the meal, SPIN is asked about so many, which no bound here reaches."""

ANYHOW = Measure("anyhow", lambda f: WATCHED, ("server.complete",))
_, NO_SOCKET, _, _ = SITUATIONS


Counting = tuple[tuple[State, ...], int | None]


def counting(
    plan: Design, scope: Scope, ticks: Sequence[str], begins: Callable[[Mapping[str, State]], bool], most: int
) -> Machine:
    """A machine that counts ticks, up to ``most``, from a completion until the meal is on the screen.

    It moves with the machines that it sees, step by step, and so it always knows where they are; it refuses nothing
    that they permit.
    """
    product = system(plan, scope)
    events = [e for e in product.events if e.is_of("server.complete") or not {*SEEN}.isdisjoint(e.takes)]
    seen = [machine for machine in product.machines if machine.name in SEEN]
    state: Counting = (tuple(machine.initial for machine in seen), None)
    rows: list[tuple[str, Counting, Counting]] = []
    found, known = [state], {state}
    for here, count in found:  # it grows meanwhile
        begin = len(rows)
        rows += [(tick, (here, count), (here, None if count is None else min(count + 1, most))) for tick in ticks]
        for event in events:
            moved = [m.step(s, event.name) if m.name in event.takes else s for m, s in zip(seen, here, strict=True)]
            if None in moved:
                continue
            states = {m.name: s for m, s in zip(seen, moved, strict=True)}
            begun = event.is_of("server.complete") and begins(states)
            goal: Counting = (tuple(moved), None if SHOWN.holds(states) else 0 if begun else count)
            rows.append((event.name, (here, count), goal))
        found += [goal for goal in dict.fromkeys(goal for _, _, goal in rows[begin:]) if goal not in known]
        known.update(found)
    return Machine.table("stopwatch", state, rows)


def missing_after(k: int) -> Claim:
    """That the meal is never missing from the screen so many ticks after its completion."""
    return Claim(f"missing_after_{k}", "", Form.NEVER, At("stopwatch", lambda state: state[1] == k))


@pytest.mark.sample(10)
@pytest.mark.parametrize("measure", [ANYHOW, NO_SOCKET], ids=lambda measure: measure.name)
@pytest.mark.parametrize(("name", "scope", "seconds"), CASES)
def test_spin_counts_as_far_as_we_do_and_no_farther(
    name: str, scope: Scope, seconds: Seconds, measure: Measure
) -> None:
    plan, table = design(name), clocks(seconds)
    (found,) = outcomes(plan, scope, table, measures=[measure])
    most = FOREVER if found.greatest is None else int(found.greatest)
    plain = timed_system(plan, scope, table)
    ticks = [event.name for event in plain.events if event.kind is Kind.TIME]
    watch = counting(plan, scope, ticks, measure.holds(Facts(plan, scope, plain)).holds, most + 1)
    counted = timed_system(plan, scope, table, clocked=[watch])
    answer = spin(counted, [missing_after(most), missing_after(most + 1)], optimise=False)
    assert list(answer.violated.values()) == [found.occurs, found.occurs and found.greatest is None]
