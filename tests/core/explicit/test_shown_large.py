"""Runs that show two logs, in systems with more states, bits and lines than there is room for at first."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest

from mealspec.core import At, Event, Kind, Machine, System
from mealspec.core.explicit.around import around
from mealspec.core.explicit.asked import Aim, Lines, Told
from mealspec.core.explicit.settling import ALWAYS, COUNTED
from mealspec.core.explicit.shown import Cost, show


def lines(system: System, told: str = "", missing: int = ALWAYS) -> Lines:
    """Events whose names begin so print the one kind of line, into the first log."""
    says = np.array([bool(told) and event.name.startswith(told) for event in system.events])
    none = np.zeros(len(says), np.bool_)
    return Lines(np.where(says, 0, -1), says[None, :], np.where(says, missing, ALWAYS), none, none)


SILENT = Told(((), ()), ((), ()))


def grid(side: int) -> System:
    """Three counters, and one that watches the first: each goes up by itself."""
    machines = [
        Machine.table(name, 0, [(f"{name}.{k}", k, k + 1) for k in range(side)]) for name in ("one", "two", "three")
    ]
    return System(machines, [Event(row.event, Kind.USER, "x", (m.name,)) for m in machines for row in m.rows])


@pytest.mark.parametrize("side", [15, 16, 26])
def test_of_many_states_all_are_found_and_all_ways_to_the_last_are_counted(side: int) -> None:
    """In the order of three counters: as many ways as there are words of so many letters of each of three kinds."""
    system = grid(side)
    last = At("one", lambda s: s == side)
    aim = Aim(last, (0,) * (side + 1), frozenset(event.name for event in system.events))
    search = show(system, lines(system), SILENT, aim)
    assert (search.cost, search.states) == (Cost(0, 0, 0, 0, 3 * side), (side + 1) ** 3)
    assert search.number == factorial(3 * side) // factorial(side) ** 3
    assert search.must == {event.name for event in system.events}
    every = around(system, lines(system), SILENT, aim, slack=0)
    among = show(system, lines(system), SILENT, aim, bound=every.bound, around=every)
    assert (every.states, among.cost, among.number) == (search.states, search.cost, search.number)


def test_of_many_machines_the_states_take_several_words() -> None:
    """Each lamp may be lit once the one before it is, or breaks; a broken one lights none."""
    count = 70
    names = [f"lamp{k}" for k in range(count)]
    machines = []
    for k, name in enumerate(names):
        rows = [(f"light.{k}", "off", "lit"), (f"break.{k}", "lit", "broken")]
        machines.append(Machine.table(name, "off", [*rows, (f"light.{k + 1}", "lit", "lit")]))
    machines[-1] = machines[-1].keeping(lambda row: row.event != f"light.{count}")
    events = [Event(f"light.{k}", Kind.USER, "x", tuple(names[max(k - 1, 0) : k + 1])) for k in range(count)]
    events += [Event(f"break.{k}", Kind.FAULT, "x", (names[k],)) for k in range(count)]
    system = System(machines, events)
    assert system.tables.words > 2
    assert len(events) > 2 * 64
    aim = Aim(At(names[-1], lambda s: s == "broken"), (0, 0, 0))
    told = Told(((0,) * count, ()), ((0,) * count, ()))
    for guided in (False, True):
        search = show(system, lines(system, "light."), told, aim, guided=guided, most=1)
        assert search.cost == Cost(4, 0, 1, 0, count + 1)
        assert search.run.events == (*(f"light.{k}" for k in range(count)), f"break.{count - 1}")
        assert search.seen == (*[0] * count, -1)
        assert search.number == 1


def test_of_many_lines_those_are_missing_that_count_nothing() -> None:
    """Those before the first that was found, if it is about another, and those after the last of a log that has ended:
    so all that were found are the last ones, or stand next to each other somewhere."""
    count, found = 40, 25
    system = System(
        [Machine.table("count", 0, [(f"go.{k}", k, k + 1) for k in range(count)])],
        [Event(f"go.{k}", Kind.USER, "x", ("count",)) for k in range(count)],
    )
    aim = Aim(At("count", lambda s: s == count), (0,) * (count + 1))
    for ended in (False, True):
        told = Told(((0,) * found, ()), ((0,) * found, ()), ended=ended)
        search = show(system, lines(system, "go.", COUNTED), told, aim)
        assert search.cost == Cost(0, 0, 0, 0, count)
        assert search.seen.count(0) == found
        assert search.number == (count - found + 1 if ended else 1)


def walk(steps: int, *more: Event) -> System:
    """So many steps in a row; and a bell that rings and is still by itself, at once, if it is asked for."""
    rows = [(f"go.{k}", k, k + 1) for k in range(steps)]
    bell = [Machine.table("bell", 0, [("ring", 0, 1), ("hush", 1, 0)])] if more else []
    return System(
        [Machine.table("walk", 0, rows), *bell], [*(Event(name, Kind.USER, "x", ("walk",)) for name, *_ in rows), *more]
    )


def arrived(steps: int) -> Aim:
    return Aim(At("walk", lambda s: s == steps), (0,) * (steps + 1))


def test_as_many_steps_and_missing_lines_are_counted_as_there_are_bits_for() -> None:
    steps, missing = 1_023, 255
    system = walk(steps)
    says = np.arange(steps) <= missing  # the first line is found, and no other one
    none = np.zeros(steps, np.bool_)
    some = Lines(
        np.where(says, 0, -1), np.array([np.arange(steps) == 0, says]), np.where(says, COUNTED, ALWAYS), ~none, none
    )
    search = show(system, some, Told(((0,), ()), ((0,), ())), arrived(steps))
    assert search.cost == Cost(missing, 0, 0, missing, steps)
    assert search.run.events == tuple(f"go.{k}" for k in range(steps))


@pytest.mark.parametrize(("most", "found"), [(15, True), (14, False)])
def test_as_many_races_are_counted_as_may_be(most: int, found: bool) -> None:
    """Whatever is done, the bell is to ring or to be still at once."""
    system = walk(15, *(Event(name, Kind.SYSTEM, "x", ("bell",), prompt=True) for name in ("ring", "hush")))
    search = show(system, lines(system), SILENT, arrived(15), most=most)
    assert search.cost == (Cost(60, 15, 15, 0, 15) if found else None)
    assert search.complete
