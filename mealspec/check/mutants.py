"""The specification tested: mutants of a design, and which properties and laws notice.

A mutant is killed if a law is broken, if a property that holds of the design is violated, or if its
premise can no longer occur. It is judged in the smallest scope in which it makes a difference.

Whether it makes one is seen in the design's own graph: as long as no reachable state permits a step that
the mutant denies, denies one that it permits, or steps elsewhere than it does, the two have the same
states and steps. Where that is so in all scopes, the largest ones included, the mutant is equivalent.
Else the first such state is no farther from the beginning in the mutant, and one step from there shows
what the laws say of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from mealspec.check.verify import decide
from mealspec.core import Graph, Machine, Progress, System, explore, reach
from mealspec.core.assertion import Changes, Owed, Possible, Reading, Rule
from mealspec.core.mutant import Mutant, Operator, mutants, same_graph, same_states
from mealspec.model.design import DESIGNS, design
from mealspec.model.mechanism import Mechanism
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.expected import Verdict
from mealspec.properties.facts import Facts
from mealspec.properties.laws import LAWS

DESIGN = DESIGNS["hardened"]
"""The design whose mutants these are: the one of which everything holds."""

_TWO = Scope().without(["job"])
_ONE = replace(_TWO, connections=1)
_EXTRAS = ("upload", "path", "job", "background", "screen")
_DEVICE = Scope(connections=1, includes=frozenset({"break", "restart", "device"}))

HOMES = (_ONE, *(_ONE.with_([item]) for item in _EXTRAS), _DEVICE, replace(_TWO, faults=0))
"""Where mutants come from: each is first judged in the first of these that has what it changes."""

LARGER = (replace(_TWO, faults=0), _ONE.with_(_EXTRAS))
"""Where those are judged that survive at home, one after the other."""

LARGEST = (replace(_TWO, faults=0).with_(["screen"]), _ONE.with_(_EXTRAS), _TWO)
"""A mutant that makes no difference in any of these either is equivalent: two connections and a screen that
comes and goes, one connection and everything at once, and two connections and any number of faults. What is about
another device fits none of them, and is judged at home."""

ROOM = 4
"""How many times as many states as the design a mutant may have."""


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    EQUIVALENT = "equivalent"
    """It makes no difference in the largest scopes, or none but in the names of states."""
    SURVIVOR = "survivor"


@dataclass(frozen=True)
class Case:
    """A mutant, or the design without a mechanism, and where it is first judged."""

    home: Scope
    change: Mutant | Mechanism

    @property
    def operator(self) -> str:
        """What kind of change it is."""
        return self.change.operator if isinstance(self.change, Mutant) else "remove a mechanism"

    @property
    def machine(self) -> str:
        """The machine that changes, if it is one."""
        return self.change.machine if isinstance(self.change, Mutant) else ""

    def __str__(self) -> str:
        return str(self.change) if isinstance(self.change, Mutant) else f"without the mechanism '{self.change}'"

    def scopes(self) -> list[Scope]:
        """Where it can be judged, smallest first."""
        return [self.home, *(s for s in LARGER if s != self.home and self._fits(s))]

    def _fits(self, scope: Scope) -> bool:
        return isinstance(self.change, Mechanism) or self.change.fits(_original(scope).system)

    def known(self) -> list[Scope]:
        """Where a difference is looked for, smallest first."""
        return [*self.scopes(), *(s for s in LARGEST if s not in LARGER and self._fits(s))]

    def differs(self) -> tuple[Scope, int] | None:
        """The first scope in which it makes a difference, and after how many steps; None if it makes none."""
        levels = ((scope, _original(scope).differs(self.change)) for scope in self.known())
        return next(((scope, level) for scope, level in levels if level is not None), None)

    def facts(self, scope: Scope) -> Facts:
        """The changed design in a scope."""
        if isinstance(self.change, Mechanism):
            changed = design(f"{DESIGN}-{self.change}")
            return Facts(changed, scope, system(changed, scope))
        return Facts(DESIGN, scope, self.change.applied(_original(scope).system))

    def concerned(self, rule: Rule) -> bool:
        """Whether the rule may speak of what changes: not if it is about another event, or another machine."""
        if isinstance(self.change, Mutant) and isinstance(rule, (Possible, Owed)):
            return rule.event == self.change.event
        if isinstance(self.change, Mutant) and isinstance(rule, Changes):
            return rule.machine == self.change.machine
        return True


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: who killed it, and in which scope that was decided."""

    case: Case
    fate: Fate
    killers: tuple[str, ...]
    scope: Scope
    states: int
    complete: bool = True


@dataclass(frozen=True, eq=False)
class _Original:
    """The design itself in a scope."""

    scope: Scope

    @cached_property
    def system(self) -> System:
        return system(DESIGN, self.scope)

    @cached_property
    def graph(self) -> Graph:
        return explore(self.system)

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        return _verdicts(self.graph, Facts(DESIGN, self.scope, self.system))

    @cached_property
    def locals(self) -> tuple[NDArray[np.int32], list[NDArray[np.int16]]]:
        """The level of each state, and for each machine its local states; a large graph is not kept."""
        graph = explore(self.system) if self.scope in LARGEST else self.graph
        return graph.level.copy(), [graph.local(machine.name).astype(np.int16) for machine in self.system.machines]

    def differs(self, change: Mutant | Mechanism) -> int | None:
        """The level of the first state in which the mutant steps otherwise, None if there is none.

        An event that is owed no longer makes a difference where it can happen. What a mechanism makes is
        not seen here.
        """
        if isinstance(change, Mechanism):
            return 0
        (level, local), t, e = self.locals, self.system.tables, self.system.number[change.event]
        where = np.ones(len(level), np.bool_)
        for p in range(int(t.first[e]), int(t.first[e + 1])):
            k, row = int(t.machine[p]), int(t.row[p])
            machine = self.system.machines[k]
            dest = t.dest[row : row + len(machine.states)]
            where &= (_other(change, machine) if machine.name == change.machine else dest >= 0)[local[k]]
        number = int(where.argmax())
        return int(level[number]) if where[number] else None


