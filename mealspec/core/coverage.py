"""What of a system's behaviour was seen: events, rows, pairs of consecutive events, states.

The complete search knows all of it (:func:`known`); runs that are taken one by one see a part
(:class:`Seen`). Both are told in the same terms, so that the part can be held against the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mealspec.core.explicit.graph import Graph
from mealspec.core.machine import Row
from mealspec.core.system import Locals, System

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Behaviour:
    """What was seen.

    Attributes
    ----------
    events
        Per event, whether it happened.
    rows
        Per row of some machine, in the order of :func:`rows`, whether it was used.
    pairs
        Whether one event (first index) came right before another (second index).
    states
        How many states of the graph.
    """

    events: Flags
    rows: Flags
    pairs: Flags
    states: int

    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {
            "events": int(self.events.sum()),
            "rows": int(self.rows.sum()),
            "pairs": int(self.pairs.sum()),
            "states": self.states,
        }


def rows(system: System) -> list[tuple[str, Row]]:
    """Every row of every machine, event by event, each with the machine's name."""
    t = system.tables
    out = []
    for e, event in enumerate(system.events):
        for p in range(int(t.first[e]), int(t.first[e + 1])):
            machine = system.machines[int(t.machine[p])]
            for local, state in enumerate(machine.states):
                to = int(t.dest[t.row[p] + local])
                if to >= 0:
                    out.append((machine.name, Row(event.name, state, machine.states[to])))
    return out


def known(graph: Graph) -> Behaviour:
    """What the search has seen.

    >>> from mealspec.core import Event, Kind, Machine, System, explore
    >>> lamp = Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off")])
    >>> graph = explore(System([lamp], [Event("on", Kind.USER, "user", ("lamp",)),
    ...                                 Event("off", Kind.SYSTEM, "lamp", ("lamp",))]))
    >>> known(graph).counts(), [(machine, row.event) for machine, row in rows(graph.system)]
    ({'events': 2, 'rows': 2, 'pairs': 2, 'states': 2}, [('lamp', 'on'), ('lamp', 'off')])
    """
    from mealspec.core.explicit.kernel import pairs_taken, rows_taken  # compiled; slow to import

    t, count = graph.system.tables, len(graph.system.events)
    taken = np.zeros(len(t.dest), np.bool_)
    rows_taken(
        graph.packed, graph.expanded, graph.offset, graph.event,
        t.word, t.shift, t.mask, t.first, t.machine, t.row, taken,
    )  # fmt: skip
    words = (count + 63) // 64
    before = np.zeros((count, words), np.uint64)
    pairs_taken(graph.expanded, graph.offset, graph.dest, graph.event, np.zeros((len(graph), words), np.uint64), before)
    bits = np.unpackbits(before.view(np.uint8), axis=1, bitorder="little", count=count)
    events = np.bincount(graph.event, minlength=count) > 0
    return Behaviour(events, taken[t.dest >= 0], bits.T.astype(np.bool_), len(graph))


class Seen:
    """What runs through a system have seen, step by step.

    Attributes
    ----------
    steps
        How many steps were taken in all.
    """

    def __init__(self, graph: Graph) -> None:
        t = graph.system.tables
        self.graph = graph
        self.steps = 0
        self._real = t.dest >= 0
        self._rows = np.zeros(len(t.dest), np.bool_)
        self._pairs = np.zeros((len(graph.system.events),) * 2, np.bool_)
        self._counts = [0] * len(graph.system.events)
        self._states = np.zeros(len(graph), np.bool_)
        self._states[0] = True
        spans = [range(int(t.first[e]), int(t.first[e + 1])) for e in range(len(self._counts))]
        self._uses = [[(int(t.machine[p]), int(t.row[p])) for p in span] for span in spans]

    def step(self, before: int | None, state: Locals, event: int, number: int | None) -> None:
        """A step was taken.

        Parameters
        ----------
        before
            The event before it, None at the beginning of a run.
        state
            The state that it left.
        event
            Its number.
        number
            The state that it led to, None if the graph does not know it.
        """
        self.steps += 1
        self._counts[event] += 1
        for k, row in self._uses[event]:
            self._rows[row + state[k]] = True
        if before is not None:
            self._pairs[before, event] = True
        if number is not None:
            self._states[number] = True

    def behaviour(self) -> Behaviour:
        """What was seen so far."""
        events = np.array(self._counts) > 0
        return Behaviour(events, self._rows[self._real], self._pairs.copy(), int(self._states.sum()))
