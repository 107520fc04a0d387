"""What a run still takes at least, by what each machine for itself would take; compiled by numba.

A machine alone, with all others willing, is a small system: from each of its states and each beginning of the logs, the
least that faults and missing lines weigh until all lines are printed is found backwards. A run takes no less than the
most that any machine says. It takes no less than their sum either, if what an event weighs is shared among those who
take part in it (M. Katz, C. Domshlak, 2008).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mealspec.core.explicit.compiled import compiled
from mealspec.core.explicit.settling import ALWAYS, COUNTED, CUT, EVIDENCE, NEVER, SHARES

Ints = NDArray[np.int64]


@compiled()
def outlook(rules: Any, asked: Any, base: Ints, sizes: Ints) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """By machine's state, lines found of each log, and whether one about this one was: what is to come, at least.

    The first is whole, the second in shares, to be summed over the machines.
    """
    machines = len(sizes)
    n, m = len(asked[0]) + 1, len(asked[1]) + 1
    whole = np.full((base[-1] + sizes[-1], n, m, 2), NEVER * SHARES, np.int64)
    shared = whole.copy()
    for k in range(machines):
        _backwards(k, rules, asked, whole[base[k] : base[k] + sizes[k]], False)
        _backwards(k, rules, asked, shared[base[k] : base[k] + sizes[k]], True)
    return (whole // SHARES).astype(np.int16), shared.astype(np.int16)


@compiled()
def _backwards(k: int, rules: Any, asked: Any, best: Any, share: bool) -> None:
    first, machine, row, dest, faults = rules[3], rules[4], rules[5], rules[6], rules[7]
    log, shows, missing, own, renews = rules[10], rules[11], rules[12], rules[13], rules[14]
    lines0, lines1, after0, after1 = asked[0], asked[1], asked[2], asked[3]
    size, events, others, ended = best.shape[0], len(first) - 1, renews.any(), asked[11]
    part = np.full(events, -1, np.int64)
    weighs = np.zeros(events, np.int64)  # shares of one
    mine = np.empty(events, np.int64)
    number = 0
    for e in range(events):
        for p in range(first[e], first[e + 1]):
            if machine[p] == k:
                part[e] = row[p]
        weighs[e] = SHARES
        if share:
            weighs[e] = SHARES // (first[e + 1] - first[e]) if part[e] >= 0 else 0
        if part[e] >= 0:
            mine[number] = e
            number += 1
    n, m = len(lines0), len(lines1)
    for i in range(n, -1, -1):
        for j in range(m, -1, -1):
            for begun in range(1, -1, -1):
                here = best[:, i, j, begun]
                if i == n and j == m:
                    for s in range(size):
                        if k != asked[4] or asked[5][s]:
                            here[s] = 0
                # A line that is found next, by somebody else or by this machine.
                for e in range(events):
                    second = log[e] == 1
                    if log[e] < 0:
                        continue
                    if second:
                        if j >= m or not shows[lines1[j], e] or after1[j] > i:
                            continue
                    elif i >= n or not shows[lines0[i], e] or after0[i] > j:
                        continue
                    then = best[:, i + (not second), j + second, 1 if own[e] else begun]
                    cost = EVIDENCE * weighs[e] if faults[e] else 0
                    for s in range(size):
                        to = s if part[e] < 0 else np.int64(dest[part[e] + s])
                        if to >= 0 and then[to] + cost < here[s]:
                            here[s] = then[to] + cost
                # Steps without one, until nothing is gained.
                changed = True
                while changed:
                    changed = False
                    for q in range(number):
                        e = mine[q]
                        cost = EVIDENCE * weighs[e] if faults[e] else 0
                        if log[e] >= 0:
                            past, end = (j, m) if log[e] == 1 else (i, n)
                            free = missing[e] != CUT and ((ended and past == end) or (past == 0 and not own[e]))
                            free |= missing[e] != CUT and bool(own[e]) and begun == 0 and others
                            free |= missing[e] == CUT
                            if not free:
                                if missing[e] == ALWAYS:
                                    continue
                                cost += weighs[e] if missing[e] == COUNTED else 0
                        for s in range(size):
                            to = np.int64(dest[part[e] + s])
                            if to >= 0 and here[to] + cost < here[s]:
                                here[s] = here[to] + cost
                                changed = True
