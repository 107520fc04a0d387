"""What people see: tables, charts and explanations, at 80 columns, with colour and without."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from typing import NamedTuple

from rich.table import Table
from rich.text import Text

from mealspec.check.excerpts import Excerpt
from mealspec.check.incident import Explanation
from mealspec.check.phrases import phrase
from mealspec.check.verify import Report
from mealspec.core import At, Claim, Form, Trace, because, causes, chart, declared, races, weight
from mealspec.model.scope import Scope, counted
from mealspec.model.server.notification import Fate
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.expected import Verdict
from mealspec.properties.facts import Facts
from mealspec.properties.scenarios import Scenario

LANES = {"user": 13, "client": 25, "network": 17, "server": 19}
"""The lanes of a chart and their widths; with the step numbers they make 80 columns."""

OTHERWISE = {
    "delivery": "every finished meal would be shown",
    "honest-view": "nothing would be shown too early",
    "no-regress": "what was shown as finished would stay so",
    "single-connection": "there would be one open socket at most",
    "single-poll-task": "no cancelled poll task would act beside the current one",
    "agreement": "belief, socket and registry would agree",
    "no-early-belief": "the client would not have believed before it was registered",
    "belief-is-earned": "the belief would be true in the end, or given up",
    "socket-returns": "the client would have a socket that works",
    "no-zombie": "no dead connection would stay in the registry",
    "polling-stops": "polling would end",
    "polling-persists": "a poll task would exist, or the socket be verified",
    "failure-reaches-screen": "the failure would be shown",
    "no-lost-submission": "the meal would reach the backend, and only once",
    "handled-once": "what a completed meal causes would happen exactly once",
    "no-orphan": "every accepted meal would be completed or failed",
    "no-deadlock": "every machine would come to rest",
    "machine-invariants": "the machines would be right about each other",
}
"""For each property what would have been, if the step that decided had not been as it was."""

REACHED = "{} would have reached the client"

SIGNS = {
    Verdict.HOLDS: ("✓ holds", "green"),
    Verdict.VIOLATED: ("✗ violated", "red"),
    Verdict.VACUOUS: ("- vacuous", "yellow"),
    Verdict.UNCHECKED: ("? unchecked", "yellow"),
}


def report_table(report: Report) -> Table:
    """The verdicts on one design."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("property", "verdict", "expected", "counterexample"):
        table.add_column(name, min_width=12)
    for finding in report.findings:
        sign, colour = SIGNS[finding.verdict]
        pinned = "not pinned" if finding.expected is None else "as expected"
        surprise = Text(f"expected: {finding.expected}", "bold red")
        steps = counted(len(finding.trace), "step") if finding.trace else ""
        if finding.loop is not None:
            steps += f", a loop from step {finding.loop + 1}"
        table.add_row(finding.id, Text(sign, colour), Text(pinned, "dim") if finding.as_expected else surprise, steps)
    return table


class Why(NamedTuple):
    """What decided a run, a sentence each, and the steps that the sentences speak of."""

    notes: tuple[str, ...] = ()
    marked: frozenset[int] = frozenset()

    def __add__(self, other: object) -> Why:
        """The sentences of both, each once."""
        if not isinstance(other, Why):
            return NotImplemented
        return Why(tuple(dict.fromkeys(self.notes + other.notes)), self.marked | other.marked)


def why_violated(trace: Trace, facts: Facts, property_id: str) -> Why:
    """Why the run violates the property, how it ends, and what it violates."""
    prop = PROPERTIES[property_id]
    return _decided(trace, facts, prop) + Why((_ending(trace, facts, prop), f"violates {prop.id}: {prop.sentence}"))


def why_told(trace: Trace, facts: Facts, scenario: Scenario) -> Why:
    """Why a scenario's run violates its property, and why a push was missed; nothing where all goes well."""
    prop = PROPERTIES.get(scenario.property)
    why = _decided(trace, facts, prop) if prop else Why()
    for m in facts.scope.meal_names:
        if any(map(_pushed(m).bad.holds, map(trace.state, range(len(trace) + 1)))):
            why += _because(trace, _pushed(m), REACHED.format(m))
    last = trace.state(len(trace))
    lost = prop is not None and any(bad.holds(last) for clause in prop.clauses for bad in clause.bad(facts))
    notes = [_ending(trace, facts, prop)] if prop and lost and not _moves(trace) else []
    notes += [f"speaks of {prop.id}: {prop.sentence}"] if prop else []
    notes += [f"not modelled yet: {scenario.later}."] if scenario.later else []
    return why + Why(tuple(notes))


def _decided(trace: Trace, facts: Facts, prop: Property) -> Why:
    found = (_because(trace, claim, OTHERWISE[prop.id]) for claim in prop.claims(facts))
    return next((why for why in found if why.notes), Why())


