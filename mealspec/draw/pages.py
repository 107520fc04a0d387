"""The reference pages: what an implementer reads beside the pictures, generated from the model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from mealspec.core import Event, Graph, explore, reach
from mealspec.draw.charts import drawn, page_of
from mealspec.draw.cited import cited, named
from mealspec.draw.communication import kind_of
from mealspec.draw.designs import designs
from mealspec.draw.matrix import cell, matrix
from mealspec.draw.page import Page, code, link, table
from mealspec.draw.reference import (
    TICKED,
    conditions,
    elsewhere,
    every_event,
    group_of,
    machine_pages,
    machine_path,
    mechanism,
    owed,
    references,
    takers,
    widest,
)
from mealspec.model.assumptions import ASSUMPTIONS
from mealspec.model.design import DESIGNS
from mealspec.model.meanings import TIMERS
from mealspec.model.mechanism import CATALOGUE
from mealspec.model.product import system
from mealspec.model.scope import ASPECTS, DEFAULT_ASPECTS, FAULTS, Scope
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.expected import Verdict, expected, pins
from mealspec.properties.facts import Facts
from mealspec.properties.laws import LAWS
from mealspec.properties.requirements import REQUIREMENTS, Requirement
from mealspec.properties.scenarios import FAILURES, PATHS, SCENARIOS
from mealspec.properties.smallest import BREAKS, KEPT

__all__ = ["pages"]

WITNESSED = Scope(connections=1).with_(["job"])
"""Where witnesses are looked for: a small scope in which every premise occurs."""

TESTS = 3
"""Tests that a cell names before it only counts."""


def pages() -> Iterator[Page]:
    """The matrix, the page of all designs, and all pages of the reference."""
    yield matrix()
    yield designs()
    machines = list(machine_pages())
    yield from machines
    rest = [_events(), _timing(), _mechanisms(), _properties(), _traceability(), _scopes(), _laws()]
    yield from rest
    yield _index(machines, rest)


def _page(path: str, title: str, description: str, lines: Iterable[str]) -> Page:
    back = link(path, "reference/README.md", "reference")
    text = "\n".join([f"# {title}", "", *lines, "", back]) + "\n"
    return Page(path, title, description, text)


def _index(machines: Iterable[Page], rest: Iterable[Page]) -> Page:
    here = "reference/README.md"
    lines = [
        "# Reference", "",
        f"Start with {link(here, page_of('flaw'), 'the flaw')}, then see "
        f"{link(here, page_of('repair'), 'the repair')}. "
        f"{link(here, 'matrix.md', 'Designs by properties')} says who keeps what; these pages say what to build.", "",
        *(f"- {link(here, page.path, page.title)}: {page.description}" for page in rest), "",
        "## Machines", "",
        *(f"- {link(here, page.path, page.title.removeprefix('Machine '))}: {page.description}" for page in machines),
    ]  # fmt: skip
    return Page(here, "Reference", "what to build, machine by machine and event by event", "\n".join(lines) + "\n")


def _anchor(name: str) -> str:
    """A place to which links lead."""
    return f'<a id="{name}"></a>'


# ---------------------------------------------------------------------- events


def _events() -> Page:
    here = "reference/events.md"
    groups: dict[str, list[Event]] = defaultdict(list)
    for event in every_event().values():
        groups[group_of(event.name)].append(event)
    lines = [
        "Everything that can happen, of all designs and mechanisms, in a scope that lets everything in. An event "
        "happens when all who take part can take it, and then all of them move at once. *system*: owed if it stays "
        "possible; *user*: may happen, never owed; *fault*: may happen, and ends in the end. " + TICKED, "",
    ]  # fmt: skip
    lines += _overview(groups)
    for name, some in groups.items():
        lines += ["", f"{_anchor(name)}", f"### `{name}`", "", *_event(here, name, some)]
    return _page(here, "Events", "who does what, who takes part, what it prints, and what is owed", lines)


def _overview(groups: dict[str, list[Event]]) -> list[str]:
    rows = []
    for name, some in groups.items():
        kinds = dict.fromkeys(kind_of(machine) for event in some for machine in takers(event.name))
        prints = dict.fromkeys(f"{e.line.log}: {code(e.line.text)}" for e in some if e.line)
        rows.append(
            (f"[`{name}`](#{name})", some[0].owner, some[0].kind, ", ".join(kinds), "<br>".join(prints) or "none")
        )
    return table(
        ["event", "owner", "kind", "who takes part in `hardened`, or where it is", "shows in the log of"], rows
    )


def _event(here: str, name: str, some: list[Event]) -> list[str]:
    lines = [owed(here, some[0]), ""]
    lines.append(f"- {some[0].kind}, by the {some[0].owner}; from {references(_refs(some), here) or 'no requirement'}")
    for text, who in (("takes part", takers), ("in other designs also", elsewhere)):
        names = dict.fromkeys(machine for event in some for machine in who(event.name))
        lines += [f"- {text}: {', '.join(_machine(here, name) for name in names)}"] if names else []
    lines += [f"- possible while {_while(here, some[0].name)}"] if conditions(some[0].name) else []
    prints = dict.fromkeys((e.line.log, e.line.text) for e in some if e.line)
    lines += [f"- shows in the {log} log as {code(text)}" for log, text in prints]
    lines += ["- shows in no log"] if not prints else []
    needs = dict.fromkeys(event.needs for event in some if event.needs)
    lines += [f"- only in scopes with {', '.join(map(code, needs))}"] if needs else []
    lines += [f"- law: {link(here, f'reference/laws.md#{law}', law)}" for law in _law_of().get(name, [])]
    lines.append(f"- events: {', '.join(f'`{e.name}` ({e.label})' if e.label else code(e.name) for e in some)}")
    return lines


def _while(here: str, name: str) -> str:
    """What an event asks of each machine, of the first event of its group."""
    return "; ".join(f"{_machine(here, machine)} is {where}" for machine, where in conditions(name))


def _refs(some: Iterable[Event]) -> list[str]:
    return list(dict.fromkeys(ref for event in some for ref in event.refs))


def _machine(here: str, name: str) -> str:
    path = machine_path("connection.c1" if name == "connection.c2" else name)
    return link(here, path, code(name))


# ---------------------------------------------------------------------- time


def _timing() -> Page:
    here = "reference/timing.md"
    lines = [
        "The model has no seconds: whatever waits for time may happen at any moment while it waits, so what holds here "
        "holds for every choice of the figures. Where the seed gives one it stands here; where it gives none, choose, "
        f"but do choose a limit. {TICKED}", "",
    ]  # fmt: skip
    rows = []
    for timer in TIMERS:
        every = (*widest("hardened")[1].values(), *every_event().values())
        name = next(event.name for event in every if event.is_of(timer.event))
        switch = ", ".join(mechanism(here, m) for m in timer.mechanisms)
        event = link(here, f"reference/events.md#{group_of(name)}", code(timer.event))
        rows.append(
            (timer.what, event, switch, _while(here, name), timer.figure or "none", references(timer.refs, here))
        )
    head = ["what runs out", "then", "with", "it may end while", "figure", "from"]
    return _page(
        here, "Timing", "every timer: when it runs, what its end brings, and the figures", [*lines, *table(head, rows)]
    )


# ---------------------------------------------------------------------- mechanisms


def _mechanisms() -> Page:
    here = "reference/mechanisms.md"
    enough = link(here, "designs.md", "Which are enough, and which hurt")
    lines = [f"A design is a set of these switches. ✓ marks the designs that have one. {enough}.", ""]
    rows = []
    for name, entry in CATALOGUE.items():
        has = ["✓" if name in plan else "" for plan in DESIGNS.values()]
        words = (entry.does, entry.closes, entry.costs)
        rows.append((_anchor(name) + code(name), *words, *has, _needed(here, name), references(entry.refs, here)))
    head = ["mechanism", "what it does", "what it closes", "what it costs"]
    head += [*map(code, DESIGNS), "`hardened` without it", "from"]
    about = "the switches of a design: what each closes and costs"
    return _page(here, "Mechanisms", about, [*lines, *table(head, rows)])


def _needed(here: str, name: str) -> str:
    for switch, (broken, _) in BREAKS.items():
        if switch == name:
            return link(here, page_of(f"without-{name.replace('_', '-')}"), f"{broken} breaks")
    return next((why for mechanism, why in KEPT.items() if mechanism == name), "does not have it")


# ---------------------------------------------------------------------- properties


def _properties() -> Page:
    here = "reference/properties.md"
    plan = DESIGNS["hardened"]
    product = system(plan, WITNESSED)
    graph, facts = explore(product), Facts(plan, WITNESSED, product)
    lines = [
        "*never*: in no reachable state. *never when quiescent*: in no state that no system event can change. *not for "
        "ever*: under weak fairness, and once faults have ended, not for ever. A witness is a shortest run to a state "
        f"in which the premise holds, of `hardened` in the scope {WITNESSED.describe()}.",
    ]  # fmt: skip
    for prop in PROPERTIES.values():
        verdicts = ", ".join(f"{plan.name} {cell(here, plan, prop.id)}" for plan in DESIGNS.values())
        scenarios = [s for s in FAILURES.values() if s.property == prop.id]
        lines += ["", _anchor(prop.id), f"## {prop.id}", "", f"**{prop.sentence}**", ""]
        lines.append(f"- form: {', '.join(clause.form for clause in prop.clauses)}")
        lines.append(f"- assumes: {prop.assumes or 'nothing of the environment'}")
        lines.append(f"- witness: {_witness(graph, facts, prop)}")
        lines.append(f"- verdicts: {verdicts}")
        lines += [f"- failure class {link(here, page_of(s.id), s.id)}: {s.title}" for s in scenarios]
        lines.append(f"- from {references(prop.refs, here)}")
    return _page(here, "Properties", "what must hold, when it says anything, and what it assumes", lines)


def _witness(graph: Graph, facts: Facts, prop: Property) -> str:
    premise = prop.witness(facts)
    run = reach(graph, premise)
    if run is None:
        return "none in this scope"
    last = run.state(len(run))
    states = [f"{name} is {last[name]}" for name in dict.fromkeys(premise.machines()) if name in last]
    return f"after {len(run)} steps {'; '.join(states)}"


# ---------------------------------------------------------------------- traceability


def _traceability() -> Page:
    here = "reference/traceability.md"
    lines = [
        "From each requirement to where it is modelled, what tells whether it holds, the verdict on `hardened` in the "
        f"default scope ({Scope().describe()}), and with what the requirement speaks of, or the run that shows it, and "
        "tests that name it.", "",
    ]  # fmt: skip
    head = ["", "requirement", "modelled by", "checked by", "verdict or run", "tests", "waits"]
    rows = [_traced(here, r) for r in REQUIREMENTS.values()]
    lines += [*table(head, rows), "", "## Failure classes", ""]
    classes = [
        (
            _anchor(s.id) + s.id, link(here, page_of(s.id), s.title),
            link(here, f"reference/properties.md#{s.property}", s.property),
            _holds(s.scope, s.property), _tests([*cited(s.id), *named(s.id)]), s.later,
        )
        for s in FAILURES.values()
    ]  # fmt: skip
    head = ["", "class, with its run", "property", "`hardened` in the run's scope", "tests", "waits"]
    about = "R1 to R32 and F1 to F15: model, property, verdict, test"
    return _page(here, "Traceability", about, [*lines, *table(head, classes)])


def _traced(here: str, r: Requirement) -> tuple[str, ...]:
    modelled = ", ".join(_model(here, name) for name in r.modelled)
    checks = [_check(here, name, _lets_in(r)) for name in _checks(r)]
    tests = cited(r.id) or [test for name in r.checked for test in named(name)]
    return (
        _anchor(r.id) + r.id, r.sentence, modelled, "<br>".join(name for name, _ in checks),
        "<br>".join(verdict for _, verdict in checks), _tests(tests), r.later,
    )  # fmt: skip


def _checks(r: Requirement) -> list[str]:
    """Properties and scenarios, with the paths of the repaired design beside the seed's."""
    paths = [name for name, scenario in PATHS.items() if r.id in scenario.refs]
    return [*r.checked, *paths]


