"""What can still become of a run that is left to itself: no fault any more, and nobody presses anything.

From a state only system events go on, under weak fairness as in :mod:`mealspec.core.explicit.decide`. How such
a future ends is decided for each state that can come: whether some future keeps the claim, and whether some
future breaks it. The futures of one state are few, thousands where the whole graph has millions, so they are
walked one by one and only where somebody asks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mealspec.core.claim import Claim, Form
from mealspec.core.event import Kind
from mealspec.core.system import Locals, System, bits, each

LIMIT = 60_000
"""States of all futures together; a few seconds."""


class TooManyFutures(Exception):
    """More states than the limit."""


class Future:
    """The futures of a system, as one claim judges them.

    Where the claim has an excuse, a future that ends there breaks it nonetheless: it keeps no promise either.

    Raises
    ------
    TooManyFutures
        From both questions, if there are more states than ``limit``.
    """

    def __init__(self, system: System, claim: Claim, *, limit: int = LIMIT) -> None:
        self.system, self._form, self._limit = system, claim.form, limit
        self._bad = (claim.bad if claim.form is Form.NEVER else claim.wrong).compiled(system)
        self._owed = bits(e for e, event in enumerate(system.events) if event.kind is Kind.SYSTEM)
        self._steps: dict[Locals, list[tuple[int, Locals]]] = {}
        self._keeping: set[Locals] = set()
        self._breaking: set[Locals] = set()

    def may_keep(self, state: Locals) -> bool:
        """Some future of the state keeps the claim."""
        self._settle(state)
        return state in self._keeping

    def may_break(self, state: Locals) -> bool:
        """Some future of the state breaks it."""
        self._settle(state)
        return state in self._breaking

    def broken(self, state: Locals) -> bool:
        """The state is wrong by itself, and nothing makes it good."""
        return self._form is Form.NEVER and self._bad(state)

    def wrong(self, state: Locals) -> bool:
        """The state breaks the claim if a run stays for ever in such states."""
        return self._form is Form.FOREVER and self._bad(state)

    def steps(self, state: Locals) -> list[tuple[int, Locals]]:
        """The system events that can happen next, by number, and where they lead; none where all is lost."""
        self._settle(state)
        return self._steps[state]

    def _settle(self, start: Locals) -> None:
        """Decide about the state and all that can come after it."""
        if start in self._steps:
            return
        new, waiting = {start: None}, [start]  # a dictionary keeps the order
        while waiting:
            state = waiting.pop()
            permitted = 0 if self.broken(state) else self.system.permitted(state) & self._owed
            after = [(e, self.system.after(state, e)) for e in each(permitted)]
            self._steps[state] = [(e, dest) for e, dest in after if dest is not None]
            for _, dest in self._steps[state]:
                if dest not in self._steps and dest not in new:
                    new[dest] = None
                    waiting.append(dest)
            if len(self._steps) > self._limit:
                raise TooManyFutures
        keep, fail = self._ends(list(new))
        before: dict[Locals, list[Locals]] = {}
        for state in new:
            for _, dest in self._steps[state]:
                before.setdefault(dest, []).append(state)
        for ends, known in ((keep, self._keeping), (fail, self._breaking)):
            known |= _reaching({*ends, *(dest for dest in before if dest in known)}, before)

    def _ends(self, states: list[Locals]) -> tuple[set[Locals], set[Locals]]:
        """Where a future may end or go round for ever, keeping the claim and breaking it."""
        stuck = {s for s in states if all(dest == s for _, dest in self._steps[s])}
        judged = stuck if self._form is Form.QUIESCENT else states
        wrong = {s for s in judged if self._bad(s)}
        if self._form is Form.NEVER:
            right = [s for s in states if s not in wrong]
            return (stuck - wrong).union(*self._rounds(right)), wrong
        keep = (stuck - wrong).union(*(part for part in self._rounds(states) if not part <= wrong))
        return keep, (stuck & wrong).union(*self._rounds([s for s in states if s in wrong]))

    def _rounds(self, states: Collection[Locals]) -> Iterator[set[Locals]]:
        """The components of these states in which a fair future may stay."""
        inside = set(states)
        import networkx as nx  # takes a while, and most of the package never needs it

        graph: nx.DiGraph[Locals] = nx.DiGraph()
        graph.add_edges_from((s, dest) for s in states for _, dest in self._steps[s] if dest in inside)
        for part in nx.strongly_connected_components(graph):
            enabled = [{self._action(e) for e, _ in self._steps[s]} for s in part]
            taken = {self._action(e) for s in part for e, dest in self._steps[s] if dest in part}
            if taken and set.intersection(*enabled) <= taken:
                yield part

    def _action(self, e: int) -> str:
        return self.system.events[e].owed_as


def _reaching(goals: set[Locals], before: dict[Locals, list[Locals]]) -> set[Locals]:
    """The goals and all states from which one can be reached."""
    reached, waiting = set(goals), list(goals)
    while waiting:
        for state in before.get(waiting.pop(), ()):
            if state not in reached:
                reached.add(state)
                waiting.append(state)
    return reached
