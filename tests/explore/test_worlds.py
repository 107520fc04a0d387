"""A world's table holds each of its designs, whatever reads it: a few lines of Python, and Node where there is one."""

from __future__ import annotations

import copy
import json
import random
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mealspec.core import CheckerError, Refusal, branches, trimmed
from mealspec.core.machine import Machine, Row
from mealspec.explore.bundle import ENGINE, script
from mealspec.explore.conditions import Conditions, Outcomes
from mealspec.explore.worlds import Texts, World, table
from mealspec.model.clocks import timed_system
from mealspec.model.design import DESIGNS
from mealspec.model.mechanism import SEEDS
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.facts import Facts
from tests.explore.pages import ASKED, in_order, made, rows, some_design, some_walk

Json = dict[str, Any]

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="Node is not installed, so the engine is tried in Chromium only")

FREE = (
    M.STATE_FLAGS, M.RECONNECT, M.CLOSE_BEFORE_DIAL, M.READY_ACK, M.POLL_ON_SUBMIT, M.KEEP_ON_FAILURE, M.CATCH_UP,
    M.CLIENT_PING, M.HEALTH_CHECK, M.VERIFY_ON_MESSAGE, M.MESSAGE_STOPS_POLLING, M.CANCEL_CHECK, M.GENERATION_TOKEN,
)  # fmt: skip


@cache
def small() -> tuple[Json, list[Json]]:
    """A world of thousands of designs, and what its events say."""
    texts = Texts()
    world = World(Scope(connections=1), FREE, frozenset({M.FAILURE_NOTIFICATIONS, M.STOP_WHEN_NONE_LEFT}))
    return json.loads(json.dumps(table(world, texts))), texts.all


def read(world: Json, texts: list[Json], on: frozenset[str]) -> tuple[list[str], list[str]]:
    """The events and the trimmed rows of one design, by another reader than the page's."""
    nodes = [tuple(world["nodes"][k : k + 3]) for k in range(0, len(world["nodes"]), 3)]

    def holds(diagram: int) -> bool:
        while diagram > 1:
            feature, no, yes = nodes[diagram - 2]
            diagram = yes if world["free"][feature] in on else no
        return diagram == 1

    events = [next((texts[text]["name"] for when, text, *_ in some if holds(when)), None) for some in world["events"]]
    machines = []
    for machine in world["machines"]:
        if holds(machine["there"]):
            flat = [row[k : k + 3] for row in machine["rows"] if holds(row[0]) for k in range(1, len(row), 3)]
            states = machine["states"]
            named = [(events[e], states[source], states[dest]) for e, source, dest in flat]
            some = tuple(Row(e, s, d) for e, s, d in named if e)
            machines.append(Machine(machine["name"], states[0], some, rules=frozenset(filter(None, events))))
    whole = [event for plan in [_alphabet(on)] for event in plan if event.name in set(events)]
    kept, alive = trimmed(machines, whole)
    lines = [f"{m.name} {row.event} {row.source} {row.dest}" for m in kept for row in m.rows]
    return [event.name for event in alive], sorted(lines)


def _alphabet(on: frozenset[str]) -> Any:
    from mealspec.model.design import Design
    from mealspec.model.events import alphabet

    return alphabet(Design("some", frozenset(map(M, on))), Scope(connections=1))


def test_a_table_holds_each_of_its_designs() -> None:
    world, texts = small()
    rng = random.Random(1)
    for _ in range(25):
        plan = some_design(world, rng)
        product = made(world, plan)
        events, lines = read(world, texts, frozenset(m.value for m in plan.mechanisms))
        assert events == [event.name for event in product.events]
        assert lines == sorted(rows(product))


def test_a_condition_says_what_the_function_says() -> None:
    names = ("a", "b", "c", "d")
    rng = random.Random(2)
    for _ in range(100):
        truth = {k: rng.randrange(3) for k in range(16)}

        def number(choice: Any, truth: dict[int, int] = truth) -> int:
            if "a" not in choice:  # asks about fewer, and in another order
                return truth[0] if "d" in choice else truth[1]
            return truth[sum((name in choice) << k for k, name in enumerate(names))]

        conditions, outcomes = Conditions(names), Outcomes(branches(number, names))
        wanted = conditions.of(outcomes, {outcomes.number[1]} if 1 in outcomes.number else ())
        for k in range(16):
            on = {name for bit, name in enumerate(names) if k >> bit & 1}
            assert conditions.holds(wanted, on) == (number(on) == 1)


def test_where_several_were_asked_in_turn_the_first_that_fits_counts() -> None:
    one = [branch for branch in branches(lambda choice: "a" in choice and "one", {"a", "b"}) if branch.value]
    two = [branch for branch in branches(lambda choice: "b" in choice and "two", {"a", "b"}) if branch.value]
    conditions, outcomes = Conditions(["a", "b"]), Outcomes([*one, *two])
    for on in ({"a"}, {"b"}, {"a", "b"}, set[str]()):
        said = {
            value for k, value in enumerate(outcomes.values) if k and conditions.holds(conditions.of(outcomes, [k]), on)
        }
        assert said == ({"one"} if "a" in on else {"two"} if "b" in on else set())


