"""Families of systems in time: after how many ticks something has happened, in every system at once.

One tick is one step of all machines; what may hold it up is a set, over states and systems alike. Sets of states after
each tick say how long something takes, as in :mod:`mealspec.core.explicit.delays`, which goes state by state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from mealspec.core.delay import TICKS, Attained, Counting, Delay, Timekeeper
from mealspec.core.engine import Effort
from mealspec.core.event import Kind
from mealspec.core.predicate import At, Predicate
from mealspec.core.rule import condition
from mealspec.core.symbolic.diagrams import Symbolic
from mealspec.core.symbolic.rings import Rings, Way, settled
from mealspec.core.symbolic.sets import Set, Space, bounded
from mealspec.core.symbolic.steps import Step
from mealspec.core.system import System
from mealspec.core.timed import PAUSED, TICK, is_one_of
from mealspec.core.timed_family import TimedFamily
from mealspec.core.trace import Trace


class Layer(NamedTuple):
    """The states after so many ticks: with which the tick ended, and all that follow before the next."""

    entries: Set
    states: Set


class Split(NamedTuple):
    """The steps that are counted, and the others."""

    counted: list[Step]
    calm: list[Step]


class InTime(Symbolic):
    """A family in time, as decision diagrams.

    Parameters
    ----------
    family
        The systems.
    among
        Those of them to look at, as a set over the features of any space of the family.
    report
        Called with an :class:`~mealspec.core.engine.Effort` now and then.
    seldom
        Whether there are few faults in a run: what can be reached is searched fault by fault then, in half the time.
    """

    def __init__(
        self, family: TimedFamily, among: Callable[[Space], Set] = lambda space: space.true,
        report: Callable[[Effort], None] | None = None, *, seldom: bool = False,
    ) -> None:  # fmt: skip
        self.seldom = seldom
        untimed = Symbolic(family.untimed, report=report)
        untimed.confine(among(untimed))
        super().__init__(family.counting(), report=report)
        happens = {
            step.name: self.moved(untimed.projected(untimed.reachable & step.guard), untimed) for step in untimed.steps
        }
        self.calm = [step for step in self.steps if step.kind is not Kind.TIME]
        ticks = [step for step in self.steps if step.kind is Kind.TIME]
        self.ticks = [_within(tick, self._free(family, happens, tick.name)) for tick in ticks]
        self.steps = (*self.ticks, *self.calm)  # first what touches most: sets that time has smoothed stay small
        self.initial = self.initial & among(self)

    @cached_property
    @bounded
    def reachable(self) -> Set:
        """Everything that can be reached."""
        if not self.seldom:
            return self.reach(self.initial)
        faults = [step for step in self.steps if step.kind is Kind.FAULT]
        others = [step for step in self.steps if step.kind is not Kind.FAULT]
        found, fresh = self.false, self.initial
        while fresh != self.false:
            found = found | self.reach(fresh, steps=others)
            fresh = self.any(self.image(step, found) for step in faults) & ~found
        return found

    def _free(self, family: TimedFamily, happens: Mapping[str, Set], tick: str) -> Set:
        """Where a tick may come: in a pause the one of pauses, else the other."""
        free = self._unhindered(family, happens, paused=tick == PAUSED)
        if family.pause is None:
            return free
        pause = self.where(At(family.pause.machine, family.pause.holds))
        return free & (pause if tick == PAUSED else ~pause)

    @bounded
    def _unhindered(self, family: TimedFamily, happens: Mapping[str, Set], *, paused: bool) -> Set:
        """Where nothing that happens in a system at all has to happen before the next tick, or it is excused."""
        due: dict[tuple[str, ...], Set] = {}
        clocks = [(name, given, clock) for name, every in family.clocks.items() for given, clock in every if clock]
        for name, given, clock in clocks:
            for state in self.family.states(name):
                for event, excused in clock.pressing(state, paused=paused):
                    here = self.systems(given) & self.state(name, state) & happens[event]
                    due[excused] = due.get(excused, self.false) | here
        reasons = [(name, self._excuse(wheres)) for name, wheres in family.excuses.items()]
        return ~self.any(due.values()) | self.any(
            holds & ~self.any(late for names, late in due.items() if name not in names) for name, holds in reasons
        )

    def _excuse(self, wheres: Mapping[str, Any]) -> Set:
        out = self.true
        for machine, where in wheres.items():
            if machine in self.encodings:
                out = out & self.where(At(machine, condition(where), absent=True))
        return out

    @bounded
    def layers(self, begins: Set, until: Set, steps: Split | None = None) -> Iterator[Layer]:
        """What is left after no tick, after one, and so on, for as long as anything is; or after other steps."""
        counted, calm = steps or Split(self.ticks, self.calm)
        moving = [step for step in calm if step.moves]
        entries = begins & ~until
        while entries != self.false:
            states = self._close(entries, moving, lambda step, new: self.image(step, new) & ~until)
            yield Layer(entries, states)
            entries = self.any(self.image(step, states) for step in counted) & ~until

    @bounded
    def left(self, begins: Set, until: Set) -> Set:
        """All that can be reached before ``until``, however long it takes."""
        moving = [step for step in self.steps if step.moves]
        return self._close(begins & ~until, moving, lambda step, new: self.image(step, new) & ~until)

    def split(self, counting: Counting) -> Split:
        """The steps that are counted, and all others; one that is counted in some states only is among both."""
        some = [step for step in self.steps if is_one_of(step.name, counting.events)]
        others = [step for step in self.steps if step not in some]
        if counting.leaving is None:
            return Split(some, others)
        here: Set = counting.leaving
        return Split([_within(step, here) for step in some], [*(_within(step, ~here) for step in some), *others])

    def after(self, events: tuple[str, ...]) -> Set:
        """The states to which one of these events leads; they go by the beginnings of their names."""
        return self.any(self.image(step, self.reachable) for step in self.steps if is_one_of(step.name, events))

    @cached_property
    def rings(self) -> Rings:
        """Around where everything begins."""
        return Rings(self, self.initial)


class SetTimes(Timekeeper):
    """Of a space that holds one system in time; ``system`` is the same, to tell runs of it."""

    def __init__(self, space: InTime, system: System) -> None:
        self.space, self.system = space, system

    def where(self, predicate: Predicate) -> Set:
        return self.space.where(predicate)

    def after(self, events: tuple[str, ...]) -> Set:
        return self.space.after(events)

    def entered(self, states: Set) -> Set:
        space = self.space
        outside = space.reachable & ~states
        return states & (space.initial | space.any(space.image(step, outside) for step in space.steps))

    def within(self, begins: Set, until: Set, ticks: int, counting: Counting = TICKS) -> bool:
        layers = self.space.layers(begins & self.space.reachable, until, self.space.split(counting))
        return len(list(islice(layers, ticks + 2))) <= ticks + 1

    def delays(
        self, begins: Set, until: Set, ways: Mapping[str, tuple[str, ...]], counting: Counting = TICKS
    ) -> dict[str, Delay]:
        return _Measured(self.space, self.system, begins, until, counting, ways).delays(ways)


class _Measured:
    """What was measured from some states until others are reached."""

    def __init__(
        self, space: InTime, system: System, begins: Set, until: Set, counting: Counting,
        ways: Mapping[str, tuple[str, ...]],
    ) -> None:  # fmt: skip
        """``endless`` are states from which a run counts for ever: if it gets there, there is no greatest."""
        self.space, self.system, self.until, self.whole = space, system, until, counting.whole
        self.layers, self.endless, self.steps = list[Layer](), space.false, space.split(counting)
        still = space.any(step.guard & ~step.moving for step in self.steps.counted) & ~until  # it changes nothing there
        met, missing = dict[Set, int](), None
        for k, layer in enumerate(space.layers(begins & space.reachable, until, self.steps)):
            if missing is None and layer.entries in met:  # what follows has all been there
                self.endless = self._lasting(self.layers[met[layer.entries] :])
                break
            met[layer.entries] = k
            self.layers.append(layer)
            if missing is None and layer.states & still != space.false:
                self.endless, missing = still, self._open(begins & space.reachable, ways)
            if missing is not None and not (missing := [steps for steps in missing if not self._met(steps)]):
                break

    def _open(self, begins: Set, ways: Mapping[str, tuple[str, ...]]) -> list[list[Step]]:
        """The steps of each way that there is: once it is known that there is no end, only the least is asked for."""
        every = list(self.space.steps)
        left = self.space.left(begins, self.until)
        kinds = [every, *([s for s in every if is_one_of(s.name, events)] for events in ways.values())]
        return [steps for steps in kinds if self._lead(steps, left) != self.space.false]

    def _met(self, steps: list[Step]) -> bool:
        """Whether one of them ends some layer so far."""
        return any(self._lead(steps, layer.states) != self.space.false for layer in reversed(self.layers))

    def _lasting(self, layers: list[Layer]) -> Set:
        """The states of layers that come again from which something is counted for ever."""
        left, before = self.space.any(layer.states for layer in layers), None
        while left != before:
            before = left
            left = self.space.back(self._counting(left, left), left, self.steps.calm)
        return left

    def delays(self, ways: Mapping[str, tuple[str, ...]]) -> dict[str, Delay]:
        """For each way, and as ``""`` for all."""
        return {name: self._delay(name, events) for name, events in {"": None, **ways}.items()}

    def _delay(self, name: str, events: tuple[str, ...] | None) -> Delay:
        layers, endless = self.layers, self.endless != self.space.false
        ends = [[s for s in some if events is None or is_one_of(s.name, events)] for some in reversed(self.steps)]
        found = [
            (k + last, k, steps)
            for k, layer in enumerate(layers)
            for last, steps in enumerate(ends)
            if self._lead(steps, layer.states) != self.space.false
        ]  # how many, in which layer, and by what
        if self.whole and not name and max(map(_number, found), default=-1) < len(layers) - 1:
            found.append((len(layers) - 1, len(layers) - 1, []))
        some = [each for each in found if each[2]]
        least, greatest = min(some, key=_number, default=None), max(found, key=_number, default=None)

        def run(latest: bool) -> Attained | None:
            if latest and endless:
                return self._round(layers)
            end = greatest if latest else least
            return end and self._run(layers, end[1], end[2])

        most = greatest[0] if greatest and not endless else None
        return Delay(least and least[0], most, bool(layers), run)

    def _lead(self, steps: Iterable[Step], states: Set) -> Set:
        """Those of the states from which one of the steps ends it."""
        return self.space.any(self.space.preimage(step, self.until) & states for step in steps)

    def _run(self, layers: list[Layer], k: int, steps: list[Step]) -> Attained:
        """A run through that layer that ends with one of these steps; without any, where the layer does."""
        step = next((step for step in steps if self._lead([step], layers[k].states) != self.space.false), None)
        goal = layers[k].states if step is None else self._lead([step], layers[k].states)
        begin, events, _ = self._walk(layers[: k + 1], goal)
        return self._told(self._before(begin), events if step is None else [*events, step.name])

    def _walk(self, layers: list[Layer], goal: Set) -> Way:
        """A run through all these layers to the goal, which is in the last."""
        space, events = self.space, list[str]()
        goal = end = space.one(goal)
        for before, (entries, states) in zip([None, *layers[:-1]][::-1], layers[::-1], strict=True):
            rings = Rings(space, entries, states, self.steps.calm)
            ring, _ = rings.first({"": goal}) or (0, "")
            goal, more, _ = rings.run(ring, goal)
            events = [*more, *events]
            if before is not None:
                step, goal = self._counts(before.states, goal)
                goal = space.one(goal)
                events = [step.name, *events]
        return Way(goal, events, end)

    def _counts(self, before: Set, goal: Set) -> tuple[Step, Set]:
        """A step that is counted and leads from some of the states to the goal, and from which."""
        into = ((step, self.space.preimage(step, goal) & before) for step in self.steps.counted)
        return next((step, source) for step, source in into if source != self.space.false)

    def _round(self, layers: list[Layer]) -> Attained:
        """A run that goes round for ever, and counts in its loop."""
        space, left = self.space, self.endless
        k = next(k for k, layer in enumerate(layers) if layer.states & left != space.false)
        begin, stem, at = self._walk(layers[: k + 1], layers[k].states & left)
        every = list(space.steps)  # each of them once, though one may be among both kinds
        further, at, component = settled(space, at, left, every)
        stem = [*stem, *further]
        here, go = self._around(at, component, self._counting(component, component), every)
        counts, there = self._taken(here, component)
        _, home = self._around(there, component, at, every)
        return self._told(self._before(begin), [*stem, *go, counts, *home], len(stem))

    def _counting(self, states: Set, to: Set) -> Set:
        """Those of the states from which something counted leads there."""
        return self.space.any(self.space.preimage(step, to) & states for step in self.steps.counted)

    def _taken(self, here: Set, inside: Set) -> tuple[str, Set]:
        """Something counted that leads from there to inside, and where it leads."""
        there = ((step.name, self.space.image(step, here) & inside) for step in self.steps.counted)
        return next((name, after) for name, after in there if after != self.space.false)

    def _around(self, here: Set, inside: Set, goal: Set, steps: list[Step]) -> tuple[Set, list[str]]:
        """A shortest run to the goal that stays inside: where it ends, and its events."""
        rings = Rings(self.space, here, inside, steps)
        ring, _ = rings.first({"": goal}) or (0, "")
        _, events, end = rings.run(ring, goal)
        return end, events

    def _before(self, state: Set) -> list[str]:
        """How one comes to that state."""
        ring, _ = self.space.rings.first({"": state}) or (0, "")
        return self.space.rings.run(ring, state).events

    def _told(self, before: list[str], events: list[str], loop: int | None = None) -> Attained:
        """The run, where each tick goes by the name that the system has for it there."""
        state, named = self.system.initial, list[str]()
        ticks = [event.name for event in self.system.events if event.kind is Kind.TIME]
        for event in (*before, *events):
            names = [tick for tick in ticks if is_one_of(tick, [event])] if event in (TICK, PAUSED) else [event]
            name, state = next((n, s) for n in names if isinstance(s := self.system.step(state, n), tuple))
            named.append(name)
        told = Trace.of(self.system, named, None if loop is None else len(before) + loop)
        return Attained(told, len(before))


def _number(end: tuple[int, int, list[Step]]) -> int:
    return end[0]


def _within(step: Step, states: Set) -> Step:
    """The step, taken from some states only."""
    return replace(step, guard=step.guard & states, moving=step.moving & states)
