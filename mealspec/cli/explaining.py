"""What the tables of the specification say of one name, put together: nothing is written here that stands there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from mealspec.check.records import RECORDS
from mealspec.core import CheckerError, Event, Machine
from mealspec.draw.wire import said_at, start_of
from mealspec.model.assumptions import ASSUMPTIONS
from mealspec.model.design import DESIGNS, WORLDS, Design, design
from mealspec.model.events import alphabet
from mealspec.model.mechanism import CATALOGUE, NEEDS, Mechanism
from mealspec.model.product import lets_in, machines
from mealspec.model.scope import ASPECTS, DEFAULT_ASPECTS, FAULTS, WIDEST, Scope
from mealspec.properties.catalogue import BOUNDED_DELIVERY, PROPERTIES
from mealspec.properties.evidence import FACTS, LEFT_OUT
from mealspec.properties.expected import Verdict, expected
from mealspec.properties.requirements import REQUIREMENTS
from mealspec.properties.scenarios import EVERY, FAILURES
from mealspec.properties.shown import Judged
from mealspec.properties.worlds import CONTRASTS

Facts = dict[str, Any]

FULL = replace(WIDEST, faults=1)
"""Every fault, aspect and machine."""

BASES = (*WORLDS, *DESIGNS.values(), Design("none", frozenset()))
"""Designs to and from which a mechanism is added and taken away, to see what changes."""


def explain(name: str) -> list[Facts]:
    """What there is to say of each thing of that name; ``CheckerError`` names the nearest if there is none."""
    found = [
        (kind, own, tell)
        for kind, (known, tell) in KINDS.items()
        for own in known()
        if own.casefold() == name.casefold()
    ]
    if not found and re.match(f"({'|'.join(DESIGNS)}|none)[+-]", name):
        found = [("design", design(name).name, _design)]
    if found:
        return [
            {"kind": kind, "name": own, **{key: value for key, value in tell(own).items() if value}}
            for kind, own, tell in found
        ]
    every = {own.casefold(): own for own in names()}
    near = difflib.get_close_matches(name[:100].casefold(), every, n=1, cutoff=0.5)
    hint = f"did you mean '{every[near[0]]}'?" if near else "'mealspec list' names all there is"
    raise CheckerError(f"nothing is called '{name}'; {hint}")


def names() -> list[str]:
    """Everything that can be explained."""
    return [own for known, _ in KINDS.values() for own in known()]


# ---------------------------------------------------------------------- one kind after the other


def _mechanism(name: str) -> Facts:
    m = Mechanism(name)
    entry = CATALOGUE[m]
    return {
        "says": entry.does,
        "closes": entry.closes,
        "costs": entry.costs,
        "from": entry.refs,
        "needs": NEEDS.get(m, ""),
        "needed by": [other for other, needed in NEEDS.items() if needed == m],
        "changes": list(dict.fromkeys(part for plan in BASES for part in _changed(plan, m))),
        "brings events": list(dict.fromkeys(event for plan in BASES for event in _brought(plan, m))),
        "takes events away": list(dict.fromkeys(event for plan in BASES for event in _taken_away(plan, m))),
        "designs": _having(lambda plan: m in plan),
        "found": _swept(m),
        "requirements": _modelling(m),
        "next": [
            _compared(m),
            *(f"mealspec trace {ref}" for ref in entry.refs if ref in FAILURES),
            f"mealspec sweep --require {m}",
        ],
    }


def _compared(m: Mechanism) -> str:
    """The check of two designs that differ by the mechanism alone, in a scope in which it changes something.

    The first of `hardened`, it with what the mechanism needs, and two others, or of what stores meals the app's latest;
    in the default scope, or with one item more. What needs time changes nothing yet, and is added to `hardened`.
    """
    need = NEEDS.get(m, m)
    needed = [f"hardened+{need}"] if need != m and need not in DESIGNS["hardened"] else []
    stores = Mechanism.LOCAL_STORE in (need, m)
    bases = ["app_head"] if stores else [*needed, "hardened", "published", "app_head"]
    items = [(), *((item,) for item in (*FAULTS, *ASPECTS) if item not in DEFAULT_ASPECTS)]
    for base, item in ((base, item) for item in items for base in bases):
        one = design(base)
        if _differs(one, _other(one, m), Scope().with_(item)):
            break
    else:
        base, item = "hardened", ()
    pair = f"{base} {base}-{m}" if m in design(base) else f"{base}+{m} {base}"
    return " ".join(["mealspec verify", pair, *(f"--with {each}" for each in item)])


def _differs(one: Design, other: Design, scope: Scope) -> bool:
    """Whether some machine is not the same in both, of what can happen in the scope."""
    return _parts(one, scope) != _parts(other, scope)


@cache
def _parts(plan: Design, scope: Scope) -> dict[str, object]:
    events = [event for event in alphabet(plan, scope) if lets_in(scope, event)]
    happen = {event.name for event in events}
    return {
        machine.name: (machine.initial, frozenset(row for row in machine.rows if row.event in happen))
        for machine in machines(plan, scope, events)
    }


def _event(name: str) -> Facts:
    event = next(e for e in _widest() if e.name == name)
    needs = event.needs and f"--with {event.needs}" * (event.needs not in DEFAULT_ASPECTS)
    return {
        "says": event.label,
        "owed": event.kind,
        "done by": event.owner,
        "takes part": event.takes,
        "on the wire": [f"{start_of(message)}: {message.title}" for message in said_at([event])],
        "prints": event.line.text if event.line else "",
        "because": event.because,
        "from": event.refs,
        "needs": f"{event.needs}: {(FAULTS | ASPECTS)[event.needs]}" if event.needs else "",
        "brought by": [m for m in Mechanism if any(name in _brought(plan, m) for plan in BASES)],
        "taken away by": [m for m in Mechanism if any(name in _taken_away(plan, m) for plan in BASES)],
        "designs": _having(lambda plan: name in _alphabet(plan)),
        "next": [
            *(f"mealspec explain {machine}" for machine in event.takes[:3]),
            f"mealspec verify {needs}".strip(),
        ],
    }


def _property(name: str) -> Facts:
    entry = PROPERTIES[name]
    verdicts = {plan.name: expected(plan, Scope(), name) for plan in DESIGNS.values()}
    broken = [plan for plan, verdict in verdicts.items() if verdict is Verdict.VIOLATED]
    return {
        "says": entry.sentence,
        "form": list(dict.fromkeys(clause.form for clause in entry.clauses)),
        "assumes": entry.assumes,
        "from": entry.refs,
        "verdicts": verdicts,
        "failures": [told.id for told in FAILURES.values() if told.property == name],
        "requirements": _checking(name),
        "next": [*(f"mealspec trace {plan} {name}" for plan in broken), f"mealspec sweep --property {name}"],
    }


def _in_time(_name: str) -> Facts:
    return {
        "says": BOUNDED_DELIVERY.sentence,
        "form": ["in time"],
        "assumes": BOUNDED_DELIVERY.assumes,
        "from": BOUNDED_DELIVERY.refs,
        "next": ["mealspec latency hardened --bound 30", "mealspec latency hardened --frontier 30"],
    }


def _scenario(name: str) -> Facts:
    told = EVERY[name]
    verdicts = {plan.name: expected(plan, told.scope, told.property) for plan in DESIGNS.values()}
    return {
        "says": told.title,
        "design": told.design,
        "scope": told.scope.describe(),
        "milestones": told.steps,
        "property": told.property,
        "verdicts": {plan: verdict for plan, verdict in verdicts.items() if verdict},
        "closed by": [m for m, entry in CATALOGUE.items() if name in entry.refs],
        "from": told.refs,
        "requirements": _checking(name),
        "later": told.later,
        "next": [
            f"mealspec trace {name}",
            *([f"mealspec explain {told.property}"] if told.property else []),
        ],
    }


def _requirement(name: str) -> Facts:
    entry = REQUIREMENTS[name]
    citing = [p.id for p in PROPERTIES.values() if name in p.refs]
    return {
        "says": entry.sentence,
        "modelled": entry.modelled,
        "checked": entry.checked,
        "cited by": [*citing, *(told.id for told in EVERY.values() if name in told.refs)],
        "mechanisms": [m for m, each in CATALOGUE.items() if name in each.refs],
        "later": entry.later,
        "next": list(map(_next, entry.checked))
        or [f"mealspec explain {each}" for each in entry.modelled]
        or ["mealspec list requirements"],
    }


def _next(check: str) -> str:
    if check in PROPERTIES:
        return f"mealspec verify --property {check}"
    return f"mealspec trace {check}" if check in EVERY else f"mealspec {check}"


def _machine(name: str) -> Facts:
    plans = [plan for plan in BASES if name in _machines(plan)]
    machine = _machines(plans[0])[name]
    item = next((each for each in (*FAULTS, *ASPECTS) if name not in _machines(plans[0], FULL.without([each]))), "")
    return {
        "says": machine.doc.split("\n\n")[0].replace("\n", " "),
        "states": {plan.name: len(_machines(plan)[name].states) for plan in plans if plan.name in DESIGNS},
        "events": sorted(machine.alphabet),
        "needs": f"{item}: {(FAULTS | ASPECTS)[item]}" if item else "",
        "changed by": [m for m in Mechanism if any(name in _changed(plan, m) for plan in (*WORLDS, BASES[-1]))],
        "requirements": _modelling(name),
        "next": [
            f"mealspec draw {name} --out {name}.svg"
            if name in _machines(DESIGNS["hardened"], replace(WIDEST, connections=1))
            else "mealspec list machines"
        ],
    }


def _assumption(name: str) -> Facts:
    entry = next(each for each in ASSUMPTIONS if each.id == name)
    spoken = [m for m in Mechanism if f"`{m}`" in entry.says]
    return {
        "says": entry.says,
        "because": entry.because,
        "mechanisms": spoken,
        "next": [f"mealspec explain {m}" for m in spoken] or ["mealspec list assumptions"],
    }


def _fact(name: str) -> Facts:
    entry = FACTS[name]
    entries = [(m, each.refs) for m, each in CATALOGUE.items()] + [(p.id, p.refs) for p in PROPERTIES.values()]
    judged = [each for each in entry.shown if isinstance(each, Judged) and each.verdict is Verdict.VIOLATED]
    return {
        "says": entry.sentence,
        "modelled": entry.modelled,
        "shown by": list(map(str, entry.shown)),
        "side by side": [f"{row.matter}: {row.follows}" for row in CONTRASTS if name in row.facts],
        "left out": [f"{each.what} ({each.reason})" for each in LEFT_OUT if name in each.facts],
        "cited by": [each for each, refs in entries if name in refs],
        "next": [
            *(f"mealspec explain {each}" for each in entry.modelled[:3]),
            *dict.fromkeys(
                f"mealspec verify {each.design} --property {each.property} {_asked(each)}" for each in judged
            ),
        ],
    }


def _asked(shown: Judged) -> str:
    """The options that ask for the scope of a verdict."""
    scope, usual = shown.scope, Scope()
    more = {"with": scope.includes - usual.includes, "without": usual.includes - scope.includes}
    items = [f"--{option} {','.join(sorted(some))}" for option, some in more.items() if some]
    return " ".join([f"--connections {scope.connections}", *items])


def _design(name: str) -> Facts:
    plan = design(name)
    hardened = DESIGNS["hardened"].mechanisms
    verdicts = {each: expected(plan, Scope(), each) for each in PROPERTIES}
    broken = [each for each, verdict in verdicts.items() if verdict is Verdict.VIOLATED]
    return {
        "says": plan.doc,
        "mechanisms": sorted(plan.mechanisms),
        "hardened has also": sorted(hardened - plan.mechanisms),
        "hardened has not": sorted(plan.mechanisms - hardened),
        "violates": broken or ("nothing" if all(verdicts.values()) else "not pinned"),
        "next": [f"mealspec verify {name}", *(f"mealspec trace {name} {each}" for each in broken[:3])],
    }


def _item(name: str) -> Facts:
    usual = name in DEFAULT_ASPECTS
    return {
        "says": (FAULTS | ASPECTS)[name],
        "in": "the default scope" if usual else "on request",
        "events": [e.name for e in _widest() if e.needs == name],
        "next": [f"mealspec verify --{'without' if usual else 'with'} {name}"],
    }


# ---------------------------------------------------------------------- read off the model


def _having(test: Callable[[Design], bool]) -> list[str]:
    return [plan.name for plan in DESIGNS.values() if test(plan)]


def _modelling(name: str) -> list[str]:
    return [r.id for r in REQUIREMENTS.values() if name in r.modelled]


def _swept(m: Mechanism) -> str:
    """What the sweep of all designs has found of it."""
    swept = RECORDS[0].answer()
    if m in swept["necessary"]:
        broken = next((f"; without it {each[m]['breaks']} breaks" for each in swept["without"] if each.get(m)), "")
        return f"every design that keeps all properties has it{broken}"
    if m in swept["excluded"]:
        return "no design that keeps all properties has it"
    if m not in (*swept["mechanisms"], *swept["required"]):
        return "the sweep of all designs leaves it out"
    if m in swept["hurting"]:
        return f"some design keeps all properties until it is added; then {swept['hurting'][m]['breaks']} breaks"
    return "designs keep all properties with it and without it"


def _checking(name: str) -> list[str]:
    return [r.id for r in REQUIREMENTS.values() if name in r.checked]


@cache
def _alphabet(plan: Design) -> dict[str, Event]:
    return {event.name: event for event in alphabet(plan, FULL) if lets_in(FULL, event)}


def _widest() -> Iterator[Event]:
    """Every event of any design."""
    events: dict[str, Event] = {}
    for plan in BASES:
        events = _alphabet(plan) | events
    yield from events.values()


@cache
def _machines(plan: Design, scope: Scope = FULL) -> dict[str, Machine]:
    return {machine.name: machine for machine in machines(plan, scope, _alphabet(plan).values())}


def _other(plan: Design, m: Mechanism) -> Design:
    """The design with the mechanism if it lacks it, and without it if it has it."""
    return Design(plan.name, plan.mechanisms ^ {m})


def _changed(plan: Design, m: Mechanism) -> list[str]:
    """The machines that are not what they were."""
    one, other = _machines(plan), _machines(_other(plan, m))
    return [name for name in one | other if _rows(one.get(name)) != _rows(other.get(name))]


def _rows(machine: Machine | None) -> object:
    return None if machine is None else (machine.initial, frozenset(machine.rows))


def _brought(plan: Design, m: Mechanism) -> list[str]:
    """The events that there are with the mechanism only."""
    has, lacks = _with_and_without(plan, m)
    return [name for name in has if name not in lacks]


def _taken_away(plan: Design, m: Mechanism) -> list[str]:
    """The events that there are without the mechanism only."""
    has, lacks = _with_and_without(plan, m)
    return [name for name in lacks if name not in has]


def _with_and_without(plan: Design, m: Mechanism) -> tuple[dict[str, Event], dict[str, Event]]:
    one, other = _alphabet(plan), _alphabet(_other(plan, m))
    return (one, other) if m in plan else (other, one)


KINDS: dict[str, tuple[Callable[[], Iterable[str]], Callable[[str], Facts]]] = {
    "design": (lambda: DESIGNS, _design),
    "mechanism": (lambda: CATALOGUE, _mechanism),
    "property": (lambda: PROPERTIES, _property),
    "property in time": (lambda: [BOUNDED_DELIVERY.id], _in_time),
    "failure class": (lambda: FAILURES, _scenario),
    "scenario": (lambda: [name for name in EVERY if name not in FAILURES], _scenario),
    "requirement": (lambda: REQUIREMENTS, _requirement),
    "fact of the app": (lambda: FACTS, _fact),
    "assumption": (lambda: [each.id for each in ASSUMPTIONS], _assumption),
    "machine": (lambda: dict.fromkeys(name for plan in BASES for name in _machines(plan)), _machine),
    "fault kind or aspect": (lambda: FAULTS | ASPECTS, _item),
    "event": (lambda: [event.name for event in _widest()], _event),
}
"""What can be explained: the names of a kind, and what there is to say of one."""
