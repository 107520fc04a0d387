"""The inner loops of the twin search, compiled by numba: signatures of states, and pairs of runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mealspec.core.explicit.compiled import compiled

Ints = NDArray[np.int64]
Narrow = NDArray[np.int32]
Words = NDArray[np.uint64]


@compiled(inline="always")
def _mixed(x: np.uint64) -> np.uint64:
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@compiled()
def branching(order: Ints, offset: Ints, symbol: Ints, dest: Ints, part: Ints, parts: int, out: Words) -> None:
    """For each state a number that stands for its class and for what it can do, also after silent steps inside it.

    ``order`` has each state after those that its silent steps lead to.
    """
    n = len(part)
    begin = np.zeros(n, np.int64)
    end = np.zeros(n, np.int64)
    pool = np.empty(4 * len(dest) + n + 16, np.int64)
    used = 0
    keys = np.empty(64, np.int64)
    for k in range(n):
        s = order[k]
        need = 0
        for i in range(offset[s], offset[s + 1]):
            t = dest[i]
            need += end[t] - begin[t] if symbol[i] == 0 and part[t] == part[s] else 1
        if need > len(keys):
            keys = np.empty(2 * need, np.int64)
        count = 0
        for i in range(offset[s], offset[s + 1]):
            t = dest[i]
            if symbol[i] == 0 and part[t] == part[s]:
                for j in range(begin[t], end[t]):
                    keys[count] = pool[j]
                    count += 1
            else:
                keys[count] = symbol[i] * parts + part[t]
                count += 1
        some = np.sort(keys[:count])
        if used + count > len(pool):
            more = np.empty(2 * len(pool) + count, np.int64)
            more[:used] = pool[:used]
            pool = more
        begin[s] = used
        h = _mixed(np.uint64(part[s] + 1) * np.uint64(0x9E3779B97F4A7C15))
        for k2 in range(count):
            if k2 == 0 or some[k2] != some[k2 - 1]:
                pool[used] = some[k2]
                used += 1
                h = _mixed(h ^ (np.uint64(some[k2] + 1) * np.uint64(0x9E3779B97F4A7C15)))
        end[s] = used
        out[s] = h


@compiled()
def sorted_back(n: int, source: Ints, dest: Ints) -> Ints:
    """The nodes of a graph without circles, each after those that its edges lead to; edges stand by source."""
    waits, into = np.zeros(n, np.int64), np.zeros(n + 1, np.int64)
    for i in range(len(source)):
        waits[source[i]] += 1
        into[dest[i] + 1] += 1
    into = np.cumsum(into)
    fill, back = into[:-1].copy(), np.empty(len(source), np.int64)
    for i in range(len(source)):
        back[fill[dest[i]]] = source[i]
        fill[dest[i]] += 1
    order, count = np.empty(n, np.int64), 0
    for s in range(n):
        if waits[s] == 0:
            order[count] = s
            count += 1
    done = 0
    while done < count:
        for i in range(into[order[done]], into[order[done] + 1]):
            s = back[i]
            waits[s] -= 1
            if waits[s] == 0:
                order[count] = s
                count += 1
        done += 1
    return order[:count]


@compiled(inline="always")
def _place(table: Narrow, keys: Ints, key: int) -> int:
    """Where a key stands in the table, or the free place where it belongs."""
    mask = np.uint64(len(table) - 1)
    at = _mixed(np.uint64(key)) & mask
    while table[at] != 0 and keys[table[at] - 1] != key:
        at = (at + np.uint64(1)) & mask
    return int(at)


@compiled()
def entered(table: Narrow, keys: Ints, count: int) -> None:
    """Enter the first ``count`` keys into an empty table."""
    for k in range(count):
        table[_place(table, keys, keys[k])] = k + 1


@compiled(inline="always")
def _enter(
    n: int, q: int, a: int, b: int, at: int, one: int, other: int, swap: Ints,
    keys: Ints, parent: Ints, edges: Narrow, table: Narrow, count: int,
) -> int:  # fmt: skip
    """Enter a pair, the lower state first; how many there are then. Its parent's last bit says whether it turned."""
    turned = a > b
    key = (swap[q] * n + b) * n + a if turned else (q * n + a) * n + b
    place = _place(table, keys, key)
    if table[place] == 0:
        keys[count], parent[count], edges[count, 0], edges[count, 1] = key, 2 * at + turned, one, other
        count += 1
        table[place] = count
    return count


