"""Watches of a graph see what they would see as machines of it, and however many there are, each for itself."""

from __future__ import annotations

from random import Random

import pytest

from mealspec.core import Event, Kind, Machine, System, explore, trimmed
from mealspec.core.explicit.watched import BITS, reached

EVENTS = "abcd"


def plain(draw: Random) -> list[Machine]:
    """Two machines that refuse much: so not every order of events is a run."""
    machines = []
    for name in ("one", "two"):
        rows = {(draw.choice(EVENTS), draw.randrange(6)): draw.randrange(6) for _ in range(12)}
        machines.append(Machine.table(name, 0, [(event, source, dest) for (event, source), dest in rows.items()]))
    return machines


def product(machines: list[Machine]) -> System:
    takes = {name: tuple(m.name for m in machines if name in m.alphabet) for name in EVENTS}
    kept, alive = trimmed(machines, [Event(name, Kind.USER, "x", some) for name, some in takes.items() if some])
    return System(kept, alive)


def watch(draw: Random, number: int) -> Machine:
    """A machine that refuses nothing; of some events it knows nothing."""
    known, states = [name for name in EVENTS if draw.random() < 0.8], range(draw.randrange(1, 9))
    rows = [(name, state, draw.choice(states)) for name in known for state in states]
    return Machine.table(f"watch {number}", 0, rows)


@pytest.mark.parametrize("seed", range(40))
def test_a_watch_is_where_it_would_be_as_a_machine_of_the_system(seed: int) -> None:
    draw = Random(seed)
    machines = plain(draw)
    watches = [watch(draw, number) for number in range(30)]
    assert sum(len(each.states) for each in watches) > BITS, "more than fit into one word"
    for each, seen in zip(watches, reached(explore(product(machines)), watches), strict=True):
        both = explore(product([*machines, each]))
        known = each.name in both.system.position
        assert {*seen} == ({both.state(n)[each.name] for n in range(len(both))} if known else {0})


def test_what_refuses_something_is_no_watch() -> None:
    draw = Random(0)
    once = Machine.table("once", 0, [("a", 0, 1)])
    with pytest.raises(ValueError, match="'once' refuses something"):
        reached(explore(product(plain(draw))), [once])
