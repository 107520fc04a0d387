"""Three accounts of one run, step by step: ``transitions`` objects, the compiled product, the graph.

After each step all three must be in the same state and permit the same events; where they are not,
:class:`Disagreement` says what each of them holds. A machine's object is asked with ``may_trigger``
what it permits when it is first seen in a state, and the answer is kept, for it depends on nothing else.
"""

from __future__ import annotations

from mealspec.core.explicit.graph import Graph
from mealspec.core.machine import State
from mealspec.core.objects import Objects
from mealspec.core.system import Locals, System, bits, each


class Disagreement(AssertionError):
    """Objects objects, compiled product and graph do not agree: the checker itself is wrong."""


class Lockstep:
    """A run of a system, told three times.

    Sets of events are integers with a bit for each event, in declared order.

    Attributes
    ----------
    system, graph
        What runs. The graph may be incomplete; it takes part as long as it knows the state.
    locals
        The state, as the compiled product has it.
    number
        The state, as the graph has it; None if the graph does not know it.
    enabled
        The events that can happen now.

    Examples
    --------
    >>> from mealspec.core import Event, Kind, Machine, explore
    >>> lamp = Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off")])
    >>> graph = explore(System([lamp], [Event("on", Kind.USER, "user", ("lamp",)),
    ...                                 Event("off", Kind.SYSTEM, "lamp", ("lamp",))]))
    >>> run = Lockstep(graph)
    >>> run.fire(0)
    >>> run.states(), run.number, run.names(run.enabled)
    ({'lamp': 'lit'}, 1, ['off'])
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.system: System = graph.system
        self._objects = Objects(self.system)
        self._permits: list[dict[str, int]] = [{} for _ in self.system.machines]
        self._labels = [[str(state) for state in machine.states] for machine in self.system.machines]
        t = self.system.tables
        self._fields = list(zip(t.word.tolist(), t.shift.tolist(), strict=True))
        self._words = t.words
        self._offset, self._event, self._dest, self._packed = graph.offset, graph.event, graph.dest, graph.packed
        self.reset()

    def reset(self) -> None:
        """Back to the initial state."""
        self._objects.set({m.name: labels[0] for m, labels in zip(self.system.machines, self._labels, strict=True)})
        self.locals: Locals = self.system.initial
        self.number: int | None = 0
        self._compare()

    def states(self) -> dict[str, State]:
        """The state of each machine, by name."""
        return self.system.states(self.locals)

    def names(self, events: int) -> list[str]:
        """The events of a set, by name, in declared order."""
        return [self.system.events[e].name for e in each(events)]

    def fire(self, event: int) -> None:
        """Let the event happen in all three, by its number; it must be enabled.

        Raises
        ------
        Disagreement
            If they end up in different states, or permit different events there.
        """
        name = self.system.events[event].name
        self._objects.take(name)
        after = self.system.after(self.locals, event)
        if after is None:
            raise Disagreement(f"the objects took '{name}', and {self.system.step(self.locals, name)}")
        self.locals = after
        if self.number is not None:
            self.number = self._followed(self.number, event)
        self._compare()

    def _followed(self, number: int, event: int) -> int | None:
        """Where the graph's edge leads; None if that state was not expanded."""
        begin, end = self._offset[number : number + 2].tolist()
        dest = int(self._dest[begin + self._event[begin:end].tolist().index(event)])
        packed = [0] * self._words
        for (word, shift), local in zip(self._fields, self.locals, strict=True):
            packed[word] |= local << shift
        if self._packed[dest].tolist() != packed:
            raise Disagreement(f"the graph's state {dest} is {self.graph.state(dest)}, the product's {self.states()}")
        return dest if dest < self.graph.expanded else None

    def _compare(self) -> None:
        labels = self._objects.labels()
        told = [names[local] for names, local in zip(self._labels, self.locals, strict=True)]
        if labels != told:
            raise Disagreement(f"the objects are in {labels}, and the compiled product in {told}")
        permitted = self.system.permitted(self.locals)
        alive = -1
        for k, label in enumerate(labels):
            permits_of = self._permits[k]
            if label not in permits_of:
                permits_of[label] = self._asked(k)
            alive &= permits_of[label]
        self.enabled = permitted
        if alive != permitted:
            raise Disagreement(f"the objects permit {self.names(alive)}, the product {self.names(permitted)}")
        if self.number is not None:
            begin, end = self._offset[self.number : self.number + 2].tolist()
            known = bits(self._event[begin:end].tolist())
            if known != permitted:
                raise Disagreement(f"the graph permits {self.names(known)}, the product {self.names(permitted)}")

    def _asked(self, k: int) -> int:
        """What the objects permits in the state it is in; what it takes no part in, too."""
        machine = self.system.machines[k].name
        return bits(
            e
            for e, event in enumerate(self.system.events)
            if machine not in event.takes or self._objects.may(machine, event.name)
        )
