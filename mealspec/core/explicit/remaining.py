"""What states of a search still take, found backwards for :mod:`mealspec.core.explicit.around`; compiled by numba."""

from __future__ import annotations

from typing import Any

import numpy as np

from mealspec.core.explicit.compiled import compiled
from mealspec.core.explicit.heap import pop, put
from mealspec.core.explicit.settling import (
    NOTHING_COMES,
    Asked,
    Ints,
    Rules,
    Words,
    is_awaited,
    is_end,
    place,
    successors,
)  # fmt: skip


@compiled()
def remaining(nodes: Words, table: Ints, cost: Ints, hope: Ints, bound: int, rules: Rules, asked: Asked) -> Ints:
    """For each state what a run still weighs at least, if it weighs less than the bound in all; else NOTHING_COMES."""
    events, machines = rules[3].shape[0] - 1, rules[0].shape[0]
    width, size = nodes.shape[1], len(nodes)
    local, can = np.empty(machines, np.int64), np.empty(events, np.int64)
    after = np.empty((3 * events, width), np.uint64)
    price, via, log_of = np.empty(3 * events, np.int64), np.empty(3 * events, np.int64), np.empty(3 * events, np.int64)
    left = np.full(size, NOTHING_COMES, np.int64)
    source, dest = np.empty(8 * size, np.int32), np.empty(8 * size, np.int32)
    prices, count, waiting = np.empty(8 * size, np.int64), 0, 0
    into = np.zeros(size + 1, np.int64)
    heap = np.zeros(1 << 12, np.int64)
    for number in range(size):
        if cost[number] + hope[number] >= bound:
            continue
        if is_end(nodes[number], rules, asked) and not is_awaited(nodes[number], rules, asked[10]):
            left[number] = 0
            heap, waiting = put(heap, waiting, np.int64(number))
        found = successors(nodes[number], rules, asked, local, can, after, price, via, log_of)
        for f in range(found):
            other = table[place(table, nodes, after[f])] - 1
            if other < 0 or other == number or cost[number] + price[f] + hope[other] >= bound:
                continue
            if count == len(source):
                source, dest, prices = _twice(source), _twice(dest), _twice(prices)
            source[count], dest[count], prices[count] = number, other, price[f]
            into[other + 1] += 1
            count += 1
    into = np.cumsum(into)
    fill, order = into[:-1].copy(), np.empty(count, np.int64)
    for k in range(count):
        order[fill[dest[k]]] = k
        fill[dest[k]] += 1
    while waiting > 0:
        key = pop(heap, waiting)
        waiting -= 1
        at, total = key & 0xFFFFFF, key >> 24
        if total != left[at]:
            continue
        for k in range(into[at], into[at + 1]):
            before, new = source[order[k]], total + prices[order[k]]
            if new < left[before] and cost[before] + new < bound:
                left[before] = new
                heap, waiting = put(heap, waiting, (new << 24) | before)
    return left


@compiled()
def _twice(some: Any) -> Any:
    """The same with room for twice as many."""
    larger = np.empty(2 * len(some), some.dtype)
    larger[: len(some)] = some
    return larger


@compiled()
def tabled(nodes: Words) -> Ints:
    """The table in which each of some states is found."""
    size = 16
    while size < 2 * len(nodes):
        size *= 2
    table = np.zeros(size, np.int64)
    for number in range(len(nodes)):
        table[place(table, nodes, nodes[number])] = number + 1
    return table
