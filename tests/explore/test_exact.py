"""What the page finds out by itself: all verdicts on a design by its states, and the nearest violation in seconds."""

from __future__ import annotations

import json
import random
from collections import deque
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mealspec.check.verify import verify
from mealspec.core import Graph, explore
from mealspec.core.claim import Form
from mealspec.explore.worlds import Texts, World, table
from mealspec.model.clocks import timed_system
from mealspec.model.design import DESIGNS, Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.facts import Facts
from tests.explore.pages import made, some_design
from tests.explore.test_worlds import QUIET, SAME, Change, needs_node, node, quiet, small

Json = dict[str, Any]

pytestmark = [pytest.mark.slow, needs_node]

NAMED = ("before", "published", "hardened")

# ---------------------------------------------------------------------- verdicts

DECIDED = """const {world, texts, designs, properties, most} = question;
return designs.map((on) => decidedOf(madeOf(world, texts, on), on, properties, most));"""


def decisions(
    given: tuple[Json, list[Json]], plans: list[Design], folder: Path, change: Change = SAME, most: int = 3_000_000
) -> list[Json]:
    """What the engine says of these designs."""
    world, texts = given
    designs = [[m.value for m in plan.mechanisms] for plan in plans]
    question = {"world": world, "texts": texts, "designs": designs, "properties": list(PROPERTIES), "most": most}
    found: list[Json] = node(question, DECIDED, folder, change)
    return found


@cache
def checked(plan: Design, scope: Scope) -> Json:
    """What the checker says of the design, in the same form."""
    report = verify(plan, scope)
    return {"of": {f.id: f.verdict.value for f in report.findings}, "states": report.states, "complete": True}


RESTARTS = Scope(connections=1, includes=frozenset({"restart"}))


@cache
def polling() -> tuple[Json, list[Json]]:
    """`hardened` with and without what takes up work after a restart: without it the client asks for ever."""
    texts, more = Texts(), M.JOB_RECONCILIATION
    world = World(RESTARTS, (more,), DESIGNS["hardened"].mechanisms - {more})
    return json.loads(json.dumps(table(world, texts))), texts.all


def agree(folder: Path, change: Change = SAME) -> bool:
    """Whether engine and checker say the same of designs with a name in small scopes, and of some with all faults."""
    named = [DESIGNS[name] for name in NAMED]
    endless = Design("endless", DESIGNS["hardened"].mechanisms - {M.JOB_RECONCILIATION})
    asked = [
        (quiet(), named, QUIET), (polling(), [endless, DESIGNS["hardened"]], RESTARTS),
        (small(), drawn(), Scope(connections=1)),
    ]  # fmt: skip
    return all(
        decisions(given, plans, folder, change) == [checked(p, scope) for p in plans] for given, plans, scope in asked
    )


@cache
def drawn() -> list[Design]:
    """Designs at random."""
    rng = random.Random(5)
    return [some_design(small()[0], rng) for _ in range(6)]


def test_a_design_is_decided_as_the_checker_decides_it(tmp_path: Path) -> None:
    assert agree(tmp_path)
    words = {word for plan in drawn() for word in checked(plan, Scope(connections=1))["of"].values()}
    assert words == {"holds", "violated", "vacuous"}


def test_where_there_are_too_many_states_only_what_is_violated_is_said(tmp_path: Path) -> None:
    plans = [DESIGNS[name] for name in NAMED]
    for found, plan in zip(decisions(quiet(), plans, tmp_path, most=500), plans, strict=True):
        assert not found["complete"]
        assert found["of"].items() <= checked(plan, QUIET)["of"].items()
        assert set(found["of"].values()) <= {"violated"}


@pytest.mark.parametrize(
    "change",
    [
        ("fair: [...everywhere].every((action) => taken.has(action))", "fair: true"),
        ("if (this.to[at] !== number && this.owed[this.by[at]]) return false;", ""),
        ("if (!occurred.has(id) && premise(here))", "if (!occurred.has(id))"),
        ("if (!broken.has(id) && live.some((claim) => roundForEver(all, claim))) broken.add(id);", ""),
        ("if (!this.fault[this.by[at]]) out.push", "out.push"),
    ],
)
def test_a_wrong_line_of_deciding_is_noticed(tmp_path: Path, change: Change) -> None:
    assert not agree(tmp_path, change)


