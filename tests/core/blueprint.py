"""Random families of small systems, and each of their systems built on its own, without branches.

A blueprint says for each row, event, participant and machine under which features it is there. A family asks it
with choices; the explicit system of some features is built by asking it with these.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from itertools import combinations
from random import Random
from typing import NamedTuple

from mealspec.core import (
    At,
    Branch,
    Claim,
    Event,
    FeaturedSystem,
    Form,
    Graph,
    Kind,
    Machine,
    Predicate,
    Row,
    System,
    Trace,
)

from mealspec.core import Symbolic, branches, replay, trimmed  # isort: skip
from mealspec.core.machine import State
from mealspec.core.symbolic.sets import Set

__all__ = ["Blueprint", "claims", "doubts", "members", "pair", "predicate", "random_plan", "small"]

Gate = tuple[tuple[str, bool], ...]
"""Features that must be on, or off."""


class Colour(Enum):
    """A part of a state."""

    RED, GREEN, BLUE = range(3)


class Pair(NamedTuple):
    """A structured state."""

    colour: Colour
    number: int


POOLS: tuple[tuple[State, ...], ...] = (
    (0, 1, 2, 3),
    (Pair(Colour.RED, 0), Pair(Colour.BLUE, 0), Pair(Colour.RED, 7), Pair(Colour.GREEN, 7)),
    ((), ("a",), ("a", "b"), ("b",)),
)


def opens(gate: Gate, chosen: Container[str]) -> bool:
    return all((feature in chosen) is on for feature, on in gate)


@dataclass(frozen=True)
class Blueprint:
    """What there is, and under which features; of several destinations the first that is open counts."""

    features: tuple[str, ...]
    machines: Mapping[str, tuple[State, Gate]]
    rows: Mapping[str, Mapping[tuple[str, State], tuple[tuple[Gate, State], ...]]]
    events: Mapping[str, tuple[Event, Gate, Mapping[str, Gate]]]

    def machine(self, name: str, chosen: Container[str]) -> Machine | None:
        initial, there = self.machines[name]
        if not opens(there, chosen):
            return None
        rows = []
        for (event, source), dests in self.rows[name].items():
            dest = next((dest for gate, dest in dests if opens(gate, chosen)), None)
            if dest is not None:
                rows.append(Row(event, source, dest))
        return Machine(name, initial, tuple(rows), rules=frozenset(self.events))

    def event(self, name: str, chosen: Container[str]) -> Event | None:
        event, there, takes = self.events[name]
        if not opens(there, chosen):
            return None
        parts = tuple(part for part, gate in takes.items() if opens(gate, chosen))
        present = any(opens(self.machines[part][1], chosen) for part in parts)
        return replace(event, takes=parts) if present else None

    def family(self, rng: Random) -> FeaturedSystem:
        """The family, in an order and with stages that must not matter."""
        variants = {m: branches(lambda choice, m=m: self.machine(m, choice), self.features) for m in self.machines}  # type: ignore[misc]
        events: dict[str, tuple[Branch[Event], ...]] = {}
        for name in self.events:
            asked = branches(lambda choice, name=name: self.event(name, choice), self.features)  # type: ignore[misc]
            events[name] = tuple(Branch(given, event) for given, event in asked if event is not None)
        order = [*self.features, *self.machines]
        rng.shuffle(order)
        return FeaturedSystem(
            "family",
            self.features,
            {name: every for name, every in variants.items() if any(branch.value for branch in every)},
            {name: every for name, every in events.items() if every},
            order,
            {name: rng.randrange(3) for name in self.events},
        )

    def parts(self, chosen: Collection[str]) -> tuple[list[Machine], list[Event]]:
        """The machines and events with these features, before anything is trimmed."""
        made = (self.machine(name, chosen) for name in self.machines)
        events = (self.event(name, chosen) for name in self.events)
        return [machine for machine in made if machine], [event for event in events if event]

    def system(self, chosen: Collection[str]) -> System:
        """The system with these features."""
        machines, events = self.parts(chosen)
        takes = {event.name: event.takes for event in events}
        machines = [m.keeping(lambda row, m=m: m.name in takes.get(row.event, ())) for m in machines]  # type: ignore[misc]
        return System(*trimmed(machines, events), absent=list(self.machines))


def members(plan: Blueprint) -> list[frozenset[str]]:
    """Every choice of features."""
    return [frozenset(some) for k in range(len(plan.features) + 1) for some in combinations(plan.features, k)]


def random_plan(rng: Random, features: int) -> Blueprint:
    """Two to four machines that share five to twelve events."""
    switches = tuple(f"f{k}" for k in range(features))

    def gate(chance: float) -> Gate:
        some = rng.sample(switches, min(len(switches), rng.choice((1, 1, 2)))) if rng.random() < chance else []
        return tuple((feature, rng.random() < 0.6) for feature in some)

    pools = {f"m{k}": rng.choice(POOLS)[: rng.choice((2, 3, 3, 4))] for k in range(rng.randint(2, 4))}
    machines = {name: (pool[0], gate(0.25)) for name, pool in pools.items()}
    events, rows = {}, {name: dict[tuple[str, State], tuple[tuple[Gate, State], ...]]() for name in machines}
    for k in range(rng.randint(5, 12)):
        kind = rng.choice((Kind.SYSTEM, Kind.SYSTEM, Kind.SYSTEM, Kind.USER, Kind.FAULT))
        action = rng.choice(("", "", "split")) if kind is not Kind.FAULT else ""
        takes = rng.sample(
            sorted(machines), rng.choice((1, 1, 1, 2, 2, 3)) if len(machines) > 2 else rng.choice((1, 1, 2))
        )
        events[f"e{k}"] = (Event(f"e{k}", kind, "x", (), action=action), gate(0.2), {m: gate(0.2) for m in takes})
        for name in takes:
            for source in pools[name]:
                if rng.random() < 0.8:
                    dests = [(gate(0.4), rng.choice(pools[name])) for _ in range(rng.choice((1, 1, 2)))]
                    dests += [((), rng.choice(pools[name]))] * rng.choice((0, 1, 1))
                    rows[name][f"e{k}", source] = tuple(dests)
    return Blueprint(switches, machines, rows, events)


def small(family: FeaturedSystem) -> Symbolic:
    """Its diagrams, with as much room as a small family needs."""
    return Symbolic(family, nodes=1_000_000, cache=100_000)


def pair(space: Symbolic, chosen: Collection[str], states: Mapping[str, State]) -> Set:
    """The pair of a system and a state; a machine that the system lacks stays as it began."""
    out = space.system(chosen)
    for machine in space.family.machines:
        out = out & space.state(machine.name, states.get(machine.name, machine.initial))
    return out


def predicate(rng: Random, plan: Blueprint) -> Predicate:
    """A random fact about one to three machines."""
    out: Predicate | None = None
    for _ in range(rng.randint(1, 3)):
        name = rng.choice(sorted(plan.machines))
        some = [state for pool in POOLS for state in pool if rng.random() < 0.6]
        here: Predicate = At(name, lambda state, some=some: state in some, absent=rng.random() < 0.5)  # type: ignore[misc]
        out = here if out is None else rng.choice((out & here, out | here, out & ~here))
    assert out is not None
    return out


def claims(rng: Random, plan: Blueprint) -> list[Claim]:
    """Two claims of each form, one of them with an excuse."""
    out: list[Claim] = []
    for form in Form:
        for excuse in (None, predicate(rng, plan)):
            out.append(Claim(f"claim-{len(out)}", "It is so.", form, predicate(rng, plan), excuse))
    return out


# ---------------------------------------------------------------------- a judge that steps through one run


def doubts(system: System, claim: Claim, events: list[str], loop: int | None) -> str:
    """What is wrong with a run that is said to break the claim; empty if nothing is."""
    run = replay(system, events)
    if not isinstance(run, Trace):
        return str(run)
    if loop is None:
        last = run.path[-1]
        moves = [e for e in system.enabled(last) if e.kind is Kind.SYSTEM and system.step(last, e.name) != last]
        if claim.form is not Form.NEVER and moves:
            return f"it goes on with {moves[0].name}"
        return "" if claim.bad.holds(run.state(len(run))) else "its end is not bad"
    around = [run.state(k) for k in range(loop, len(run) + 1)]
    taken = [system.event(name) for name in run.events[loop:]]
    enabled = [_owed(system.enabled(run.path[k])) for k in range(loop, len(run) + 1)]
    wrongs = {
        "only what must not last for ever is broken by a loop": claim.form is not Form.FOREVER,
        "it does not close": not taken or around[0] != around[-1],
        "it has a fault": any(event.kind is Kind.FAULT for event in taken),
        "it is not wrong all along": not all(map(claim.wrong.holds, around)),
        "it is excused all along": not any(map(claim.bad.holds, around)),
        "it is unfair": not set.intersection(*enabled) <= _owed(taken),
    }
    return next((says for says, is_so in wrongs.items() if is_so), "")


def _owed(events: Collection[Event]) -> set[str]:
    return {event.owed_as for event in events if event.kind is Kind.SYSTEM}


def locals_of(graph: Graph) -> list[dict[str, State]]:
    """The states of a graph."""
    return [graph.state(k) for k in range(len(graph))]
