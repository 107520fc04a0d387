"""Runs of a system that show what two logs show: the likeliest of them, all that are as likely, and how far others come.

Some events print a line, of one of several kinds, into one of two logs. What was found of the logs is a sequence of
kinds for each; a line may be known to come after so many lines of the other log. A run shows them if it prints the
lines of each log in their order, and besides only what may be missing from a log. Which lines may be missing is said
event by event (:class:`Lines`); before a log's first line more may be missing than after it, for a log begins
somewhere.

The search settles states in the order of their weights (E. W. Dijkstra, 1959; with a lower bound of what is still to
come, P. E. Hart, N. J. Nilsson, B. Raphael, 1968): what coincidences and missing lines weigh, races,
steps. States are made as they
are needed, so of a system that is too large to be explored only what is likely enough is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mealspec.core.event import Kind
from mealspec.core.explicit.kernel import compiled
from mealspec.core.predicate import At
from mealspec.core.system import System, each
from mealspec.core.trace import Trace

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Words = NDArray[np.uint64]

EVIDENCE = 4
"""So many missing lines, of kinds that are logged sometimes, weigh as much as a fault or a tight race."""

_WEIGHT, _RACES, _COINCIDENCES, _MISSING = 27, 22, 18, 10
COINCIDENCE, RACE, STEP = EVIDENCE << _WEIGHT | 1 << _COINCIDENCES, 1 << _RACES, 1
MISSING = 1 << _WEIGHT | 1 << _MISSING
"""What a cost is made of, as one number: up to 15 coincidences, 31 races, 255 missing lines and 1,023 steps."""

ALWAYS, COUNTED, CUT = 0, 1, 2
"""May an event's line be missing: no; yes, and that counts against the run; yes, and nothing follows from it."""

MOST = 6
"""Faults and tight races of a run that is looked for."""

BOUND = 480
"""What it may weigh."""