def _model(here: str, name: str) -> str:
    if name in set(CATALOGUE):
        return link(here, f"reference/mechanisms.md#{name}", code(name))
    return link(here, machine_path(name), code(name))


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
    runs = {each.slug: each for _, each in drawn()}
    if name in runs:
        scenario = (SCENARIOS | FAILURES | PATHS)[name]
        return link(here, page_of(name), name), f"a run of {scenario.design}, {len(runs[name].trace)} steps"
    causes = [slug for slug in runs if slug.startswith(f"{name}-")]
    return link(here, "charts/README.md", name), f"{len(causes)} root causes"


def _tests(tests: Iterable[str]) -> str:
    found = list(dict.fromkeys(tests))
    more = [f"and {len(found) - TESTS} more"] if len(found) > TESTS else []
    return "<br>".join([*map(code, found[:TESTS]), *more])


# ---------------------------------------------------------------------- scopes and limits


def _scopes() -> Page:
    here = "reference/scopes.md"
    items = [
        (code(name), "fault" if name in FAULTS else "aspect", says, "yes" if name in DEFAULT_ASPECTS else "on request")
        for name, says in {**FAULTS, **ASPECTS}.items()
    ]
    lines = [
        "A verdict holds for its scope, and for nothing larger: every interleaving of every run, of any length, with "
        "at most so many meals and connections alive at once, and the faults and aspects that it lets in.", "",
        f"- default scope: {Scope().describe()}",
        f"- what it leaves out: {', '.join(Scope().left_out())}",
        "- time is not modelled: a timer may fire at any moment while it is armed, so no claim is about seconds",
        "- what is not owed for ever (*not for ever*, *never when quiescent*) is judged once faults have ended",
        "- where a run waits for a free connection of the scope it proves nothing: in life there is another socket", "",
        "## What can be let in", "", *table(["item", "kind", "meaning", "by default"], items), "",
        "## What is not modelled yet", "", *_waiting(here), "",
        "## What is assumed where the seed is silent", "",
        *table(["assumption", "says", "because"], [(code(a.id), a.says, a.because) for a in ASSUMPTIONS]), "",
        "## Complete checks that the suite repeats", "",
        "Each explores every reachable state of a design in a scope; the sizes and the verdicts are pinned.", "",
        *table(["design", "connections", "faults", "with", "states", "depth", "violated", "vacuous"], _pinned()),
    ]  # fmt: skip
    return _page(here, "Scopes and limits", "what a verdict covers, what it assumes, and what it does not say", lines)


