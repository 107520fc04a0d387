"""Which runs are drawn: counterexamples, failure classes, the incident, and the paths that a design should take.

Every run is found by the search when the charts are made; nothing is drawn that the model does not do.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import NamedTuple

from mealspec.check.causes import REPAIRS
from mealspec.check.excerpts import Excerpt, excerpt
from mealspec.check.incident import Explanation, explain_incident
from mealspec.check.show import why_skipped, why_told, why_violated
from mealspec.check.verify import counterexample, decide
from mealspec.core import Trace, explore
from mealspec.draw.lanes import Chart
from mealspec.draw.page import Page, render
from mealspec.draw.sequence import svg
from mealspec.model.design import DESIGNS, Design, design
from mealspec.model.mechanism import Mechanism
from mealspec.model.product import system
from mealspec.model.scope import Scope, counted
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import Verdict, expected
from mealspec.properties.facts import Facts
from mealspec.properties.scenarios import FAILURES, FLAW, HALVES, PATHS, SCENARIOS, Scenario, shortest
from mealspec.properties.smallest import BREAKS


class Drawn(NamedTuple):
    """A chart, the group in which the index lists it, and whose run it shows."""

    group: str
    chart: Chart
    design: Design
    scope: Scope


DRAWN_EXCERPT = "E42"
"""The excerpt whose explanations are drawn: it excludes most, and what fits it fits the others."""

COUNTEREXAMPLES = "charts/counterexamples.md"

UNNAMED = ("What breaks without each repair", *(f"How {plan} fails" for plan in DESIGNS))
"""Groups of runs that are told step by step on one page, and drawn only where everything is."""


def page_of(slug: str) -> str:
    """Where a run is shown: its chart, or its place among the counterexamples."""
    unnamed = {f"{plan}-{name}" for plan in DESIGNS for name in PROPERTIES}
    if slug.startswith("without-") or slug in unnamed:
        return f"{COUNTEREXAMPLES}#{slug}"
    return f"charts/{slug}.svg"


def counterexamples(plan: Design, scope: Scope) -> dict[str, Trace]:
    """For each property that the design is expected to violate in the scope, a shortest counterexample.

    As :func:`mealspec.check.verify.counterexample` finds them, and with one search for all of them.
    """
    product = system(plan, scope)
    facts = Facts(plan, scope, product)
    found: dict[str, Trace] = {}
    missing = [name for name in PROPERTIES if expected(plan, scope, name) is Verdict.VIOLATED]
    for depth in (10, 16, 20, None):
        if not missing:
            break
        graph = explore(product, depth=depth)
        for name in missing:
            run = decide(graph, facts, PROPERTIES[name])
            if run is not None and (graph.complete or run.loop is None):
                found[name] = run
        missing = [name for name in missing if name not in found]
    return {name: found[name] for name in PROPERTIES if name in found}


@cache
def drawn() -> tuple[Drawn, ...]:
    """All charts, group by group."""
    return tuple(_all())


def _all() -> Iterator[Drawn]:
    yield _told("The flaw", FLAW)
    yield _race("The flaw")
    for scenario in PATHS.values():
        if scenario is not FLAW:
            yield _told("The repaired design at work", scenario)
    for scenario in (SCENARIOS["timeline"], *(s for s in SCENARIOS.values() if s.id != "timeline")):
        yield _told("The seed's timeline and its tests", scenario)
    some = excerpt(DRAWN_EXCERPT)
    for explanation in explain_incident(DESIGNS[some.designs[0]], some).explanations:
        yield _cause("The incident", some, explanation)
    for scenario in FAILURES.values():
        yield _told("Failure classes", scenario)
    for scenario in HALVES.values():
        yield _told("Further ways of failure classes", scenario)
    for mechanism, (name, scope) in BREAKS.items():
        yield _without(UNNAMED[0], mechanism, name, scope)
    for plan in DESIGNS.values():
        for name, run in counterexamples(plan, Scope()).items():
            yield Drawn(f"How {plan} fails", _violation(plan, Scope(), name, run), plan, Scope())


def _race(group: str) -> Drawn:
    """The published fix loses a meal though nothing goes wrong, if one step falls into a gap of milliseconds."""
    plan, scope, name = DESIGNS["published"], Scope(faults=0), "delivery"
    run = counterexample(plan, scope, name)
    assert run is not None, "the published fix loses meals"
    found = _violation(plan, scope, name, run)
    title = f"The race: {PROPERTIES[name].sentence} Not so."
    return Drawn(group, Chart("race", title, found.subtitle, run, found.notes, found.marked), plan, scope)


def _without(group: str, mechanism: Mechanism, name: str, scope: Scope) -> Drawn:
    """What happens to the repaired design when one repair is taken away."""
    plan = design(f"hardened-{mechanism}")
    run = counterexample(plan, scope, name)
    assert run is not None, f"{plan} violates {name}"
    found = _violation(plan, scope, name, run)
    title = f"hardened without {mechanism}: {name} is violated in {counted(len(run), 'step')}"
    slug = f"without-{mechanism.replace('_', '-')}"
    return Drawn(group, Chart(slug, title, found.subtitle, run, found.notes, found.marked), plan, scope)


def _violation(plan: Design, scope: Scope, name: str, run: Trace) -> Chart:
    facts = Facts(plan, scope, system(plan, scope))
    title = f"{plan}: {name} is violated in {counted(len(run), 'step')}"
    return Chart(f"{plan}-{name}", title, _where(plan, scope), run, *why_violated(run, facts, name))


def _where(plan: Design, scope: Scope) -> str:
    return f"Design {plan}; {scope.describe()}"


def _told(group: str, scenario: Scenario) -> Drawn:
    plan, run = design(scenario.design), shortest(scenario)
    assert run is not None, f"scenario {scenario.id} is a run of its design"
    facts = Facts(plan, scenario.scope, run.system)
    subtitle = f"{_where(plan, scenario.scope)}; {', '.join(scenario.refs)}"
    name = scenario.id.removesuffix(f"-{plan}")
    chart = Chart(scenario.id, f"{name}: {scenario.title}", subtitle, run, *why_told(run, facts, scenario))
    return Drawn(group, chart, plan, scenario.scope)


def _cause(group: str, some: Excerpt, each: Explanation) -> Drawn:
    """The likeliest run of one cause, with which steps its logs show."""
    belief = "believed" if each.believed else "did not believe"
    pings = "pings were answered" if each.answered else "no ping was answered"
    why = why_skipped(some, each)
    notes = (
        f"at the lookup (step {each.skipped_at}), {each.cause}; the client {belief} then that it was connected, "
        f"and {pings}.",
        f"repair: {REPAIRS[each.cause]}.",
        *why.notes,
    )
    slug = f"incident-{each.cause.label.replace('_', '-')}"
    subtitle = f"{some.id}; {_where(each.design, each.scope)}"
    chart = Chart(slug, f"The incident: {each.cause}", subtitle, each.likeliest, notes, why.marked)
    return Drawn(group, chart, each.design, each.scope)


# ---------------------------------------------------------------------- pages


def charts(*, full: bool = False) -> Iterator[Page]:
    """The named runs as SVG, or all runs; the page of all counterexamples, step by step; the index."""
    groups: dict[str, list[Chart]] = {}
    for each in drawn():
        groups.setdefault(each.group, []).append(each.chart)
    named = {group: some for group, some in groups.items() if group not in UNNAMED}
    for chart in chain.from_iterable((groups if full else named).values()):
        about = f"{chart.title} ({counted(len(chart.trace), 'step')})"
        yield Page(f"charts/{chart.slug}.svg", chart.title, about, svg(chart))
    others = {group: some for group, some in groups.items() if group in UNNAMED}
    about = "how each design fails, and the repaired one without each of its repairs, step by step"
    yield render(COUNTEREXAMPLES, "counterexamples", "Counterexamples", about, groups=others)
    about = "every run that is drawn, by group"
    yield render("charts/README.md", "charts", "Sequence charts", about, groups=named, others=COUNTEREXAMPLES)
