"""Engines beside each other: the same systems and claims, and what each of them takes.

Each engine works in a process of its own, which is stopped with all that it started when its time is up. Our
own engines are charged for everything from the start of that process on. SPIN and TLC are charged for their own
processes only: translation, compilation and runs, but not for the writing of the specification.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from mealspec.check.verify import know
from mealspec.core import CheckerError, Claim, Form, System, any_of, explore
from mealspec.core.external.checkers import missing
from mealspec.core.external.promela import promela
from mealspec.core.external.spin import spin
from mealspec.core.external.tla import tla
from mealspec.core.external.tlc import tlc
from mealspec.core.workers import deferred, follow, orderly
from mealspec.model.design import design
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.facts import Facts

NOT_TRIED = "not tried"
"""Said of an engine whose time was up with fewer meals already."""


@dataclass(frozen=True)
class Task:
    """A system that is put before an engine, claims that are known to be violated, and the time at which it began."""

    design: str
    scope: Scope
    thought: frozenset[str]
    began: float

    @property
    def seconds(self) -> float:
        """How long ago it began."""
        return time.time() - self.began

    def facts(self) -> Facts:
        """What its claims speak of."""
        plan = design(self.design)
        return Facts(plan, self.scope, system(plan, self.scope))

    def safe(self) -> tuple[System, list[Claim]]:
        """The product and the claims of safety."""
        facts = self.facts()
        return facts.system, [claim for claim in _claims(facts) if not claim.live]


def _claims(facts: Facts) -> list[Claim]:
    return [claim for prop in PROPERTIES.values() for claim in prop.claims(facts)]


@dataclass(frozen=True)
class Found:
    """What an engine has found so far.

    Attributes
    ----------
    states
        How many.
    search
        Seconds of the search for all of them, and of nothing else that it can tell apart.
    size
        Bytes per state, if the engine tells.
    violated
        For each claim that was decided whether it is violated.
    verdict, everything
        Seconds until all claims of safety were decided, and until those of liveness were, too.
    """

    states: int | None = None
    search: float | None = None
    size: float | None = None
    violated: dict[str, bool] | None = None
    verdict: float | None = None
    everything: float | None = None

    @property
    def rate(self) -> float | None:
        """States per second of the search."""
        return self.states / self.search if self.states and self.search else None


@dataclass(frozen=True)
class Run:
    """An engine on a system; ``why`` says in a few words why a figure is lacking, if one is."""

    engine: str
    found: Found
    why: str = ""


@dataclass(frozen=True)
class Comparison:
    """All engines on one system, and where they do not agree."""

    design: str
    scope: Scope
    runs: tuple[Run, ...]
    disagreements: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The figures for machines."""
        told = [{"engine": r.engine, **asdict(r.found), "rate": r.found.rate, "why": r.why} for r in self.runs]
        return {
            "design": self.design, "scope": self.scope.describe(), "meals": self.scope.meals,
            "engines": told, "differences": list(self.disagreements),
        }  # fmt: skip


# ---------------------------------------------------------------------- the engines


def _ours(task: Task, *, engine: str) -> Iterator[Found]:
    facts = task.facts()
    if engine == "explicit":
        explore(facts.system, depth=1)  # loads the compiled loop, which is no part of the search
    known = know(facts, engine)
    found = Found(known.states, known.seconds, known.size)
    yield found
    violated: dict[str, bool] = {}
    for live in (False, True):
        violated |= {claim.name: known.breaks(claim) for claim in _claims(facts) if claim.live is live}
        found = replace(found, violated=dict(violated))
        found = replace(found, everything=task.seconds) if live else replace(found, verdict=task.seconds)
        yield found


def _spin(task: Task, *, reduce: bool) -> Iterator[Found]:
    """SPIN searches anew for each claim, so those that may hold are put together, and apart only if they do not."""
    product, safe = task.safe()
    thought = [claim for claim in safe if claim.name in task.thought]
    together = []
    for form in (Form.NEVER, Form.QUIESCENT):
        if bad := [claim.bad for claim in safe if claim.form is form and claim not in thought]:
            together.append(Claim(f"{form.name.lower()}-together", "none of them is violated", form, any_of(bad)))
    ask = partial(spin, product, reduce=reduce, text=promela(product, [*safe, *together]))
    whole = ask()
    found = Found(whole.states, whole.seconds, whole.bytes_per_state)
    yield found
    answer = ask([*thought, *together])
    seconds = answer.total
    if any(answer.violated[claim.name] for claim in together):
        answer = ask(safe)
        seconds += answer.total
    violated = {claim.name: answer.violated.get(claim.name, False) for claim in safe}
    yield replace(found, violated=violated, verdict=seconds)


def _tlc(task: Task, *, workers: int) -> Iterator[Found]:
    product, safe = task.safe()
    ask = partial(tlc, product, workers=workers, text=tla(product, safe))
    whole = ask()
    found = Found(whole.states, whole.seconds)
    yield found
    answer = ask(safe)
    yield replace(found, violated=answer.violated, verdict=answer.total)


