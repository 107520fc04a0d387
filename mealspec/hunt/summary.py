"""What a run of the suite prints in the end: designs by properties, and how much of the behaviour was seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from mealspec.hunt.session import Session
from mealspec.properties.catalogue import PROPERTIES

SHOWN = 6
"""Rows that are named in the summary; the files name all."""

Hunted = Sequence[tuple[str, dict[str, Any]]]
"""Of each test on a hunt its outcome and what it recorded."""


def summary_lines(session: Session, hunted: Hunted) -> Iterator[str]:
    """The lines, at 80 columns."""
    designs = [design.name for design in session.designs if any(facts["design"] == design.name for _, facts in hunted)]
    yield from wrap(f"Hunted in the scope: {session.scope.describe()}; profile {session.profile.name}.", 80)
    yield from _matrix(designs, hunted)
    behaviours = session.behaviours([facts["design"] for _, facts in hunted if "steps seen" in facts])
    if behaviours:
        yield ""
        yield from _seen(behaviours)
        yield from _unseen(session, behaviours)


def _matrix(designs: Sequence[str], hunted: Hunted) -> Iterator[str]:
    cells = {(f["property"], f["design"]): _cell(outcome, f) for outcome, f in hunted if "property" in f}
    if not cells:
        return
    width = max(14, *(len(name) + 2 for name in designs))
    yield ""
    yield "property".ljust(24) + "".join(name.ljust(width) for name in designs).rstrip()
    for property_id in PROPERTIES:
        row = [cells.get((property_id, name), "") for name in designs]
        if any(row):
            yield property_id.ljust(24) + "".join(cell.ljust(width) for cell in row).rstrip()
    yield ""
    yield "x 14/14: violated; length of the run found, of the shortest that exists. ok: survived."
    yield "A cell with ! is not as expected; what is not found is so rare that a hunt may miss it."


def _cell(outcome: str, facts: dict[str, Any]) -> str:
    sign = "" if outcome == "passed" else "! "
    if "found" not in facts:
        return f"{sign}{'ok' if facts.get('expected') != 'violated' else 'not found'}"
    return f"{sign}x {facts['found']}/{facts['shortest']}"


def _seen(behaviours: dict[str, dict[str, Any]]) -> Iterator[str]:
    """A line for each design: how much of the behaviour that the search knows its hunts have seen."""
    yield "seen by the hunts, of what the search knows:"
    for name, told in behaviours.items():
        parts = [f"{kind} {_of(told['seen'][kind], told['known'][kind])}" for kind in ("events", "rows", "pairs")]
        extent = "" if told["complete"] else "+"
        states = f"states {told['seen']['states']:,} of {told['known']['states']:,}{extent}"
        yield f"  {name}: {told['steps']:,} steps; {', '.join(parts)},"
        yield f"    {states} ({told['seen']['states'] / told['known']['states']:.2%})"
    if not all(told["complete"] for told in behaviours.values()):
        yield "  +: this profile's search knows only every run up to a length; others know all."


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}" if part <= whole else f"{part:,}"


def _unseen(session: Session, behaviours: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Rows that no hunt of any design has used, and those that cannot be used."""
    used = {row for told in behaviours.values() for row in told["used"]}
    reached = dict.fromkeys(row for told in behaviours.values() for row in told["unseen"] if row not in used)
    alive = used | set(reached)
    idle = {row for told in behaviours.values() for row in told["idle"] if row not in alive}
    yield f"rows that the search uses, and no hunt of any design did: {len(reached)}"
    for row in list(reached)[:SHOWN]:
        yield f"  {row}"
    if len(reached) > SHOWN:
        yield f"  ... all: {session.folder}/behaviour-*.json"
    yield f"rows that the search never uses in any of these designs and this scope: {len(idle)}"
