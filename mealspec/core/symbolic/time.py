"""Families of systems in time: after how many ticks something has happened, in every system at once.

One tick is one step of all machines; what may hold it up is a set, over states and systems alike. Sets of states after
each tick say how long something takes, as in :mod:`mealspec.core.explicit.delays`, which goes state by state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

from mealspec.core.delay import Attained, Delay, Timekeeper
from mealspec.core.engine import Effort
from mealspec.core.event import Kind
from mealspec.core.predicate import At, Predicate
from mealspec.core.rule import condition
from mealspec.core.symbolic.diagrams import Symbolic
from mealspec.core.symbolic.rings import Rings, Way, settled
from mealspec.core.symbolic.sets import Set, Space, bounded
from mealspec.core.symbolic.steps import Step
from mealspec.core.system import System
from mealspec.core.timed import TICK, TimedFamily, is_one_of
from mealspec.core.trace import Trace


class Layer(NamedTuple):
    """The states after so many ticks: with which the tick ended, and all that follow before the next."""

    entries: Set
    states: Set


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
    """

    def __init__(
        self, family: TimedFamily, among: Callable[[Space], Set] = lambda space: space.true,
        report: Callable[[Effort], None] | None = None,
    ) -> None:  # fmt: skip
        untimed = Symbolic(family.untimed, report=report)
        untimed.confine(among(untimed))
        super().__init__(family.counting(), report=report)
        happens = {
            step.name: self.moved(untimed.projected(untimed.reachable & step.guard), untimed) for step in untimed.steps
        }
        free = self._unhindered(family, happens)
        self.calm = [step for step in self.steps if step.kind is not Kind.TIME]
        (tick,) = (step for step in self.steps if step.kind is Kind.TIME)
        self.tick = replace(tick, guard=tick.guard & free, moving=tick.moving & free)
        self.steps = (self.tick, *self.calm)  # first what touches most: sets that time has smoothed stay small
        self.initial = self.initial & among(self)

    @bounded
    def _unhindered(self, family: TimedFamily, happens: Mapping[str, Set]) -> Set:
        """Where nothing that happens in a system at all has to happen before the next tick, or it is excused."""
        due: dict[tuple[str, ...], Set] = {}
        clocks = [(name, given, clock) for name, every in family.clocks.items() for given, clock in every if clock]
        for name, given, clock in clocks:
            for state in self.family.states(name):
                for event, excused in clock.pressing(state):
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
    def layers(self, begins: Set, until: Set) -> Iterator[Layer]:
        """What is left after no tick, after one, and so on, for as long as anything is."""
        entries = begins & ~until
        while entries != self.false:
            states = self._close(
                entries, [s for s in self.calm if s.moves], lambda step, new: self.image(step, new) & ~until
            )
            yield Layer(entries, states)
            entries = self.image(self.tick, states) & ~until

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

    def delays(self, begins: Set, until: Set, ways: Mapping[str, tuple[str, ...]]) -> dict[str, Delay]:
        return _Measured(self.space, self.system, begins, until).delays(ways)


class _Measured:
    """What was measured from some states until others are reached."""

    def __init__(self, space: InTime, system: System, begins: Set, until: Set) -> None:
        self.space, self.system, self.until = space, system, until
        self.layers, self.repeats = list[Layer](), None
        known = dict[Set, int]()
        for k, layer in enumerate(space.layers(begins & space.reachable, until)):
            if layer.entries in known:  # what follows has all been there
                self.repeats = known[layer.entries]
                break
            known[layer.entries] = k
            self.layers.append(layer)

    def delays(self, ways: Mapping[str, tuple[str, ...]]) -> dict[str, Delay]:
        """For each way, and as ``""`` for all."""
        calm = self.space.calm
        ends = {"": calm} | {name: [s for s in calm if is_one_of(s.name, events)] for name, events in ways.items()}
        return {name: self._delay(steps) for name, steps in ends.items()}

    def _delay(self, steps: list[Step]) -> Delay:
        layers, repeats = self.layers, self.repeats
        hits = [k for k, layer in enumerate(layers) if self._lead(steps, layer.states) != self.space.false]

        def run(latest: bool) -> Attained | None:
            if latest and repeats is not None:
                return self._round(layers, repeats)
            return self._run(layers, hits[-1 if latest else 0], steps) if hits else None

        least, greatest = (hits[0], hits[-1]) if hits else (None, None)
        return Delay(least, None if repeats is not None else greatest, bool(layers), run)

    def _lead(self, steps: Iterable[Step], states: Set) -> Set:
        """Those of the states from which one of the steps ends it."""
        return self.space.any(self.space.preimage(step, self.until) & states for step in steps)

    def _run(self, layers: list[Layer], k: int, steps: list[Step]) -> Attained:
        """A run that ends with one of these steps after so many ticks."""
        step = next(step for step in steps if self._lead([step], layers[k].states) != self.space.false)
        begin, events, _ = self._walk(layers[: k + 1], self._lead([step], layers[k].states))
        return self._told(self._before(begin), [*events, step.name])

    def _walk(self, layers: list[Layer], goal: Set) -> Way:
        """A run through all these layers to the goal, which is in the last."""
        space, events = self.space, list[str]()
        goal = end = space.one(goal)
        for before, (entries, states) in zip([None, *layers[:-1]][::-1], layers[::-1], strict=True):
            rings = Rings(space, entries, states, space.calm)
            ring, _ = rings.first({"": goal}) or (0, "")
            goal, more, _ = rings.run(ring, goal)
            events = [*more, *events]
            if before is not None:
                goal = space.one(space.preimage(space.tick, goal) & before.states)
                events = [TICK, *events]
        return Way(goal, events, end)

    def _round(self, layers: list[Layer], repeats: int) -> Attained:
        """A run that goes round for ever, with a tick in its loop."""
        space = self.space
        left, before = space.any(layer.states for layer in layers[repeats:]), None
        while left != before:
            before = left
            left = space.back(space.preimage(space.tick, left) & left, left, space.calm)
        k = next(k for k, layer in enumerate(layers) if layer.states & left != space.false)
        begin, stem, at = self._walk(layers[: k + 1], layers[k].states & left)
        further, at, component = settled(space, at, left, space.steps)
        loop, here = list[str](), at
        for goal, last in ((space.preimage(space.tick, component) & component, [TICK]), (at, [])):
            rings = Rings(space, here, component, space.steps)
            ring, _ = rings.first({"": goal}) or (0, "")
            _, events, here = rings.run(ring, goal)
            loop += [*events, *last]
            here = space.image(space.tick, here) if last else here
        stem = [*stem, *further]
        return self._told(self._before(begin), [*stem, *loop], len(stem))

    def _before(self, state: Set) -> list[str]:
        """How one comes to that state."""
        ring, _ = self.space.rings.first({"": state}) or (0, "")
        return self.space.rings.run(ring, state).events

    def _told(self, before: list[str], events: list[str], loop: int | None = None) -> Attained:
        """The run, where each tick goes by the name that the system has for it there."""
        state, named = self.system.initial, list[str]()
        ticks = [event.name for event in self.system.events if event.kind is Kind.TIME]
        for event in (*before, *events):
            names = ticks if event == TICK else [event]
            name, state = next((n, s) for n in names if isinstance(s := self.system.step(state, n), tuple))
            named.append(name)
        told = Trace.of(self.system, named, None if loop is None else len(before) + loop)
        return Attained(told, len(before))
