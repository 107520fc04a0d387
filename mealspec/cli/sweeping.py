"""What a sweep finds, for people and for machines: which designs pass, and what that takes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from mealspec.check import tables
from mealspec.check.progress import Reporter
from mealspec.check.region import Region
from mealspec.check.show import wrapped
from mealspec.check.sweep import Change, Flaw, ScopeResult, Sweep, flaw, one_by_one
from mealspec.check.sweep import sweep as sweep_
from mealspec.cli.options import deliver
from mealspec.model.design import DESIGNS, Design
from mealspec.model.mechanism import CATALOGUE, NEEDS
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope, counted
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.expected import Verdict

REPAIRED = ("published", "before", "app_head")
"""The designs whose repair people ask about."""

SHOWN = 6
"""Minimal sets and changes that people are shown; machines get them all, up to a thousand."""


@dataclass(frozen=True)
class Findings:
    """What a sweep says, drawn from its diagrams.

    Attributes
    ----------
    swept
        The sweep.
    necessary, excluded, minimal, hurting, repairs
        As :class:`~mealspec.check.sweep.Sweep` says; ``number`` is how many minimal sets there are.
    without
        For each minimal set shown, what breaks without each member; None where the rest cannot be built
        or is not a matter of this sweep.
    """

    swept: Sweep
    necessary: list[str]
    excluded: list[str]
    number: int
    minimal: list[tuple[str, ...]]
    hurting: dict[str, tuple[tuple[str, ...], Flaw | None]]
    repairs: dict[str, list[Change]]
    without: list[dict[str, Flaw | None]]

    def to_json(self) -> dict[str, Any]:
        """For machines; the same question always gets the same answer."""
        swept, region = self.swept, self.swept.region
        return {
            "scope": swept.scope.to_json(),
            "properties": list(swept.properties),
            "mechanisms": [m.value for m in region.free],
            "required": sorted(region.required),
            "forbidden": sorted(region.forbidden),
            "designs": swept.count(swept.valid),
            "passing": swept.count(swept.passing),
            "rungs": [
                {"scope": r.scope.to_json(), "designs": r.designs, "passing": r.passing, "states": r.states}
                for r in swept.scopes
            ],
            "necessary": self.necessary,
            "excluded": self.excluded,
            "minimal": [list(some) for some in self.minimal],
            "minimal_number": self.number,
            "hurting": {
                name: {"added_to": list(some), **_flaw(broken)} for name, (some, broken) in self.hurting.items()
            },
            "repairs": {
                name: [{"add": list(c.added), "remove": list(c.removed)} for c in changes]
                for name, changes in self.repairs.items()
            },
            "without": [{name: _flaw(broken) for name, broken in each.items()} for each in self.without],
        }

    def to_csv(self) -> str:
        """One row for each mechanism."""
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["mechanism", "in_every_passing_design", "in_minimal_sets", "hurts", "breaks_without", "steps"])
        for name in (*sorted(self.swept.region.required), *self.swept.space.family.features):
            broken = next((each[name] for each in self.without if each.get(name)), None)
            rows.writerow(
                [
                    str(name), name in self.necessary, sum(name in some for some in self.minimal), name in self.hurting,
                    broken.property if broken else "", len(broken.trace) if broken else "",
                ]
            )  # fmt: skip
        return out.getvalue()


def _flaw(broken: Flaw | None) -> dict[str, Any]:
    if broken is None:
        return {}
    return {
        "breaks": broken.property, "scope": broken.scope.to_json(), "trace": list(broken.trace), "loop": broken.loop
    }  # fmt: skip


def findings(swept: Sweep, properties: Sequence[Property], shown: int = SHOWN) -> Findings:
    """Read off what people ask, and look for the runs that show it."""
    least = swept.minimal()
    minimal = swept.sets(least)
    explain = partial(flaw, scope=swept.scope, properties=properties)

    def without(some: tuple[str, ...]) -> dict[str, Flaw | None]:
        names = [name for name in some if name not in swept.region.required]
        return {name: explain(_design(set(some) - {name})) if _built(set(some) - {name}) else None for name in names}

    return Findings(
        swept,
        swept.necessary() if minimal else [],
        swept.excluded() if minimal else [],
        swept.count(least),
        minimal,
        {name: (some, explain(_design({*some, name}))) for name, some in swept.hurting().items()},
        {name: changes for name in REPAIRED if (changes := swept.repairs(DESIGNS[name]))},
        [without(some) for some in minimal[:shown]],
    )


def _design(names: set[str]) -> Design:
    return Design("none" + "".join(f"+{name}" for name in sorted(names)), frozenset(M(name) for name in names))


def _built(names: set[str]) -> bool:
    """Whether each has what it needs."""
    return all(NEEDS[M(name)] in names for name in names if M(name) in NEEDS)


def run(scope: Scope, properties: Sequence[Property], region: Region, console: Console | None) -> Sweep:
    """Sweep, and tell of each scope when it is done."""
    reporter = Reporter()

    def done(result: ScopeResult) -> None:
        reporter.done(result.scope.describe())
        if console:
            console.print(_scope_line(result))

    if console:
        console.print(f"\n{'':34}{'designs':>16}{'passing':>14}{'seconds':>9}", style="bold")
    return sweep_(scope, properties, region, report=reporter.update, done=done)


def heading(scope: Scope, region: Region, properties: Sequence[Property]) -> Iterator[str]:
    """What is asked, of which designs."""
    kept = "all properties" if len(properties) == len(PROPERTIES) else ", ".join(p.id for p in properties)
    yield from wrapped([f"All designs of {counted(len(region.free), 'mechanism')}, kept: {kept}."])
    for word, some in (("Each has", region.required), ("None has", region.forbidden)):
        if some:
            yield from wrapped([f"{word} {', '.join(sorted(some))}."])
    yield from wrapped([f"Scope: {scope.describe()}.", f"Left out: {', '.join(scope.left_out()) or 'nothing'}; time."])
    yield from wrapped(["Liveness assumes that faults end, and weak fairness of system events."])
    yield from wrapped(
        [f"Not counted: designs in which a mechanism lacks another that it needs ({len(NEEDS)} mechanisms need one)."]
    )


def _scope_line(result: ScopeResult) -> str:
    scope = result.scope
    size = f"{counted(scope.meals, 'meal')}, {counted(scope.connections, 'connection')}"
    size += {None: "", 0: ", no faults"}.get(scope.faults, f", {scope.faults} faults")
    return f"{size:34}{result.designs:>16,}{result.passing:>14,}{result.seconds:>9.1f}"


def show(console: Console, found: Findings) -> None:
    """What was found, for people."""
    swept = found.swept

    def say(*lines: str) -> None:
        console.print("\n".join(wrapped(lines)))

    console.print()
    if swept.count(swept.passing) == 0:
        console.print("No design passes.", style="bold red")
        return
    say(f"{swept.count(swept.passing):,} of {swept.count(swept.valid):,} designs pass.")
    say(f"Every one of them has ({len(found.necessary)}): {', '.join(found.necessary)}.")
    say(f"None of them has ({len(found.excluded)}): {', '.join(found.excluded) or 'every other may be there'}.")
    console.print(f"\n{counted(found.number, 'smallest sufficient set')}", style="bold")
    for number, (some, without) in enumerate(zip(found.minimal, found.without, strict=False), start=1):
        more = [name for name in some if name not in found.necessary]
        say(f"{number}. {counted(len(some), 'mechanism')}: the above" + (f", and {', '.join(more)}" if more else ""))
        console.print(_without(without))
    if found.number > len(found.without):
        say(f"... and {found.number - len(found.without):,} more: --json")
    console.print("\nMechanisms that hurt some passing design", style="bold")
    for name, (some, broken) in found.hurting.items():
        say(f"{name}: added to one of {counted(len(some), 'mechanism')} it breaks {_broken(broken)}")
    if not found.hurting:
        say("none")
    console.print("\nSmallest repairs", style="bold")
    for name, changes in found.repairs.items():
        console.print("\n".join(_repair(name, changes)))
    if not found.repairs:
        say("neither published nor before is among these designs")
    say("", "See a run: mealspec trace DESIGN PROPERTY, with a design like published+ready_ack-reconnect.")


def _without(without: dict[str, Flaw | None]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("without", "breaks", "shortest run", "closes"):
        table.add_column(name)
    for name, broken in without.items():
        refs = " ".join(ref for ref in CATALOGUE[M(name)].refs if ref.startswith("F"))
        table.add_row(name, *(_broken(broken).split(", ", 1) if broken else ("cannot be built", "")), refs)
    return table


def _broken(broken: Flaw | None) -> str:
    if broken is None:
        return "nothing in this scope"
    loop = "" if broken.loop is None else f", a loop from {broken.loop + 1}"
    return f"{broken.property}, {counted(len(broken.trace), 'step')}{loop}"


def _repair(name: str, changes: Sequence[Change]) -> list[str]:
    first = changes[0]
    parts = [f"+{added}" for added in first.added] + [f"-{removed}" for removed in first.removed]
    size = len(parts)
    lines = wrapped([f"{name}: {counted(size, 'change')}: {' '.join(parts) or 'passes as it is'}"])
    if len(changes) > 1:
        lines += wrapped([f"  or {counted(len(changes) - 1, 'other way')} of {counted(size, 'change')}"])
    return lines


def each(
    scope: Scope, properties: Sequence[Property], region: Region, console: Console | None, out: Path | None
) -> None:
    """Each property by itself."""
    reporter = Reporter()
    rows = []
    if console:
        console.print(f"\n{'':26}{'designs that break it':>24}{'':>8}{'seconds':>9}", style="bold")
    for verdict in one_by_one(scope, properties, region, report=reporter.update):
        reporter.done(scope.describe())
        rows.append(verdict)
        if console:
            share = f"{100 * verdict.breaking / verdict.designs:.1f} %"
            word = Verdict.VACUOUS if verdict.vacuous else ""
            console.print(f"{verdict.property:26}{verdict.breaking:>24,}{share:>8}{verdict.seconds:>9.1f} {word}")
    if console:
        pairs = "pairs of a design and a state" + (" with one meal" if scope.meals > 1 else "")
        console.print(
            f"\n{rows[0].designs:,} designs, {rows[0].states:,} {pairs}; the first row includes reaching them."
        )
        if scope.meals > 1:
            still = max(row.open for row in rows)
            say = f"{still:,} designs at most" if still else "no design"
            console.print(
                "\n".join(wrapped([
                    "With several meals: what breaks with one is broken; the others keep the property by what one "
                    f"meal sees of the rest, and {say} had to be looked at with all meals."
                ]))
            )  # fmt: skip
    else:
        data = [
            {"property": r.property, "designs": r.designs, "states": r.states, "breaking": r.breaking, "open": r.open}
            for r in rows
        ]
        deliver(json.dumps(data, indent=1) + "\n", out)


def table(scope: Scope, properties: Sequence[Property], region: Region, out: Path | None) -> None:
    """Every verdict on every design."""
    reporter = Reporter()
    found = tables.table(scope, properties, region, report=reporter.update)
    reporter.done(scope.describe())
    deliver(tables.text(found), out)
