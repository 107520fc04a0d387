"""All that the explorer's page knows, as one JSON: worlds, runs, and the words for what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mealspec.check.excerpts import LOGS, Excerpt, excerpts
from mealspec.check.records import TABLES
from mealspec.core import Kind, Trace, replay
from mealspec.draw.lanes import LANES, SHOWN
from mealspec.explore.runs import Run
from mealspec.explore.verdicts import verdict_tables
from mealspec.explore.worlds import Json, Texts, World, table
from mealspec.model.design import DESIGNS
from mealspec.model.mechanism import APPS, CATALOGUE, NEEDS, SEEDS
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import Verdict, pins, within

APP = tuple(plan for plan in DESIGNS.values() if M.LOCAL_STORE in plan)
SEED = tuple(plan for plan in DESIGNS.values() if M.LOCAL_STORE not in plan)
"""The designs of the two worlds."""

VECTORS = frozenset({"screen", "path", "token", "upload", "background"})
"""What vectors let in, each a part; together they are one world."""


def data(runs: Sequence[Run]) -> Json:
    """The JSON; the runs are given, for it takes a while to find them."""
    texts = Texts()
    known, homes = settled(runs)
    names = {name: k for k, name in enumerate(dict.fromkeys(name for run in runs for name in run.events))}
    tables = {name: table(world, texts) for name, world in known.items()}
    return {
        "mechanisms": {m.value: entry._asdict() for m, entry in CATALOGUE.items()},
        "needs": {m.value: needed.value for m, needed in NEEDS.items()},
        "designs": {plan.name: {"doc": plan.doc, "has": sorted(plan.mechanisms)} for plan in DESIGNS.values()},
        "properties": {
            p.id: {"says": p.sentence, "refs": list(p.refs), "assumes": p.assumes} for p in PROPERTIES.values()
        },
        "lanes": [list(lane) for lane in LANES],
        "shown": SHOWN,
        "worlds": tables,
        "texts": texts.all,
        "names": list(names),
        "runs": [_run(run, home, names) for run, home in zip(runs, homes, strict=True)],
        "excerpts": [_excerpt(each) for each in excerpts().values()],
        "pinned": _pinned(known),
        "verdicts": verdict_tables(),
        "decided": {name: record.scope.to_json() for name, record in TABLES.items()},
    }


def settled(runs: Sequence[Run]) -> tuple[dict[str, World], list[str]]:
    """The worlds, by name, and for each run the name of the first that has it.

    In the first every mechanism of the seed's world or the app's may be switched: with one connection, of which every
    verdict is known, and with two. The others are there for runs that these have not; there may be switched what
    tells the designs from each other.
    """
    common, every = _between(plan.mechanisms for plan in APP)
    open_ = tuple(m for m in M if m in APPS or m in every - common)
    seed, app = (SEEDS, frozenset[M]()), (open_, common - {*open_})
    one, more = Scope(connections=1), Scope(connections=1).with_(["upload", "entry"])
    out = {_name(scope, app=False): World(scope, *seed) for scope in (one, Scope())}
    out |= {_name(scope, app=True): World(scope, *app) for scope in (more, Scope())}
    homes: dict[int, str] = {}
    for number, run in sorted(enumerate(runs), key=lambda each: -_size(each[1].scope)):
        homes[number] = next((name for name, world in out.items() if _takes(world, run)), "")
        if not homes[number]:
            alike = [other.design.mechanisms for other in runs if other.scope == run.scope and _app(other) == _app(run)]
            homes[number], world = _made(run, alike)
            assert homes[number] not in out, f"there are two worlds {homes[number]}"
            out[homes[number]] = world
    return out, [homes[number] for number in range(len(runs))]


def _app(run: Run) -> bool:
    return M.LOCAL_STORE in run.design


def _made(run: Run, alike: Sequence[frozenset[M]]) -> tuple[str, World]:
    """A world for a run that no other has, and for designs of its scope: of a vector with more of its kind, if that
    makes no difference to it."""
    common, every = _between([*alike, *(plan.mechanisms for plan in (APP if _app(run) else SEED))])
    made = [World(scope, tuple(m for m in M if m in every - common), common) for scope in (_more(run.scope), run.scope)]
    world = made[0] if _takes(made[0], run) else made[1]
    return _name(world.scope, app=_app(run)), world


def _between(some: Iterable[frozenset[M]]) -> tuple[frozenset[M], frozenset[M]]:
    """What all have, and what any has."""
    sets = list(some)
    return frozenset.intersection(*sets), frozenset.union(*sets)


def _size(scope: Scope) -> int:
    return scope.meals + scope.connections + len(scope.includes)


def _more(scope: Scope) -> Scope:
    """The scope with the faults of vectors let in."""
    return replace(scope, faults=None).with_(VECTORS) if VECTORS & scope.includes else scope


def _takes(world: World, run: Run) -> bool:
    """Whether it is a run there too, and ends as it does: what is owed nothing there is owed nothing here.

    A run that goes round for ever is a matter of its own scope.
    """
    if not world.has(run.design) or not within(run.scope, world.scope):
        return False
    if run.scope == world.scope:
        return True
    here, there = (replay(system(run.design, scope), run.events) for scope in (run.scope, world.scope))
    ends = [
        [e.name for e in t.system.enabled(t.path[-1]) if e.kind is Kind.SYSTEM]
        for t in (here, there)
        if isinstance(t, Trace)
    ]
    return len(ends) == 2 and ends[0] == ends[1] and run.loop is None


def _name(scope: Scope, *, app: bool) -> str:
    """Short, for addresses: what is not as usual."""
    usual = Scope()
    more, less = (sorted(some) for some in (scope.includes - usual.includes, usual.includes - scope.includes))
    parts = [f"m{scope.meals}"] * (scope.meals != usual.meals) + [f"c{scope.connections}"] * (scope.connections != 2)
    parts += [f"f{scope.faults}"] * (scope.faults is not None)
    if len(less) > len(scope.includes):
        parts.append("only-" + "-".join(sorted(scope.includes)) if scope.includes else "none")
    else:
        parts += [f"with-{'-'.join(more)}"] * bool(more) + [f"without-{'-'.join(less)}"] * bool(less)
    return "_".join(["app" if app else "seed", *parts])


def _run(run: Run, home: str, names: dict[str, int]) -> Json:
    return {
        "group": run.group, "id": run.id, "title": run.title, "world": home, "design": run.design.name,
        "events": [names[name] for name in run.events], "loop": run.loop,
        "notes": list(run.notes), "marked": sorted(run.marked),
    }  # fmt: skip


def _excerpt(each: Excerpt) -> Json:
    logs = {log: [str(line) for line in each.lines(log)] for log in LOGS}
    return {"id": each.id, "title": each.title, "notes": each.notes, "designs": list(each.designs), **logs}


def _pinned(known: dict[str, World]) -> Json:
    """What is pinned of the named designs, world by world: per design and property the verdict.

    What is violated in a scope is violated in every larger one, so what is kept in a scope is kept in every smaller
    one; whether it is vacuous there, only a pin of the same scope tells.
    """
    out: Json = {}
    for name, world in known.items():
        own = sorted(
            (pin for pin in pins() if world.has(DESIGNS[pin.design])), key=lambda pin: pin.scope == world.scope
        )
        for pin in own:  # that of the same scope last, for it is exact
            said = {p: pin.verdict(p) for p in PROPERTIES}
            of = out.setdefault(name, {}).setdefault(pin.design, {})
            if within(pin.scope, world.scope):
                of.update((p, verdict) for p, verdict in said.items() if verdict is Verdict.VIOLATED)
            if within(world.scope, pin.scope):
                of.update((p, Verdict.HOLDS) for p, verdict in said.items() if verdict is not Verdict.VIOLATED)
            if pin.scope == world.scope:
                of.update(said)
    return out