def _because(trace: Trace, claim: Claim, otherwise: str) -> Why:
    found = causes(trace, claim)
    steps = {step for cause in found for step in (cause.step, *cause.also)}
    return Why(tuple(f"because: {because(trace, cause, otherwise)}." for cause in found), frozenset(steps))


def _pushed(m: str) -> Claim:
    """That the notification of the meal is not missed."""
    missed = At(f"notification.{m}", lambda s: s.fate is Fate.MISSED)
    return Claim(f"pushed-{m}", f"{m} is pushed to the client.", Form.NEVER, missed)


def trace_lines(trace: Trace, why: Why) -> list[str]:
    """The chart of a run, and below it what decided it."""
    lines = chart(trace, LANES, marked=why.marked)
    return [*lines, "", *wrapped(why.notes)] if why.notes else lines


def weighed(trace: Trace) -> str:
    """How likely a run is: its faults, its tight races and which steps they are, and its steps."""
    faults, tight = weight(trace).faults, races(trace)
    told = [counted(faults, "fault"), counted(len(tight), "tight race") + _at(tight), counted(len(trace), "step")]
    if trace.loop is None:
        return ", ".join(told)
    return f"{told[0]} and {told[1]} before the loop, {told[2]}"


def within(small: Scope, scope: Scope) -> str:
    """What of a scope a smaller one has only one of: ``" with one connection"``; empty if they have the same."""
    meals, connections = small.meals < scope.meals, small.connections < scope.connections
    fewer = [*(["one meal"] if meals else []), *(["one connection"] if connections else [])]
    return f" with {' and '.join(fewer)}" if fewer else ""


def _at(steps: tuple[int, ...]) -> str:
    if not steps:
        return ""
    *others, last = map(str, steps)
    return f" (steps {', '.join(others)} and {last})" if others else f" (step {last})"


def _ending(trace: Trace, facts: Facts, prop: Property) -> str:
    """The last state: sockets and polling, and every machine that could make it good by itself."""
    state, machines = trace.state(len(trace)), {machine.name: machine for machine in trace.system.machines}
    names = dict.fromkeys(("poller", "flags", "service", "registry"))
    for bad in (bad for clause in prop.clauses for bad in clause.bad(facts) if bad.holds(state)):
        for name in bad.machines():
            if name in machines and not all(bad.holds({**state, name: other}) for other in machines[name].states):
                names[name] = None
    told = [phrase(name, state[name]) for name in names if name in state]
    moves = "from there it goes round for ever" if trace.loop is not None else _stillness(trace)
    return f"at the end: {'; '.join(filter(None, told))}; {moves}."


def _stillness(trace: Trace) -> str:
    if _moves(trace):
        return "the run may go on, and the harm is done"
    return "nothing that the system owes can change that any more"


def _moves(trace: Trace) -> bool:
    """Whether something that is owed can change the last state."""
    last, system = trace.path[-1], trace.system
    owed = (event for event in system.enabled(last) if event.kind == "system")
    return any(system.step(last, event.name) != last for event in owed)


def wrapped(notes: Iterable[str]) -> list[str]:
    """Each note as lines of at most 80 columns."""
    return [line for note in notes for line in wrap(note, 80, subsequent_indent="  ", break_on_hyphens=False)]


def why_skipped(some: Excerpt, explanation: Explanation) -> Why:
    """Which steps the logs show and which they do not, and why the lookup found nobody."""
    trace, skip = explanation.likeliest, explanation.skipped_at
    printed = {k: line for k, name in enumerate(trace.events) if (line := trace.system.event(name).line)}
    seen = [k for k, line in printed.items() if any(line.matches(told.text) for told in some.lines(line.log))]
    cut = [k for k in printed if k not in seen]
    silent = [k for k in range(len(trace)) if k not in printed]
    event = trace.system.event(trace.events[skip - 1])
    m = event.name.rpartition(".")[2]
    decided = _because(trace, _pushed(m), REACHED.format(m))
    if any(trace.system.event(trace.events[step - 1]).verb == "submit" for step in decided.marked):
        decided = Why()  # without its submission a meal is not missed, and does not arrive either
    lines = [
        f"the logs show steps {_steps(seen)}; lines cut from the excerpt: steps {_steps(cut) or 'none'}; "
        f"steps that print nothing: {_steps(silent) or 'none'}."
    ]
    if explanation.races:
        lines.append(f"tight races: steps {', '.join(map(str, explanation.races))}.")
    if skip not in decided.marked:
        lines.append(f"because: step {skip} ({event.label}): {declared(trace, skip)}.")
    return Why(tuple(lines), frozenset({skip})) + decided


def _steps(indices: Iterable[int]) -> str:
    return ", ".join(str(k + 1) for k in indices)
