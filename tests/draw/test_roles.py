"""The page of a side is complete, says what the rows say, and answers truly."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from jsonschema import Draft202012Validator

from mealspec.check.obligations import obligations
from mealspec.check.verify import decide
from mealspec.core import Event, Graph, Row, State, System, explore, trimmed
from mealspec.draw.communication import kind_of
from mealspec.draw.duties import ABSTRACT, Happening, happenings, product, rules, told_under, unseen
from mealspec.draw.role_pages import role_page, role_path
from mealspec.draw.role_pictures import role_picture
from mealspec.draw.sides import CLIENT, PERMITS, SERVER, VIEWS, known, roles
from mealspec.model.clocks import CLOCKS, between
from mealspec.model.design import DESIGNS, Design
from mealspec.model.meanings import TIMERS
from mealspec.model.network.connection import IDLE, Await, Client, Connection, Server, connection
from mealspec.model.product import system
from mealspec.model.roles import BORNE, CHAPTERS, RELY
from mealspec.model.rows import has
from mealspec.model.scope import WIDEST, Scope
from mealspec.model.wire.message import Kind, Message, Side, named, schema
from mealspec.model.wire.table import BY_ID
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.facts import Facts

HARDENED, PUBLISHED = DESIGNS["hardened"], DESIGNS["published"]
FOLDER = Path(__file__).parents[2] / "diagrams"
SIDES = pytest.mark.parametrize("side", list(Side))
PLANS = pytest.mark.parametrize("plan", list(DESIGNS.values()), ids=str)


@cache
def page(side: Side, plan: Design = HARDENED) -> str:
    return role_page(side, plan).text


def blocks(side: Side, plan: Design = HARDENED) -> Iterator[tuple[list[str], list[str]]]:
    """The heads of each block of pseudo-code, and its lines."""
    for text in re.findall(r"^```text\n(.*?)^```$", page(side, plan), re.M | re.S):
        heads: list[str] = []
        lines: list[str] = []
        for line in text.splitlines():
            if not line.startswith("    "):
                if lines:
                    yield heads, lines
                    heads, lines = [], []
                heads.append(line)
            else:
                lines.append(line)
        yield heads, lines


def groups(heads: list[str]) -> list[str]:
    """What a block is about, without what is seen of it."""
    names = re.findall(r"\b(?:client|server|user|network)(?:\.[a-z_]+)+", " ".join(heads))
    return [name if name != "client.denied" else "client.denied.c1" for name in names]


# ---------------------------------------------------------------------- how large, and how many


@SIDES
def test_a_page_is_as_it_is_committed_and_has_at_most_400_lines(side: Side) -> None:
    assert (FOLDER / role_path(side)).read_text(encoding="utf-8") == page(side), "run 'mealspec draw'"
    assert len(page(side).splitlines()) <= 400


@SIDES
def test_every_duty_names_its_rule_and_every_rule_with_a_duty_is_named(side: Side) -> None:
    """Counted both ways: what the page says, and what the machines have."""
    said: Counter[tuple[str, str]] = Counter()
    for heads, lines in blocks(side):
        machines = {machine for line in lines if "#" in line for machine in line.split("#")[1].strip().split(", ")}
        for group in set(groups(heads)):
            said.update((machine, group) for machine in machines)
    owed = set(rules(side, HARDENED)) - set(unseen(side, HARDENED))
    assert set(said) == owed
    number = re.search(r"have (\d+) rules .* of which (\d+) are duties", page(side))
    assert number is not None
    assert (int(number[1]), int(number[2])) == (len(rules(side, HARDENED)), len(owed))


@SIDES
def test_the_rules_are_all_that_the_sides_machines_take_part_in(side: Side) -> None:
    """Counted anew: by machine and event of the product, whatever a view makes of them."""
    theirs = {Side.CLIENT: CLIENT, Side.SERVER: SERVER}[side]
    found = {
        (kind_of(name), told_under(event))
        for event in product(HARDENED).events
        for name in event.takes
        if kind_of(name) in theirs and name in product(HARDENED).position
    }
    assert found == set(rules(side, HARDENED))


@PLANS
def test_every_machine_is_of_a_side_but_the_network(plan: Design) -> None:
    kinds = {kind_of(machine.name) for machine in product(plan).machines}
    assert kinds - {*CLIENT, *SERVER} == {"path"}, "what the device has of a network, nobody's code holds"


@SIDES
@PLANS
def test_what_is_no_duty_changes_nothing_that_the_side_can_see(side: Side, plan: Design) -> None:
    left = set(unseen(side, plan))
    for event in product(plan).events:
        for machine in product(plan).machines:
            rule = (kind_of(machine.name), told_under(event))
            if rule not in left or rule[1] in ABSTRACT or machine.name not in event.takes:
                continue
            for row in machine.by_event[event.name]:
                names = roles(event)
                before, after = (known(side, machine.name, state, names) for state in (row.source, row.dest))
                assert before == after, f"{rule} moves {before} to {after}"


@SIDES
def test_all_that_happens_in_hardened_is_told_in_words_and_once(side: Side) -> None:
    assert "What else" not in page(side)
    told = [each for chapter in CHAPTERS[side].values() for each in chapter]
    claimed = Counter(
        (happening.group, each.title)
        for happening in happenings(side, HARDENED)
        for each in told
        if named(each.events, happening.events[0])
    )
    by_group = Counter(group for group, _ in claimed)
    first = {"client.apply.poll", "client.error.poll", "client.offline.poll", "client.denied.poll", "network.cut.poll"}
    assert {group for group, number in by_group.items() if number > 1} <= first, "these are told before other loads"


# ---------------------------------------------------------------------- what it says is so


def walk(side: Side, plan: Design, page_of: Design) -> int:
    """Follow a run of one design on the page of another: each step must be one that the page says. Counts moves."""
    source, chance, moves = product(plan), random.Random(7), 0
    owed = {event.name: each for each in happenings(side, page_of) for event in each.events}
    state = source.initial
    for _ in range(3000):
        event = chance.choice(source.enabled(state))
        following = source.step(state, event.name)
        assert isinstance(following, tuple)
        before, after = source.states(state), source.states(following)
        for name in (name for name in before if kind_of(name) in VIEWS[side]):
            moves += follow(side, owed.get(event.name), event, name, before[name], after[name])
        state = following
    return moves


def follow(side: Side, happening: Happening | None, event: Event, name: str, before: State, after: State) -> bool:
    """Whether a machine moves, as far as its side sees; it must as its duty says, and without one not at all."""
    held = {} if {"old", "new"} & set(event.values) else roles(event)  # before a dial nothing is new
    pair = known(side, name, before, held), known(side, name, after, roles(event))
    moved = bool(known(side, name, before, roles(event)) != pair[1])
    ways = [duty for duty in happening.duties if duty.rule[0] == kind_of(name)] if happening else []
    if event.group not in ABSTRACT and (moved or (ways and name in event.takes)):
        assert any(pair in duty.pairs for duty in ways), f"{event.name} makes {pair[1]} of {pair[0]} of {name}"
    return moved


@SIDES
@PLANS
def test_a_run_of_the_model_does_what_the_duties_say_and_nothing_else(side: Side, plan: Design) -> None:
    """Whoever follows the page step by step is where the model is, as far as the side can see."""
    assert walk(side, plan, plan) > 300


@SIDES
def test_a_run_of_another_design_does_not(side: Side) -> None:
    with pytest.raises(AssertionError, match=" makes Known"):
        walk(side, PUBLISHED, HARDENED)


@SIDES
def test_what_a_guard_asks_is_known_to_the_side(side: Side) -> None:
    """Neither side may ask whether the path is fine, what is under way, or how the other one stands."""
    hidden = {"fine", "flight", "client", "caller", "held", "fate", "path", "server"}
    words = [line for _, lines in blocks(side) for line in lines if "only if" in line or "(if" in line]
    assert len(words) > 10
    asked = {word for line in words for word in re.findall(r"(?:only if |\(if |, |; or )(?:\w+\.)?(\w+) is", line)}
    variables = set(re.findall(r"^\| `(\w+)`<br>", page(side), re.M))
    assert asked <= variables
    assert not asked & hidden


def test_a_deadline_that_passes_on_a_socket_that_works_breaks_no_property() -> None:
    """The model lets a ping and a dial run out only on broken ones; the page says that it does not matter."""
    scope = Scope(connections=1)
    impatient = _impatient(scope)
    graph, facts = explore(impatient), Facts(HARDENED, scope, impatient)
    assert graph.complete
    assert len(graph.source) > len(_usual(scope).source)
    assert [prop.id for prop in PROPERTIES.values() if decide(graph, facts, prop) is not None] == []


@cache
def _usual(scope: Scope) -> Graph:
    return explore(system(HARDENED, scope))


def _impatient(scope: Scope) -> System:
    """Hardened, whose client may give up its socket or its dial at any moment."""
    usual = system(HARDENED, scope)
    whole = connection("c1", HARDENED, WIDEST)
    alive = {event.name for event in usual.events}
    rows = {(row.event, row.source): row for row in whole.rows if row.event in alive}
    ends = {"client.expire.c1": {Client.READY}, "client.give_up.c1": {Client.DIALLING, Client.OPEN}}
    for event, phases in ends.items():
        for state in whole.states:
            if isinstance(state, Connection) and state.client in phases:
                rows.setdefault((event, state), Row(event, state, _closed(state)))
    changed = replace(whole, rows=tuple(rows.values()))
    parts = (changed if machine.name == "connection.c1" else machine for machine in usual.machines)
    absent = {name for event in usual.events for name in event.takes if name not in usual.position}
    return System(*trimmed(parts, usual.events), absent=absent, name="impatient")


def _closed(state: Connection) -> Connection:
    failed = Await.FAILED if state.caller is Await.WAITING else state.caller
    free = state.server in (Server.NONE, Server.GONE) and failed is Await.NONE
    return IDLE if free else state._replace(client=Client.CLOSED, caller=failed)


# ---------------------------------------------------------------------- wire, timers, words


def cells(side: Side) -> Iterator[tuple[Message, str]]:
    """Each message in a list of the page, with the example that stands after it, or after one that looks alike."""
    for line in re.findall(r"^- (\[`.*?`\]\(\.\./reference/wire\.md#.*)$", page(side), re.M):
        names = re.findall(r"\]\(\.\./reference/wire\.md#([\w.-]+)\): ", line)
        for name in names:
            yield BY_ID[name], "<br>".join(line.split("<br>")[len(names) :])


def read(message: Message, cell: str) -> dict[str, Any]:
    """An example, read as whoever takes the message would."""
    first, *rest = [text.strip("`").replace("\\|", "|") for text in cell.split("<br>")] if cell else [""]
    if message.kind is Kind.TEXT:
        return dict(json.loads(first))
    if message.kind is Kind.CLOSE:
        return {"code": message.start}
    if message.kind is Kind.FRAME:
        return {"opcode": message.start}
    body = {"body": json.loads(rest.pop())} if rest and rest[-1].startswith("{") else {}
    if message.kind is Kind.ANSWER:
        return {"status": int(first.split()[0]), **body}
    method, _, where = first.partition(" ")
    path, _, query = where.partition("?")
    asked = {key: int(text) if text.isdigit() else text for key, text in parse_qsl(query)}
    headers = dict(line.split(": ", 1) for line in rest)
    return {"method": method, "path": path, "query": asked, "headers": headers, **body}


@SIDES
def test_every_message_of_the_side_has_an_example_that_fits_its_schema(side: Side) -> None:
    spoken = {m for each in happenings(side, HARDENED) for m in (*each.hears, *each.sends)}
    spoken |= {message for message in BY_ID.values() if message.kind is Kind.FRAME}
    assert sorted(message.id for message, _ in cells(side)) == sorted(message.id for message in spoken)
    for message, cell in cells(side):
        checker = Draft202012Validator(schema(message, HARDENED), format_checker=Draft202012Validator.FORMAT_CHECKER)
        checker.validate(read(message, cell))


def test_what_one_side_sends_the_other_hears() -> None:
    sent = {s: {m.id for each in happenings(s, HARDENED) for m in each.sends} for s in Side}
    heard = {s: {m.id for each in happenings(s, HARDENED) for m in each.hears} for s in Side}
    assert sent[Side.CLIENT] - {"refresh"} == heard[Side.SERVER], "who renews tokens is not the meals' server"
    unsent = {"unavailable", "dial.unavailable", "refresh.answer", "error", "close.none"}
    assert heard[Side.CLIENT] - unsent == sent[Side.SERVER], "a server that is down, or dies, sends nothing"


@SIDES
def test_every_line_of_the_checklist_names_vectors_in_which_all_of_it_happens(
    side: Side, committed: dict[str, list[str]]
) -> None:
    lines = re.findall(r"^- \[ \] .*\((`.*?)\)(?:: (.*))?$", page(side), re.M)
    assert len(lines) > 10
    for told, proof in lines:
        groups = re.findall(r"`([\w.]+)`", told)
        vectors, _, lacking = proof.partition("no vector has ")
        names = re.findall(r"`([^`]+)`", vectors)
        runs = [event for name in names for event in committed[name]]
        without = [group for group in groups if not any(f"{event}.".startswith(f"{group}.") for event in runs)]
        assert without == re.findall(r"`([\w.]+)`", lacking), told
        assert names or without, told
    assert "mealspec conform --only" in page(side)
    assert "no vector" not in page(side, PUBLISHED), "those that are kept are of another design"


def test_few_events_are_in_no_vector() -> None:
    """A dial that is out when the screen comes back, and what a suspended app's silence looks like to a server."""
    lacking = {text for side in Side for text in re.findall(r"no vector has (.*)$", page(side), re.M)}
    assert lacking == {"`client.skip_connect`", "`server.expire_suspended`"}


