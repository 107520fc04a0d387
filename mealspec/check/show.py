"""What people see: tables, charts and explanations, at 80 columns, with colour and without."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from rich.table import Table
from rich.text import Text

from mealspec.check.incident import Explanation, Search
from mealspec.check.verify import Report
from mealspec.core import Trace, chart, reasons
from mealspec.model.scope import counted
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import Verdict
from mealspec.properties.facts import Facts

__all__ = [
    "LANES",
    "counted",
    "incident_lines",
    "incident_table",
    "report_table",
    "trace_lines",
    "trace_notes",
    "wrapped",
]

LANES = {"user": 13, "client": 25, "network": 17, "server": 19}
"""The lanes of a chart and their widths; with the step numbers they make 80 columns."""

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


def trace_lines(trace: Trace, facts: Facts | None = None, property_id: str = "") -> list[str]:
    """The chart of a run, and below it why it went wrong and how it ends."""
    lines = chart(trace, LANES, lost=frozenset(reason.step for reason in reasons(trace)))
    notes = trace_notes(trace, facts, property_id)
    return [*lines, "", *wrapped(notes)] if notes else lines


def trace_notes(trace: Trace, facts: Facts | None = None, property_id: str = "") -> list[str]:
    """Why a run went wrong, and how it ends, a sentence each."""
    notes = [f"because: {reason.text}." for reason in reasons(trace)]
    if facts is not None and property_id:
        notes += _ending(trace, facts, property_id)
    return notes


def _ending(trace: Trace, facts: Facts, property_id: str) -> list[str]:
    """The last state, as far as the property looks at it."""
    prop = PROPERTIES[property_id]
    names: dict[str, None] = {}
    for clause in prop.clauses:
        for bad in clause.bad(facts):
            if bad.holds(trace.state(len(trace))):
                names |= dict.fromkeys(bad.machines())
    state = trace.state(len(trace))
    tell = [name for name in ("poller", *names) if name in state]
    ends = "; ".join(f"{name} is {state[name]}" for name in dict.fromkeys(tell) if state[name] != _rest(trace, name))
    moves = "from there it goes round for ever" if trace.loop is not None else _stillness(trace)
    return [f"at the end: {ends or 'every machine is as it began'}; {moves}.", f"violates {prop.id}: {prop.sentence}"]


def _rest(trace: Trace, name: str) -> object:
    return trace.state(0)[name]


def _stillness(trace: Trace) -> str:
    last = trace.path[-1]
    for event in trace.system.enabled(last):
        if event.kind == "system" and trace.system.step(last, event.name) != last:
            return "the run may go on, and the harm is done"
    return "nothing that the system owes can change that any more"


def wrapped(notes: Iterable[str]) -> list[str]:
    """Each note as lines of at most 80 columns."""
    return [line for note in notes for line in wrap(note, 80, subsequent_indent="  ", break_on_hyphens=False)]


def incident_table(search: Search) -> list[str]:
    """The root causes as a Markdown table."""
    lines = ["| steps | at the lookup | did the client believe it was connected? |", "|---|---|---|"]
    for each in search.explanations:
        lines.append(f"| {len(each.trace)} | {each.cause} | {'**yes**' if each.believed else 'no'} |")
    return lines


def incident_lines(search: Search) -> list[str]:
    """Every root cause that fits the logs, each with its shortest run."""
    count = counted(len(search.explanations), "root cause")
    lines = [f"{search.logs.title}: {count} of '{search.design}' fit the logs.", ""]
    lines += ["client log:", *(f"  {_short(line)}" for line in search.logs.client)]
    lines += ["server log:", *(f"  {_short(line)}" for line in search.logs.server), ""]
    lines += wrapped(
        [
            f"Looked at: {counted(search.states, 'state')}, every run of up to {search.depth} steps; "
            f"{search.scope.describe()}. The kinds of lines shown are printed exactly as often and in "
            "this order; lines of other kinds may have been cut."
        ]
    )
    for number, explanation in enumerate(search.explanations, start=1):
        belief = "believed that it was connected" if explanation.believed else "did not believe it was connected"
        head = (
            f"{number}. {counted(len(explanation.trace), 'step')}: at the lookup (step {explanation.skipped_at}), "
            f"{explanation.cause}. The client {belief} at that moment."
        )
        lines += ["", *wrapped([head]), "", *chart(explanation.trace, LANES, lost=frozenset({explanation.skipped_at}))]
        lines += ["", *wrapped(_between(search, explanation))]
    return lines


def _between(search: Search, explanation: Explanation) -> list[str]:
    """Which steps the logs show, which they do not, and what that hides."""
    trace = explanation.trace
    shown = (*search.logs.client, *search.logs.server)
    printed = {k: line for k, name in enumerate(trace.events) if (line := trace.system.event(name).line)}
    seen = [k for k, line in printed.items() if any(line.matches(text) for text in shown)]
    cut = [k for k in printed if k not in seen]
    silent = [k for k in range(len(trace)) if k not in printed]
    return [
        f"the logs show steps {_steps(seen)}; lines cut from the excerpt: steps {_steps(cut) or 'none'}; "
        f"steps that print nothing: {_steps(silent) or 'none'}.",
        *(f"because: {reason.text}." for reason in reasons(trace) if reason.step == explanation.skipped_at),
    ]


def _steps(indices: Iterable[int]) -> str:
    return ", ".join(str(k + 1) for k in indices)


def _short(line: str) -> str:
    return line if len(line) <= 77 else line[:74] + "..."
