"""What the logs of the incident allow: each cause, with a shortest and a likeliest run, and what excludes the others.

A machine reads an excerpt of both logs: each log's lines come in its own order, and a line of one log comes before a
line of the other where the recorded times are further apart than the clocks may be. The product of it, of the machine
that remembers why the registry is empty, and of a design of the excerpt's time with each backend that might be, is
searched as ever. A run that has printed both logs is an explanation. Where there is none, the longest beginning of the
logs that some run with the cause does print says which line excludes it.

An excerpt shows some kinds of lines and not others (``Connecting to WebSocket...`` is missing, say). From its first
line on, the kinds that it shows must be printed exactly as often as it shows them, and in its order; other lines may
have been printed and cut. Before its first line anything may have been printed that is not about its meal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from mealspec.check.causes import WORLDS, Cause, World, cause_machine
from mealspec.check.excerpts import LOGS, Excerpt, Place, Read, log_machine
from mealspec.core import (
    At,
    Graph,
    Machine,
    Predicate,
    Progress,
    State,
    System,
    Trace,
    Weight,
    any_of,
    explore,
    likeliest_to,
    races,
    reach,
    weight,
)  # fmt: skip
from mealspec.model.client.flags import flags
from mealspec.model.client.service import service
from mealspec.model.design import DESIGNS, Design
from mealspec.model.events import alphabet
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import connection
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.model.values import every
from mealspec.properties.facts import Facts

INCIDENT_DEPTH = 30
"""Steps of the longest run that is looked at; the shortest run of every cause is shorter."""

# ---------------------------------------------------------------------- explanations


class Kept(NamedTuple):
    """A machine's state, and whether it is the one at the lookup."""

    state: State
    at_lookup: bool

    def __str__(self) -> str:
        return f"{self.state}{' at the lookup' if self.at_lookup else ''}"


def keeper(machine: Machine, skips: Iterable[str]) -> Machine:
    """The machine ``lookup.<name>``: the same machine, until it keeps the state that it has at the lookup."""
    rows = [(row.event, Kept(row.source, False), Kept(row.dest, False)) for row in machine.rows]
    rows += [(event, Kept(s, True), Kept(s, True)) for event in machine.alphabet for s in machine.states]
    rows += [(skip, Kept(s, over), Kept(s, True)) for skip in skips for s in machine.states for over in (False, True)]
    return Machine.table(f"lookup.{machine.name}", Kept(machine.initial, False), rows, doc=keeper.__doc__ or "")


@dataclass(frozen=True)
class Explanation:
    """A cause that fits an excerpt: a shortest and a likeliest run of a design that print it because of that.

    ``skipped_at`` is the step of the lookup in the likeliest run, ``believed`` whether the client took itself for
    connected then, and ``answered`` whether a ping would have been answered; ``belief`` and ``pings`` say the same of
    all runs: ``yes``, ``no``, or ``either``.
    """

    cause: Cause
    design: Design
    scope: Scope
    shortest: Trace
    likeliest: Trace
    skipped_at: int
    believed: bool
    answered: bool
    belief: str
    pings: str

    @property
    def weight(self) -> Weight:
        """The faults, tight races and steps of the likeliest run."""
        return weight(self.likeliest)

    @property
    def races(self) -> tuple[int, ...]:
        """The steps of the likeliest run that are tight races."""
        return races(self.likeliest)


@dataclass(frozen=True)
class Excluded:
    """A cause that does not fit: the first line that no run with this cause prints, if any run has the cause."""

    cause: Cause
    by: Place | None


@dataclass(frozen=True)
class Search:
    """What the search for explanations of one excerpt found with one design, and how much it looked at."""

    excerpt: Excerpt
    design: Design
    depth: int
    states: int
    found: tuple[Explanation | Excluded, ...]

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """The causes that fit, the likeliest first."""
        some = (each for each in self.found if isinstance(each, Explanation))
        return tuple(sorted(some, key=lambda each: each.weight))

    @property
    def excluded(self) -> tuple[Excluded, ...]:
        """The causes that do not fit."""
        return tuple(each for each in self.found if isinstance(each, Excluded))

    def of(self, cause: Cause) -> Explanation | Excluded:
        """What was found of one cause."""
        return next(each for each in self.found if each.cause is cause)


def explain_incident(
    design: Design, some: Excerpt, *, depth: int = INCIDENT_DEPTH, report: Callable[[Progress], None] | None = None
) -> Search:
    """For each cause whether it fits the excerpt, with runs of the design if it does, and what excludes it if not."""
    states, fits, excluded = 0, dict[Cause, Explanation](), dict[Cause, Excluded]()
    for world in WORLDS:
        tried = tuple(backends(design, world))
        for plan, scope in tried:
            graph = _graph(plan, scope, some, depth, report, astray=False)
            states += len(graph)
            found = (_explained(graph, cause, some, plan, scope) for cause in world.causes if cause not in fits)
            fits |= {each.cause: each for each in found if each is not None}
            if fits.keys() >= {*world.causes}:
                break
        missing = [cause for cause in world.causes if cause not in fits]
        graphs = [_graph(plan, scope, some, depth, report, astray=True) for plan, scope in tried if missing]
        states += sum(map(len, graphs))
        excluded |= {cause: Excluded(cause, _furthest(graphs, cause, some)) for cause in missing}
    found_of: dict[Cause, Explanation | Excluded] = {**fits, **excluded}
    return Search(some, design, depth, states, tuple(found_of[cause] for cause in Cause if cause in found_of))


