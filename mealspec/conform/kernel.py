"""Searches on the ground of a cover, compiled by numba."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mealspec.core.explicit.compiled import compiled

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@compiled()
def distances(offset: Ints, dest: Ints, start: Ints) -> Any:
    """How many steps each state is away from the nearest of some; -1 where none leads there."""
    n = len(offset) - 1
    found = np.full(n, -1, np.int64)
    queue = np.empty(n, np.int64)
    head, tail = 0, 0
    for s in start:
        if found[s] < 0:
            found[s] = 0
            queue[tail] = s
            tail += 1
    while head < tail:
        s = queue[head]
        head += 1
        for i in range(offset[s], offset[s + 1]):
            t = dest[i]
            if found[t] < 0:
                found[t] = found[s] + 1
                queue[tail] = t
                tail += 1
    return found


@compiled()
def after_row(offset: Ints, dest: Ints, taken: Ints, start: Ints, count: int) -> Any:
    """The rows of one machine that may come next in runs from some states: ``taken`` tells which row a step uses."""
    n = len(offset) - 1
    seen = np.zeros(n, np.bool_)
    rows = np.zeros(count, np.bool_)
    queue = np.empty(n, np.int64)
    head, tail = 0, 0
    for s in start:
        seen[s] = True
        queue[tail] = s
        tail += 1
    while head < tail:
        s = queue[head]
        head += 1
        for i in range(offset[s], offset[s + 1]):
            if taken[i] >= 0:
                rows[taken[i]] = True
            elif not seen[dest[i]]:
                seen[dest[i]] = True
                queue[tail] = dest[i]
                tail += 1
    return rows


@compiled()
def nearest(
    start: int, offset: Ints, dest: Ints, event: Ints, uses: Ints, machine: Ints, row: Ints, number: Ints,
    local: Any, paired: Flags, last: Ints, rows: Flags, pairs: Any,
) -> Any:  # fmt: skip
    """The events of a shortest run from a state to a step that uses a row, or a pair, which is not covered.

    ``last`` is the row that each machine used last. A pair is looked for along one run to each state.
    """
    n, machines = len(offset) - 1, len(last)
    parent = np.full(n, -1, np.int64)
    via = np.full(n, -1, np.int64)
    before = np.full((n, machines), -1, np.int32)
    queue = np.empty(n, np.int64)
    head, tail = 0, 1
    queue[0] = start
    parent[start] = start
    for k in range(machines):
        before[start, k] = last[k]
    while head < tail:
        s = queue[head]
        head += 1
        for i in range(offset[s], offset[s + 1]):
            e, t = event[i], dest[i]
            new = False
            for p in range(uses[e], uses[e + 1]):
                k = machine[p]
                r = number[row[p] + local[s, k]]
                if not rows[r] or (paired[k] and before[s, k] >= 0 and not pairs[before[s, k], r]):
                    new = True
                    break
            if new:
                length = 1
                at = s
                while at != start:
                    length += 1
                    at = parent[at]
                path = np.empty(length, np.int64)
                path[length - 1] = e
                at = s
                for j in range(length - 2, -1, -1):
                    path[j] = via[at]
                    at = parent[at]
                return path
            if parent[t] < 0:
                parent[t] = s
                via[t] = e
                for k in range(machines):
                    before[t, k] = before[s, k]
                for p in range(uses[e], uses[e + 1]):
                    k = machine[p]
                    before[t, k] = number[row[p] + local[s, k]]
                queue[tail] = t
                tail += 1
    return np.empty(0, np.int64)


@compiled()
def paired_run(start: int, offset: Ints, dest: Ints, event: Ints, taken: Any, one: int, other: int) -> Any:
    """The events of a shortest run from a state in which one machine uses these two rows, one right after the other."""
    n = len(offset) - 1
    parent = np.full(2 * n, -1, np.int64)  # the second half has used the first row, and no other since
    via = np.full(2 * n, -1, np.int64)
    queue = np.empty(2 * n, np.int64)
    head, tail = 0, 1
    queue[0] = start
    parent[start] = start
    while head < tail:
        at = queue[head]
        head += 1
        s, second = at % n, at >= n
        for i in range(offset[s], offset[s + 1]):
            used = taken[i]
            if second and used == other:
                length = 1
                back = at
                while back != start:
                    length += 1
                    back = parent[back]
                path = np.empty(length, np.int64)
                path[length - 1] = event[i]
                for j in range(length - 2, -1, -1):
                    path[j] = via[at]
                    at = parent[at]
                return path
            t = dest[i]
            if used == one or (second and used < 0):
                t += n
            if parent[t] < 0:
                parent[t] = at
                via[t] = event[i]
                queue[tail] = t
                tail += 1
    return np.empty(0, np.int64)