ENGINES: dict[str, Callable[[Task], Iterator[Found]]] = {
    "explicit": partial(_ours, engine="explicit"),
    "symbolic": partial(_ours, engine="symbolic"),
    "SPIN": partial(_spin, reduce=False),
    "SPIN, reduced": partial(_spin, reduce=True),
    "TLC": partial(_tlc, workers=1),
    "TLC, 2 workers": partial(_tlc, workers=2),
}
"""What they are called, and how they work: each yields what it has found, as soon as there is more."""

# ---------------------------------------------------------------------- the comparison


def grown(scope: Scope, most: int | None) -> list[Scope]:
    """The scope, and the same with more meals, up to so many."""
    if most is not None and most < scope.meals:
        raise CheckerError(f"cannot go from {scope.meals} meals up to {most}")
    return [replace(scope, meals=meals) for meals in range(scope.meals, (most or scope.meals) + 1)]


def compare(
    designs: Sequence[str],
    scopes: Sequence[Scope],
    limit: float,
    report: Callable[[str], None] = lambda text: None,
    engines: Sequence[str] = tuple(ENGINES),
) -> Iterator[Comparison]:
    """Put each system before each engine.

    Parameters
    ----------
    designs
        Their names.
    scopes
        The smaller ones first: an engine whose search of one takes too long is not asked about the next.
    limit
        Seconds for the search, and seconds for a verdict.
    report
        Called with a line whenever an engine begins.
    engines
        Some of :data:`ENGINES`.
    """
    lacking = missing()
    for name in designs:
        late: set[str] = set()
        for scope in scopes:
            runs: list[Run] = []
            for engine in engines:
                report(f"{name}, {scope.describe()}: {engine}")
                # What those before it found violated saves an engine time, and changes no verdict.
                known: dict[str, bool] = next((run.found.violated for run in runs if run.found.violated), {})
                thought = frozenset(claim for claim, violated in known.items() if violated)
                runs.append(_tried(engine, Task(name, scope, thought, time.time()), limit, lacking, late))
                if runs[-1].why and runs[-1].found.states is None:
                    late.add(engine)
            yield Comparison(name, scope, tuple(runs), tuple(disagreements(runs)))


def _tried(engine: str, task: Task, limit: float, lacking: Mapping[str, str], late: set[str]) -> Run:
    """The engine on the system, in a process of its own, unless there is no point in it."""
    if reason := lacking.get(engine.split(",")[0]):
        return Run(engine, Found(), f"{reason}: make checkers")
    if engine in late:
        return Run(engine, Found(), NOT_TRIED)
    context = multiprocessing.get_context("spawn")
    hear, tell = context.Pipe(duplex=False)
    with orderly(), tempfile.TemporaryDirectory() as folder:
        process = context.Process(target=_work, args=(engine, task, folder, tell))
        with deferred():
            process.start()
        assert process.pid is not None
        try:
            tell.close()
            return _within(_heard(engine, hear, limit), limit)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # it leads a group, once it has come so far
            process.kill()
            process.join()


def _work(engine: str, task: Task, folder: str, tell: Connection) -> None:
    """What the process does: tell what it finds, then why it ends."""
    os.setsid()
    follow()
    tempfile.tempdir = folder
    try:
        for found in ENGINES[engine](task):
            tell.send(found)
        tell.send("")
    except (CheckerError, MemoryError) as error:
        tell.send(str(error) or "out of memory")


def _heard(engine: str, hear: Connection, limit: float) -> Run:
    """What comes, until nothing does for too long."""
    found = Found()
    try:
        while hear.poll(limit):
            told = hear.recv()
            if isinstance(told, str):
                return Run(engine, found, told)
            found = told
    except EOFError:
        return Run(engine, found, "it ended without a word; out of memory?")
    return Run(engine, found, f"over {limit:g} s")


def _within(run: Run, limit: float) -> Run:
    """The run without what took too long: an engine may go on after a search that was just in time."""
    late = [name for name in ("search", "verdict", "everything") if (getattr(run.found, name) or 0) > limit]
    if not late:
        return run
    lost = [*late, *(["states", "size"] if "search" in late else [])]
    return Run(run.engine, replace(run.found, **dict.fromkeys(lost)), run.why or f"over {limit:g} s")


def disagreements(runs: Sequence[Run]) -> list[str]:
    """Where an engine contradicts the first one that finished, a sentence each.

    A reduced search leaves states out, so their number is not compared.
    """
    out: list[str] = []
    counts = [run for run in runs if run.found.states is not None and "reduced" not in run.engine]
    for run in counts[1:]:
        if run.found.states != counts[0].found.states:
            out.append(f"states: {counts[0].found.states} by {counts[0].engine}, {run.found.states} by {run.engine}")
    decided = [(run.engine, run.found.violated) for run in runs if run.found.violated is not None]
    for engine, violated in decided[1:]:
        unlike = [name for name, verdict in decided[0][1].items() if violated.get(name, verdict) != verdict]
        out += [f"{engine} and {decided[0][0]} disagree about {name}" for name in unlike]
    return out