class Cost(NamedTuple):
    """What speaks against a run; the smaller, the likelier.

    It weighs what coincidences and missing lines weigh together; without the latter it is ordered as
    :class:`mealspec.core.Weight`.
    """

    weight: int
    races: int
    coincidences: int
    missing: int
    steps: int

    @property
    def faults(self) -> int:
        """How many faults it takes."""
        return self.coincidences - self.races

    @property
    def level(self) -> tuple[int, int]:
        """All but the steps, of which more are no evidence."""
        return self.weight, self.races

    @classmethod
    def read(cls, packed: int) -> Cost:
        """From one number.

        >>> Cost.read(2 * COINCIDENCE + RACE + 3 * MISSING + 17)
        Cost(weight=11, races=1, coincidences=2, missing=3, steps=17)
        """
        return cls(
            packed >> _WEIGHT, (packed >> _RACES) & 31, (packed >> _COINCIDENCES) & 15, (packed >> _MISSING) & 255,
            packed & 1023,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Lines:
    """Which events of a system print which kinds of line, by the events' numbers.

    Attributes
    ----------
    log
        The log in which an event's line stands: 0, 1, or -1 if it prints none.
    shows
        For each kind and event, whether the event prints a line of that kind.
    missing
        :data:`ALWAYS`, :data:`COUNTED` or :data:`CUT`.
    own
        Whether the event is about what the lines are about; the line of another may always be missing before the first.
    renews
        Whether the event makes room for another: what came before it was not about this one. If no event does, all
        that is printed is about this one.
    """

    log: Ints
    shows: Mask
    missing: Ints
    own: Mask
    renews: Mask


@dataclass(frozen=True)
class Told:
    """What was found of two logs: the kinds of their lines, and how many of the other's come before each for certain."""

    kinds: tuple[tuple[int, ...], tuple[int, ...]]
    after: tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Aim:
    """What a run is looked for: a fact of one machine at its end, and what it takes at least from each of its states.

    ``toll`` is in coincidences, by the machine's states; never more than what it takes. At the end no event named in
    ``settled`` is possible that would change something: the logs go on for so long after their last line.
    """

    fact: At
    toll: tuple[int, ...]
    settled: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Search:
    """What was looked at: states with their costs and the steps by which they were found.

    Attributes
    ----------
    system
        Whose runs they are.
    cost
        Of the likeliest run to the aim, or None.
    complete
        Whether everything was looked at, up to so many coincidences; or up to the aim, if that is reached.
    reached
        By how many lines of each log, whether a run shows so many, shape ``(n + 1, m + 1)``.
    """

    system: System
    cost: Cost | None
    complete: bool
    reached: Mask
    states: int
    _nodes: Words
    _edges: tuple[Ints, Ints, Ints, Ints]
    _start: int
    _ends: tuple[int, ...]

    @cached_property
    def run(self) -> Trace:
        """The first of the likeliest runs, in the order of the events."""
        return Trace.of(self.system, [self.system.events[e].name for e, _ in self._first()])

    @cached_property
    def seen(self) -> tuple[int, ...]:
        """Of each step of :attr:`run` the log in which its line was found: 0 or 1, -1 for none."""
        return tuple(log for _, log in self._first())

    @cached_property
    def _out(self) -> dict[int, list[tuple[int, int, int]]]:
        """From each state on a likeliest run the steps on: event, log of the line that was found, state."""
        source, dest, event, log = self._edges
        into: dict[int, list[int]] = {}
        for k, to in enumerate(dest.tolist()):
            into.setdefault(to, []).append(k)
        waiting, kept = list(self._ends), {*self._ends}
        out: dict[int, list[tuple[int, int, int]]] = {}
        for at in waiting:
            for k in into.get(at, ()):
                frm = int(source[k])
                out.setdefault(frm, []).append((int(event[k]), int(log[k]), at))
                if frm not in kept:
                    kept.add(frm)
                    waiting.append(frm)
        return {at: sorted(steps) for at, steps in out.items()}

    def _first(self) -> Iterator[tuple[int, int]]:
        at = self._start
        while at in self._out:
            event, log, at = self._out[at][0]
            yield event, log

    @cached_property
    def number(self) -> int:
        """How many runs are as likely as the likeliest."""
        count = {end: 1 for end in self._ends}
        for at in self._order:
            if at not in count:
                count[at] = sum(count[to] for *_, to in self._out[at])
        return count[self._start]

    @cached_property
    def _order(self) -> list[int]:
        """The states on likeliest runs, later ones first."""
        found, order, waiting = set[int](), list[int](), [(self._start, False)]
        while waiting:
            at, over = waiting.pop()
            if over:
                order.append(at)
            elif at not in found:
                found.add(at)
                waiting.append((at, True))
                waiting += [(to, False) for *_, to in self._out.get(at, ())]
        return order

    @cached_property
    def may(self) -> frozenset[str]:
        """The events of which some likeliest run has one."""
        return frozenset(self.system.events[e].name for steps in self._out.values() for e, *_ in steps)

    @cached_property
    def must(self) -> frozenset[str]:
        """The events that all likeliest runs have."""
        every: dict[int, frozenset[int]] = {end: frozenset() for end in self._ends}
        for at in self._order:
            if at not in every:
                ways = [every[to] | {e} for e, _, to in self._out[at]]
                every[at] = frozenset.intersection(*ways)
        return frozenset(self.system.events[e].name for e in every[self._start])

    def next_at(self, cut: tuple[int, int], most: int = 2_000) -> frozenset[str]:
        """The events that could come next after a beginning of the logs, in some of the runs that were looked at."""
        at = self._nodes[:, -1]
        chosen = np.flatnonzero((at & np.uint64(0xFFFFFFFF)) == np.uint64(cut[0] | cut[1] << 16))[:most]
        found = 0
        for number in chosen:
            found |= self.system.permitted(self.system.unpack(self._nodes[number]))
        return frozenset(self.system.events[e].name for e in each(found & ((1 << len(self.system.events)) - 1)))

    @property
    def furthest(self) -> tuple[tuple[int, int], ...]:
        """Each beginning of the two logs that some run shows and that cannot be made longer."""
        n, m = self.reached.shape
        some = [(i, j) for i in range(n) for j in range(m) if self.reached[i, j]]
        return tuple((i, j) for i, j in some if not any(a >= i and b >= j and (a, b) != (i, j) for a, b in some))


def show(
    system: System, lines: Lines, told: Told, aim: Aim, *, most: int = MOST, bound: int = BOUND,
    limit: int = 3_000_000, shortest: bool = False
) -> Search:
    """The likeliest runs of the system that show the lines and reach the aim.

    Parameters
    ----------
    most, bound
        Faults and tight races of a run at most, and what it may weigh.
    shortest
        Whether only steps weigh; then no number of coincidences is too large.
    limit
        States that are looked at; if there are more the answer says that it is not complete.
    """
    t = system.tables
    faults = system.of_kind(Kind.FAULT)
    prompt = np.array([event.prompt for event in system.events], np.bool_)
    rules = (
        t.word, t.shift, t.mask, t.first, t.machine, t.row, t.dest, faults, prompt, prompt & system.of_kind(Kind.SYSTEM),
        lines.log, lines.shows, lines.missing, lines.own, lines.renews,
    )  # fmt: skip
    kinds = [np.array(some, np.int64) for some in told.kinds]
    after = [np.array(some, np.int64) for some in told.after]
    goal = np.array(aim.fact.table(system), np.bool_)
    toll = np.array(aim.toll, np.int64) * (0 if shortest else COINCIDENCE)
    awaited = np.array([event.name in aim.settled for event in system.events], np.bool_)
    weights = np.array([0, 0, 0] if shortest else [COINCIDENCE, RACE, MISSING], np.int64)
    asked = (*kinds, *after, system.position[aim.fact.machine], goal, toll, most, (bound + 1) << _WEIGHT, limit, awaited, weights)
    start = np.append(system.pack(system.initial), np.uint64(0))
    nodes, table, cost, best, status, reached = settle(start, rules, asked)
    if best < 0:
        empty = np.zeros(0, np.int64)
        return Search(system, None, status == 0, reached, len(nodes), nodes, (empty,) * 4, 0, ())
    *edges, ends = tight(nodes, table, cost, best, rules, asked)
    return Search(system, Cost.read(int(best)), True, reached, len(nodes), nodes[:0], tuple(edges), 0, tuple(ends.tolist()))


# ---------------------------------------------------------------------- the kernel

BEGUN, GHOST = 1 << 40, 1 << 41
"""Flags beside the numbers of lines: a line about this one was found; one about another was not, and waits to be over."""


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
def _place(table: Ints, nodes: Words, state: Words) -> np.int64:
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
def successors(state: Words, rules, asked, local: Ints, can: Ints, after: Words, price: Ints, via: Ints, log_of: Ints) -> int:  # type: ignore[no-untyped-def]  # fmt: skip # noqa: ANN001
    """Write the states after this one, with the price of each step, its event, and the log whose line it shows."""
    word, shift, mask, first, machine, row, dest, faults, prompt, owed, log, shows, missing, own, renews = rules
    lines0, lines1, after0, after1, weights = asked[0], asked[1], asked[2], asked[3], asked[11]
    words, others = state.shape[0] - 1, renews.any()
    for k in range(word.shape[0]):
        local[k] = np.int64((state[word[k]] >> shift[k]) & mask[k])
    enabled, due = 0, False
    for event in range(first.shape[0] - 1):
        ok = True
        for p in range(first[event], first[event + 1]):
            if dest[row[p] + local[machine[p]]] < 0:
                ok = False
                break
        if ok:
            can[enabled] = event
            enabled += 1
            if owed[event] and not due:
                for p in range(first[event], first[event + 1]):
                    if dest[row[p] + local[machine[p]]] != local[machine[p]]:
                        due = True
                        break
    at = np.int64(state[words])
    i, j = at & 0xFFFF, (at >> 16) & 0xFFFF
    begun, ghost = (at & BEGUN) != 0, (at & GHOST) != 0
    found = 0
    for n in range(enabled):
        event = can[n]
        cost = STEP
        if faults[event]:
            cost += weights[0]
        if due and not prompt[event]:
            cost += weights[0] + weights[1]
        if renews[event] and begun:
            continue
        for way in range(3):  # its line is found; it is missing; it is missing because the log begins later
            spot, more, where = at, 0, -1
            if log[event] < 0:
                if way != 1:
                    continue
                if renews[event]:
                    spot &= ~GHOST
            else:
                second = log[event] == 1
                k = j if second else i
                if way == 0:
                    if second:
                        if k >= len(lines1) or not shows[lines1[k], event] or after1[k] > i:
                            continue
                        spot += 1 << 16
                    else:
                        if k >= len(lines0) or not shows[lines0[k], event] or after0[k] > j:
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
                    more = weights[2] if missing[event] == COUNTED else 0
                else:
                    if missing[event] == CUT:
                        continue
                    if own[event]:
                        if begun or not others:
                            continue
                        spot |= GHOST
                    elif k > 0:
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


@compiled(inline="always")
def _to_come(state: Words, rules, asked) -> int:  # type: ignore[no-untyped-def] # noqa: ANN001
    """What a run still takes at least."""
    word, shift, mask = rules[0], rules[1], rules[2]
    watch, toll = asked[4], asked[6]
    at = np.int64(state[state.shape[0] - 1])
    left = len(asked[0]) - (at & 0xFFFF) + len(asked[1]) - ((at >> 16) & 0xFFFF)
    return toll[np.int64((state[word[watch]] >> shift[watch]) & mask[watch])] + left * STEP


@compiled(inline="always")
def _is_end(state: Words, rules, asked) -> bool:  # type: ignore[no-untyped-def] # noqa: ANN001
    word, shift, mask = rules[0], rules[1], rules[2]
    watch, goal = asked[4], asked[5]
    at = np.int64(state[state.shape[0] - 1])
    whole = (at & 0xFFFF) == len(asked[0]) and ((at >> 16) & 0xFFFF) == len(asked[1]) and (at & GHOST) == 0
    return whole and goal[np.int64((state[word[watch]] >> shift[watch]) & mask[watch])]


@compiled()
def _is_awaited(state: Words, rules, awaited: Mask) -> bool:  # type: ignore[no-untyped-def] # noqa: ANN001
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
def _push(heap: Ints, size: int, key: np.int64) -> None:
    at = size
    while at > 0:
        up = (at - 1) >> 1
        if heap[up] <= key:
            break
        heap[at] = heap[up]
        at = up
    heap[at] = key


@compiled()
def _pop(heap: Ints, size: int) -> np.int64:
    """The least key; the last one takes its place and sinks. ``size`` is the number before."""
    top, last, at, size = heap[0], heap[size - 1], 0, size - 1
    while True:
        down = 2 * at + 1
        if down >= size:
            break
        if down + 1 < size and heap[down + 1] < heap[down]:
            down += 1
        if heap[down] >= last:
            break
        heap[at] = heap[down]
        at = down
    heap[at] = last
    return top


@compiled()
def settle(start: Words, rules, asked):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Settle states until those of the aim's weight are settled: states, their table and weights, the aim's weight.

    The status is 0 if everything was looked at, 1 if there is more.
    """
    events, machines = rules[3].shape[0] - 1, rules[0].shape[0]
    most, bound, limit = asked[7], asked[8], asked[9]
    width = start.shape[0]
    room = 1 << 12
    nodes = np.zeros((room, width), np.uint64)
    cost = np.zeros(room, np.int64)
    table = np.zeros(4 * room, np.int64)
    heap = np.zeros(4 * room, np.int64)
    reached = np.zeros((len(asked[0]) + 1, len(asked[1]) + 1), np.bool_)
    local, can = np.empty(machines, np.int64), np.empty(events, np.int64)
    after = np.empty((3 * events, width), np.uint64)
    price, via, log_of = np.empty(3 * events, np.int64), np.empty(3 * events, np.int64), np.empty(3 * events, np.int64)
    nodes[0] = start
    table[_place(table, nodes, start)] = 1
    count, size, best, status = 1, 1, np.int64(-1), 0
    heap[0] = (_to_come(start, rules, asked) << 24) | 0
    while size > 0:
        key = _pop(heap, size)
        size -= 1
        number = key & 0xFFFFFF
        total = key >> 24
        if best >= 0 and total > best:
            break
        if total != cost[number] + _to_come(nodes[number], rules, asked):
            continue  # a cheaper way was found since
        at = np.int64(nodes[number, width - 1])
        reached[at & 0xFFFF, (at >> 16) & 0xFFFF] = True
        if _is_end(nodes[number], rules, asked) and not _is_awaited(nodes[number], rules, asked[10]):
            best = total
            continue
        found = successors(nodes[number], rules, asked, local, can, after, price, via, log_of)
        for f in range(found):
            new = cost[number] + price[f]
            ahead = new + _to_come(after[f], rules, asked)
            if ahead >= bound or (ahead >> _COINCIDENCES) & 15 > most or (best >= 0 and ahead > best):
                continue
            slot = _place(table, nodes, after[f])
            other = table[slot] - 1
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
                    table = np.zeros(16 * count, np.int64)
                    for n in range(count):
                        table[_place(table, nodes, nodes[n])] = n + 1
                    slot = _place(table, nodes, after[f])
                other = count
                nodes[other] = after[f]
                table[slot] = other + 1
                count += 1
            elif cost[other] <= new:
                continue
            cost[other] = new
            if size == heap.shape[0]:
                larger = np.zeros(2 * size, np.int64)
                larger[:size] = heap
                heap = larger
            _push(heap, size, (ahead << 24) | other)
            size += 1
        if status == 1 and best < 0:
            break
    return nodes[:count], table, cost[:count], best, status, reached


@compiled()
def tight(nodes: Words, table: Ints, cost: Ints, best: int, rules, asked):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
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
        if cost[number] + _to_come(nodes[number], rules, asked) > best:
            continue
        if _is_end(nodes[number], rules, asked) and not _is_awaited(nodes[number], rules, asked[10]):
            if cost[number] == best:
                ends[last] = number
                last += 1
            continue
        found = successors(nodes[number], rules, asked, local, can, after, price, via, log_of)
        for f in range(found):
            if cost[number] + price[f] + _to_come(after[f], rules, asked) > best:
                continue
            other = table[_place(table, nodes, after[f])] - 1
            if other < 0 or cost[other] != cost[number] + price[f]:
                continue
            if count == edges.shape[1]:
                wider = np.zeros((4, 2 * count), np.int64)
                wider[:, :count] = edges
                edges = wider
            edges[0, count], edges[1, count], edges[2, count], edges[3, count] = number, other, via[f], log_of[f]
            count += 1
    return edges[0, :count], edges[1, :count], edges[2, :count], edges[3, :count], ends[:last]
