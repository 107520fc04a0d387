"""What there is, as data: for people who choose, and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mealspec.model.assumptions import ASSUMPTIONS
from mealspec.model.design import DESIGNS, WORLDS
from mealspec.model.events import alphabet
from mealspec.model.mechanism import CATALOGUE
from mealspec.model.product import system
from mealspec.model.scope import ASPECTS, DEFAULT_ASPECTS, FAULTS, WIDEST, Scope
from mealspec.properties.catalogue import BOUNDED_DELIVERY, PROPERTIES, Property, TimedProperty
from mealspec.properties.expected import expected
from mealspec.properties.requirements import REQUIREMENTS
from mealspec.properties.scenarios import FAILURES, PATHS, SCENARIOS

EVERYTHING = WORLDS[0]


def _designs() -> list[dict[str, Any]]:
    return [{"design": d.name, "says": d.doc, "mechanisms": sorted(d.mechanisms)} for d in DESIGNS.values()]


def _mechanisms() -> list[dict[str, Any]]:
    return [{"mechanism": name, **entry._asdict()} for name, entry in CATALOGUE.items()]


def _machines() -> list[dict[str, Any]]:
    product = system(DESIGNS["published"], WIDEST)
    return [
        {"machine": m.name, "says": m.doc.split("\n\n")[0].replace("\n", " "), "states": len(m.states)}
        for m in product.machines
    ]


def _properties() -> list[dict[str, Any]]:
    forms = {p.id: [clause.form for clause in p.clauses] for p in PROPERTIES.values()} | {
        BOUNDED_DELIVERY.id: ["in time"]
    }
    every: list[Property | TimedProperty] = [*PROPERTIES.values(), BOUNDED_DELIVERY]
    return [
        {"property": p.id, "says": p.sentence, "form": forms[p.id], "assumes": p.assumes, "refs": p.refs} for p in every
    ]


def _events() -> list[dict[str, Any]]:
    designs = [*WORLDS, *DESIGNS.values()]
    events = {event.name: event for design in designs for event in alphabet(design, WIDEST)}
    return [
        {"event": e.name, "kind": e.kind, "takes": e.takes, "prints": e.line.text if e.line else "", "refs": e.refs}
        for e in events.values()
    ]


def _scopes() -> list[dict[str, Any]]:
    every = {**FAULTS, **ASPECTS}
    return [
        {"item": name, "says": text, "in": "the default scope" if name in DEFAULT_ASPECTS else "on request"}
        for name, text in every.items()
    ]


def _scenarios(scenarios: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {"scenario": s.id, "says": s.title} | {key: getattr(s, key) for key in ("design", "property", "refs", "later")}
        for s in scenarios
    ]


def _requirements() -> list[dict[str, Any]]:
    return [
        {"requirement": r.id, "says": r.sentence, "modelled": r.modelled, "checked": r.checked, "later": r.later}
        for r in REQUIREMENTS.values()
    ]


def _assumptions() -> list[dict[str, Any]]:
    return [{"assumption": a.id, "says": a.says, "because": a.because} for a in ASSUMPTIONS]


def matrix() -> list[str]:
    """Designs by properties as a Markdown table: the verdicts that are pinned for the default scope."""
    heads = [name.replace("_", "<br>_") for name in DESIGNS]  # so that a narrow page has room for all of them
    lines = [f"| property | {' | '.join(heads)} |", "|---|" + "---|" * len(DESIGNS)]
    for name in PROPERTIES:
        verdicts = [str(expected(plan, Scope(), name)) for plan in DESIGNS.values()]
        lines.append(f"| {name} | {' | '.join(f'**{v}**' if v == 'violated' else v for v in verdicts)} |")
    return lines


LISTS = {
    "designs": _designs,
    "mechanisms": _mechanisms,
    "machines": _machines,
    "properties": _properties,
    "scopes": _scopes,
    "scenarios": lambda: _scenarios([*SCENARIOS.values(), *PATHS.values()]),
    "failures": lambda: _scenarios(FAILURES.values()),
    "requirements": _requirements,
    "assumptions": _assumptions,
    "events": _events,
}
"""What can be listed."""


def listing(names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The lists of these names."""
    return {name: LISTS[name]() for name in names}