@pytest.fixture(scope="module")
def committed() -> dict[str, list[str]]:
    """The run of each vector that is kept."""
    files = (FOLDER.parent / "vectors").glob("*/*.json")
    return {v["id"]: v["model"]["events"] for file in files for v in json.loads(file.read_text())["vectors"]}


@SIDES
def test_every_timer_of_the_side_is_in_its_table(side: Side) -> None:
    table = page(side).split("## Timers")[1].split("## ")[0]
    happen = [event for each in happenings(side, HARDENED) for event in each.events if event.owner == side]
    for timer in TIMERS:
        some = [event for event in happen if event.is_of(timer.event)]
        if some and all(m in HARDENED for m in timer.mechanisms):
            assert f"#{timer.event}" in table, timer.what


@SIDES
def test_a_timer_has_a_default_within_its_bounds_and_both_are_those_of_its_clock(side: Side) -> None:
    clocks = {clock.name: clock for clock in CLOCKS}
    rows = re.findall(r"^\| `(\w+)`: .* \| \*\*(.*?)\*\*<br>(.*?) \|$", page(side), re.M)
    assert len(rows) >= 4
    for name, default, bounds in rows:
        clock = clocks[name]
        assert clock.greatest is not None
        assert bounds == between(clock.least, clock.greatest)
        figures = [float(figure) for figure in re.findall(r"\d+(?:\.\d+)?", default)]
        whole = sum(figures) if "then" in default else max(figures, default=clock.greatest)
        assert whole == clock.greatest, name
        assert min(figures, default=clock.least) >= clock.least, name


