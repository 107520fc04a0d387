"""The complete search: breadth-first, deterministic, in integers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mealspec.core.engine import Progress
from mealspec.core.errors import TooLarge
from mealspec.core.explicit.graph import Graph
from mealspec.core.system import System

CHUNK = 4096
"""States expanded between two looks at the clock."""

GROWTH = 4
"""How much room is made when arrays are full; what is never written costs no memory."""


def explore(
    system: System,
    *,
    limit: int | None = None,
    depth: int | None = None,
    report: Callable[[Progress], None] | None = None,
) -> Graph:
    """Every state that the system can reach, breadth-first.

    Parameters
    ----------
    system
        What to explore.
    limit
        Stop when at least this many states were found. The graph then says ``complete=False``: what
        was not found in it may still exist.
    depth
        Look at runs of at most this many steps only; complete if all shortest runs are shorter.
    report
        Called with a :class:`Progress` a few times a second.

    Raises
    ------
    TooLarge
        If the states need more memory than there is.

    Examples
    --------
    >>> from mealspec.core import Event, Kind, Machine
    >>> tick = Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off")])
    >>> graph = explore(System([tick], [Event("on", Kind.USER, "user", ("lamp",)),
    ...                                 Event("off", Kind.SYSTEM, "lamp", ("lamp",))]))
    >>> len(graph), graph.transitions, graph.depth, graph.complete
    (2, 2, 1, True)
    """
    try:
        return _explored(system, limit, depth, report)
    except MemoryError:
        said = "the states do not fit into the memory that there is; choose a smaller scope, or stop at fewer states"
        raise TooLarge(f"{system.name}: {said}") from None


def _explored(system: System, limit: int | None, depth: int | None, report: Callable[[Progress], None] | None) -> Graph:
    from mealspec.core.explicit.kernel import expand, insert_all  # numba takes most of a second to import

    t = system.tables
    events = len(system.events)
    room = CHUNK * max(events, 1)
    states = np.zeros((room + 1, t.words), np.uint64)
    parent = np.full(room + 1, -1, np.int32)
    via = np.full(room + 1, -1, np.int16)
    level = np.zeros(room + 1, np.int32)
    offset = np.zeros(room + 2, np.int64)
    edge_dest = np.zeros(room, np.int32)
    edge_event = np.zeros(room, np.int16)
    table = np.zeros((1 << 17, t.words + 1), np.uint64)
    states[0] = system.pack(system.initial)
    insert_all(table, states, 1)
    count, done = 1, 0
    began = last = time.monotonic()
    while done < count and (limit is None or count < limit) and (depth is None or level[done] < depth):
        end = min(done + CHUNK, count)
        if depth is not None:  # states stand level by level
            end = done + int(np.searchsorted(level[done:end], depth))
        need = count + room
        if need > len(states):
            states, parent, via, level = (_grown(a, GROWTH * need) for a in (states, parent, via, level))
            offset = _grown(offset, GROWTH * need + 1)
        if offset[done] + room > len(edge_dest):
            size = GROWTH * (int(offset[done]) + room)
            edge_dest, edge_event = _grown(edge_dest, size), _grown(edge_event, size)
        if 3 * need > 2 * len(table):
            table = np.zeros((1 << (3 * need).bit_length(), t.words + 1), np.uint64)
            insert_all(table, states, count)
        count = expand(
            done, end, count, states, parent, via, level, table, offset, edge_dest, edge_event,
            t.word, t.shift, t.mask, t.first, t.machine, t.row, t.dest,
        )  # fmt: skip
        done = end
        now = time.monotonic()
        if report and now - last > 0.2:
            report(Progress(count, done, int(level[done - 1]), now - began))
            last = now
    offset[done + 1 : count + 1] = offset[done]
    edges = int(offset[done])
    return Graph(
        system=system,
        packed=states[:count],
        parent=parent[:count],
        via=via[:count],
        level=level[:count],
        offset=offset[: count + 1],
        dest=edge_dest[:edges],
        event=edge_event[:edges],
        expanded=done,
        seconds=time.monotonic() - began,
    )


def _grown(array: NDArray[Any], size: int) -> NDArray[Any]:
    """The same array with room for ``size`` rows; the new ones are zero."""
    grown = np.zeros((size, *array.shape[1:]), array.dtype)
    grown[: len(array)] = array
    return grown