def test_branches_that_are_not_there_are_no() -> None:
    conditions = Conditions(["a"])
    tree = [branch for branch in branches(lambda choice: "a" in choice, {"a"}) if branch.value]
    there = conditions.of(Outcomes(tree), {1})
    assert [conditions.holds(there, on) for on in ({"a"}, set())] == [True, False]


# ---------------------------------------------------------------------- in Node


Change = tuple[str, str]
"""A piece of the engine, and what stands there instead."""

SAME = ("", "")


def node(question: Json, code: str, folder: Path, change: Change = SAME) -> Any:
    """What the engine answers, as JSON; ``question`` is at hand as that."""
    assert NODE is not None
    file = folder / "question.json"
    file.write_text(json.dumps(question), encoding="utf-8")
    source = "\n".join(script(name) for name in ENGINE)
    assert change == SAME or source.count(change[0]) == 1, f"not once in the engine: {change[0]}"
    source = source if change == SAME else source.replace(*change)
    program = f"{source}\n{ASKED}\nconst question = JSON.parse(require('fs').readFileSync({json.dumps(str(file))}));\n"
    program += f"console.log(JSON.stringify((() => {{ {code} }})()));"
    (folder / "program.cjs").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [NODE, str(folder / "program.cjs")], capture_output=True, text=True, encoding="utf-8", check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


WALKS = """return question.walks.map(({on, events, asked}) => {
  const system = madeOf(question.world, question.texts, on);
  const names = system.events.map((event) => event.name);
  return {events: names, rows: rowsOfSystem(system), said: walked(system, events, asked)};
});"""


def walks(world: Json, texts: list[Json], number: int, folder: Path, change: Change = SAME) -> bool:
    """Whether the engine does what the checker does, along random walks of random designs."""
    rng, asked, expected = random.Random(3), [], []
    for _ in range(number):
        plan = some_design(world, rng)
        product = made(world, plan)
        events, refused, said = some_walk(product, rng, 30)
        asked.append({"on": [m.value for m in plan.mechanisms], "events": events, "asked": refused})
        expected.append(([event.name for event in product.events], rows(product), said))
    found = node({"world": world, "texts": texts, "walks": asked}, WALKS, folder, change)
    return [(each["events"], each["rows"], in_order(each["said"])) for each in found] == expected


@needs_node
def test_the_engine_walks_as_the_checker_does(tmp_path: Path) -> None:
    assert walks(*small(), 20, tmp_path)


@needs_node
@pytest.mark.parametrize(
    "mutant", ["a row leads elsewhere", "a row is gone", "a condition is turned round", "nobody takes part"]
)
def test_a_broken_table_is_noticed(tmp_path: Path, mutant: str) -> None:
    world, texts = copy.deepcopy(small())
    rows_ = max((row for machine in world["machines"] for row in machine["rows"] if row[0] == 1), key=len)
    if mutant == "a row leads elsewhere":
        rows_[3] = 0 if rows_[3] else 1
    elif mutant == "a row is gone":
        del rows_[1:4]
    elif mutant == "a condition is turned round":
        world["nodes"][1], world["nodes"][2] = world["nodes"][2], world["nodes"][1]
    else:
        some = next(each for each in world["events"] if len(each[0]) > 3)
        del some[0][-1]
    assert not walks(world, texts, 20, tmp_path)


NEAREST = """const {world, texts, on, properties} = question;
return nearestOf(madeOf(world, texts, on), on, properties, 3000000);"""


QUIET = Scope(connections=1, includes=frozenset({"dial"}))


@cache
def quiet() -> tuple[Json, list[Json]]:
    """What it was, its published fix, and what it could be, in a small scope."""
    texts = Texts()
    some = [DESIGNS[name].mechanisms for name in ("before", "published", "hardened")]
    common = frozenset.intersection(*some)
    world = World(QUIET, tuple(m for m in SEEDS if m in frozenset.union(*some) - common), common)
    return json.loads(json.dumps(table(world, texts))), texts.all


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        ("if (to < 0) return null;", "if (to < 0) continue;"),
        ("next[parts[k]] = to;", "next[parts[0]] = to;"),
        ("this.dest[e][part][state[k]] < 0)", "this.dest[e][part][state[k]] <= 0)"),
        ("const e = word * 32 + 31", "const e = word * 31 + 31"),
        (".filter((m) => holds[m.there])", ""),
    ],
)
def test_a_wrong_line_of_the_engine_is_noticed(tmp_path: Path, change: Change) -> None:
    assert not walks(*small(), 20, tmp_path, change)


