"""What people and machines are told of an implementation."""

from __future__ import annotations

from collections import Counter
from textwrap import wrap
from typing import Any
from xml.etree import ElementTree as ET

from mealspec.conform.conformance import Conformance
from mealspec.conform.hunt import Found
from mealspec.conform.role import Json
from mealspec.conform.verdict import Divergence, Outcome, Verdict
from mealspec.core import Trace, chart
from mealspec.core.errors import printable
from mealspec.model.scope import counted

LANES = {"user": 11, "client": 22, "network": 16, "server": 17, "time": 8}
"""The lanes of a chart and their widths; with the step numbers they make 80 columns."""
SHOWN = 8
"""How many of the vectors that fail are named."""


def sight(what: Json) -> str:
    """What was seen, in a few words.

    >>> sight({"what": "send", "socket": 1, "message": "pong", "listed": False})
    'send on socket 1: pong, listed no'
    """
    more = dict(what)
    kind, socket, request = more.pop("what"), more.pop("socket", None), more.pop("request", None)
    where = f" on socket {socket}" if socket is not None else f" {request}" if request is not None else ""
    if isinstance(request, dict):
        where = where.partition(" {")[0]
    message = more.pop("message", None)
    if isinstance(message, dict):  # what was sent to it: its type says enough
        message = message.get("type")
    for whole in ("sent", "answer"):
        if isinstance(more.get(whole), dict):
            more[whole] = more[whole].get("status") or f"{more[whole].get('method')} {more[whole].get('path')}"
    parts = [] if message is None or kind == "request" else [str(message)]
    parts += [f"{name} {_value(value)}" for name, value in more.items()]
    return f"{kind}{where}" + (f": {', '.join(parts)}" if parts else "")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return " ".join(f"{name}={_value(each)}" for name, each in value.items()) or "nothing"
    return printable(str(value), 60)


def divergence_lines(divergence: Divergence, others: int = 0, where: str = "") -> list[str]:
    """Expected beside observed."""
    width = 37
    told = f"{where}after {sight(divergence.told) if divergence.told else 'nothing'}:"
    left = [sight(each) for each in divergence.expected] + [
        f"shows {k}: {_value(v)}" for k, v in divergence.shown.items()
    ]
    right = [sight(each) for each in divergence.observed] + [
        f"shows {k}: {_value(v)}" for k, v in divergence.shows.items()
    ]
    lines = [
        *wrap(told, 80),
        f"  {'expected':<{width}} observed",
        f"  {'-' * (width - 2):<{width}} {'-' * (width - 2)}",
    ]
    columns = [[part for text in some or ["nothing"] for part in wrap(text, width - 1)] for some in (left, right)]
    for k in range(max(map(len, columns))):
        one, other = (column[k] if k < len(column) else "" for column in columns)
        lines.append(f"  {one:<{width}} {other}".rstrip())
    if others:
        lines.append(f"  or one of {others} others")
    return lines


def found_lines(found: Found) -> list[str]:
    """The run that diverges, in lanes, and how."""
    events = [found.spec.system.events[e].name for seen in found.run for e in seen.way.events]
    trace = Trace.of(found.spec.system, events)
    return [*chart(trace, LANES), "", *divergence_lines(found.divergence, len(found.others))]


