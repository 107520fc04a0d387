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
from multiprocessing.process import BaseProcess
from typing import Any

from mealspec.check.sweep import asked
from mealspec.core import Claim, Form, Graph, Symbolic, System, explore, violation
from mealspec.core.errors import CheckerError
from mealspec.core.external.checkers import missing, spin, tlc
from mealspec.core.external.promela import promela
from mealspec.core.external.tla import tla
from mealspec.core.interrupts import ignored
from mealspec.core.predicate import any_of
from mealspec.core.symbolic.decide import breakers
from mealspec.model.design import Design, design
from mealspec.model.featured import family
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.facts import Facts

__all__ = ["ENGINES", "Comparison", "Found", "Run", "Task", "compare", "disagreements", "grown"]

NODE = 16
"""Bytes of a node of a diagram."""

SLOT = 8
"""Bytes of a word in the explorer's hash table, which holds a state's words and its number side by side."""

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
    def plan(self) -> Design:
        """The design."""
        return design(self.design)

    @property
    def seconds(self) -> float:
        """How long ago it began."""
        return time.time() - self.began

    def product(self) -> tuple[System, list[Claim]]:
        """The product and all that is claimed of it."""
        product = system(self.plan, self.scope)
        facts = Facts(self.plan, self.scope, product)
        return product, [claim for prop in PROPERTIES.values() for claim in prop.claims(facts)]


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

    @property
    def name(self) -> str:
        """The design and the scope."""
        return f"{self.design}: {self.scope.describe()}"

    def to_json(self) -> dict[str, Any]:
        """The figures for machines."""
        runs = [
            {"engine": run.engine, **asdict(run.found), "rate": run.found.rate, "why": run.why} for run in self.runs
        ]
        return {
            "design": self.design, "scope": self.scope.describe(), "meals": self.scope.meals,
            "engines": runs, "differences": list(self.disagreements),
        }  # fmt: skip


# ---------------------------------------------------------------------- the engines


def _explicit(task: Task) -> Iterator[Found]:
    product, claims = task.product()
    explore(product, depth=1)  # loads the compiled loop, which is no part of the search
    graph = explore(product)
    found = Found(len(graph), graph.seconds, _kept(graph) / len(graph))
    yield found
    violated = {claim.name: violation(graph, claim) is not None for claim in claims if not claim.live}
    found = replace(found, violated=violated, verdict=task.seconds)
    yield found
    violated |= {claim.name: violation(graph, claim) is not None for claim in claims if claim.live}
    yield replace(found, violated=violated, everything=task.seconds)


def _kept(graph: Graph) -> int:
    """Bytes of all that the explorer keeps: states, slots in use, shortest runs, steps."""
    arrays = (graph.packed, graph.parent, graph.via, graph.level, graph.offset, graph.dest, graph.event)
    return sum(array.nbytes for array in arrays) + len(graph) * SLOT * (int(graph.packed.shape[1]) + 1)


def _symbolic(task: Task) -> Iterator[Found]:
    space = Symbolic(family(task.scope, (), task.plan.mechanisms))
    began = time.perf_counter()
    states = space.count(space.reachable)
    search = time.perf_counter() - began
    found = Found(states, search, NODE * space.reachable.node_count() / states)
    yield found
    every = [q for prop in PROPERTIES.values() for q in asked(space, task.scope, prop, task.plan.mechanisms)]
    put = list(zip(task.product()[1], every, strict=True))
    violated = {claim.name: breakers(space, q) != space.false for claim, q in put if not claim.live}
    found = replace(found, violated=violated, verdict=task.seconds)
    yield found
    violated |= {claim.name: breakers(space, q) != space.false for claim, q in put if claim.live}
    yield replace(found, violated=violated, everything=task.seconds)


def _spin(task: Task, *, reduce: bool) -> Iterator[Found]:
    product, claims = task.product()
    safe = [claim for claim in claims if not claim.live]
    together = _gathered([claim for claim in safe if claim.name not in task.thought])
    ask = partial(spin, product, reduce=reduce, text=promela(product, [*safe, *together.values()]))
    whole = ask()
    found = Found(whole.states, whole.seconds, whole.bytes_per_state)
    yield found
    judged = ask([*(claim for claim in safe if claim.name in task.thought), *together.values()])
    violated = {claim.name: judged.violated.get(claim.name, False) for claim in safe}
    seconds = judged.total
    if any(judged.violated[claim.name] for claim in together.values()):
        judged = ask(safe)
        violated, seconds = judged.violated, seconds + judged.total
    yield replace(found, violated=violated, verdict=seconds)