def _waiting(here: str) -> list[str]:
    rows = [(link(here, f"reference/traceability.md#{r.id}", r.id), r.later) for r in REQUIREMENTS.values() if r.later]
    rows += [(link(here, f"reference/traceability.md#{s.id}", s.id), s.later) for s in FAILURES.values() if s.later]
    return table(["", "what waits"], rows)


def _pinned() -> list[tuple[object, ...]]:
    return [
        (code(e["design"]), e["connections"], e["faults"], ", ".join(e["with"]), f"{e['states']:,}", e["depth"],
         ", ".join(e["violated"]) or "nothing", ", ".join(e["vacuous"]) or "nothing")
        for e in (pin.entry for pin in pins())
    ]  # fmt: skip


# ---------------------------------------------------------------------- laws


@cache
def _law_of() -> dict[str, list[str]]:
    """For each group of events the laws that say when they can happen."""
    out: dict[str, dict[str, None]] = defaultdict(dict)
    for plan in DESIGNS.values():
        facts = Facts(plan, Scope(), system(plan, Scope()))
        for law in LAWS.values():
            for rule in law.rules(facts) if law.applies(plan) else ():
                if name := getattr(rule, "event", ""):
                    out[group_of(name)][law.id] = None
    return {name: list(laws) for name, laws in out.items()}


def _laws() -> Page:
    here = "reference/laws.md"
    rows = [(_anchor(law.id) + code(law.id), law.sentence, references(law.refs, here)) for law in LAWS.values()]
    lines = [
        "What holds of every design to which it applies, step by step: when each event can happen, what it changes, "
        "what never is, what ends. The suite decides each completely, in small scopes.", "",
        *table(["law", "says", "from"], rows),
    ]  # fmt: skip
    return _page(here, "Laws", "when each event can happen, and what it changes", lines)
