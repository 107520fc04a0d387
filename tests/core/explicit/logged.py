"""Small systems at random that print lines into two logs, what was found of these, and a plain search for runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple

import numpy as np

from mealspec.core import At, Event, Kind, Machine, System, trimmed
from mealspec.core.explicit.asked import Aim, Lines, Told
from mealspec.core.explicit.settling import ALWAYS, COUNTED, CUT, EVIDENCE, MOST
from mealspec.core.explicit.shown import Cost

KINDS = 3


class State(NamedTuple):
    """Of the machines; how many lines of each log were found; whether one about this one was; and a ghost."""

    locals: tuple[int, ...]
    found: tuple[int, int]
    begun: bool
    ghost: bool


NOTHING = Cost(0, 0, 0, 0, 0)

Step = tuple[int, int]
"""An event by its number, and the log in which its line is found, or -1."""


def added(one: Cost, other: Cost) -> Cost:
    """What two parts of a run cost together."""
    return Cost(*map(sum, zip(one, other, strict=True)))


class Case:
    """A system of two or three machines, what its events print, what was found of it, and what is looked for."""

    def __init__(self, seed: int) -> None:
        draw = Random(seed)
        names = [f"e{k}" for k in range(draw.randint(4, 7))]
        sizes = [draw.randint(2, 3) for _ in range(draw.randint(1, 3))]
        rows: list[list[tuple[str, int, int]]] = [[] for _ in sizes]
        takes: dict[str, list[int]] = {}
        for name in names:
            takes[name] = sorted(draw.sample(range(len(sizes)), draw.randint(1, len(sizes))))
            for k in takes[name]:
                sources = draw.sample(range(sizes[k]), draw.randint(1, sizes[k]))
                rows[k] += [(name, source, draw.randrange(sizes[k])) for source in sources]
        machines = [Machine.table(f"m{k}", 0, some) for k, some in enumerate(rows) if some]
        kinds = [Kind.USER, Kind.SYSTEM, Kind.SYSTEM, Kind.FAULT]
        events = [
            Event(name, draw.choice(kinds), "x", tuple(f"m{k}" for k in takes[name]), prompt=draw.random() < 0.4)
            for name in names
        ]
        self.system = System(*trimmed(machines, events))
        machines, names = list(self.system.machines), [event.name for event in self.system.events]
        self.log = [draw.choice([-1, 0, 0, 1, 1]) for _ in names]
        self.kind = [draw.randrange(KINDS) for _ in names]
        self.missing = [draw.choice([ALWAYS, ALWAYS, COUNTED, CUT]) for _ in names]
        self.own = [draw.random() < 0.7 for _ in names]
        several = draw.random() < 0.5
        self.renews = [several and draw.random() < 0.3 for _ in names]
        kinds_told = self._printed(draw) if draw.random() < 0.7 else [
            [draw.randrange(KINDS) for _ in range(draw.randint(0, 2))] for _ in range(2)
        ]  # fmt: skip
        lengths = len(kinds_told[0]), len(kinds_told[1])
        self.told = Told(
            tuple(map(tuple, kinds_told)),  # type: ignore[arg-type]
            tuple(  # type: ignore[arg-type]
                tuple(sorted(draw.choice([0, 0, 0, other]) for _ in range(n)))
                for n, other in zip(lengths, (lengths[1], 0), strict=True)
            ),
            ended=draw.random() < 0.4,
        )
        machine = draw.choice(machines)
        goal = set(draw.sample(machine.states, draw.randint(1, len(machine.states))))
        settled = frozenset(name for name in names if draw.random() < 0.15)
        self.aim = Aim(At(machine.name, lambda s: s in goal), (0,) * len(machine.states), settled)
        self.goal, self.watched = goal, machine.name

    def _printed(self, draw: Random) -> list[list[int]]:
        """The kinds of lines that some run prints, a few of them left out."""
        state, out = self.system.initial, list[list[int]]([[], []])
        for _ in range(draw.randint(1, 5)):
            can = [e for e in range(len(self.system.events)) if self.system.after(state, e) is not None]
            if not can:
                break
            e = draw.choice(can)
            state = self.system.after(state, e) or state
            if self.log[e] >= 0 and draw.random() < 0.8:
                out[self.log[e]].append(self.kind[e])
        return out

    @cached_property
    def lines(self) -> Lines:
        count = len(self.log)
        shows = np.array(
            [[kind == k and log >= 0 for kind, log in zip(self.kind, self.log, strict=True)] for k in range(KINDS)],
            np.bool_,
        )
        own, renews = (np.array(some, np.bool_) for some in (self.own, self.renews))
        return Lines(np.array(self.log, int), shows.reshape(KINDS, count), np.array(self.missing, int), own, renews)

    def fits(self, e: int, found: tuple[int, int]) -> bool:
        """Whether the event's line is the next one of its log, and may come already."""
        log, other = self.log[e], 1 - self.log[e]
        past = found[log]
        kinds, after = self.told.kinds[log], self.told.after[log]
        return past < len(kinds) and kinds[past] == self.kind[e] and after[past] <= found[other]

    def over(self, log: int, found: tuple[int, int]) -> bool:
        """Whether the log has ended, and all of its lines were found."""
        return self.told.ended and found[log] == len(self.told.kinds[log])

    def ways(self, e: int, s: State) -> Iterator[tuple[int, int, tuple[int, int], bool, bool]]:
        """How the event may be logged: lines missing that count, log of the line found, and the parts of the state.

        A line is found; or it is missing, and that counts or it is cut; or it is not there because the log begins
        later: then it is about another, a ghost, of which nothing is found until one makes room.
        """
        if self.renews[e] and s.begun:
            return
        log = self.log[e]
        if log < 0:
            yield 0, -1, s.found, s.begun, s.ghost and not self.renews[e]
            return
        if self.fits(e, s.found) and not (self.own[e] and s.ghost):
            found = (s.found[0] + (log == 0), s.found[1] + (log == 1))
            yield 0, log, found, s.begun or self.own[e], s.ghost
        if self.missing[e] != ALWAYS:
            yield int(self.missing[e] == COUNTED), -1, s.found, s.begun, s.ghost
        if self.missing[e] == CUT:
            return
        if self.over(log, s.found):
            yield 0, -1, s.found, s.begun, s.ghost
        elif self.own[e]:
            if not s.begun and any(self.renews):
                yield 0, -1, s.found, s.begun, True
        elif s.found[log] == 0:
            yield 0, -1, s.found, s.begun, s.ghost

    def steps(self, s: State) -> Iterator[tuple[Cost, int, int, State]]:
        """What each step costs, its event, the log of its line, and where it leads."""
        system = self.system
        can = [e for e in range(len(system.events)) if system.after(s.locals, e) is not None]
        due = any(
            event.prompt and event.kind is Kind.SYSTEM and system.after(s.locals, e) != s.locals
            for e, event in enumerate(system.events) if e in can
        )  # fmt: skip
        for e in can:
            event, dest = system.events[e], system.after(s.locals, e)
            assert dest is not None
            race = int(due and not event.prompt)
            coincidences = race + (event.kind is Kind.FAULT)
            for missing, log, *more in self.ways(e, s):
                cost = Cost(EVIDENCE * coincidences + missing, race, coincidences, missing, 1)
                yield cost, e, log, State(dest, *more)  # type: ignore[arg-type]

    def is_end(self, s: State) -> bool:
        system = self.system
        if (
            s.ghost
            or s.found != tuple(map(len, self.told.kinds))
            or system.states(s.locals)[self.watched] not in self.goal
        ):
            return False
        awaited = [e for e, event in enumerate(system.events) if event.name in self.aim.settled]
        return all(system.after(s.locals, e) in (None, s.locals) for e in awaited)

    @property
    def start(self) -> State:
        """Nothing has happened."""
        return State(self.system.initial, (0, 0), False, False)

    def looked(self) -> tuple[Cost | None, dict[State, Cost], set[State]]:
        """The least cost of a run, if there is one, what each state costs, and those that were looked at before it is
        known: E. W. Dijkstra, 1959."""
        costs, waiting, settled = {self.start: NOTHING}, [(NOTHING, self.start)], set[State]()
        least: Cost | None = None
        while waiting:
            cost, s = heappop(waiting)
            if least is not None and cost > least:
                break
            if s in settled:
                continue
            settled.add(s)
            if self.is_end(s):
                least = cost
                continue
            for more, _, _, after in self.steps(s):
                new = added(cost, more)
                if new.coincidences <= MOST and new < costs.get(after, (10**6,)):
                    costs[after] = new
                    heappush(waiting, (new, after))
        return least, costs, settled

    def likeliest(self, least: Cost, costs: Mapping[State, Cost]) -> Iterator[tuple[Step, ...]]:
        """All runs of that cost, each as its events and the logs of their lines."""
        waiting: list[tuple[tuple[Step, ...], State]] = [((), self.start)]
        while waiting:
            run, s = waiting.pop()
            if self.is_end(s):
                if costs[s] == least:
                    yield run
                continue
            for more, e, log, after in self.steps(s):
                if added(costs[s], more) == costs.get(after) <= least:  # type: ignore[operator]
                    waiting.append(((*run, (e, log)), after))


def whole(case: Case) -> tuple[dict[State, Cost], dict[State, Cost]]:
    """For every state what it costs to come there, and what a run still costs from there at least."""
    costs, waiting, order = {case.start: NOTHING}, [(NOTHING, case.start)], list[State]()
    into: dict[State, list[tuple[Cost, State]]] = {}
    while waiting:
        cost, s = heappop(waiting)
        if cost > costs[s]:
            continue
        order.append(s)
        for more, _, _, after in case.steps(s):
            into.setdefault(after, []).append((more, s))
            if (new := added(cost, more)) < costs.get(after, (10**6,)):
                costs[after] = new
                heappush(waiting, (new, after))
    left = {s: NOTHING for s in order if case.is_end(s)}
    waiting = [(NOTHING, s) for s in left]
    while waiting:
        cost, s = heappop(waiting)
        if cost > left[s]:
            continue
        for more, before in into.get(s, ()):
            if (new := added(cost, more)) < left.get(before, (10**6,)):
                left[before] = new
                heappush(waiting, (new, before))
    return costs, left