def _gathered(claims: Sequence[Claim]) -> dict[Form, Claim]:
    """One claim in place of all those of a form: SPIN searches anew for each claim, so it is asked about few."""
    out = {}
    for form in (Form.NEVER, Form.QUIESCENT):
        if bad := [claim.bad for claim in claims if claim.form is form]:
            out[form] = Claim(f"{form.name.lower()}-together", "none of them is violated", form, any_of(bad))
    return out


def _tlc(task: Task, *, workers: int) -> Iterator[Found]:
    product, claims = task.product()
    safe = [claim for claim in claims if not claim.live]
    ask = partial(tlc, product, workers=workers, text=tla(product, safe))
    whole = ask()
    found = Found(whole.states, whole.seconds)
    yield found
    judged = ask(safe)
    yield replace(found, violated=judged.violated, verdict=judged.total)


ENGINES: dict[str, Callable[[Task], Iterator[Found]]] = {
    "explicit": _explicit,
    "symbolic": _symbolic,
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
                runs.append(_tried(engine, Task(name, scope, _violated(runs), time.time()), limit, lacking, late))
                if runs[-1].why and runs[-1].found.states is None:
                    late.add(engine)
            yield Comparison(name, scope, tuple(runs), tuple(disagreements(runs)))


def _violated(runs: Sequence[Run]) -> frozenset[str]:
    """What those that came before found violated, which saves a judge time and changes no verdict."""
    found: dict[str, bool] = next((run.found.violated for run in runs if run.found.violated), {})
    return frozenset(name for name, violated in found.items() if violated)


def _tried(engine: str, task: Task, limit: float, lacking: Mapping[str, str], late: set[str]) -> Run:
    """The engine on the system, unless there is no point in it."""
    if reason := lacking.get(engine.split(",")[0]):
        return Run(engine, Found(), f"{reason}: make checkers")
    if engine in late:
        return Run(engine, Found(), NOT_TRIED)
    return _within(_run(engine, task, limit), limit)


def _run(engine: str, task: Task, limit: float) -> Run:
    """The engine on the system, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    hear, tell = context.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as folder:
        process = context.Process(target=_work, args=(engine, task, folder, tell))
        with ignored():
            process.start()
        tell.close()
        try:
            return _heard(engine, hear, limit)
        finally:
            _end(process)


def _work(engine: str, task: Task, folder: str, tell: Connection) -> None:
    """What the process does: tell what it finds, then why it ends."""
    if hasattr(os, "setsid"):
        os.setsid()
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
    return Run(engine, found, _over(limit))


def _over(limit: float) -> str:
    return f"over {limit:g} s"


def _within(run: Run, limit: float) -> Run:
    """The run without what took too long: an engine may go on after a search that was just in time."""
    found, late = run.found, {}
    if found.search is not None and found.search > limit:
        late = {"states": None, "search": None, "size": None}
    late |= {name: None for name in ("verdict", "everything") if (getattr(found, name) or 0) > limit}
    return replace(run, found=replace(found, **late), why=run.why or _over(limit)) if late else run


def _end(process: BaseProcess) -> None:
    """End the process and all that it started."""
    if process.pid is not None and hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()


def disagreements(runs: Sequence[Run]) -> list[str]:
    """Where an engine contradicts the first one that finished, a sentence each.

    A reduced search leaves states out, so their number is not compared.
    """
    out: list[str] = []
    counts = [run for run in runs if run.found.states is not None and "reduced" not in run.engine]
    for run in counts[1:]:
        if run.found.states != counts[0].found.states:
            out.append(f"states: {counts[0].found.states} by {counts[0].engine}, {run.found.states} by {run.engine}")
    judged = [(run.engine, run.found.violated) for run in runs if run.found.violated is not None]
    for engine, violated in judged[1:]:
        unlike = [name for name, verdict in judged[0][1].items() if violated.get(name, verdict) != verdict]
        out += [f"{engine} and {judged[0][0]} disagree about {name}" for name in unlike]
    return out
