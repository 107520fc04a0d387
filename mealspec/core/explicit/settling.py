"""The inner loop of :mod:`mealspec.core.explicit.shown`, compiled by numba.

A state is a row of words: those of the system, and one with how many lines of each log were found so far.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mealspec.core.explicit.compiled import compiled
from mealspec.core.explicit.heap import pop, put

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Words = NDArray[np.uint64]

Rules = Any
"""The system's tables, which events are faults, prompt and owed at once, and what they print: a tuple of arrays."""

Asked = Any
"""What was told, what is aimed at, and how far the search goes: a tuple of arrays and numbers."""

EVIDENCE = 4
"""So many missing lines, of kinds that are logged sometimes, weigh as much as a fault or a tight race."""

WEIGHT, RACES, COINCIDENCES, MISSING_LINES = 27, 22, 18, 10
COINCIDENCE, RACE, STEP = EVIDENCE << WEIGHT | 1 << COINCIDENCES, 1 << RACES, 1
MISSING = 1 << WEIGHT | 1 << MISSING_LINES
"""What a cost is made of, as one number: up to 15 coincidences, 31 races, 255 missing lines and 1,023 steps."""

ALWAYS, COUNTED, CUT = 0, 1, 2
"""May an event's line be missing: no; yes, and that counts against the run; yes, and nothing follows from it."""

MOST = 6
"""Faults and tight races of a run that is looked for."""

BOUND = 480
"""What it may weigh."""

SHARES, NEVER = 60, 500
"""In so many shares what weighs one is parted among machines; and more than any run may weigh."""

NOTHING_COMES = 1 << 37
"""What is to come where no run is left; more than any run may weigh."""

BEGUN, GHOST = 1 << 40, 1 << 41
"""Flags beside the numbers of lines: a line about this one was found; one about another was not, and is to be over."""


@compiled(inline="always")
def _hashed(state: Words) -> np.uint64:
    h = np.uint64(0x9E3779B97F4A7C15)
    for w in range(state.shape[0]):
        h ^= state[w]
        h *= np.uint64(0xBF58476D1CE4E5B9)
        h ^= h >> np.uint64(29)
    h *= np.uint64(0x94D049BB133111EB)
    return h ^ (h >> np.uint64(32))


@compiled()
def place(table: Ints, nodes: Words, state: Words) -> np.int64:
    """Where the state stands in the table, or the free place where it belongs."""
    size = np.uint64(table.shape[0] - 1)
    at = _hashed(state) & size
    while table[at] > 0:
        same = True
        for w in range(state.shape[0]):
            if nodes[table[at] - 1, w] != state[w]:
                same = False
                break
        if same:
            break
        at = (at + np.uint64(1)) & size
    return np.int64(at)


@compiled()
def successors(
    state: Words, rules: Rules, asked: Asked, local: Ints, can: Ints, after: Words, price: Ints, via: Ints, log_of: Ints
) -> int:  # fmt: skip
    """Write the states after this one, with the price of each step, its event, and the log whose line it shows."""
    word, shift, mask, first, machine, row, dest, faults, prompt, owed, log, shows, missing, own, renews = rules[:15]
    permits, base = rules[15], rules[16]
    lines0, lines1, after0, after1 = asked[0], asked[1], asked[2], asked[3]
    words, others = state.shape[0] - 1, renews.any()
    for k in range(word.shape[0]):
        local[k] = np.int64((state[word[k]] >> shift[k]) & mask[k])
    enabled, due = 0, False
    for w in range(permits.shape[1]):
        can_all = permits[base[0] + local[0], w]
        for k in range(1, word.shape[0]):
            can_all &= permits[base[k] + local[k], w]
        event = 64 * w
        while can_all != 0:
            if can_all & np.uint64(1):
                can[enabled] = event
                enabled += 1
                if owed[event] and not due:
                    for p in range(first[event], first[event + 1]):
                        if dest[row[p] + local[machine[p]]] != local[machine[p]]:
                            due = True
                            break
            can_all >>= np.uint64(1)
            event += 1
    at = np.int64(state[words])
    i, j = at & 0xFFFF, (at >> 16) & 0xFFFF
    begun, ghost = (at & BEGUN) != 0, (at & GHOST) != 0
    found = 0
    for n in range(enabled):
        event = can[n]
        cost: Any = STEP
        if faults[event]:
            cost += COINCIDENCE
        if due and not prompt[event]:
            cost += COINCIDENCE + RACE
        if renews[event] and begun:
            continue
        for way in range(
            3
        ):  # its line is found; it is missing; it is missing because the log begins later or has ended
            spot, more, where = at, 0, -1
            if log[event] < 0:
                if way != 1:
                    continue
                if renews[event]:
                    spot &= ~GHOST
            else:
                second = log[event] == 1
                past = j if second else i
                if way == 0:
                    if second:
                        if past >= len(lines1) or not shows[lines1[past], event] or after1[past] > i:
                            continue
                        spot += 1 << 16
                    else:
                        if past >= len(lines0) or not shows[lines0[past], event] or after0[past] > j:
                            continue
                        spot += 1
                    if own[event]:
                        if ghost:
                            continue
                        spot |= BEGUN
                    where = log[event]
                elif way == 1:
                    if missing[event] == ALWAYS:
                        continue
                    more = MISSING if missing[event] == COUNTED else 0
                else:
                    if missing[event] == CUT:
                        continue
                    if not (asked[11] and past == (len(lines1) if second else len(lines0))):  # else the log has ended
                        if own[event]:
                            if begun or not others:
                                continue
                            spot |= GHOST
                        elif past > 0:
                            continue
            for w in range(words):
                after[found, w] = state[w]
            for p in range(first[event], first[event + 1]):
                m = machine[p]
                w = word[m]
                new = np.uint64(dest[row[p] + local[m]])
                after[found, w] = (after[found, w] & ~(mask[m] << shift[m])) | (new << shift[m])
            after[found, words] = np.uint64(spot)
            price[found] = cost + more
            via[found] = event
            log_of[found] = where
            found += 1
    return found


