"""Which runs are drawn: counterexamples, failure classes, the incident, and the paths that a design should take.

Every run is found by the search when the charts are made; nothing is drawn that the model does not do.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from mealspec.check.incident import Explanation, Search, explain_incident
from mealspec.check.show import counted, why_skipped, why_told, why_violated
from mealspec.check.verify import counterexample, decide
from mealspec.core import Trace, explore
from mealspec.draw.page import Page, details, link, table
from mealspec.draw.sequence import Chart, mermaid, svg
from mealspec.model.design import DESIGNS, Design, design
from mealspec.model.mechanism import Mechanism
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import Verdict, expected
from mealspec.properties.facts import Facts
from mealspec.properties.scenarios import FAILURES, PATHS, SCENARIOS, Scenario, shortest
from mealspec.properties.smallest import BREAKS

__all__ = ["Drawn", "charts", "counterexamples", "drawn", "page_of"]


class Drawn(NamedTuple):
    """A chart, and the group in which the index lists it."""

    group: str
    chart: Chart


def page_of(slug: str) -> str:
    """Where the page of a chart stands."""
    return f"charts/{slug}.md"


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
    yield Drawn("The flaw", _flaw())
    for scenario in PATHS.values():
        yield Drawn("The repaired design at work", _told(scenario))
    for scenario in (SCENARIOS["timeline"], *(s for s in SCENARIOS.values() if s.id != "timeline")):
        yield Drawn("The seed's timeline and its tests", _told(scenario))
    search = explain_incident(DESIGNS["published"])
    for explanation in search.explanations:
        yield Drawn("The incident", _cause(search, explanation))
    for scenario in FAILURES.values():
        yield Drawn("Failure classes", _told(scenario))
    for mechanism, (name, scope) in BREAKS.items():
        yield Drawn("What breaks without each repair", _without(mechanism, name, scope))
    for plan in DESIGNS.values():
        for name, run in counterexamples(plan, Scope()).items():
            yield Drawn(f"How {plan} fails", _violation(plan, Scope(), name, run))


def _flaw() -> Chart:
    """The published fix loses a meal though nothing goes wrong."""
    plan, scope, name = DESIGNS["published"], Scope(faults=0), "delivery"
    run = counterexample(plan, scope, name)
    assert run is not None, "the published fix loses meals"
    found = _violation(plan, scope, name, run)
    return Chart(
        "flaw", f"The flaw: {PROPERTIES[name].sentence} Not so.", found.subtitle, run, found.notes, found.marked
    )


def _without(mechanism: Mechanism, name: str, scope: Scope) -> Chart:
    """What happens to the repaired design when one repair is taken away."""
    plan = design(f"hardened-{mechanism}")
    run = counterexample(plan, scope, name)
    assert run is not None, f"{plan} violates {name}"
    found = _violation(plan, scope, name, run)
    title = f"hardened without {mechanism}: {name} is violated in {counted(len(run), 'step')}"
    return Chart(f"without-{mechanism.replace('_', '-')}", title, found.subtitle, run, found.notes, found.marked)


def _violation(plan: Design, scope: Scope, name: str, run: Trace) -> Chart:
    facts = Facts(plan, scope, system(plan, scope))
    title = f"{plan}: {name} is violated in {counted(len(run), 'step')}"
    return Chart(f"{plan}-{name}", title, _where(plan, scope), run, *why_violated(run, facts, name))


def _where(plan: Design, scope: Scope) -> str:
    return f"Design {plan}; {scope.describe()}"


def _told(scenario: Scenario) -> Chart:
    plan, run = design(scenario.design), shortest(scenario)
    assert run is not None, f"scenario {scenario.id} is a run of its design"
    facts = Facts(plan, scenario.scope, run.system)
    subtitle = f"{_where(plan, scenario.scope)}; {', '.join(scenario.refs)}"
    name = scenario.id.removesuffix(f"-{plan}")
    return Chart(scenario.id, f"{name}: {scenario.title}", subtitle, run, *why_told(run, facts, scenario))


def _cause(search: Search, each: Explanation) -> Chart:
    """One root cause, with which steps its logs show."""
    belief = "believed" if each.believed else "did not believe"
    why = why_skipped(search, each)
    notes = (
        f"at the lookup (step {each.skipped_at}), {each.cause}; the client {belief} then that it was connected.",
        *why.notes,
    )
    slug = f"incident-{each.cause.name.lower().replace('_', '-')}"
    subtitle = f"Design {search.design}; {search.scope.describe()}"
    return Chart(slug, f"The incident: {each.cause}", subtitle, each.trace, notes, why.marked)


# ---------------------------------------------------------------------- pages


def charts() -> Iterator[Page]:
    """Every chart as SVG and as a page with Mermaid and the steps in full, and the index of all."""
    for _, each in drawn():
        about = f"{each.title} ({counted(len(each.trace), 'step')})"
        yield Page(f"charts/{each.slug}.svg", each.title, about, svg(each))
        yield Page(page_of(each.slug), each.title, about, _page(each))
    yield Page("charts/README.md", "Sequence charts", "every run that is drawn, by group", _index())


def _page(each: Chart) -> str:
    here = page_of(each.slug)
    alternative = f"Sequence chart of {counted(len(each.trace), 'step')}; all steps stand in the table below."
    rows = [
        (f"{step.number}{' **!**' if step.number in each.marked else ''}", f"`{step.event.name}`", step.label,
         f"{step.event.line.log}: {step.event.line.text}" if step.event.line else "", _changed(step.changes))
        for step in each.steps
    ]  # fmt: skip
    lines = [f"# {each.title}", "", f"{each.subtitle}.", "", f"![{alternative}]({each.slug}.svg)", ""]
    lines += [line for note in each.notes for line in (f"- {note}",)]
    lines += [""] if each.notes else []
    lines += details("The steps in full", table(["step", "event", "in short", "prints", "changes"], rows))
    lines += ["", *details("As Mermaid", ["```mermaid", mermaid(each).rstrip("\n"), "```"])]
    ways = [link(here, "charts/README.md", "all charts"), link(here, "matrix.md", "designs by properties")]
    ways += [link(here, page_of("repair"), "the repair")] if each.slug == "flaw" else []
    return "\n".join([*lines, "", " · ".join(ways)]) + "\n"


def _changed(changes: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(text for _, text in changes)


def _index() -> str:
    here = "charts/README.md"
    lines = [
        "# Sequence charts", "",
        "Each is a run that the search found: a shortest one of its kind. Time runs downwards. A dashed arrow that "
        "ends in a cross is a message that never arrives or is never sent; what a step with **!** means stands below "
        "the chart.",
    ]  # fmt: skip
    group = ""
    for name, each in drawn():
        if name != group:
            group = name
            lines += ["", f"## {group}", ""]
        lines.append(f"- {link(here, page_of(each.slug), each.title)} ({counted(len(each.trace), 'step')})")
    return "\n".join(lines) + "\n"
