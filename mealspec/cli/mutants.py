"""The specification tested: its mutants judged on several processes, and what became of them.

Each mutant is the hardened design with one small fault of its own, see :mod:`mealspec.core.mutant` and
:mod:`mealspec.check.mutants`. A survivor is a fault that no property and no law notices.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from textwrap import wrap
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mealspec.check.mutants import DESIGN, HOMES, LARGER, Case, Fate, Outcome, judge
from mealspec.check.terminal import Line
from mealspec.core.mutant import Mutant
from mealspec.core.workers import Tell
from mealspec.core.workers import spread as spread_out
from mealspec.model.scope import Scope, counted
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.laws import LAWS

LIVE = 0.2
"""Seconds between two looks at the rate on a terminal."""


@dataclass(frozen=True)
class Survey:
    """What became of the mutants that were judged, ``total`` being all that there are."""

    outcomes: tuple[Outcome, ...]
    total: int

    def of(self, fate: Fate) -> list[Outcome]:
        """Those with that fate, in the order of the mutants."""
        return [outcome for outcome in self.outcomes if outcome.fate is fate]

    @property
    def survivors(self) -> list[Outcome]:
        """Those that nothing notices."""
        return self.of(Fate.SURVIVOR)

    @property
    def score(self) -> float | None:
        """The share killed of those that are not equivalent, in percent; None if all are equivalent."""
        killed = len(self.of(Fate.KILLED))
        return 100 * killed / (killed + len(self.survivors)) if killed or self.survivors else None

    def seen_by(self, names: Collection[str]) -> int:
        """How many are killed by one of these, whoever else may kill them too."""
        return sum(not set(names).isdisjoint(outcome.killers) for outcome in self.outcomes)

    @cached_property
    def kills(self) -> dict[str, int]:
        """How many mutants each property and each law kills, in the order of the catalogues."""
        found = Counter(name for outcome in self.outcomes for name in outcome.killers)
        return {name: found[name] for name in dict.fromkeys([*PROPERTIES, *LAWS, *sorted(found)])}

    @cached_property
    def alone(self) -> dict[str, int]:
        """How many of them nothing else was seen to kill; not everything is asked of a mutant that is dead already."""
        found = Counter(outcome.killers[0] for outcome in self.outcomes if len(outcome.killers) == 1)
        return {name: found[name] for name in self.kills}

    @cached_property
    def fates(self) -> dict[str, Counter[Fate]]:
        """The fates of the mutants of each part of the design."""
        found: dict[str, Counter[Fate]] = {}
        for outcome in self.outcomes:
            found.setdefault(part(outcome.case), Counter())[outcome.fate] += 1
        return found

    @cached_property
    def scopes(self) -> dict[Scope, int]:
        """How many fates were decided in each scope, smallest scope first."""
        found = Counter(outcome.scope for outcome in self.outcomes)
        return {scope: found[scope] for scope in dict.fromkeys([*HOMES, *LARGER, *found]) if found[scope]}

    def to_json(self) -> dict[str, Any]:
        """The survey for machines; the same mutants always give the same."""
        return {
            "mutants": len(self.outcomes),
            "killed": len(self.of(Fate.KILLED)),
            "equivalent": len(self.of(Fate.EQUIVALENT)),
            "survivors": [
                {"machine": each.case.machine, "operator": str(each.case.operator), "mutant": str(each.case)}
                for each in self.survivors
            ],
            "kills_by_property": self.kills,
            "kills_by_machine": {name: fates[Fate.KILLED] for name, fates in self.fates.items()},
            "design": DESIGN.name,
            "all_mutants": self.total,
            "killed_by_properties": self.seen_by(PROPERTIES),
            "killed_by_laws": self.seen_by(LAWS),
            "score": None if self.score is None else round(self.score, 2),
            "kills_alone_by_property": self.alone,
            "decided_by_scope": {scope.describe(): number for scope, number in self.scopes.items()},
        }


def part(case: Case) -> str:
    """What the mutant changes: machines that differ only in the name of a meal or connection are one.

    >>> from mealspec.core.mutant import Operator
    >>> part(Case(Scope(), Mutant(Operator.DROP_PARTICIPANT, "connection.c2", "network.accept.c2")))
    'connection'
    >>> part(Case(Scope(), Mutant(Operator.FAULT, "", "server.boot")))
    '(an event)'
    """
    if case.machine:
        return case.machine.split(".")[0]
    return "(an event)" if isinstance(case.change, Mutant) else "(a mechanism)"


def spread(found: Sequence[Case], sample: int | None) -> list[Case]:
    """So many of them, evenly spread and always the same ones; all, if there are no more."""
    if sample is None or sample >= len(found):
        return list(found)
    return [found[(2 * k + 1) * len(found) // (2 * sample)] for k in range(sample)]


def survey(chosen: Sequence[Case], total: int, jobs: int) -> Survey:
    """Judge these, of so many that there are."""
    count = Count(len(chosen))
    count.begin()
    outcomes = []
    try:
        with closing(judged(chosen, jobs)) as running:
            for outcome in running:
                outcomes.append(outcome)
                count.add(outcome)
    finally:
        count.done()
    return Survey(tuple(outcomes), total)


def judged(chosen: Sequence[Case], jobs: int) -> Generator[Outcome, None, None]:
    """The outcome of each case, in their order, each as soon as it and those before it are there."""
    return spread_out(_judged, chosen, jobs)


def _judged(case: Case, tell: Tell) -> Outcome:
    return judge(case)


class Count:
    """Shows on stderr how many mutants are judged, and when the rest will be."""

    def __init__(self, total: int) -> None:
        self._total, self._began = total, time.monotonic()
        self._fates: Counter[Fate] = Counter()
        self._line = Line()

    def begin(self) -> None:
        """None is judged yet, and the first ones take longest: the design itself is explored for them."""
        self._line.show(self.line(0))

    def add(self, outcome: Outcome) -> None:
        """One more is judged."""
        self._fates[outcome.fate] += 1
        self._line.show(self.line(time.monotonic() - self._began), LIVE)

    def done(self) -> None:
        """All are judged."""
        self._line.clear()

    def line(self, seconds: float) -> str:
        """How far it has come in so many seconds; the time left supposes that the rest is no harder."""
        done = self._fates.total()
        waiting = self._total - done
        if not done:
            return f"mutants: {waiting:,} waiting"
        survivors = counted(self._fates[Fate.SURVIVOR], "survivor")
        left = _span(waiting * seconds / done)
        return f"mutants: {done:,} judged, {waiting:,} waiting, {survivors}, {done / seconds:.1f}/s, about {left} left"


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


# ---------------------------------------------------------------------- what people see


def heading(number: int, total: int) -> Text:
    """What is judged, for people."""
    extent = f"all {number:,}" if number == total else f"a sample of {number:,} of {total:,}"
    return Text(f"Mutants of {DESIGN}, one small fault each: {extent}.", "bold")


def survey_parts(found: Survey) -> Iterator[RenderableType]:
    """The survey for people, one piece after the other."""
    yield from _counts(found)
    yield "\nKills, and those that nothing else was seen to kill; not everything is asked of"
    yield "a mutant that is dead already.\n"
    yield _killers(found, "property", PROPERTIES)
    yield ""
    yield _killers(found, "law", [name for name in found.kills if name not in PROPERTIES])
    yield ""
    yield _machines(found)
    if found.survivors:
        yield Text("\nSurvivors, which nothing notices:", "bold")
        yield from _hanging((str(outcome.case) for outcome in found.survivors), "red")
    if questions := _questions(found):
        yield Text("\nQuestions to what kills nothing here:", "bold")
        yield from _hanging(questions, "yellow")


def _counts(found: Survey) -> Iterator[RenderableType]:
    killed, equivalent, survivors = (len(found.of(fate)) for fate in Fate)
    seen = f"a property notices {found.seen_by(PROPERTIES):,}, a law {found.seen_by(LAWS):,}"
    yield f"killed:     {killed:>6,}  {seen}"
    yield f"equivalent: {equivalent:>6,}  without a difference in the largest scopes"
    yield f"survivors:  {survivors:>6,}  noticed by no property and no law"
    if found.score is None:
        yield Text("score: none; all are equivalent", "yellow")
    else:
        share = f"score: {_percent(found.score)}, {killed:,} of the {killed + survivors:,} that are not equivalent"
        yield Text(share, "bold red" if survivors else "bold green")
    yield "\nEach was judged in the smallest scope in which it makes a difference, and in"
    yield "larger ones until it was noticed. So many fates were decided in:"
    for scope, decided in found.scopes.items():
        yield "\n".join(_wrapped(f"{decided:>6,}  {scope.describe()}", 8))


def _percent(score: float) -> str:
    """With one decimal, and never rounded up to all."""
    return f"{min(score, 99.9) if score < 100 else score:.1f} %"


def _killers(found: Survey, kind: str, names: Iterable[str]) -> Table:
    table = _table(kind, "kills", "alone")
    for name in names:
        kills = found.kills[name]
        table.add_row(name, f"{kills:,}", f"{found.alone[name]:,}", style="" if kills else "yellow")
    return table


def _machines(found: Survey) -> Table:
    table = _table("machine", "mutants", "killed", "equivalent", "survivors")
    for name, fates in found.fates.items():
        numbers = [f"{number:,}" for number in (fates.total(), *(fates[fate] for fate in Fate))]
        table.add_row(name, *numbers, style="red" if fates[Fate.SURVIVOR] else "")
    return table


def _table(first: str, *numbers: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, min_width=28)
    for name in numbers:
        table.add_column(name, justify="right", min_width=10)
    return table


def _questions(found: Survey) -> list[str]:
    """What to ask of a property or law that kills nothing."""
    says = {name: entry.sentence for catalogue in (PROPERTIES, LAWS) for name, entry in catalogue.items()}
    silent = [name for name, kills in found.kills.items() if not kills]
    return [f"{name}: which fault would it notice? It says: {says[name]}" for name in silent]


def _hanging(entries: Iterable[str], style: str) -> Iterator[Text]:
    for entry in entries:
        yield Text("\n".join(_wrapped(f"- {entry}", 2)), style)


def _wrapped(text: str, indent: int) -> list[str]:
    return wrap(text, 80, subsequent_indent=" " * indent, break_on_hyphens=False)