@cache
def _original(scope: Scope) -> _Original:
    return _Original(scope)


def _other(mutant: Mutant, machine: Machine) -> NDArray[np.bool_]:
    """In which states of its machine the mutant's event is another, as far as the others permit it."""
    if mutant.row is None:
        return np.array([machine.step(state, mutant.event) != state for state in machine.states])
    among = [mutant.row.source, *([mutant.to] if mutant.operator is Operator.SWAP_GUARD else [])]
    return np.array([state in among for state in machine.states])


def cases() -> list[Case]:
    """All mutants, each in its home, and the design without each of its mechanisms."""
    found: dict[object, Case] = {}
    for home in HOMES:
        for mutant in mutants(system(DESIGN, home)):
            found.setdefault(replace(mutant, to=None), Case(home, mutant))  # where a row goes depends on the home
    removed = [Case(HOMES[0], mechanism) for mechanism in Mechanism if mechanism in DESIGN]
    return [*found.values(), *removed]


def judge(case: Case, report: Callable[[Progress], None] | None = None) -> Outcome:
    """Judge a mutant where it first makes a difference, and in larger scopes until something kills it."""
    found = None if _idle(case) else case.differs()
    if found is None:
        return Outcome(case, Fate.EQUIVALENT, (), case.known()[-1], 0)
    first, level = found
    if first != case.home and isinstance(case.change, Mutant):
        outcome = _step(case, first, level, report)
        if outcome.fate is Fate.KILLED:
            return outcome
    return _climb(case, report)


def _climb(case: Case, report: Callable[[Progress], None] | None) -> Outcome:
    """Judge a mutant completely, in one scope after the other until something kills it."""
    outcome = _judged(case, case.home, report)
    for scope in case.scopes()[1:]:
        if outcome.fate is Fate.KILLED:
            break
        larger = _judged(case, scope, report)
        told = larger.fate is Fate.EQUIVALENT and outcome.fate is Fate.SURVIVOR  # apart in a smaller scope
        outcome = replace(larger, fate=Fate.SURVIVOR) if told else larger
    return outcome


def _idle(case: Case) -> bool:
    """Whether an event that changes no machine is owed no longer.

    What a step that changes nothing is owed rules out no run: a loop can take it wherever it is enabled, and
    an end is stuck whether or not it is.
    """
    change = case.change
    if isinstance(change, Mechanism) or change.operator is not Operator.FAULT:
        return False
    system = _original(case.scopes()[-1]).system
    event = system.event(change.event)
    alone = sum(other.owed_as == event.owed_as for other in system.events) == 1
    rows = (row for machine in system.machines for row in machine.rows if row.event == change.event)
    return alone and all(row.source == row.dest for row in rows)


def _step(case: Case, scope: Scope, level: int, report: Callable[[Progress], None] | None) -> Outcome:
    """What the laws say of the first step that differs, where the whole would be too much."""
    facts = case.facts(scope)
    graph = explore(facts.system, depth=level + 1, report=report)
    killers = tuple(_broken(graph, facts, case.concerned))
    return Outcome(case, Fate.KILLED if killers else Fate.SURVIVOR, killers, scope, len(graph), graph.complete)


def _judged(case: Case, scope: Scope, report: Callable[[Progress], None] | None) -> Outcome:
    original, facts = _original(scope), case.facts(scope)
    graph = explore(facts.system, limit=ROOM * len(original.graph), report=report)
    if isinstance(case.change, Mechanism) and same_graph(original.graph, graph) and same_states(original.graph, graph):
        return Outcome(case, Fate.EQUIVALENT, (), scope, len(graph))
    verdicts = _verdicts(graph, facts)
    killers = [name for name, verdict in verdicts.items() if _kills(original.verdicts[name], verdict)]
    facts = replace(facts, design=DESIGN)  # without a mechanism, the laws are still those of the design
    killers += _broken(graph, facts, case.concerned)
    if not killers or not case.machine:
        killers += _broken(graph, facts, case.concerned, whole=True)
    return Outcome(case, Fate.KILLED if killers else Fate.SURVIVOR, tuple(killers), scope, len(graph), graph.complete)


def _broken(graph: Graph, facts: Facts, concerns: Callable[[Rule], bool], *, whole: bool = False) -> list[str]:
    """The laws that are broken: those that are decided step by step, or those that take the whole graph."""
    reading = Reading(graph)
    laws = (law for law in LAWS.values() if law.whole is whole and law.applies(DESIGN))
    rules = ((law.id, [rule for rule in law.rules(facts) if concerns(rule)]) for law in laws)
    return [name for name, some in rules if any(rule.broken(reading) is not None for rule in some)]


def _kills(before: Verdict, after: Verdict) -> bool:
    return after is not before and after in (Verdict.VIOLATED, Verdict.VACUOUS)


def _verdicts(graph: Graph, facts: Facts) -> dict[str, Verdict]:
    return {prop.id: _verdict(graph, facts, prop) for prop in PROPERTIES.values()}


def _verdict(graph: Graph, facts: Facts, prop: Property) -> Verdict:
    if decide(graph, facts, prop) is not None:
        return Verdict.VIOLATED
    if not graph.complete:
        return Verdict.UNCHECKED
    return Verdict.HOLDS if reach(graph, prop.witness(facts)) is not None else Verdict.VACUOUS
