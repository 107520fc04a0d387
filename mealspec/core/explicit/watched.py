"""Machines that watch a graph: to which of their states its runs may bring each, without a graph of them together.

A watch takes no part: it refuses nothing, and nobody waits for it. So many can watch at once, each for itself: a state
of the graph has one bit for each state in which a watch may be there, and a step takes all bits along together. The
states are gone through in the order in which they were found, for as long as some bit is new somewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mealspec.core.explicit.compiled import compiled
from mealspec.core.explicit.graph import Graph
from mealspec.core.explicit.kernel import Ints, Narrow, Words
from mealspec.core.machine import Machine, State

BITS = 64


def reached(graph: Graph, watches: Sequence[Machine]) -> list[frozenset[State]]:
    """For each watch, the states to which some run of the graph brings it.

    Raises ``ValueError`` if one refuses something.

    >>> from mealspec.core import Event, Kind, System, explore
    >>> lamp = Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off")])
    >>> graph = explore(System([lamp], [Event(name, Kind.USER, "user", ("lamp",)) for name in ("on", "off")]))
    >>> lit = Machine.table("lit", 0, [("on", 0, 1), ("on", 1, 2), ("on", 2, 2)])
    >>> sorted(*reached(graph, [lit]))
    [0, 1, 2]
    """
    for watch in watches:
        if len(watch.rows) < len(watch.states) * len(watch.alphabet):
            raise ValueError(f"machine '{watch.name}' refuses something, so it is no watch")
    bit = {(k, s): n for n, (k, s) in enumerate((k, s) for k, watch in enumerate(watches) for s in watch.states)}
    moves: dict[str, list[tuple[int, int]]] = {}
    for k, watch in enumerate(watches):
        for event, source, dest in watch.rows:
            if source != dest:
                moves.setdefault(event, []).append((bit[k, source], bit[k, dest]))
    each = [sorted(moves.get(event.name, ())) for event in graph.system.events]
    first = np.cumsum([0, *map(len, each)])
    pairs = np.array([pair for some in each for pair in some], np.int64).reshape(-1, 2)
    found = np.zeros((len(graph), -(-len(bit) // BITS)), np.uint64)
    for k, watch in enumerate(watches):
        found[0, bit[k, watch.initial] // BITS] |= np.uint64(1) << np.uint64(bit[k, watch.initial] % BITS)
    _spread(graph.expanded, graph.offset, graph.dest, graph.event, first, pairs[:, 0].copy(), pairs[:, 1].copy(), found)
    anywhere = np.bitwise_or.reduce(found, axis=0)
    there = [bool(anywhere[n // BITS] >> np.uint64(n % BITS) & np.uint64(1)) for n in range(len(bit))]
    return [frozenset(s for s in watch.states if there[bit[k, s]]) for k, watch in enumerate(watches)]


@compiled()
def _spread(
    expanded: int, offset: Ints, dest: Narrow, event: NDArray[np.int16],
    first: Ints, source: Ints, after: Ints, found: Words,
) -> None:  # fmt: skip
    """Take the bits of each state along its steps until nothing is new; those that a step moves become others."""
    words = found.shape[1]
    fresh = found.copy()
    now, taken = np.empty(words, np.uint64), np.empty(words, np.uint64)
    again = True
    while again:
        again = False
        for s in range(expanded):
            some = np.uint64(0)
            for w in range(words):
                now[w] = fresh[s, w]
                some |= now[w]
                fresh[s, w] = 0
            if some == 0:
                continue
            for i in range(offset[s], offset[s + 1]):
                e, d = event[i], dest[i]
                for w in range(words):
                    taken[w] = now[w]
                for m in range(first[e], first[e + 1]):
                    taken[source[m] >> 6] &= ~(np.uint64(1) << np.uint64(source[m] & 63))
                for m in range(first[e], first[e + 1]):
                    if now[source[m] >> 6] >> np.uint64(source[m] & 63) & np.uint64(1):
                        taken[after[m] >> 6] |= np.uint64(1) << np.uint64(after[m] & 63)
                for w in range(words):
                    new = taken[w] & ~found[d, w]
                    if new != 0:
                        found[d, w] |= new
                        fresh[d, w] |= new
                        if d <= s:
                            again = True
