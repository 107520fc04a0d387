"""The explorer's inner loop, compiled by numba.

States are rows of 64-bit words. A hash table with open addressing maps a state to its number; numbers
are given in the order of discovery, which is breadth-first, so the same system always gets the same
numbers. Each slot of the table holds a state's number (plus one, so that zero means free) and the state
itself, side by side, because at millions of states the time goes into waiting for memory. For the same
reason successors are looked up in blocks: a first pass only touches the slots, and the machine fetches
many of them at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mealspec.core.explicit.compiled import compiled

Words = NDArray[np.uint64]
Ints = NDArray[np.int64]
Narrow = NDArray[np.int32]

BLOCK = 256
"""States whose successors are looked up together."""


@compiled(inline="always")
def _hash(state: Words, words: int) -> np.uint64:
    h = np.uint64(0x9E3779B97F4A7C15)
    for w in range(words):
        h ^= state[w]
        h *= np.uint64(0xBF58476D1CE4E5B9)
        h ^= h >> np.uint64(29)
    h *= np.uint64(0x94D049BB133111EB)
    return h ^ (h >> np.uint64(32))


@compiled(inline="always")
def _slot(table: Words, state: Words, hashed: np.uint64, words: int) -> np.uint64:
    """Where ``state`` stands in the table, or the free place where it belongs."""
    mask = np.uint64(table.shape[0] - 1)
    at = hashed & mask
    while table[at, 0] != 0:
        same = True
        for w in range(words):
            same &= table[at, w + 1] == state[w]
        if same:
            break
        at = (at + np.uint64(1)) & mask
    return at


@compiled()
def insert_all(table: Words, states: Words, count: int) -> None:
    """Enter the first ``count`` states into an empty table of shape ``(2**k, words + 1)``."""
    words = states.shape[1]
    for index in range(count):
        at = _slot(table, states[index], _hash(states[index], words), words)
        table[at, 0] = index + 1
        for w in range(words):
            table[at, w + 1] = states[index, w]


@compiled()
def expand(
    begin: int,
    end: int,
    count: int,
    states: Words,
    parent: Narrow,
    via: NDArray[np.int16],
    level: Narrow,
    table: Words,
    offset: Ints,
    edge_dest: Narrow,
    edge_event: NDArray[np.int16],
    word: Ints,
    shift: Words,
    mask: Words,
    first: Ints,
    machine: Ints,
    row: Ints,
    dest: Narrow,
) -> int:
    """Find the successors of the states ``begin`` to ``end``; the new number of states.

    The arrays must have room for all successors: ``(end - begin) * events`` more states and edges.
    """
    machines, events, words = word.shape[0], first.shape[0] - 1, states.shape[1]
    slots = np.uint64(table.shape[0] - 1)
    local = np.empty(machines, np.int64)
    after = np.empty((BLOCK * events, words), np.uint64)
    hashed = np.empty(BLOCK * events, np.uint64)
    edges = offset[begin]
    for block in range(begin, end, BLOCK):
        found = 0
        for source in range(block, min(block + BLOCK, end)):
            for k in range(machines):
                local[k] = np.int64((states[source, word[k]] >> shift[k]) & mask[k])
            for event in range(events):
                enabled = True
                for p in range(first[event], first[event + 1]):
                    if dest[row[p] + local[machine[p]]] < 0:
                        enabled = False
                        break
                if not enabled:
                    continue
                for w in range(words):
                    after[found, w] = states[source, w]
                for p in range(first[event], first[event + 1]):
                    k = machine[p]
                    new = np.uint64(dest[row[p] + local[k]])
                    w = word[k]
                    after[found, w] = (after[found, w] & ~(mask[k] << shift[k])) | (new << shift[k])
                hashed[found] = _hash(after[found], words)
                edge_event[edges + found] = event
                edge_dest[edges + found] = source  # until the destination is known
                found += 1
            offset[source + 1] = edges + found
        touched = np.uint64(0)
        for f in range(found):
            touched ^= table[hashed[f] & slots, 0]
        if touched == np.uint64(0xFFFFFFFFFFFFFFFF):
            return -1  # never: it only keeps the loop above from being optimised away
        for f in range(found):
            at = _slot(table, after[f], hashed[f], words)
            if table[at, 0] == 0:
                source = edge_dest[edges + f]
                table[at, 0] = count + 1
                for w in range(words):
                    states[count, w] = after[f, w]
                    table[at, w + 1] = after[f, w]
                parent[count] = source
                via[count] = edge_event[edges + f]
                level[count] = level[source] + 1
                count += 1
            edge_dest[edges + f] = np.int64(table[at, 0]) - 1
        edges += found
    return count


@compiled()
def rows_taken(
    packed: Words, expanded: int, offset: Ints, event: NDArray[np.int16],
    word: Ints, shift: Words, mask: Words, first: Ints, machine: Ints, row: Ints, taken: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Mark each place in the table of destinations that some edge uses."""
    for s in range(expanded):
        for i in range(offset[s], offset[s + 1]):
            for p in range(first[event[i]], first[event[i] + 1]):
                k = machine[p]
                taken[row[p] + np.int64((packed[s, word[k]] >> shift[k]) & mask[k])] = True


@compiled()
def pairs_taken(
    expanded: int, offset: Ints, dest: Narrow, event: NDArray[np.int16], into: Words, before: Words
) -> None:
    """For each event the set of events that may come just before it, as bits in rows of ``before``.

    ``into`` is working space of one row of bits for each state, zero at first.
    """
    words = into.shape[1]
    for s in range(expanded):
        for i in range(offset[s], offset[s + 1]):
            into[dest[i], event[i] >> 6] |= np.uint64(1) << np.uint64(event[i] & 63)
    for s in range(expanded):
        for i in range(offset[s], offset[s + 1]):
            for w in range(words):
                before[event[i], w] |= into[s, w]
