"""The other pages of the reference: mechanisms, properties, traceability, scopes and laws; and the index of all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mealspec.check.bounded import Bounded
from mealspec.check.latency import outcomes
from mealspec.core import Graph, explore, reach
from mealspec.draw.charts import drawn, page_of
from mealspec.draw.entries import every_event
from mealspec.draw.event_pages import events, timing
from mealspec.draw.machine_pages import machine_path
from mealspec.draw.matrix import cell
from mealspec.draw.page import Page, code, link, references, render
from mealspec.draw.wire import wire
from mealspec.model.assumptions import ASSUMPTIONS
from mealspec.model.design import DESIGNS
from mealspec.model.mechanism import CATALOGUE
from mealspec.model.product import system
from mealspec.model.scope import ASPECTS, DEFAULT_ASPECTS, FAULTS, Scope
from mealspec.properties.catalogue import BOUNDED_DELIVERY, PROPERTIES, Property
from mealspec.properties.expected import Verdict, expected, pins
from mealspec.properties.facts import Facts
from mealspec.properties.laws import LAWS
from mealspec.properties.requirements import REQUIREMENTS, Requirement
from mealspec.properties.scenarios import FAILURES, PATHS, SCENARIOS
from mealspec.properties.smallest import BREAKS, KEPT

WITNESSED = Scope(connections=1).with_(["job"])
"""Where witnesses are looked for: a small scope in which every premise occurs."""

MEASURED_IN = Scope(connections=1, faults=1)
"""What `latency` measures if nobody says more."""


def reference(machines: Iterable[Page]) -> Iterator[Page]:
    """All pages of the reference; those of the machines are given."""
    every = list(machines)
    rest = [events(), *wire(), timing(), _mechanisms(), _properties(), _traceability(), _scopes(), _laws()]
    yield from (*every, *rest)
    about = "what to build, machine by machine and event by event"
    yield render("reference/README.md", "reference", "Reference", about, flaw=page_of("flaw"), repair=page_of("repair"),
                 pages=rest, machines=every)  # fmt: skip


def _anchored(name: str, text: str = "") -> str:
    """A name to which links lead."""
    return f'<a id="{name}"></a>{text or name}'


# ---------------------------------------------------------------------- mechanisms, laws


def _mechanisms() -> Page:
    here = "reference/mechanisms.md"
    rows = []
    for name, entry in CATALOGUE.items():
        having = ", ".join(code(plan.name) for plan in DESIGNS.values() if name in plan)
        named = f"{_anchored(name, code(name))}<br>{references(here, entry.refs)}"
        rows.append((named, entry.does, entry.closes, entry.costs, having, _needed(here, name)))
    about = "the switches of a design: what each closes and costs"
    return render(here, "mechanisms", "Mechanisms", about, rows=rows)


def _needed(here: str, name: str) -> str:
    for switch, (broken, _) in BREAKS.items():
        if switch == name:
            return link(here, page_of(f"without-{name.replace('_', '-')}"), f"{broken} breaks")
    return next((why for mechanism, why in KEPT.items() if mechanism == name), "does not have it")


def _laws() -> Page:
    here = "reference/laws.md"
    rows = [(_anchored(law.id, code(law.id)), law.sentence, references(here, law.refs)) for law in LAWS.values()]
    return render(here, "laws", "Laws", "when each event can happen, and what it changes", rows=rows)


# ---------------------------------------------------------------------- properties


def _properties() -> Page:
    here = "reference/properties.md"
    plan = DESIGNS["hardened"]
    product = system(plan, WITNESSED)
    graph, facts = explore(product), Facts(plan, WITNESSED, product)
    told = [
        {
            "is": prop, "witness": _witness(graph, facts, prop),
            "verdicts": [(plan.name, cell(here, plan, prop.id)) for plan in DESIGNS.values()],
            "failures": [(s, page_of(s.id)) for s in FAILURES.values() if s.property == prop.id],
        }
        for prop in PROPERTIES.values()
    ]  # fmt: skip
    about = "what must hold, when it says anything, and what it assumes"
    return render(here, "properties", "Properties", about, scope=WITNESSED.describe(), properties=told,
                  timed=BOUNDED_DELIVERY, bounds=_bounds(), timed_scope=MEASURED_IN.describe())  # fmt: skip


def _bounds() -> Iterator[tuple[str, str, str]]:
    """For each design its bound, and the situation in which it takes so long."""
    for plan in DESIGNS.values():
        slowest = Bounded.of(outcomes(plan, MEASURED_IN)).slowest
        yield code(plan.name), slowest.most, slowest.measure.name


def _witness(graph: Graph, facts: Facts, prop: Property) -> str:
    premise = prop.witness(facts)
    run = reach(graph, premise)
    if run is None:
        return "none in this scope"
    last = run.state(len(run))
    states = [f"{name} is {last[name]}" for name in dict.fromkeys(premise.machines()) if name in last]
    return f"after {len(run)} steps {'; '.join(states)}"


# ---------------------------------------------------------------------- traceability


MEASURED = {
    "latency": ("reference/timing.md", "seconds, of every run"),
    "simulate": ("metrics.md", "figures, of many runs"),
}
"""Commands that check by measuring: where that is told, and what comes out."""


def _traceability() -> Page:
    here = "reference/traceability.md"
    classes = [
        (
            _anchored(s.id), link(here, page_of(s.id), s.title),
            link(here, f"reference/properties.md#{s.property}", s.property), _holds(s.scope, s.property), s.later,
        )
        for s in FAILURES.values()
    ]  # fmt: skip
    about = "requirements and failure classes: model, property or scenario, verdict"
    return render(
        here, "traceability", "Traceability", about, scope=Scope().describe(),
        requirements=[_traced(here, r) for r in REQUIREMENTS.values()], classes=classes,
    )  # fmt: skip


def _traced(here: str, r: Requirement) -> tuple[str, ...]:
    """A row of the table: properties and scenarios, with the paths of the repaired design beside the original ones."""
    paths = [name for name, scenario in PATHS.items() if r.id in scenario.refs]
    checks = [_check(here, name, _lets_in(r)) for name in (*r.checked, *paths)]
    modelled = ", ".join(_model(here, name) for name in r.modelled)
    return (_anchored(r.id), r.sentence, modelled, "<br>".join(f"{name}: {found}" for name, found in checks), r.later)


def _model(here: str, name: str) -> str:
    path = f"reference/mechanisms.md#{name}" if name in set(CATALOGUE) else machine_path(name)
    return link(here, path, code(name))


def _lets_in(r: Requirement) -> Scope:
    """The default scope with what the events need that come from the requirement."""
    return Scope().with_(event.needs for event in every_event().values() if r.id in event.refs and event.needs)


def _holds(scope: Scope, name: str) -> str:
    """The verdict on `hardened` in a scope, which is named by what it lets in beyond the default.

    Where the premise cannot occur it is judged where it can.
    """
    if expected(DESIGNS["hardened"], scope, name) is Verdict.VACUOUS:
        scope = scope.with_(WITNESSED.includes)
    more = sorted(scope.includes - Scope().includes)
    return f"{expected(DESIGNS['hardened'], scope, name)}{' with ' + ', '.join(more) if more else ''}"


def _check(here: str, name: str, scope: Scope) -> tuple[str, str]:
    """What checks, and what it found."""
    if name in PROPERTIES:
        return link(here, f"reference/properties.md#{name}", name), _holds(scope, name)
    if name in MEASURED:
        path, what = MEASURED[name]
        return link(here, path, name), what
    runs = {each.chart.slug: each.chart for each in drawn()}
    if name in runs:
        scenario = (SCENARIOS | FAILURES | PATHS)[name]
        return link(here, page_of(name), name), f"a run of {scenario.design}, {len(runs[name].trace)} steps"
    causes = [slug for slug in runs if slug.startswith(f"{name}-")]
    return link(here, "charts/README.md", name), f"{len(causes)} root causes"


# ---------------------------------------------------------------------- scopes and limits


def _scopes() -> Page:
    here = "reference/scopes.md"
    items = [
        (code(name), "fault" if name in FAULTS else "aspect", says, "yes" if name in DEFAULT_ASPECTS else "on request")
        for name, says in {**FAULTS, **ASPECTS}.items()
    ]
    later = {r.id: r.later for r in REQUIREMENTS.values()} | {s.id: s.later for s in FAILURES.values()}
    waiting = [(link(here, f"reference/traceability.md#{ref}", ref), what) for ref, what in later.items() if what]
    about = "what a verdict covers, what it assumes, and what it does not say"
    return render(
        here, "scopes", "Scopes and limits", about, scope=Scope(), items=items, waiting=waiting,
        assumptions=[(code(a.id), a.says, a.because) for a in ASSUMPTIONS], pinned=_pinned(),
    )  # fmt: skip


def _items(entry: Mapping[str, Any]) -> str:
    return ", ".join([*entry["with"], *(f"without {item}" for item in entry.get("without", ()))])


def _pinned() -> list[tuple[object, ...]]:
    return [
        (code(e["design"]), e["connections"], e["faults"], _items(e), f"{e['states']:,}", e.get("depth", ""),
         ", ".join(e["violated"]) or "nothing", ", ".join(e["vacuous"]) or "nothing")
        for e in (pin.entry for pin in pins())
    ]  # fmt: skip
