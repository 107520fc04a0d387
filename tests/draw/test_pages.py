"""The pages are complete, deterministic, and every link in them leads somewhere."""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path

import pytest

from mealspec.check.obligations import OBLIGATIONS
from mealspec.core import Kind, System
from mealspec.draw.charts import drawn
from mealspec.draw.entries import (
    RICH,
    conditions,
    every_event,
    every_machine,
    group_of,
    having,
    planned,
    variants,
    widest,
)
from mealspec.draw.event_pages import figure
from mealspec.draw.everything import parts
from mealspec.draw.machine_pages import machine_path
from mealspec.draw.matrix import matrix
from mealspec.draw.page import Page
from mealspec.draw.wording import ANYWHERE, STAYS, saying, where
from mealspec.draw.wording import value as spoken
from mealspec.model.design import DESIGNS, WORLDS, design
from mealspec.model.meanings import FIELDS, TIMERS, VALUES
from mealspec.model.mechanism import CATALOGUE, Mechanism
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import Verdict, expected
from mealspec.properties.laws import LAWS
from mealspec.properties.requirements import REQUIREMENTS
from mealspec.properties.scenarios import FAILURES, FLAW, PATHS, shortest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("charts")]  # the runs are found once

DIAGRAMS = Path(__file__).parents[2] / "diagrams"
LINK = re.compile(r"\]\(([^)\s]+)\)")


@cache
def everything() -> dict[str, Page]:
    found = parts()[1]
    assert len({page.path for page in found}) == len(found)
    return {page.path: page for page in found}


def text(path: str) -> str:
    return everything()[path].text


def test_every_link_leads_to_a_page_and_a_place() -> None:
    drawn_too = {each.path for each in parts()[0]}
    for page in everything().values():
        if not page.path.endswith(".md"):
            continue
        for target in LINK.findall(page.text):
            way, _, anchor = target.partition("#")
            path = posixpath.normpath(posixpath.join(posixpath.dirname(page.path), way)) if way else page.path
            made_elsewhere = path == "explorer.html" or (path.startswith("../") and (DIAGRAMS / path).is_file())
            assert path in everything() or path in drawn_too or made_elsewhere, f"{page.path} links to {target}"
            assert not anchor or f'<a id="{anchor}">' in text(path), f"{page.path} links to {target}"


def test_every_page_has_a_title_a_description_and_is_reached_from_the_index() -> None:
    seen, waiting = set(), ["README.md"]
    for path in waiting:
        seen.add(path)
        if path.endswith(".md") and path in everything():
            ways = [posixpath.join(posixpath.dirname(path), t.partition("#")[0]) for t in LINK.findall(text(path))]
            waiting += [
                way for way in dict.fromkeys(map(posixpath.normpath, ways)) if way not in (*seen, *waiting, ".")
            ]
    assert set(everything()) <= seen
    assert all(page.title and page.description for page in everything().values())


def test_every_failing_cell_of_the_matrix_links_to_a_run_of_that_length() -> None:
    lengths = {each.chart.slug: len(each.chart.trace) for each in drawn()}
    page = matrix().text
    for plan in DESIGNS.values():
        for name in PROPERTIES:
            if expected(plan, Scope(), name) is Verdict.VIOLATED:
                slug = f"{plan}-{name}"
                assert f"[✗ {lengths[slug]} steps](charts/counterexamples.md#{slug})" in page
                told = text("charts/counterexamples.md").split(f'<a id="{slug}"></a>')[1].split("<a id")[0]
                assert len(re.findall(r"^\d+\. ", told, re.M)) == lengths[slug]
    cells = [expected(plan, Scope(), name) for plan in DESIGNS.values() for name in PROPERTIES]
    assert page.count("✗ ") == cells.count(Verdict.VIOLATED) + 1  # and the legend


def test_every_machine_has_a_page_with_its_states() -> None:
    for plan in DESIGNS:
        for name, machine in widest(plan)[0].items():
            if name == "connection.c2":  # the first stands for all
                continue
            page = text(machine_path(name))
            assert all(f"`{state}`" in page for state in machine.states), name
            assert all(f"`{event}`" in page for event in machine.alphabet), name


def test_every_state_has_a_meaning() -> None:
    for variant in variants():
        for machine in widest(variant)[0].values():
            for state in machine.states:
                if isinstance(state, tuple):
                    assert FIELDS[type(state)].keys() == set(state._fields)  # type: ignore[attr-defined]
                for value in state if isinstance(state, tuple) else (state,):
                    if type(value) in VALUES:
                        assert VALUES[type(value)][str(value)]
                    else:
                        assert isinstance(value, (bool, int, tuple, str)), machine.name
    for kind, words in VALUES.items():
        assert list(words) == [str(value) for value in kind]


def test_every_event_stands_in_the_event_table_with_an_obligation() -> None:
    page = text("reference/events.md")
    for event in every_event().values():
        assert f"`{event.name}`" in page
        assert f"### `{group_of(event.name)}`" in page
        assert event.obligation, event.name
    assert {event.kind for event in every_event().values()} == {Kind.SYSTEM, Kind.USER, Kind.FAULT}