@compiled()
def pairs(
    n: int, offset: Ints, symbol: Ints, dest: Ints, label: Ints, log: Ints, push: Ints, joint: NDArray[np.bool_],
    swap: Ints, wanted: NDArray[np.bool_], enough: int,
    keys: Ints, parent: Ints, edges: Narrow, table: Narrow, first: Ints, begun: Ints,
) -> bool:  # fmt: skip
    """Go on with pairs of runs that print the same, breadth-first; False if there is no more room.

    A pair is a key: what one log is ahead by, the state of one run, the state of the other. ``begun`` holds how many
    pairs have been gone on with, how many there are, and how many of the ``wanted`` pairs of labels were found; the
    search ends when these are ``enough``. ``first`` holds for each pair of labels the first pair of runs, or -1.
    """
    most = 0
    for s in range(n):
        most = max(most, offset[s + 1] - offset[s])
    while begun[0] < begun[1] and begun[2] < enough:
        if begun[1] + most * (most + 2) > len(keys):
            return False
        at, count = begun[0], begun[1]
        begun[0] += 1
        ab = keys[at] % (n * n)
        q, a, b = keys[at] // (n * n), ab // n, ab % n
        if label[a] >= 0 and label[b] >= 0:
            known = first[label[a], label[b]] >= 0 or first[label[b], label[a]] >= 0
            if known or not wanted[label[a], label[b]]:
                continue  # labels stay, so all that comes of it is known
            if q == 0:
                first[label[a], label[b]] = at
                begun[2] += 1
                continue
        for i in range(offset[a], offset[a + 1]):
            then = q if symbol[i] == 0 else push[q, 0, symbol[i]]
            if then >= 0:
                count = _enter(n, then, dest[i], b, at, i, -1, swap, keys, parent, edges, table, count)
        for j in range(offset[b], offset[b + 1]):
            then = q if symbol[j] == 0 else push[q, 1, symbol[j]]
            if then >= 0:
                count = _enter(n, then, a, dest[j], at, -1, j, swap, keys, parent, edges, table, count)
        begins = offset[b]
        for i in range(offset[a], offset[a + 1]):
            if symbol[i] == 0 or not joint[q, log[symbol[i]]]:
                continue
            while begins < offset[b + 1] and symbol[begins] < symbol[i]:
                begins += 1
            j = begins
            while j < offset[b + 1] and symbol[j] == symbol[i]:
                count = _enter(n, q, dest[i], dest[j], at, i, j, swap, keys, parent, edges, table, count)
                j += 1
        begun[1] = count
    return True


@compiled()
def walk(n: int, initial: int, offset: Ints, symbol: Ints, dest: Ints, label: Ints, word: Ints, goal: int) -> Ints:
    """The steps of a shortest walk that prints the word and ends at the label; empty if there is none."""
    came = np.full(n * (len(word) + 1), -2, np.int64)
    order = np.empty(len(came), np.int64)
    order[0], count, done = initial, 1, 0
    came[initial] = -1
    back = np.empty(len(came), np.int64)
    while done < count:
        at = order[done]
        done += 1
        s, printed = at % n, at // n
        if printed == len(word) and label[s] == goal:
            steps = np.empty(len(came), np.int64)
            length = 0
            while came[at] >= 0:
                steps[length] = came[at]
                length += 1
                at = back[at]
            return steps[:length][::-1].copy()
        for i in range(offset[s], offset[s + 1]):
            if symbol[i] == 0:
                then = printed * n + dest[i]
            elif printed < len(word) and symbol[i] == word[printed]:
                then = (printed + 1) * n + dest[i]
            else:
                continue
            if came[then] == -2:
                came[then], back[then] = i, at
                order[count] = then
                count += 1
    return np.empty(0, np.int64)


@compiled()
def reached(initial: int, offset: Ints, dest: Ints) -> NDArray[np.bool_]:
    """For each state whether a run from the first reaches it."""
    n = len(offset) - 1
    seen, waiting = np.zeros(n, np.bool_), np.empty(n, np.int64)
    seen[initial], waiting[0], count, done = True, initial, 1, 0
    while done < count:
        s = waiting[done]
        done += 1
        for i in range(offset[s], offset[s + 1]):
            t = dest[i]
            if not seen[t]:
                seen[t] = True
                waiting[count] = t
                count += 1
    return seen