def lines(made: Conformance, kept: str = "") -> list[str]:
    """The report; ``kept`` is the file that repeats the divergence."""
    counts = Counter(verdict.outcome for verdict in made.verdicts)
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome])
    out = [*wrap(f"{made.name}: a {made.role} with {', '.join(made.can) or 'no further capability'}", 80), ""]
    out += wrap(f"{counted(len(made.verdicts), 'vector')}: {told or 'none'}.", 80)
    fired = sum(len(verdict.fired) for verdict in made.verdicts)
    if fired:
        out += wrap(f"{counted(fired, 'fault')} happened in those that passed, each seen at a command of its own.", 80)
    diverged = [verdict for verdict in made.verdicts if verdict.divergence is not None]
    if made.commands:
        by, fine = ("Hypothesis" if made.command else "Over sockets"), ", and all that was seen is allowed"
        out += wrap(f"{by}: {counted(made.commands, 'command')}{'' if diverged else fine}.", 80)
    lacking = sorted({verdict.why for verdict in made.verdicts if verdict.outcome is Outcome.SKIPPED})
    out += [line for why in lacking for line in wrap(f"Not tested: {why}.", 80)]
    out += _failures([v for v in made.verdicts if not v.fine and not v.known])
    listed = [v for v in made.verdicts if v.known]
    if listed:
        passing = ", ".join(v.id for v in listed if v.outcome is Outcome.PASSED) or "none"
        said = (
            f"{counted(len(listed), 'known failure')} listed; of these pass, and must be taken off the list: {passing}."
        )
        out += ["", *wrap(said, 80)]
    if made.found is not None:
        out += ["", "The shortest run found that diverges:", "", *found_lines(made.found), ""]
        out += _explained(made)
        out += wrap(f"{kept} repeats it: mealspec conform --vectors {kept} -- ...", 80) if kept else []
    elif diverged and diverged[0].divergence is not None:
        where = f"{diverged[0].id}, step {diverged[0].divergence.step + 1}, "
        out += ["", *divergence_lines(diverged[0].divergence, where=where), ""]
        out += [] if made.command else _explained(made)
    return out


def _failures(some: list[Verdict]) -> list[str]:
    if not some:
        return []
    out = ["", "What fails:"]
    for verdict in some[:SHOWN]:
        out += wrap(
            f"{verdict.id}: {verdict.outcome}{f', {verdict.why}' if verdict.why else ''}",
            78,
            initial_indent="  ",
            subsequent_indent="    ",
        )
    more = len(some) - SHOWN
    return [*out, f"  and {more} more"] if more > 0 else out


def _explained(made: Conformance) -> list[str]:
    if not made.reasons:
        return wrap("No single mechanism that is missing or added explains it.", 80)
    out = [f"What alone explains it{', and allows least besides, first' if len(made.reasons) > 1 else ''}:"]
    for reason in made.reasons:
        out += wrap(f"- {reason}", 80, subsequent_indent="  ")
    return out


def to_json(made: Conformance) -> dict[str, Any]:
    """For machines."""
    found = made.found
    return {
        "command": list(made.command), "name": made.name, "role": made.role, "capabilities": list(made.can),
        "fine": made.fine, "commands": made.commands, "verdicts": [verdict.to_json() for verdict in made.verdicts],
        "reasons": [str(name) for reason in made.reasons for name in reason.names],
        "found": None if found is None else {
            "events": [found.spec.system.events[e].name for seen in found.run for e in seen.way.events],
            "divergence": found.divergence.to_json(),
            "reasons": [
                {"mechanism": str(name), "missing": reason.missing, "classes": list(reason.classes)}
                for reason in made.reasons for name in reason.names
            ],
        },
    }  # fmt: skip


def junit(made: Conformance) -> str:
    """As CI servers read it: a known failure that fails is skipped."""
    suite = ET.Element("testsuite", name=f"mealspec conform: {made.name}", tests=str(len(made.verdicts)))
    failures = 0
    for verdict in made.verdicts:
        group, _, name = verdict.id.rpartition("/")
        case = ET.SubElement(suite, "testcase", classname=group.replace("/", "."), name=name)
        if verdict.outcome is Outcome.SKIPPED or (verdict.known and verdict.fine):
            ET.SubElement(case, "skipped", message=verdict.why or "known failure")
        elif not verdict.fine:
            failures += 1
            text = verdict.why
            if verdict.divergence is not None:
                step = f"step {verdict.divergence.step + 1}, "
                text = "\n".join(divergence_lines(verdict.divergence, where=step))
            message = "is listed as a known failure, and passes" if verdict.known else str(verdict.outcome)
            ET.SubElement(case, "failure", message=message).text = text
    suite.set("failures", str(failures))
    ET.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"