# ---------------------------------------------------------------------- in seconds

NEAREST = """const {world, texts, on, properties} = question;
return nearestOf(madeOf(world, texts, on), on, properties, 3000000, true);"""


def nearest(name: str, folder: Path, change: Change = SAME) -> dict[str, tuple[int, int] | None]:
    """Per property how many events and seconds the engine's nearest violation takes; the checker accepts its run."""
    world, texts = quiet()
    on = [m.value for m in DESIGNS[name].mechanisms]
    question = {"world": world, "texts": texts, "on": on, "properties": list(PROPERTIES)}
    product, out = timed_system(DESIGNS[name], QUIET), {}
    for prop, found in zip(PROPERTIES.values(), node(question, NEAREST, folder, change), strict=True):
        events = found["events"]
        assert events is not None or found["complete"]
        if events is not None:
            state = product.initial
            for event in events:
                after = product.step(state, event)
                assert isinstance(after, tuple), f"{prop.id}: {event} of {events}"
                state = after
        seconds = sum(event.startswith("tick") for event in events or ())
        out[prop.id] = None if events is None else (len(events) - seconds, seconds)
    return out


def by_definition(name: str) -> dict[str, tuple[int, int] | None]:
    """The same by trying all runs in seconds, each judged where it ends as if no second counted."""
    plan = DESIGNS[name]
    bare, graph = explore(made(quiet()[0], plan)), explore(timed_system(plan, QUIET))
    number = {tuple(map(str, bare.state(k).values())): k for k in range(len(bare))}
    under = [number[tuple(str(s).rsplit(" ", 1)[0] for s in graph.state(k).values())] for k in range(len(graph))]
    costs, facts, out = distances(graph), Facts(plan, QUIET, bare.system), {}
    for prop in PROPERTIES.values():
        wrong = [bare.where(c.bad) & (c.form is Form.NEVER or bare.quiescent) for c in prop.claims(facts)]
        out[prop.id] = min(
            (cost for cost, k in zip(costs, under, strict=True) if any(w[k] for w in wrong)), default=None
        )
    return out


def distances(graph: Graph) -> list[tuple[int, int]]:
    """For each state the fewest events that lead to it, and with these the fewest seconds."""
    ticks = [event.name.startswith("tick") for event in graph.system.events]
    best: list[tuple[int, int]] = [(len(graph), 0)] * len(graph)
    best[0], queue = (0, 0), deque([0])
    while queue:
        at = queue.popleft()
        for k in range(graph.offset[at], graph.offset[at + 1]):
            to, tick = int(graph.dest[k]), ticks[graph.event[k]]
            cost = best[at][0] + (not tick), best[at][1] + tick
            if cost < best[to]:
                best[to] = cost
                queue.append(to)
    return best


@pytest.mark.parametrize("name", NAMED)
def test_the_nearest_violation_in_seconds_is_the_nearest_of_all_runs_in_seconds(tmp_path: Path, name: str) -> None:
    assert nearest(name, tmp_path) == by_definition(name)


def test_some_violations_take_seconds_and_some_that_end_none() -> None:
    found = by_definition("published")
    assert any(cost and cost[1] > 0 for cost in found.values())
    assert None in found.values()


@pytest.mark.parametrize(
    "change",
    [
        ("if (left < 0) continue;", "if (left <= 0) continue;"),
        ("queue.add(to, steps + left, time);", "queue.add(to, -left + 99, time);"),
    ],
)
def test_a_wrong_line_of_the_search_in_seconds_is_noticed(tmp_path: Path, change: Change) -> None:
    assert any(nearest(name, tmp_path, change) != by_definition(name) for name in ("published", "before"))
