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
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from mealspec.check.verify import know
from mealspec.core import CheckerError, Claim, Form, any_of, explore
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

    def facts(self) -> Facts:
        """What its claims speak of."""
        plan = design(self.design)
        return Facts(plan, self.scope, system(plan, self.scope))


def _claims(facts: Facts, *, live: bool) -> list[Claim]:
    return [claim for prop in PROPERTIES.values() for claim in prop.claims(facts) if claim.live is live]


@dataclass(frozen=True)
class Run:
    """What an engine found.

    Attributes
    ----------
    engine
        Its name in :data:`ENGINES`.
    states, search, size
        How many states; seconds of the search for all of them, and of nothing else that it can tell apart; bytes per
        state, if the engine tells.
    violated
        For each claim that was decided whether it is violated.
    verdict, everything
        Seconds until all claims of safety were decided, and until those of liveness were, too.
    why
        In a few words why a figure is lacking, if one is.
    """

    engine: str
    states: int | None = None
    search: float | None = None
    size: float | None = None
    violated: dict[str, bool] | None = None
    verdict: float | None = None
    everything: float | None = None
    why: str = ""

    @property
    def rate(self) -> float | None:
        """States per second of the search."""
        return self.states / self.search if self.states and self.search else None


@dataclass(frozen=True)
class Comparison:
    """All engines on one system, and where they do not agree."""

    design: str
    scope: Scope
    runs: tuple[Run, ...]
    disagreements: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The figures for machines."""
        return {
            "design": self.design, "scope": self.scope.describe(), "meals": self.scope.meals,
            "engines": [{**asdict(run), "rate": run.rate} for run in self.runs],
            "differences": list(self.disagreements),
        }  # fmt: skip


Figures = dict[str, Any]
"""Some fields of a run, by name."""


def _ours(task: Task, *, engine: str) -> Iterator[Figures]:
    facts = task.facts()
    if engine == "explicit":
        explore(facts.system, depth=1)  # loads the compiled loop, which is no part of the search
    known = know(facts, engine)
    yield {"states": known.states, "search": known.seconds, "size": known.size}
    violated: dict[str, bool] = {}
    for live, figure in ((False, "verdict"), (True, "everything")):
        violated |= {claim.name: known.breaks(claim) for claim in _claims(facts, live=live)}
        yield {"violated": dict(violated), figure: time.time() - task.began}


def _spin(task: Task, *, reduce: bool) -> Iterator[Figures]:
    """SPIN searches anew for each claim, so those that may hold are put together, and apart only if they do not."""
    facts = task.facts()
    safe = _claims(facts, live=False)
    thought = [claim for claim in safe if claim.name in task.thought]
    together = []
    for form in (Form.NEVER, Form.QUIESCENT):
        if bad := [claim.bad for claim in safe if claim.form is form and claim not in thought]:
            together.append(Claim(f"{form.name.lower()}-together", "none of them is violated", form, any_of(bad)))
    ask = partial(spin, facts.system, reduce=reduce, text=promela(facts.system, [*safe, *together]))
    whole = ask()
    yield {"states": whole.states, "search": whole.seconds, "size": whole.bytes_per_state}
    answer = ask([*thought, *together])
    seconds = answer.total
    if any(answer.violated[claim.name] for claim in together):
        answer = ask(safe)
        seconds += answer.total
    yield {"violated": {claim.name: answer.violated.get(claim.name, False) for claim in safe}, "verdict": seconds}


def _tlc(task: Task, *, workers: int) -> Iterator[Figures]:
    facts = task.facts()
    safe = _claims(facts, live=False)
    ask = partial(tlc, facts.system, workers=workers, text=tla(facts.system, safe))
    whole = ask()
    yield {"states": whole.states, "search": whole.seconds}
    answer = ask(safe)
    yield {"violated": answer.violated, "verdict": answer.total}


ENGINES: dict[str, Callable[[Task], Iterator[Figures]]] = {
    "explicit": partial(_ours, engine="explicit"),
    "symbolic": partial(_ours, engine="symbolic"),
    "SPIN": partial(_spin, reduce=False),
    "SPIN, reduced": partial(_spin, reduce=True),
    "TLC": partial(_tlc, workers=1),
    "TLC, 2 workers": partial(_tlc, workers=2),
}
"""What they are called, and how they work: each yields what it has found, as soon as there is more."""


def grown(scope: Scope, most: int | None) -> list[Scope]:
    """The scope, and the same with more meals, up to so many."""
    if most is not None and most < scope.meals:
        raise CheckerError(f"cannot go from {scope.meals} meals up to {most}")
    return [replace(scope, meals=meals) for meals in range(scope.meals, (most or scope.meals) + 1)]


def compare(
    name: str, scopes: Sequence[Scope], limit: float, report: Callable[[str], None] = lambda text: None,
    engines: Sequence[str] = tuple(ENGINES),
) -> Iterator[Comparison]:  # fmt: skip
    """Put the design with this name before each engine, in each scope.

    An engine is stopped after ``limit`` seconds, and one that had no states by then is not asked about the next scope,
    which should be the larger one. ``report`` is called with a line whenever an engine begins.
    """
    lacking = missing()
    late: set[str] = set()
    for scope in scopes:
        runs: list[Run] = []
        for engine in engines:
            report(f"{name}, {scope.describe()}: {engine}")
            # What those before it found violated saves an engine time, and changes no verdict.
            known: dict[str, bool] = next((run.violated for run in runs if run.violated), {})
            task = Task(name, scope, frozenset(claim for claim, violated in known.items() if violated), time.time())
            if reason := lacking.get(engine.split(",")[0]):
                runs.append(Run(engine, why=f"{reason}: make checkers"))
            else:
                runs.append(Run(engine, why=NOT_TRIED) if engine in late else _tried(engine, task, limit))
            if runs[-1].why and runs[-1].states is None:
                late.add(engine)
        yield Comparison(name, scope, tuple(runs), tuple(disagreements(runs)))


def _tried(engine: str, task: Task, limit: float) -> Run:
    """The engine on the system, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    hear, tell = context.Pipe(duplex=False)
    with orderly(), tempfile.TemporaryDirectory() as folder:
        process = context.Process(target=_work, args=(engine, task, folder, tell))
        with deferred():
            process.start()
        assert process.pid is not None
        try:
            tell.close()
            return _heard(engine, hear, limit)
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
        for figures in ENGINES[engine](task):
            tell.send(figures)
        tell.send({"why": ""})
    except (CheckerError, MemoryError) as error:
        tell.send({"why": str(error) or "out of memory"})


def _heard(engine: str, hear: Connection, limit: float) -> Run:
    """What comes until the process says why it ends, or its time is up."""
    run, end = Run(engine), time.monotonic() + limit
    try:
        while hear.poll(max(0.0, end - time.monotonic())):
            told = hear.recv()
            run = replace(run, **told)
            if "why" in told:
                return run
    except EOFError:
        return replace(run, why="it ended without a word; out of memory?")
    return replace(run, why=f"over {limit:g} s")


def disagreements(runs: Sequence[Run]) -> list[str]:
    """Where an engine contradicts the first one that finished, a sentence each.

    A reduced search leaves states out, so their number is not compared.
    """
    out: list[str] = []
    counts = [run for run in runs if run.states is not None and "reduced" not in run.engine]
    for run in counts[1:]:
        if run.states != counts[0].states:
            out.append(f"states: {counts[0].states} by {counts[0].engine}, {run.states} by {run.engine}")
    decided = [(run.engine, run.violated) for run in runs if run.violated is not None]
    for engine, violated in decided[1:]:
        unlike = [name for name, verdict in decided[0][1].items() if violated.get(name, verdict) != verdict]
        out += [f"{engine} and {decided[0][0]} disagree about {name}" for name in unlike]
    return out