@pytest.mark.slow
@needs_node
@pytest.mark.parametrize("name", ["published", "hardened"])
def test_the_search_finds_what_the_checker_finds(tmp_path: Path, name: str) -> None:
    """A violation where there is one, as short; and where there is none, as many states."""
    assert searches(name, tmp_path) == []


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        ("return found(number, claims.indexOf(claim));", "return found(from, claims.indexOf(claim));"),
        ("ends.some((c) => c.bad(state)) && system.quiescent(state)", "ends.some((c) => c.bad(state))"),
        ("if (!fair) return null;", ""),
    ],
)
def test_a_wrong_line_of_the_search_is_noticed(tmp_path: Path, change: Change) -> None:
    assert [broken for name in ("published", "hardened", "before") for broken in searches(name, tmp_path, change)]


def searches(name: str, folder: Path, change: Change = SAME) -> list[str]:
    """The properties on which search and checker do not agree."""
    from mealspec.check.verify import decide
    from mealspec.core import explore

    world, texts = quiet()
    plan = DESIGNS[name]
    product = made(world, plan)
    graph, facts = explore(product), Facts(plan, QUIET, product)
    on = [m.value for m in plan.mechanisms]
    question = {"world": world, "texts": texts, "on": on, "properties": list(PROPERTIES)}
    out = []
    for prop, found in zip(PROPERTIES.values(), node(question, NEAREST, folder, change), strict=True):
        run = decide(graph, facts, prop)
        if run is None:
            agree = found == {"events": None, "states": len(graph), "depth": found.get("depth"), "complete": True}
        else:
            short = run.loop is not None or found["loop"] is not None or len(found["events"] or "") == len(run)
            agree = found["events"] is not None and short and _breaks(plan, product, prop.id, found)
        out += [] if agree else [prop.id]
    return out


def _breaks(plan: Any, product: Any, name: str, found: Json) -> bool:
    """Whether it is a run of the system that ends, or goes round for ever, where the property says it must not."""
    from mealspec.core import Trace
    from mealspec.core.claim import Form

    try:
        run = Trace.of(product, found["events"], found["loop"])
    except (ValueError, CheckerError):
        return False
    facts = Facts(plan, QUIET, product)
    claim = PROPERTIES[name].claims(facts)[found["claim"]]
    last = run.state(len(run))
    if run.loop is None:
        stuck = all(
            product.step(run.path[-1], event.name) == run.path[-1]
            for event in product.enabled(run.path[-1])
            if event.kind == "system"
        )
        return claim.bad.holds(last) and (claim.form is Form.NEVER or stuck)
    round_ = range(run.loop, len(run) + 1)
    enabled = [{e.owed_as for e in product.enabled(run.path[k]) if e.kind == "system"} for k in round_[:-1]]
    taken = {product.event(event).owed_as for event in run.events[run.loop :]}
    kinds = {product.event(event).kind.value for event in run.events[run.loop :]}
    fair = set.intersection(*enabled) <= taken and "fault" not in kinds
    wrong = all(claim.wrong.holds(run.state(k)) for k in round_) and any(claim.bad.holds(run.state(k)) for k in round_)
    return fair and wrong and run.path[run.loop] == run.path[-1]


# ---------------------------------------------------------------------- in seconds

SECONDS = """const {world, texts} = question;
return question.walks.map(({on, events}) => walkedInTime(new Timed(madeOf(world, texts, on), new Set(on)), events));"""


@pytest.mark.slow
@needs_node
def test_seconds_pass_as_the_checker_says(tmp_path: Path) -> None:
    assert in_seconds(tmp_path)


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        ("state[this.number + k] < b.least", "state[this.number + k] < b.least - 1"),
        ("state[this.number + k] >= bound.greatest)", "state[this.number + k] > bound.greatest)"),
        ("if (!stays) next[n + k] = 0;", ""),
    ],
)
def test_a_wrong_line_of_the_seconds_is_noticed(tmp_path: Path, change: Change) -> None:
    assert not in_seconds(tmp_path, change)


def in_seconds(folder: Path, change: Change = SAME) -> bool:
    """Whether the engine lets time pass as the checker does, along random runs of random designs."""
    world, texts = small()
    rng, asked, expected = random.Random(4), [], []
    for _ in range(8):
        plan = some_design(world, rng)
        product = timed_system(plan, Scope(connections=1))
        state, events, said = product.initial, list[str](), []
        while True:
            can = [event.name for event in product.enabled(state)]
            labels = {name: str(label) for name, label in product.states(state).items()}
            said.append({"enabled": sorted(can), "labels": labels})
            if not can or len(events) == 120:
                break
            time = [name for name in can if name.startswith("tick")]
            events.append(rng.choice(time if time and rng.random() < 0.7 else can))
            after = product.step(state, events[-1])
            assert not isinstance(after, Refusal)
            state = after
        asked.append({"on": [m.value for m in plan.mechanisms], "events": events})
        expected.append(said)
    found = node({"world": world, "texts": texts, "walks": asked}, SECONDS, folder, change)
    return bool(found == [{"refused": None, "said": said} for said in expected])