def rows_of(expression: str, words: str) -> set[tuple[object, ...]]:
    """The rows of the events that have this obligation."""
    machines, events = widest(expression)
    return {
        (machine.name, row.event, str(row.source), str(row.dest))
        for machine in machines.values()
        for row in machine.rows
        if events[row.event].obligation == words
    }


def makes_a_difference(name: str, words: str) -> bool:
    """Some design that has the events has other rows of them with or without the mechanism."""
    mechanism = Mechanism(name)
    worlds = {world.name for world in WORLDS}
    for plan in (variant for variant in variants() if variant not in worlds):
        other = f"{plan}{'-' if mechanism in design(plan) else '+'}{mechanism}"
        if rows_of(plan, words) and rows_of(plan, words) != rows_of(other, words):
            return True
    return False


def test_an_obligation_names_only_events_and_mechanisms_that_make_a_difference_there() -> None:
    events = every_event().values()
    said = dict.fromkeys(event.obligation for event in events)
    named = [(name, words) for words in said for name in re.findall("`(.+?)`", words)]
    idle = [pair for pair in named if "." not in pair[0] and not makes_a_difference(*pair)]
    assert idle == []
    assert [name for name, _ in named if "." in name and not any(event.is_of(name) for event in events)] == []


def test_mechanisms_in_obligations_lead_to_their_description() -> None:
    page = text("reference/events.md")
    assert "With [ready_ack](mechanisms.md#ready_ack) ✓ tell nobody" in page
    assert "With [connect_stops_polling](mechanisms.md#connect_stops_polling) stop polling here" in page


def test_every_mechanism_property_and_requirement_is_described() -> None:
    assert all(entry.does in text("reference/mechanisms.md") for entry in CATALOGUE.values())
    assert all(f"`{name}`" in text("reference/mechanisms.md") for name in CATALOGUE)
    for prop in PROPERTIES.values():
        assert f"## {prop.id}\n\n**{prop.sentence}**" in text("reference/properties.md")
    for r in REQUIREMENTS.values():
        assert f"{r.id} | {r.sentence} |" in text("reference/traceability.md")
    assert all(f'<a id="{name}"></a>{name} |' in text("reference/traceability.md") for name in FAILURES)


def test_every_property_has_a_witness() -> None:
    assert "none in this scope" not in text("reference/properties.md")


def test_the_path_of_a_requirement_is_a_run_of_the_repaired_design() -> None:
    for scenario in PATHS.values():
        if scenario is FLAW:
            continue
        run = shortest(scenario)
        assert run is not None
        assert design(scenario.design) == DESIGNS["hardened"]
        assert str(run.state(len(run))["view.m1"]) == "completed"
        assert str(run.state(len(run))["poller"]) == "none"
        assert f"[{scenario.id}](../charts/{scenario.id}.svg)" in text("reference/traceability.md")


def test_laws_are_listed() -> None:
    assert all(law.sentence in text("reference/laws.md") for law in LAWS.values())


def test_every_timer_is_told_with_where_it_runs() -> None:
    page = text("reference/timing.md")
    for timer in TIMERS:
        row = next(line for line in page.splitlines() if line.startswith(f"| {timer.what} |"))
        assert f"[`{timer.event}`]" in row
        assert all(f"#{mechanism})" in row for mechanism in timer.mechanisms)
        assert f"| {figure(timer)} |" in row
        assert any(event.is_of(timer.event) for event in every_event().values())
    assert "[`poller`](machines/poller.md) has loop: sleep" in page
    assert [figure(TIMERS[0]), figure(TIMERS[1])] == ["5 s", TIMERS[1].figure]
    assert {figure(timer) for timer in TIMERS} >= {"none", "0 to 10 s, assumed"}


def test_every_obligation_between_timers_is_told() -> None:
    page = text("reference/timing.md")
    for owed in OBLIGATIONS:
        assert any(str(owed) in line and owed.otherwise in line for line in page.splitlines())


def test_what_a_whole_machine_is_there_for_is_said_once() -> None:
    page = text("reference/machines/flags.md")
    assert "There only with [state_flags](../mechanisms.md#state_flags) ✓: " in page
    assert page.count("#state_flags") == 1
    row = next(line for line in page.splitlines() if line.startswith("| [`user.reconnect."))
    assert "| any state | connected → no, connecting → yes |" in row


def test_who_takes_part_is_told_of_the_repaired_design() -> None:
    section = text("reference/events.md").split("### `user.submit`")[1].split("<a id")[0]
    lines = [line for line in section.splitlines() if line.startswith(("- takes part", "- in other designs"))]
    takes, others = (re.findall(r"\[`(.+?)`\]", line) for line in lines)
    event = next(each for name, each in widest("hardened")[1].items() if name.startswith("user.submit.m1"))
    assert takes == [*event.takes]
    assert "store.m1" in others
    assert not {*takes} & {*others}


