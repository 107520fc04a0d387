"""Runs drawn by a seed: of a failure class, as likely as it can be, and healthy ones."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from mealspec.core import Graph, Kind, System, Trace, explore
from mealspec.core.explicit.asked import Lines, Told
from mealspec.core.explicit.settling import CUT
from mealspec.core.explicit.shown import show
from mealspec.core.system import Locals, each
from mealspec.diagnose.suspects import Suspect, awaited
from mealspec.model import product
from mealspec.model.design import Design
from mealspec.model.scope import Scope

system = cache(product.system)
"""A design in a scope; of hundreds of runs it is made once."""

SLACK = 6
"""Steps by which a drawn run may be longer than the shortest of its weight."""

BIG = 1_000
"""What a coincidence weighs, in steps."""


@lru_cache(maxsize=1)
def _towards(suspect: Suspect) -> tuple[Graph, NDArray[np.int64], NDArray[np.float64]] | None:
    """The graph around the likeliest runs of a class, and from each state what it still takes."""
    made, aim = suspect.watched()
    e = len(made.events)
    nothing = Lines(
        np.full(e, -1), np.zeros((1, e), np.bool_), np.full(e, CUT), np.zeros(e, np.bool_), np.zeros(e, np.bool_)
    )
    best = show(made, nothing, Told(((), ()), ((), ())), replace(aim, settled=frozenset())).cost
    if best is None:
        return None
    scope = replace(suspect.scope, faults=best.faults)
    watch = next((m for m in made.machines if m.name == "scenario"), None)
    small = system(suspect.design, scope, extra=(watch,) if watch else ())
    graph = explore(small, depth=best.steps + SLACK, limit=2_500_000)
    ends = graph.where(aim.fact)
    prompt = np.array([event.prompt for event in small.events], np.bool_)
    owed = prompt & small.of_kind(Kind.SYSTEM)
    racing = ~prompt[graph.event] & graph.enabling(owed, moving=True)[graph.source]
    fault = small.of_kind(Kind.FAULT)[graph.event]
    price = 1 + BIG * (racing.astype(np.int64) + fault)
    n = len(graph)
    last = np.flatnonzero(ends)
    rows = np.concatenate((graph.dest, np.full(len(last), n)))
    cols = np.concatenate((graph.source, last))
    net: Any = csr_matrix(
        (
            np.concatenate((price, np.full(len(last), 1e-3))).astype(np.float64),
            (rows.astype(np.int32), cols.astype(np.int32)),
        ),
        (n + 1, n + 1),
    )
    left: NDArray[np.float64] = dijkstra(net, indices=np.array([n]))[0]
    return graph, price, left


def drawn(suspect: Suspect, random: Random) -> list[str] | None:
    """The events of a run of the class with no more faults and races than it takes, and what must follow at once."""
    known = _towards(suspect)
    if known is None:
        return None
    graph, price, left = known
    at, budget, events = 0, float(left[0]) + SLACK, list[str]()
    while left[at] > 0.5:
        edges = range(graph.offset[at], graph.offset[at + 1])
        can = [k for k in edges if left[graph.dest[k]] + price[k] <= budget + 0.5]
        k = random.choice(can)
        budget -= price[k]
        events.append(graph.system.events[graph.event[k]].name)
        at = int(graph.dest[k])
    plain = system(suspect.design, suspect.scope)
    return finished(plain, events, random)


def finished(plain: System, events: list[str], random: Random, most: int = 25) -> list[str]:
    """The run goes on with what the system does by itself, no fault and no race, until no more is owed; polls go on."""
    state, late = Trace.of(plain, events).path[-1], awaited(plain)
    for k in range(most + 60):
        can = [e for e in each(plain.permitted(state)) if plain.events[e].kind is Kind.SYSTEM]
        moving = [e for e in can if plain.after(state, e) != state]
        owed = [e for e in moving if plain.events[e].name in late]
        due = [e for e in owed if plain.events[e].prompt]
        if not owed and (k >= most or not moving or _shown(plain, state)):
            return events
        e = random.choice(due or (moving if k < most else owed))
        events.append(plain.events[e].name)
        after = plain.after(state, e)
        assert after is not None
        state = after
    return events


def healthy(plan: Design, random: Random) -> list[str]:
    """A run without faults and races at the end of which the meal is shown."""
    plain = system(plan, Scope())
    late = awaited(plain)
    while True:
        state, events = plain.initial, list[str]()
        for _ in range(80):
            can = [e for e in each(plain.permitted(state)) if plain.events[e].kind is not Kind.FAULT]
            due = [
                e
                for e in can
                if plain.events[e].prompt and plain.events[e].kind is Kind.SYSTEM and plain.after(state, e) != state
            ]
            if (
                not due
                and _shown(plain, state)
                and not any(plain.events[e].name in late and plain.after(state, e) != state for e in can)
            ):
                return events
            some = due or [e for e in can if plain.events[e].kind is Kind.SYSTEM or random.random() < 0.4]
            if not some:
                continue
            e = random.choice(some)
            events.append(plain.events[e].name)
            after = plain.after(state, e)
            assert after is not None
            state = after


def _shown(plain: System, state: Locals) -> bool:
    view: Any = plain.states(state)["view.m1"]
    return bool(view.finished)
