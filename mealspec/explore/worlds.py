"""The machines of all designs of a scope as one table, from which a browser makes those of any design.

A *world* is a scope with mechanisms that may be switched. Each row of each machine, and each event, says in which of
its designs it is there (:mod:`mealspec.explore.conditions`), and each property what it claims in which of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mealspec.core import Branch, Event, FeaturedSystem, Machine, Predicate, System, branches
from mealspec.core.predicate import At, read
from mealspec.draw.lanes import ends, stands
from mealspec.explore.clocks import clocks
from mealspec.explore.conditions import Conditions, Outcomes
from mealspec.model.design import Design
from mealspec.model.featured import AnyDesign, family
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.facts import Facts

Json = dict[str, Any]


@dataclass(frozen=True)
class World:
    """Designs in a scope: all that have ``fixed`` and any of ``free``."""

    scope: Scope
    free: tuple[M, ...]
    fixed: frozenset[M]

    @cached_property
    def family(self) -> FeaturedSystem:
        """Its designs as one system."""
        return family(self.scope, self.free, self.fixed)

    @cached_property
    def richest(self) -> System:
        """That with every mechanism: it is asked which machines there are."""
        return system(Design("every mechanism", frozenset(self.free) | self.fixed), self.scope)

    def has(self, design: Design) -> bool:
        """Whether it is one of its designs."""
        return self.fixed <= design.mechanisms <= self.fixed | {*self.free}


class Texts:
    """Things that several tables name by their number, each kept once."""

    def __init__(self) -> None:
        self.all: list[Any] = []
        self._number: dict[str, int] = {}

    def number(self, thing: Any) -> int:
        """Of a thing that is as good as its JSON."""
        key = repr(thing)
        if key not in self._number:
            self._number[key] = len(self.all)
            self.all.append(thing)
        return self._number[key]


def table(world: World, texts: Texts) -> Json:
    """The world as JSON; what its events say is kept among the texts."""
    conditions = Conditions(world.family.features)
    machines = [_machine(name, world.family, conditions) for name in world.family.variants]
    facts = Texts()
    claims = {p.id: list(_claims(p, world, conditions, facts)) for p in PROPERTIES.values()}
    premises = {p.id: list(_premises(p, world, conditions, facts)) for p in PROPERTIES.values()}
    return {
        "scope": world.scope.to_json(),
        "says": world.scope.describe(),
        "free": list(world.family.features),
        "fixed": sorted(world.fixed),
        "machines": machines,
        "events": [_event(name, world.family, conditions, texts) for name in world.family.events],
        "clocks": clocks(world.family, world.scope),
        "claims": claims,
        "premises": premises,
        "facts": facts.all,
        "nodes": [part for node in conditions.nodes for part in node],
    }


def _machine(name: str, all_: FeaturedSystem, conditions: Conditions) -> Json:
    """Its states, and its rows by when they are there: ``[condition, event, source, dest, event, ...]``."""
    states = {state: k for k, state in enumerate(all_.states(name))}
    events = {event: k for k, event in enumerate(all_.events)}

    def rows(machine: Machine | None) -> tuple[tuple[int, ...], ...] | None:
        """In order, for that of a design says nothing."""
        if machine is None:
            return None
        return tuple(sorted((events[e], states[s], states[d]) for e, s, d in machine.rows if e in events))

    outcomes = Outcomes([Branch(b.given, rows(b.value)) for b in all_.variants[name]])
    having: dict[tuple[int, ...], list[int]] = {}
    for k, own in enumerate(outcomes.values):
        for row in own or ():
            having.setdefault(row, []).append(k)
    groups: dict[tuple[int, ...], list[int]] = {}
    for row, some in having.items():
        groups.setdefault(tuple(some), []).extend(row)
    one = next(machine for machine in all_.machines if machine.name == name)
    return {
        "name": name,
        "doc": one.doc.split("\n\n")[0].replace("\n", " "),
        "lanes": list(stands(name)),
        "states": [str(state) for state in states],
        "there": conditions.of(outcomes, range(1, len(outcomes.values))),
        "rows": [[conditions.of(outcomes, {*some}), *flat] for some, flat in groups.items()],
    }


def _event(name: str, all_: FeaturedSystem, conditions: Conditions, texts: Texts) -> list[list[int]]:
    """What it says and which machines take part, by when it is so: ``[[condition, text, machine, ...], ...]``."""
    place = {machine: k for k, machine in enumerate(all_.variants)}

    def said(event: Event) -> tuple[int, ...]:
        return (texts.number(_said(event)), *(place[machine] for machine in event.takes if machine in place))

    outcomes = Outcomes([Branch(b.given, said(b.value)) for b in all_.events[name]])
    return [[conditions.of(outcomes, {k}), *value] for k, value in enumerate(outcomes.values) if value is not None]


def _said(event: Event) -> Json:
    """An event for people."""
    start, end = ends(event)
    return {
        "name": event.name,
        "kind": event.kind.value,
        "owner": event.owner,
        "owed": event.owed_as,
        "label": event.label or event.name,
        "line": [event.line.log, *event.line.texts] if event.line else None,
        "first": event.takes[0],
        "refs": list(event.refs),
        "ends": [start, end],
        "lost": event.lost,
    }


def _claims(prop: Property, world: World, conditions: Conditions, facts: Texts) -> Iterator[Json]:
    """What the property claims, by when it does so."""

    def claims(about: Facts) -> list[Json]:
        return [
            {
                "form": claim.form.value,
                "wrong": facts.number(expression(claim.wrong, world)),
                "excuse": facts.number(expression(claim.excuse, world) if claim.excuse else 0),
            }
            for claim in prop.claims(about)
        ]

    for when, said in _by_design(claims, world, conditions):
        yield {"when": when, "claims": said}


def _premises(prop: Property, world: World, conditions: Conditions, facts: Texts) -> Iterator[list[int]]:
    """The fact that must occur for the property to say anything: ``[condition, fact]``, by when it is that."""
    told = _by_design(lambda about: facts.number(expression(prop.witness(about), world)), world, conditions)
    return ([when, fact] for when, fact in told)


def _by_design(say: Callable[[Facts], Any], world: World, conditions: Conditions) -> Iterator[tuple[int, Any]]:
    """What is said of each design, and the condition under which it is said."""
    on = frozenset(m.value for m in world.fixed)
    tell = lambda choice: say(Facts(AnyDesign(choice), world.scope, world.richest))  # noqa: E731 (one line says it)
    found = branches(tell, world.family.features, on)
    outcomes = Outcomes([Branch(b.given, repr(b.value)) for b in found])
    said = {repr(b.value): b.value for b in found}
    for k, text in enumerate(outcomes.values):
        if text is not None:
            yield conditions.of(outcomes, {k}), said[text]


def expression(predicate: Predicate, world: World) -> Any:
    """A predicate as nested lists.

    They are ``0`` and ``1``; ``["not", x]``; ``["and", x, y]``; and ``[machine, absent, state, ...]``, which is true in
    these states of the machine, and has the value ``absent`` where there is no such machine.
    """
    place = {name: k for k, name in enumerate(world.family.variants)}

    def at(fact: At) -> Any:
        passing = [k for k, state in enumerate(world.family.states(fact.machine)) if fact.passes(state)]
        return [place[fact.machine], int(bool(fact.absent)), *passing]

    def no(inner: Any) -> Any:
        return 1 - inner if isinstance(inner, int) else inner[1] if inner[0] == "not" else ["not", inner]

    def both(left: Any, right: Any) -> Any:
        if left == 0 or right == 0:
            return 0
        return right if left == 1 else left if right == 1 else ["and", left, right]

    return read(predicate, place, at, int, both, no)