def explain_all(
    some: Iterable[Excerpt], design: Design | None = None, report: Callable[[Progress], None] | None = None
) -> tuple[Search, ...]:
    """Every excerpt with each design of its time, or with the one that is given."""
    return tuple(
        explain_incident(plan, each, report=report)
        for each in some
        for plan in ([design] if design else [DESIGNS[name] for name in each.designs])
    )


def remaining(searches: Iterable[Search]) -> tuple[Cause, ...]:
    """The causes that fit each excerpt, with at least one of the designs it was asked with."""
    fits: dict[str, set[Cause]] = {}
    for search in searches:
        fits.setdefault(search.excerpt.id, set()).update(each.cause for each in search.explanations)
    return tuple(cause for cause in Cause if fits and all(cause in some for some in fits.values()))


def backends(design: Design, world: World) -> Iterator[tuple[Design, Scope]]:
    """The design with what the world adds, and the same with a reader that outlives its handler function."""
    scope = Scope(connections=world.connections, includes=frozenset(world.lets_in))
    known = (*design.mechanisms, *world.adds)
    for more in ((), (M.READER_OUTLIVES_HANDLER,)) if M.READER_OUTLIVES_HANDLER not in known else ((),):
        added = [m for m in (*world.adds, *more) if m not in design]
        yield Design("+".join([design.name, *added]), design.mechanisms | {*added}), scope


def _graph(
    plan: Design,
    scope: Scope,
    some: Excerpt,
    depth: int,
    report: Callable[[Progress], None] | None,
    *,
    astray: bool,
) -> Graph:
    watchers: tuple[Machine, ...] = (
        log_machine(some, alphabet(plan, scope), astray=astray),
        cause_machine(plan, scope),
    )
    if not astray:
        skips, believes = every("server.skip", scope.meal_names), flags if M.STATE_FLAGS in plan else service
        sockets = (connection(c, plan, scope) for c in scope.connection_names)
        watchers += tuple(keeper(machine, skips) for machine in (believes(plan, scope), *sockets))
    return explore(system(plan, scope, extra=watchers), depth=depth, report=report)


def _over_all(graph: Graph, goal: Predicate, asked: Predicate) -> str:
    """Whether it is so in all runs to the goal, in none, or in some."""
    yes, no = reach(graph, goal & asked) is not None, reach(graph, goal & ~asked) is not None
    return "either" if yes and no else "yes" if yes else "no"


def _works(c: str) -> Predicate:
    return At(f"lookup.connection.{c}", lambda s: s.state.works)


def because_of(cause: Cause) -> Predicate:
    """The lookup has found nobody, because of that."""
    return At("cause", lambda s: s.cause is cause and s.skipped)


def _explained(graph: Graph, cause: Cause, some: Excerpt, plan: Design, scope: Scope) -> Explanation | None:
    whole = Read(len(some.client), len(some.server))
    goal = because_of(cause) & At("logs", lambda s: s == whole)
    shortest, likeliest = reach(graph, goal), likeliest_to(graph, goal)
    if shortest is None or likeliest is None:
        return None
    plain: System = system(plan, scope)
    run = Trace.of(plain, likeliest.events)  # without those who watch
    skip = next(k for k, name in enumerate(run.events) if plain.event(name).is_of("server.skip"))
    believed = Facts(plan, scope, plain).belief()
    assert isinstance(believed, At)
    kept = At(f"lookup.{believed.machine}", lambda s: believed.test(s.state))
    return Explanation(
        cause, plan, scope, Trace.of(plain, shortest.events), run, skip + 1,
        believed=believed.holds(run.state(skip)),
        answered=any(event.is_of("client.pong") for event in plain.enabled(run.path[skip])),
        belief=_over_all(graph, goal, kept),
        pings=_over_all(graph, goal, any_of(_works(c) for c in scope.connection_names)),
    )  # fmt: skip


def _furthest(graphs: Iterable[Graph], cause: Cause, some: Excerpt) -> Place | None:
    """Of several backends what excludes the cause with the one that prints most."""
    by = (_excluder(graph, cause, some) for graph in graphs)
    return max((place for place in by if place is not None), key=some.order.index, default=None)


def _excluder(graph: Graph, cause: Cause, some: Excerpt) -> Place | None:
    """The first line, in the order of times, that no run with this cause prints after all the lines before it."""
    for number in reversed(range(len(some.order))):
        printed = some.order[:number]
        client, server = (sum(place.log == log for place in printed) for log in LOGS)
        least = Read(client, server)
        if reach(graph, because_of(cause) & At("logs", partial(_is_past, least))) is not None:
            return some.order[number]
    return None


def _is_past(least: Read, s: Read) -> bool:
    return s.client >= least.client and s.server >= least.server