def test_an_obligation_is_said_at_the_event_and_nowhere_else() -> None:
    words = "Load the list once, beside the connect and not after it."
    assert [page.path for page in everything().values() if words in page.text] == ["reference/events.md"]
    row = next(line for line in text("reference/machines/screen.md").splitlines() if "`client.appear`" in line)
    assert row.startswith("| [`client.appear`](../events.md#client.appear) |")


# ---------------------------------------------------------------------- phrases are true


def fields(state: object) -> dict[str, str]:
    """The fields of a state, as phrases name their values; of a plain state its only value."""
    if isinstance(state, tuple):
        return {name: spoken(part) for name, part in zip(state._fields, state, strict=True)}  # type: ignore[attr-defined]
    return {"": str(state)}


def true(phrase: str, state: object) -> bool:
    """Whether a phrase is true of a state: read as a person reads it."""
    if phrase == ANYWHERE:
        return True
    if ":" not in phrase:
        return str(state) in phrase.split(" or ")
    limits = [dict(part.split(": ") for part in one.split(", ")) for one in phrase.split("; or ")]
    have = fields(state)
    return any(all(have[name] in values.split(" or ") for name, values in one.items()) for one in limits)


def after(then: str, state: object) -> dict[str, str]:
    """What a state becomes if what is said to change changes."""
    now = fields(state)
    for effect in re.split(r"; (?!or )", then) if then != STAYS else ():
        what, _, place = effect.partition(" (")
        if true(place.removesuffix(")") or ANYWHERE, state):
            now |= dict(part.split(" → ") for part in what.split(", "))
    return now


ASKED = re.compile(r"((?:\[`[^`]+`\]\([^)]+\)(?:, )?)+?)(, where it takes part,)? (?:has|is) (.+)")


def asked(section: str) -> dict[str, str]:
    """What a section of the page of events asks, by machine."""
    lines = [line for line in section.splitlines() if line.startswith("- possible while ")]
    out = {}
    for part in re.split(r"; (?!or )", lines[0].removeprefix("- possible while ")) if lines else ():
        found = ASKED.fullmatch(part)
        assert found, part
        out.update(dict.fromkeys(re.findall("`([^`]+)`", found[1]), found[3]))
    return out


def test_what_an_event_is_possible_while_is_true_in_just_the_states_that_permit_it() -> None:
    """Of every group of events, of each participant, in each state, held against the compiled product."""
    page, judged = text("reference/events.md"), 0
    for group in dict.fromkeys(map(group_of, every_event())):
        phrases = asked(page.split(f'<a id="{group}"></a>')[1].split("<a id=")[0])
        plan, names = having(lambda name, group=group: group_of(name) == group)  # type: ignore[misc]
        product = compiled(plan)
        for machine in product.machines:
            theirs = [name for name in names if machine.name in product.event(name).takes]
            for state in machine.states if theirs else ():
                permits = any(machine.step(state, name) is not None for name in theirs)
                assert true(phrases.get(machine.name, ANYWHERE), state) == permits, (group, machine.name, state)
                judged += 1
    assert judged > 2000


@cache
def compiled(plan: str) -> System:
    return system(planned(plan), RICH)


def test_a_group_of_events_is_possible_where_one_of_them_is() -> None:
    said = {each.machines: (each.always, each.where) for each in conditions("server.read")}
    assert said == {
        ("loader.appear", "loader.handler", "loader.poll"): (False, "phase: sent"),
        ("server",): (True, "up"),
        ("path",): (True, "fine"),
        ("token",): (True, "fresh"),
    }
    assert not any("service" in each.machines for each in conditions("user.reconnect"))


@pytest.mark.parametrize("plan", ["published", "hardened"])
def test_what_a_row_says_is_what_the_machine_does(plan: str) -> None:
    """Where an event is taken, and what becomes of each part, read off the words alone."""
    for machine in widest(plan)[0].values():
        for event in machine.alphabet:
            pairs = [(row.source, row.dest) for row in machine.rows if row.event == event]
            said = saying(pairs, machine.states)
            assert {state for state in machine.states if true(said.when, state)} == {source for source, _ in pairs}
            for source, dest in pairs if isinstance(machine.initial, tuple) else ():
                assert after(said.then, source) == fields(dest), (machine.name, event, source)


def test_alternatives_are_told_where_no_single_limit_is_true() -> None:
    machine = widest("hardened")[0]["connection.c1"]
    some = [state for state in machine.states if state.fine == (state.client == "open")]  # type: ignore[attr-defined]
    phrase = where(some, machine.states)
    assert "; or " in phrase
    assert [state for state in machine.states if true(phrase, state)] == some


def test_every_machine_of_every_design_has_a_page() -> None:
    names = {name for variant in variants() for name in widest(variant)[0]}
    assert names - {"connection.c2"} == set(every_machine())
