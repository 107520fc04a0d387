"""What of a machine is looked at: views of its states, the steps that some run takes, and what each depends on.

A machine is taken with one meal and one connection, with two where its states tell connections apart, and with every
kind of fault and aspect of the environment; another device is let in only for its own machine. A machine whose states
are records is looked at in several views, each of which sees some fields only. A view has every step that the machine
can make as far as those fields can tell; it does not say on what else a step depends.

A row that no run of the whole product takes is no step: a screen that shows a meal as completed permits that an answer
says "failed", and no such answer comes. Which rows are taken is decided by sets of states, completely.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from mealspec.core import CheckerError, Machine, State, Symbolic, System, unknown
from mealspec.core.machine import Row
from mealspec.draw.communication import kind_of
from mealspec.model.design import Design
from mealspec.model.featured import family
from mealspec.model.meanings import FIELDS
from mealspec.model.mechanism import Mechanism
from mealspec.model.product import system
from mealspec.model.scope import WIDEST, Scope

View = tuple[str, ...]
"""The fields that are looked at; none of them for whole states."""

VIEWS: dict[str, tuple[View, ...]] = {
    "connection": (("client",), ("server",), ("caller",), ("fine",)),
    "loader": (("phase",),),
    "notification": (("fate",), ("flight",)),
    "poller": (("loop",), ("woken",), ("loads",), ("stops",), ("rogue",), ("ending",), ("lowered",)),
    "service": (("socket",), ("connected",)),
    "sync": (("phase",),),
}
"""How machines are looked at, one view after the other, as far as they have these fields; others are seen whole."""

Step = tuple[str, str, str]
"""Event, source and destination of a row, as a view shows them."""


@dataclass(frozen=True)
class Sheet:
    """A view of a machine: what is drawn.

    Attributes
    ----------
    name, doc
        The machine's, and of its text the first paragraph.
    view, meaning
        The fields that are looked at, and what each is; empty for whole states.
    initial, states, resting
        As the view shows them, of the states that some run reaches. A state of the view is resting if the
        machine may stay in one of those that look so.
    steps
        The rows that some run takes, each once, in their order.
    idle
        How many rows no run takes.
    """

    name: str
    doc: str
    view: View
    meaning: tuple[str, ...]
    initial: str
    states: tuple[str, ...]
    resting: frozenset[str]
    steps: tuple[Step, ...]
    idle: int

    @property
    def moving(self) -> list[Step]:
        """The steps that lead to another state."""
        return [step for step in self.steps if step[1] != step[2]]


@cache
def product(plan: Design, scope: Scope) -> System:
    """The system in which machines are looked at."""
    return system(plan, scope)


def _with_all(connections: int, *, device: bool) -> Scope:
    scope = Scope(connections=connections).with_(WIDEST.includes)
    return scope if device else scope.without(["device"])


def drawn(plan: Design) -> dict[str, Scope]:
    """For each machine that is drawn, the scope that it is taken from.

    Of machines that are alike but for the name of their meal or connection, the first.
    """
    machines = product(plan, _with_all(1, device=True)).machines
    return {machine.name: _scope(machine) for machine in machines}


def _scope(machine: Machine) -> Scope:
    names = " ".join([machine.name, *map(str, machine.states)])
    apart = set(Scope().connection_names) & set(re.split(r"\W+", names))
    return _with_all(2 if apart else 1, device=machine.name == "device")


def machine_of(plan: Design, name: str, scope: Scope) -> Machine | None:
    """The machine of that name, if the design has it."""
    found = product(plan, scope)
    return found.machines[found.position[name]] if name in found.position else None


@cache
def taken(plan: Design, name: str) -> frozenset[Row]:
    """The rows of a machine that some run takes, with two connections, or with one and another device."""
    return _taken(plan, name == "device")[name]


@cache
def _taken(plan: Design, device: bool) -> dict[str, frozenset[Row]]:
    scope = _with_all(1 if device else 2, device=device)
    space = Symbolic(family(scope, (), plan.mechanisms))
    happens = {step.name: space.reachable & step.guard for step in space.steps}
    return {
        machine.name: frozenset(
            row for row in machine.rows
            if happens[row.event] & space.state(machine.name, row.source) != space.false
        )
        for machine in product(plan, scope).machines
    }  # fmt: skip


def views(machine: Machine) -> tuple[View, ...]:
    """How a machine is looked at: whole, or in the views in which there is something to see."""
    looks = (view for view in VIEWS.get(kind_of(machine.name), ((),)) if _has(machine, view))
    return tuple(view for view in looks if len({_seen(state, view) for state in machine.states}) > 1)


def chosen(machine: Machine, fields: View) -> View:
    """The view that shows these fields; if none is named, the machine's first. ``UnknownName`` names the choices."""
    every: View = getattr(machine.initial, "_fields", ())
    if fields and not every:
        raise CheckerError(f"the states of {machine.name} have no fields to choose from")
    for name in fields:
        if name not in every:
            raise unknown(f"field of {machine.name}", name, every)
    return tuple(dict.fromkeys(fields)) or views(machine)[0]


def _has(machine: Machine, view: View) -> bool:
    """Whether its states have these fields; the same name may stand for another machine."""
    return set(view) <= set(getattr(machine.initial, "_fields", ()))


def _seen(state: State, view: View) -> str:
    return "/".join(_value(name, getattr(state, name)) for name in view) if view else str(state)


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return name if value else f"not {name}"
    if isinstance(value, tuple):
        return "+".join(value) or "nothing"
    return str(value) or "none"


def sheet(machine: Machine, view: View, some: Collection[Row]) -> Sheet:
    """The machine as the view shows it, of these rows only."""
    rows = [row for row in machine.rows if row in some]
    reached = {machine.initial, *(row.dest for row in rows)}
    look = {state: _seen(state, view) for state in machine.states if state in reached}
    steps = dict.fromkeys((row.event, look[row.source], look[row.dest]) for row in rows)
    resting = frozenset(seen for state, seen in look.items() if machine.resting(state))
    doc = machine.doc.split("\n\n")[0].replace("\n", " ")
    states = tuple(dict.fromkeys(look.values()))
    meaning = tuple(FIELDS[type(machine.initial)][name] for name in view)
    idle = len(machine.rows) - len(rows)
    return Sheet(machine.name, doc, view, meaning, look[machine.initial], states, resting, tuple(steps), idle)


@cache
def needs(plan: Design, name: str, view: View = ()) -> dict[Step, tuple[Mechanism, ...]]:
    """For each step of the machine, the mechanisms on which it depends: without one of them it is not there."""
    choices = drawn(plan)
    if name not in choices:
        raise unknown("machine", name, choices)
    scope = choices[name]
    machine = machine_of(plan, name, scope)
    assert machine is not None
    out: dict[Step, list[Mechanism]] = {step: [] for step in sheet(machine, view, taken(plan, name)).steps}
    for mechanism in Mechanism:
        if mechanism not in plan:
            continue
        other = machine_of(Design(f"{plan.name}-{mechanism}", plan.mechanisms - {mechanism}), name, scope)
        left = set(sheet(other, view, other.rows).steps) if other and _has(other, view) else set()
        for step in out:
            if step not in left:
                out[step].append(mechanism)
    return {step: tuple(mechanisms) for step, mechanisms in out.items()}
