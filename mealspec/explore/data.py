"""All that the explorer's page knows, as one JSON: worlds, runs, and the words for what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mealspec.check.excerpts import excerpts
from mealspec.draw.lanes import LANES, SHOWN
from mealspec.explore.runs import Run
from mealspec.explore.worlds import Json, Texts, World, table
from mealspec.model.design import DESIGNS
from mealspec.model.mechanism import APPS, CATALOGUE, NEEDS, SEEDS
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import expected

APP = tuple(plan for plan in DESIGNS.values() if M.LOCAL_STORE in plan)
SEED = tuple(plan for plan in DESIGNS.values() if M.LOCAL_STORE not in plan)
"""The designs of the two worlds."""


def data(runs: Sequence[Run]) -> Json:
    """The JSON; the runs are given, for it takes a while to find them."""
    known, texts = worlds(runs), Texts()
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
        "runs": [_run(run, known) for run in runs],
        "excerpts": [_excerpt(each) for each in excerpts().values()],
        "pinned": _pinned(known),
    }


def worlds(runs: Iterable[Run]) -> dict[str, World]:
    """Two in which every mechanism of the seed's world or the app's may be switched, and one for each other scope that
    a run has: there may be switched what tells its designs, and those that people compare it with, from each other."""
    has, all_ = frozenset.intersection(*(p.mechanisms for p in APP)), frozenset[M]().union(*(p.mechanisms for p in APP))
    open_ = tuple(m for m in M if m in APPS or m in all_ - has)
    out = {"seed": World(Scope(), SEEDS, frozenset()), "app": World(Scope(), open_, has - {*open_})}
    found: dict[tuple[bool, Scope], set[frozenset[M]]] = {}
    for run in runs:
        if not any(world.scope == run.scope and world.has(run.design) for world in out.values()):
            found.setdefault((M.LOCAL_STORE in run.design, run.scope), set()).add(run.design.mechanisms)
    for (app, scope), some in found.items():
        some |= {plan.mechanisms for plan in (APP if app else SEED)}
        common, every = frozenset.intersection(*some), frozenset[M]().union(*some)
        out[_name(scope, app=app)] = World(scope, tuple(m for m in M if m in every - common), common)
    return out


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


def _run(run: Run, known: dict[str, World]) -> Json:
    name = next(name for name, world in known.items() if world.scope == run.scope and world.has(run.design))
    return {
        "group": run.group, "id": run.id, "title": run.title, "world": name, "design": run.design.name,
        "events": list(run.events), "loop": run.loop, "notes": list(run.notes), "marked": sorted(run.marked),
    }  # fmt: skip


def _excerpt(each: Any) -> Json:
    logs = {log: [str(line) for line in each.lines(log)] for log in ("client", "server")}
    return {"id": each.id, "title": each.title, "notes": each.notes, "designs": list(each.designs), **logs}


def _pinned(known: dict[str, World]) -> Json:
    """The expected verdicts of the named designs, world by world, as far as they are pinned."""
    out: Json = {}
    for name, world in known.items():
        for plan in DESIGNS.values():
            if world.has(plan):
                found = {p: expected(plan, world.scope, p) for p in PROPERTIES}
                if all(found.values()):
                    out.setdefault(name, {})[plan.name] = [p for p, verdict in found.items() if verdict == "violated"]
    return out