@compiled()
def _known(state: Words, around: Any) -> np.int64:
    """What is to come of a state of some machines of a region that is known; NOTHING_COMES if that has no such run."""
    nodes, table, left, kept = around[:4]
    width = kept.shape[0]
    h = np.uint64(0x9E3779B97F4A7C15)
    for w in range(width):
        h ^= (state[w] if w < width - 1 else state[state.shape[0] - 1]) & kept[w]
        h *= np.uint64(0xBF58476D1CE4E5B9)
        h ^= h >> np.uint64(29)
    h *= np.uint64(0x94D049BB133111EB)
    h ^= h >> np.uint64(32)
    size = np.uint64(table.shape[0] - 1)
    at = h & size
    while table[at] > 0:
        number, same = table[at] - 1, True
        for w in range(width):
            if nodes[number, w] != (state[w] if w < width - 1 else state[state.shape[0] - 1]) & kept[w]:
                same = False
                break
        if same:
            return np.int64(left[number])
        at = (at + np.uint64(1)) & size
    return np.int64(NOTHING_COMES)


@compiled(inline="always")
def _to_come(state: Words, rules: Rules, asked: Asked) -> np.int64:
    """What a run still takes at least."""
    word, shift, mask = rules[0], rules[1], rules[2]
    watch, toll = asked[4], asked[6]
    at = np.int64(state[state.shape[0] - 1])
    i, j = at & 0xFFFF, (at >> 16) & 0xFFFF
    least = toll[np.int64((state[word[watch]] >> shift[watch]) & mask[watch])]
    if asked[14].shape[0] > 0:
        return max(_known(state, asked[14:]), np.int64(least))
    whole, shared, base = asked[12], asked[13], rules[16]
    if whole.shape[0] > 0:
        begun, most, total = 1 if at & BEGUN else 0, np.int64(0), np.int64(0)
        for k in range(word.shape[0]):
            local = base[k] + np.int64((state[word[k]] >> shift[k]) & mask[k])
            most = max(most, np.int64(whole[i, j, begun, local]))
            total += shared[i, j, begun, local]
        most = min(max(most, (total + SHARES - 1) // SHARES), np.int64(NEVER))
        least = max(least, most << WEIGHT)
    return np.int64(least + (len(asked[0]) - i + len(asked[1]) - j) * STEP)


@compiled(inline="always")
def is_end(state: Words, rules: Rules, asked: Asked) -> bool:
    """Whether all lines are found and what is aimed at holds."""
    word, shift, mask = rules[0], rules[1], rules[2]
    watch, goal = asked[4], asked[5]
    at = np.int64(state[state.shape[0] - 1])
    whole = (at & 0xFFFF) == len(asked[0]) and ((at >> 16) & 0xFFFF) == len(asked[1]) and (at & GHOST) == 0
    return bool(whole and goal[np.int64((state[word[watch]] >> shift[watch]) & mask[watch])])


@compiled()
def is_awaited(state: Words, rules: Rules, awaited: Mask) -> bool:
    """Whether one of these events can happen and would change the state."""
    word, shift, mask, first, machine, row, dest = rules[:7]
    for event in range(first.shape[0] - 1):
        if not awaited[event]:
            continue
        ok, moves = True, False
        for p in range(first[event], first[event + 1]):
            m = machine[p]
            here = np.int64((state[word[m]] >> shift[m]) & mask[m])
            then = dest[row[p] + here]
            if then < 0:
                ok = False
                break
            moves |= then != here
        if ok and moves:
            return True
    return False


@compiled()
def settle(start: Words, rules: Rules, asked: Asked, slack: int) -> tuple[Words, Ints, Ints, Ints, Any, int, Mask]:
    """Settle states until those of the aim's weight are: states, table, weights, what is to come, and its weight.

    With a ``slack`` that is not negative all are settled from which a run may go on that weighs so much more at most.
    The status is 0 if everything was looked at, 1 if there is more.
    """
    events, machines = rules[3].shape[0] - 1, rules[0].shape[0]
    most, bound, limit = asked[7], asked[8], asked[9]
    width = start.shape[0]
    room = 1 << 12
    nodes = np.zeros((room, width), np.uint64)
    cost, hope = np.zeros(room, np.int64), np.zeros(room, np.int64)
    table = np.zeros(4 * room, np.int64)
    heap = np.zeros(4 * room, np.int64)
    reached = np.zeros((len(asked[0]) + 1, len(asked[1]) + 1), np.bool_)
    local, can = np.empty(machines, np.int64), np.empty(events, np.int64)
    after = np.empty((3 * events, width), np.uint64)
    price, via, log_of = np.empty(3 * events, np.int64), np.empty(3 * events, np.int64), np.empty(3 * events, np.int64)
    nodes[0] = start
    table[place(table, nodes, start)] = 1
    count, size, best, status = 1, 1, np.int64(-1), 0
    hope[0] = _to_come(start, rules, asked)
    heap[0] = hope[0] << 24
    if hope[0] >= bound:
        size = 0
    while size > 0:
        key = pop(heap, size)
        size -= 1
        number = key & 0xFFFFFF
        total = key >> 24
        if (best >= 0 and slack < 0 and total > best) or total >= bound:
            break
        if total != cost[number] + hope[number]:
            continue  # a cheaper way was found since
        at = np.int64(nodes[number, width - 1])
        reached[at & 0xFFFF, (at >> 16) & 0xFFFF] = True
        if is_end(nodes[number], rules, asked) and not is_awaited(nodes[number], rules, asked[10]):
            if best < 0:
                best = total
                bound = min(bound, ((best >> WEIGHT) + slack + 1) << WEIGHT) if slack >= 0 else bound
            if slack < 0:
                continue
        found = successors(nodes[number], rules, asked, local, can, after, price, via, log_of)
        for f in range(found):
            new = cost[number] + price[f]
            slot = place(table, nodes, after[f])
            other = table[slot] - 1
            if other >= 0 and cost[other] <= new:
                continue
            to_come = hope[other] if other >= 0 else _to_come(after[f], rules, asked)
            ahead = new + to_come
            if ahead >= bound or (ahead >> COINCIDENCES) & 15 > most or (best >= 0 and slack < 0 and ahead > best):
                continue
            if other < 0:
                if count >= limit:
                    status = 1
                    continue
                if count == nodes.shape[0]:
                    grown = np.zeros((4 * count, width), np.uint64)
                    grown[:count] = nodes
                    nodes = grown
                    longer = np.zeros(4 * count, np.int64)
                    longer[:count] = cost
                    cost = longer
                    longer = np.zeros(4 * count, np.int64)
                    longer[:count] = hope
                    hope = longer
                    table = np.zeros(16 * count, np.int64)
                    for n in range(count):
                        table[place(table, nodes, nodes[n])] = n + 1
                    slot = place(table, nodes, after[f])
                other = count
                nodes[other] = after[f]
                table[slot] = other + 1
                hope[other] = to_come
                count += 1
            cost[other] = new
            heap, size = put(heap, size, (ahead << 24) | other)
        if status == 1 and (best < 0 or slack >= 0):
            break
    return nodes[:count], table, cost[:count], hope[:count], best, status, reached


@compiled()
def tight(
    nodes: Words, table: Ints, cost: Ints, hope: Ints, best: int, rules: Rules, asked: Asked
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """The steps on likeliest runs: sources, destinations, events, logs; and where these runs end."""
    events, machines = rules[3].shape[0] - 1, rules[0].shape[0]
    width = nodes.shape[1]
    local, can = np.empty(machines, np.int64), np.empty(events, np.int64)
    after = np.empty((3 * events, width), np.uint64)
    price, via, log_of = np.empty(3 * events, np.int64), np.empty(3 * events, np.int64), np.empty(3 * events, np.int64)
    edges = np.zeros((4, 1 << 12), np.int64)
    ends = np.zeros(len(nodes), np.int64)
    count, last = 0, 0
    for number in range(len(nodes)):
        if cost[number] + hope[number] > best:
            continue
        if is_end(nodes[number], rules, asked) and not is_awaited(nodes[number], rules, asked[10]):
            if cost[number] == best:
                ends[last] = number
                last += 1
            continue
        found = successors(nodes[number], rules, asked, local, can, after, price, via, log_of)
        for f in range(found):
            if cost[number] + price[f] > best:
                continue
            other = table[place(table, nodes, after[f])] - 1
            if other < 0 or cost[other] != cost[number] + price[f] or cost[other] + hope[other] > best:
                continue
            if count == edges.shape[1]:
                wider = np.zeros((4, 2 * count), np.int64)
                wider[:, :count] = edges
                edges = wider
            edges[0, count], edges[1, count], edges[2, count], edges[3, count] = number, other, via[f], log_of[f]
            count += 1
    return edges[0, :count], edges[1, :count], edges[2, :count], edges[3, :count], ends[:last]
