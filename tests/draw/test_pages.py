"""The pages are complete, deterministic, and every link in them leads somewhere."""

from __future__ import annotations

import posixpath
import re
from functools import cache

import pytest

from mealspec.core import Kind
from mealspec.draw.charts import charts, drawn
from mealspec.draw.machines import portraits
from mealspec.draw.matrix import matrix
from mealspec.draw.page import Page
from mealspec.draw.pages import pages
from mealspec.draw.reference import every_event, group_of, machine_path, widest
from mealspec.model.design import DESIGNS, design
from mealspec.model.meanings import FIELDS, TIMERS, VALUES
from mealspec.model.mechanism import CATALOGUE, Mechanism
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import Verdict, expected
from mealspec.properties.laws import LAWS
from mealspec.properties.requirements import REQUIREMENTS
from mealspec.properties.scenarios import FAILURES, PATHS, shortest

pytestmark = pytest.mark.xdist_group("charts")  # the runs are found once

LINK = re.compile(r"\]\(([^)\s]+)\)")


@cache
def everything() -> dict[str, Page]:
    found = [*charts(), *pages()]
    assert len({page.path for page in found}) == len(found)
    return {page.path: page for page in found}


def text(path: str) -> str:
    return everything()[path].text


def test_every_link_leads_to_a_page_and_a_place() -> None:
    drawn_too = {each.path for _, each in portraits()}
    for page in everything().values():
        if not page.path.endswith(".md"):
            continue
        for target in LINK.findall(page.text):
            way, _, anchor = target.partition("#")
            path = posixpath.normpath(posixpath.join(posixpath.dirname(page.path), way)) if way else page.path
            assert path in everything() or path in drawn_too, f"{page.path} links to {target}"
            assert not anchor or f'<a id="{anchor}">' in text(path), f"{page.path} links to {target}"


def test_every_page_has_a_title_a_description_and_is_reached_from_the_reference() -> None:
    seen, waiting = set(), ["reference/README.md", "charts/README.md"]
    for path in waiting:
        seen.add(path)
        if path.endswith(".md"):
            ways = [posixpath.join(posixpath.dirname(path), t.partition("#")[0]) for t in LINK.findall(text(path))]
            waiting += [
                way for way in dict.fromkeys(map(posixpath.normpath, ways)) if way not in (*seen, *waiting, ".")
            ]
    assert set(everything()) <= seen
    assert all(page.title and page.description for page in everything().values())


def test_every_failing_cell_of_the_matrix_links_to_a_chart_of_that_length() -> None:
    lengths = {each.slug: len(each.trace) for _, each in drawn()}
    page = matrix().text
    for plan in DESIGNS.values():
        for name in PROPERTIES:
            if expected(plan, Scope(), name) is Verdict.VIOLATED:
                slug = f"{plan}-{name}"
                assert f"[✗ {lengths[slug]} steps](charts/{slug}.md)" in page
    assert page.count("✗ ") == 29 + 1  # and the legend


def test_every_machine_has_a_page_with_its_states() -> None:
    for plan in DESIGNS:
        for name, machine in widest(plan)[0].items():
            if name == "connection.c2":  # the first stands for all
                continue
            page = text(machine_path(name))
            assert all(f"`{state}`" in page for state in machine.states), name
            assert all(f"`{event}`" in page for event in machine.alphabet), name


def test_every_state_has_a_meaning() -> None:
    for variant in [*DESIGNS, *(f"hardened+{m}" for m in Mechanism)]:
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
    for plan in ("hardened", "published", *(f"hardened+{m}" for m in Mechanism if m not in DESIGNS["hardened"])):
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
    assert "With [socket_stops_polling](mechanisms.md#socket_stops_polling) stop polling here" in page


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
        run = shortest(scenario)
        assert run is not None
        assert design(scenario.design) == DESIGNS["hardened"]
        assert str(run.state(len(run))["view.m1"]) == "completed"
        assert str(run.state(len(run))["poller"]) == "none"
        assert f"[{scenario.id}](../charts/{scenario.id}.md)" in text("reference/traceability.md")


def test_laws_are_listed() -> None:
    assert all(law.sentence in text("reference/laws.md") for law in LAWS.values())


def test_every_timer_is_told_with_where_it_runs() -> None:
    page = text("reference/timing.md")
    for timer in TIMERS:
        row = next(line for line in page.splitlines() if line.startswith(f"| {timer.what} |"))
        assert f"[`{timer.event}`]" in row
        assert all(f"#{mechanism})" in row for mechanism in timer.mechanisms)
        assert f"| {timer.figure or 'none'} |" in row
        assert any(event.is_of(timer.event) for event in every_event().values())
    assert "[`poller`](machines/poller.md) is loop: sleep" in page


def test_what_a_whole_machine_is_there_for_is_said_once() -> None:
    page = text("reference/machines/flags.md")
    assert "There only with [state_flags](../mechanisms.md#state_flags) ✓: " in page
    assert page.count("#state_flags") == 1
    row = next(line for line in page.splitlines() if line.startswith("| `user.reconnect."))
    assert "| any state | connected → no, connecting → yes |" in row


def test_who_takes_part_is_told_of_the_repaired_design() -> None:
    section = text("reference/events.md").split("### `user.submit`")[1].split("<a id")[0]
    assert "- takes part: [`outbox.m1`](machines/outbox.m1.md), [`view.m1`](machines/view.m1.md), [`poller`]" in section
    assert "- in other designs also: [`flags`](machines/flags.md)" in section