@SIDES
def test_the_inequalities_are_those_of_the_obligations_and_hold_by_default(side: Side) -> None:
    wanted = {str(each): each for each in obligations(HARDENED) if each.timer.startswith(side)}
    rows = re.findall(r"^\| `(.*? < .*?)`<br>([\d.]+) < ([\d.]+) \|", page(side), re.M)
    assert [name for name, *_ in rows] == list(wanted)
    for name, short, long in rows:
        assert (float(short), float(long)) == wanted[name].figures(CLOCKS)
        assert float(short) < float(long)


@SIDES
def test_what_a_side_may_count_on_names_events_that_show_it(side: Side) -> None:
    events = product(HARDENED).events
    for word in (*RELY[side], *BORNE[side]):
        assert all(any(event.is_of(name) for event in events) for name in word.events), word.says
        assert has(HARDENED, word.given), "hardened has all that may be counted on"
    assert page(side, PUBLISHED).count("\n- ") != page(side).count("\n- ")


@SIDES
def test_the_picture_shows_every_message_and_machine(side: Side) -> None:
    picture = role_picture(side, HARDENED)
    names = {box.name for box in picture.boxes}
    moving = {d.rule[0] for each in happenings(side, HARDENED) for d in each.duties if d.then} - {PERMITS[side]}
    assert moving <= names
    tips = "\n".join(arrow.tip for arrow in picture.arrows)
    for each in happenings(side, HARDENED):
        for message in (*each.hears, *each.sends):
            assert any(word in tips for word in (str(message.start), message.title)), message.id


@SIDES
@PLANS
def test_every_design_has_a_page(side: Side, plan: Design) -> None:
    assert page(side, plan).startswith(f"# You implement the {side}\n")
    assert not re.search(r"\bNone\b|\{\{|: \n", page(side, plan))
