"""The sweeps of record: what they say of `hardened`, and, slowly, that they are found again."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from mealspec.check.records import RECORDS, STAIRS, TABLES, Record
from mealspec.check.region import REPAIRS, Region
from mealspec.check.staircase import staircase
from mealspec.check.sweep import sweep
from mealspec.cli import sweeping
from mealspec.cli.entry import main
from mealspec.cli.sweeping import findings
from mealspec.core import Trace, replay
from mealspec.model.design import DESIGNS, design
from mealspec.model.mechanism import Mechanism
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.smallest import KEPT

NAMES = {record.name: record for record in RECORDS}


def test_hardened_is_the_only_smallest_design_with_what_is_asked_for() -> None:
    record = NAMES["asked"]
    assert record.region.required == frozenset(KEPT)
    (only,) = record.answer()["minimal"]
    assert set(only) == {m.value for m in DESIGNS["hardened"].mechanisms}


def test_what_no_passing_design_has_is_what_the_published_fix_brought() -> None:
    for record in RECORDS:
        if not record.properties:
            assert Mechanism.CONNECT_STOPS_POLLING in record.answer()["excluded"]
    assert Mechanism.CONNECT_STOPS_POLLING in DESIGNS["published"]


def test_the_app_is_repaired_by_what_it_leaves_out_as_well_as_by_what_it_adds() -> None:
    for change in NAMES["app"].answer()["repairs"]["app_head"]:
        head = DESIGNS["app_head"].mechanisms
        assert set(change["remove"]) <= head
        assert not set(change["add"]) & head
        assert {"timed_connect", "connect_stops_polling", "outbox_gives_up"} <= set(change["remove"])


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_a_record_answers_its_own_question(record: Record) -> None:
    answer = record.answer()
    assert answer["required"] == sorted(record.region.required)
    assert answer["mechanisms"] == [m.value for m in record.region.free]
    assert answer["scope"]["includes"] == sorted(record.scope.includes)
    assert (answer["scope"]["meals"], answer["scope"]["connections"]) == (record.scope.meals, record.scope.connections)
    assert answer["properties"] == list(record.properties or PROPERTIES)


class HeardError(Exception):
    """What was asked is known, and need not be done."""


@pytest.mark.parametrize("record", [*RECORDS, STAIRS, *TABLES.values()], ids=lambda record: record.name)
def test_the_options_of_a_record_ask_its_question(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    def heard(scope: Scope, properties: Sequence[Property], region: Region, _: object) -> None:
        names = {prop.id for prop in properties}
        assert (scope, names) == (record.scope, {*(record.properties or PROPERTIES)})
        assert (region.required, {*region.free}) == (record.region.required, {*record.region.free})
        raise HeardError

    monkeypatch.setattr(sweeping, "run", heard)
    with pytest.raises(HeardError):
        main(["sweep", *record.options.split(), "--json"])


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_the_runs_of_a_record_are_runs(record: Record) -> None:
    answer, shown = record.answer(), 0
    for some, without in zip(answer["minimal"], answer["without"], strict=True):
        for name, flaw in without.items():
            plan = design("none" + "".join(f"+{m}" for m in some if m != name))
            if flaw:
                size = flaw["scope"]
                faults = None if size["faults"] == "any" else size["faults"]
                scope = Scope(size["meals"], size["connections"], faults=faults, includes=frozenset(size["includes"]))
                assert isinstance(replay(system(plan, scope), flaw["trace"]), Trace)
                shown += 1
    assert shown


# The others take as long as these together, each: mealspec sweep OPTIONS --json, with what the record says.
@pytest.mark.slow
@pytest.mark.more
@pytest.mark.parametrize("name", ["app", "asked", "delivery"])
def test_a_record_is_found_again(name: str) -> None:
    record = NAMES[name]
    properties = [p for p in PROPERTIES.values() if p.id in (record.properties or PROPERTIES)]
    found = findings(sweep(record.scope, properties, record.region), properties).to_json()
    assert json.loads(json.dumps(found)) == record.answer(), f"renew {record.file.name}: see mealspec/check/records.py"


def test_the_staircase_of_record_climbs_by_what_catches_up() -> None:
    stairs = STAIRS.answer()["stairs"]
    assert [stair["seconds"] for stair in stairs] == sorted(stair["seconds"] for stair in stairs)
    assert {Mechanism.CATCH_UP, Mechanism.READY_ACK} <= set(stairs[0]["necessary"])
    for stair in stairs:
        assert {Mechanism.POLL_ON_APPEAR, Mechanism.POLL_UNTIL_TERMINAL} <= set(stair["necessary"])


@pytest.mark.slow
@pytest.mark.more
def test_the_staircase_of_record_is_found_again() -> None:
    found = staircase(STAIRS.region, STAIRS.scope).to_json()
    kept = {key: value for key, value in STAIRS.answer().items() if key in found}
    assert json.loads(json.dumps(found)) == kept


def test_options_say_only_what_is_not_usual() -> None:
    def options(scope: Scope, region: Region, *properties: str) -> str:
        return Record("x", "?", scope, region, properties).options

    usual = Region()
    assert options(Scope(), usual) == ""
    assert options(Scope(meals=2, connections=1, faults=0), usual) == "--meals 2 --connections 1 --faults 0"
    assert options(Scope(), usual, "delivery", "agreement") == "--property delivery --property agreement"
    assert (
        options(Scope().with_(["upload", "day"]).without(["dial", "break"]), usual)
        == "--with day,upload --without break,dial"
    )
    some = frozenset({Mechanism.CLIENT_PING, Mechanism.READY_ACK})
    assert options(Scope(), Region(some)) == "--require client_ping,ready_ack"
    assert options(Scope(), Region(forbidden=some)) == "--forbid client_ping,ready_ack"
    assert options(Scope(), REPAIRS) == "--app"
    opened = REPAIRS.opened([Mechanism.STATE_FLAGS, Mechanism.FAILURE_NOTIFICATIONS])
    more = sorted(m for m in (Mechanism.STATE_FLAGS, Mechanism.FAILURE_NOTIFICATIONS) if m not in REPAIRS.world)
    assert options(Scope(), opened) == (f"--app --open {','.join(more)}" if more else "--app")
    assert options(Scope(), usual.opened([Mechanism.TIMED_CONNECT])) == "--open timed_connect"
