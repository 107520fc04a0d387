"""The tables of verdicts say of each design what the checker says, in Python and in JavaScript, and find the nearest
design that keeps what is asked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest

import mealspec.explore.verdicts as explored
from mealspec.check import tables
from mealspec.check.records import RECORDS, TABLES
from mealspec.check.region import Region
from mealspec.check.sweep import all_verdicts
from mealspec.check.tables import seal, table, text
from mealspec.check.verify import verify
from mealspec.cli.entry import main
from mealspec.explore.verdicts import BrokenTable, check, knows, verdict, verdict_tables
from mealspec.model.design import DESIGNS, Design
from mealspec.model.mechanism import NEEDS
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import Verdict, pins

Table = dict[str, Any]

SCRIPT = Path(explored.__file__).parent / "page" / "verdicts.js"
ASK = """
const { Verdicts } = require(process.argv[1]);
const { tables, questions } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const verdicts = new Verdicts(tables);
console.log(JSON.stringify(questions.map(([method, ...args]) => verdicts[method](...args))));
"""
in_node = pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node")

EVERY = tuple(PROPERTIES)
SCOPE = Scope(connections=1)
FREE = (
    M.STATE_FLAGS, M.CONNECT_GUARD, M.READY_ACK, M.TERMINAL_ABSORBS, M.POLL_ON_SUBMIT, M.SERVER_PING, M.KEEP_ON_FAILURE,
    M.CONNECT_STOPS_POLLING,
)  # fmt: skip
REGION = Region(DESIGNS["hardened"].mechanisms - {*FREE}, world=FREE)


def answers(told: Mapping[str, Any], questions: Iterable[Sequence[Any]]) -> list[Any]:
    """What the page's script answers; ``AssertionError`` with its words where it refuses the tables."""
    asked = json.dumps({"tables": told, "questions": list(questions)})
    done = subprocess.run(["node", "-e", ASK, str(SCRIPT)], input=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


def one(found: Table) -> dict[str, Any]:
    """It alone, as the page gets it."""
    return {"worlds": {"w": found}}


@pytest.fixture(scope="module")
def small() -> Table:
    """Eight mechanisms that are open, and the rest of `hardened`."""
    found: Table = json.loads(text(table(SCOPE, [*PROPERTIES.values()], REGION)))
    return found


def designs(found: Table) -> list[frozenset[str]]:
    """Every design of a small table."""
    free = found["free"]
    every = (frozenset(some) for size in range(len(free) + 1) for some in combinations(free, size))
    return [some | {*found["fixed"]} for some in every]


@cache
def committed() -> dict[str, Table]:
    worlds: dict[str, Table] = verdict_tables()["worlds"]
    return worlds


def drawn(found: Table, rng: Random) -> frozenset[str]:
    """A design of the table, more or less full; what it lacks for others goes with these."""
    share = rng.choice((0.2, 0.5, 0.8))
    some = {*found["fixed"], *(name for name in found["free"] if rng.random() < share)}
    return frozenset(name for name in some if found["needs"].get(name, name) in some)


# ---------------------------------------------------------------------- as the diagrams, as the checker


@pytest.mark.slow
def test_a_table_answers_as_its_diagrams_do(small: Table) -> None:
    (valid, space), every = all_verdicts(SCOPE, [*PROPERTIES.values()], REGION)
    sets = list(every)
    counted = set()
    for some in designs(small):
        at = space.system(some)
        assert knows(small, some) is (at & valid != space.false)
        if not knows(small, some):
            continue
        for each in sets:
            said = verdict(small, each.property, some)
            assert (said is Verdict.VIOLATED) is (at & each.keep == space.false)
            assert (said is Verdict.VACUOUS) is (at & each.vacuous != space.false)
            counted.add(said)
    assert counted >= {Verdict.HOLDS, Verdict.VIOLATED}


def agrees(found: Table, scope: Scope, some: frozenset[str]) -> None:
    """The checker finds the same of the design by itself, state by state."""
    report = verify(Design("drawn", frozenset(map(M, some))), scope)
    assert report.complete
    assert {f.id: f.verdict for f in report.findings} == {name: verdict(found, name, some) for name in EVERY}


@pytest.mark.slow
@pytest.mark.parametrize("number", range(3))
def test_a_design_of_a_small_table_is_what_it_is_on_its_own(small: Table, number: int) -> None:
    agrees(small, SCOPE, Random(number).choice([some for some in designs(small) if knows(small, some)]))


@pytest.mark.slow
@pytest.mark.more
@pytest.mark.parametrize("world", TABLES)
@pytest.mark.parametrize("seed", range(4))
def test_random_designs_of_a_record_are_what_they_are_on_their_own(world: str, seed: int) -> None:
    """Six of each of 4 draws."""
    rng, found = Random(seed), committed()[world]
    for _ in range(6):
        agrees(found, TABLES[world].scope, drawn(found, rng))


@pytest.mark.parametrize("world", [world for world in TABLES if world != "app"])
def test_every_named_design_gets_the_verdicts_that_are_pinned(world: str) -> None:
    """Nothing is pinned in the scope of `app`."""
    found = committed()[world]
    known = {name for name, plan in DESIGNS.items() if knows(found, plan.mechanisms)}
    here = [pin for pin in pins() if pin.scope == TABLES[world].scope and pin.design in known]
    assert {pin.design for pin in here} == known
    for pin in here:
        for name in EVERY:
            assert verdict(found, name, DESIGNS[pin.design].mechanisms) is pin.verdict(name)


@pytest.mark.slow
@pytest.mark.more
@pytest.mark.parametrize("plan", DESIGNS.values(), ids=str)
def test_every_named_design_is_decided_and_gets_the_verdicts_that_it_has_on_its_own(plan: Design) -> None:
    known = [world for world, found in committed().items() if knows(found, plan.mechanisms)]
    assert known
    for world in known:
        agrees(committed()[world], TABLES[world].scope, frozenset(m.value for m in plan.mechanisms))


def test_the_seven_designs_are_decided() -> None:
    for plan in DESIGNS.values():
        assert any(knows(found, plan.mechanisms) for found in committed().values()), plan


def test_what_is_open_nowhere_is_a_flaw_or_another_reading() -> None:
    """Whatever the seed or the latest app has is decided in one of the worlds."""
    inside = {name for found in committed().values() for name in (*found["free"], *found["fixed"])}
    assert {m.value for plan in DESIGNS.values() for m in plan.mechanisms} <= inside


# ---------------------------------------------------------------------- the records


@pytest.mark.parametrize("world", TABLES)
def test_a_record_answers_its_own_question(world: str) -> None:
    record = TABLES[world]
    found = record.answer()
    assert found["scope"] == record.scope.to_json()
    assert found["says"] == record.scope.describe()
    assert found["fixed"] == sorted(record.region.required)
    assert sorted(found["free"]) == sorted(record.region.free)
    assert list(found["properties"]) == list(EVERY)
    region = {*found["free"], *found["fixed"]}
    assert found["needs"] == {m.value: needed.value for m, needed in NEEDS.items() if m.value in region}
    assert record.file.read_text(encoding="utf-8") == text(dict(found))


@pytest.mark.parametrize("world", TABLES)
def test_the_options_of_a_record_ask_its_question(world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def heard(*question: Any, **_: Any) -> Table:
        asked.extend(question)
        return {}

    monkeypatch.setattr(tables, "table", heard)
    main(["sweep", *TABLES[world].options.split(), "--table"])
    assert asked == [TABLES[world].scope, [*PROPERTIES.values()], TABLES[world].region]


@pytest.mark.slow
@pytest.mark.more
@pytest.mark.parametrize("world", TABLES)
def test_a_record_is_found_again(world: str) -> None:
    record = TABLES[world]
    found = text(table(record.scope, [*PROPERTIES.values()], record.region))
    assert found == record.file.read_text(encoding="utf-8"), f"renew {record.file.name}: see mealspec/check/records.py"


@pytest.mark.slow
def test_the_same_question_gets_the_same_bytes_whatever_the_hash_seed() -> None:
    region = "--base hardened --within hardened+retry_refresh+connect_stops_polling+cancel_check"
    ask = [sys.executable, *f"-m mealspec sweep --connections 1 --faults 0 --table {region}".split()]
    (same,) = {
        subprocess.run(ask, env={**os.environ, "PYTHONHASHSEED": number}, capture_output=True, check=True).stdout
        for number in ("1", "2")
    }
    check("hardened", json.loads(same))


# ---------------------------------------------------------------------- in the browser


@in_node
def test_a_thousand_designs_get_the_same_verdicts_in_javascript() -> None:
    rng, worlds = Random(16), committed()
    questions, expected = [], []
    for number in range(1000):
        name = list(worlds)[number % len(worlds)]
        some = drawn(worlds[name], rng)
        questions += [("verdict", name, each, sorted(some)) for each in EVERY]
        expected += [str(verdict(worlds[name], each, some)) for each in EVERY]
    assert answers({"worlds": worlds}, questions) == expected
    assert {*expected} >= {"holds", "violated"}


@pytest.mark.slow
@in_node
def test_javascript_knows_the_same_designs_and_names_what_is_not_decided(small: Table) -> None:
    every = [*designs(small), frozenset(small["free"]), frozenset({*small["fixed"], "unisolated"})]
    assert answers(one(small), [("knows", "w", sorted(some)) for some in every]) == [knows(small, s) for s in every]
    fixed = small["fixed"]
    asked = [*fixed[1:], "connect_guard", "unisolated"]
    assert answers(one(small), [("outside", "w", asked), ("worlds",), ("properties", "w"), ("scope", "w")]) == [
        {"lacking": fixed[:1], "foreign": ["unisolated"], "needing": [["connect_guard", "state_flags"]]},
        ["w"],
        list(EVERY),
        SCOPE.describe(),
    ]


@in_node
def test_a_repair_is_the_first_design_that_brute_force_finds(small: Table) -> None:
    """No design so near keeps what is asked but those that change as many mechanisms; of them it leaves alone the first
    mechanism in which they differ."""
    wanted: list[tuple[str, ...]] = [EVERY, ("delivery",), ("single-poll-task", "no-zombie"), ("polling-persists",), ()]
    pairs = [(some, properties) for some in designs(small) for properties in wanted]
    found = answers(one(small), [("repair", "w", properties, sorted(some)) for some, properties in pairs])
    for (some, properties), change in zip(pairs, found, strict=True):
        order = [name for name in small["free"] if name in (*change["add"], *change["leave_out"])]
        assert order == nearest(small, properties, some)
        assert {*change["leave_out"]} <= some
        assert not {*change["add"]} & some
    assert max(len(change["add"]) + len(change["leave_out"]) for change in found) > 2


def nearest(found: Table, properties: Sequence[str], some: frozenset[str]) -> list[str]:
    """The mechanisms to toggle, by trying all sets of them, the smallest ones first."""
    free = found["free"]
    for size in range(len(free) + 1):
        for some_of_them in reversed(list(combinations(free, size))):
            there = some ^ {*some_of_them}
            if knows(found, there) and all(verdict(found, each, there) is not Verdict.VIOLATED for each in properties):
                return list(some_of_them)
    raise AssertionError("nothing keeps these")


ALL, APP = (next(record for record in RECORDS if record.name == name).answer() for name in ("all", "app"))
"""Sweeps of record, which were found by climbing from scope to scope, with all properties at once."""


@in_node
def test_as_many_designs_keep_everything_as_pass_the_sweeps_of_record() -> None:
    calm = next(rung for rung in ALL["rungs"] if rung["scope"] == committed()["seed_calm"]["scope"])
    questions = [("number", "seed_calm", EVERY), ("number", "app", EVERY)]
    assert answers({"worlds": committed()}, questions) == [calm["passing"], APP["passing"]]


@in_node
@pytest.mark.parametrize(("world", "sweep"), [("seed", ALL), ("app", APP)])
def test_repairs_are_as_small_as_those_of_record(world: str, sweep: Mapping[str, Any]) -> None:
    """Of designs that no addition alone repairs, for a sweep prefers these."""
    recorded = {name: changes[0] for name, changes in sweep["repairs"].items() if changes[0]["remove"]}
    questions = [("repair", world, EVERY, sorted(DESIGNS[name].mechanisms)) for name in recorded]
    found = answers({"worlds": committed()}, questions)
    assert found
    for change, first in zip(found, recorded.values(), strict=True):
        assert len(change["add"]) + len(change["leave_out"]) == len(first["add"]) + len(first["remove"])


@pytest.mark.parametrize(("world", "sweep"), [("seed", ALL), ("app", APP)])
def test_a_smallest_set_of_record_keeps_everything_and_breaks_what_is_said_without_any_of_it(
    world: str, sweep: Mapping[str, Any]
) -> None:
    found, asked = committed()[world], 0
    for some, without in zip(sweep["minimal"], sweep["without"], strict=False):
        if not knows(found, some):
            continue
        assert Verdict.VIOLATED not in {verdict(found, each, some) for each in EVERY}
        for name, flaw in without.items():
            if flaw:
                assert verdict(found, flaw["breaks"], {*some} - {name}) is Verdict.VIOLATED
                asked += 1
    assert asked


@in_node
def test_what_is_outside_or_cannot_be_repaired_is_said(small: Table) -> None:
    never = deepcopy(small)
    never["properties"]["delivery"]["keep"] = [0, 0]
    never["properties"]["delivery"]["vacuous"] = [0, 0]
    every = sorted(small["fixed"])
    asked = [("repair", "w", ["delivery"], every), ("repair", "w", EVERY, every[1:]), ("number", "w", EVERY)]
    assert answers(one(resealed(never)), asked) == [None, None, 0]
    for question, words in (
        (("verdict", "w", "delivery", every[1:]), "the design is not decided in world 'w'"),
        (("verdict", "w", "delivry", every), "unknown property 'delivry'"),
        (("verdict", "v", "delivery", every), "unknown world 'v' (w)"),
    ):
        with pytest.raises(AssertionError, match=words.replace("(", r"\(").replace(")", r"\)")):
            answers(one(small), [question])


# ---------------------------------------------------------------------- a broken table


def resealed(found: Table) -> Table:
    """As somebody would write it who does not know better."""
    rest = {key: part for key, part in found.items() if key != "seal"}
    return {**rest, "seal": seal(rest)}


def looking_ahead(found: Table) -> None:
    found["rows"][0][1] = len(found["rows"]) + 1


def out_of_order(found: Table) -> None:
    found["rows"].append([len(found["free"]) - 1, 0, len(found["rows"]) + 1])


def doubled(found: Table) -> None:
    found["rows"].append(found["rows"][0])


def needless(found: Table) -> None:
    found["rows"].append([0, 1, 1])


def strange(found: Table) -> None:
    found["rows"].append([len(found["free"]), 0, 1])


def miscounted(found: Table) -> None:
    found["properties"]["delivery"]["keep"][1] += 1


def elsewhere(found: Table) -> None:
    found["valid"][0] = len(found["rows"]) + 2


@pytest.mark.parametrize("harm", [looking_ahead, out_of_order, doubled, needless, strange, miscounted, elsewhere])
def test_a_table_that_cannot_be_one_is_not_put_into_a_page(small: Table, harm: Callable[[Table], None]) -> None:
    broken = deepcopy(small)
    harm(broken)
    with pytest.raises(BrokenTable, match="the table of verdicts 'w' is broken"):
        check("w", resealed(broken))
    check("w", resealed(deepcopy(small)))


def swapped(found: Table) -> None:
    row = found["rows"][-1]
    row[1], row[2] = row[2], row[1]


def renamed(found: Table) -> None:
    found["free"].reverse()


@pytest.mark.parametrize("harm", [swapped, renamed, miscounted])
def test_a_table_that_is_not_as_it_was_written_is_noticed_by_both(small: Table, harm: Callable[[Table], None]) -> None:
    """Even where it could be one, of other designs."""
    broken = deepcopy(small)
    harm(broken)
    with pytest.raises(BrokenTable, match="it is not as it was written"):
        check("w", broken)
    if shutil.which("node"):
        with pytest.raises(AssertionError, match="the table of verdicts 'w' is broken"):
            answers(one(broken), [])
