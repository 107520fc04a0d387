"""Sequence charts are complete, well-formed, readable by Mermaid, and what they show is what the run does."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from mealspec.check.causes import Cause
from mealspec.core import Event, Machine, System, Trace
from mealspec.core.event import Kind
from mealspec.draw.charts import Drawn, drawn
from mealspec.draw.entries import every_event
from mealspec.draw.lanes import LANES, STANDS, Chart, ends, mermaid, stands, steps
from mealspec.draw.sequence import svg
from mealspec.model.design import DESIGNS
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import Verdict, expected
from mealspec.properties.scenarios import FAILURES, PATHS, SCENARIOS
from mealspec.properties.smallest import BREAKS

SVG = "{http://www.w3.org/2000/svg}"
NAMES = [lane.id for lane in LANES]
OWNER = {lane.id: lane.owner for lane in LANES}
MESSAGE = re.compile(r"\s+(\w+)(--x|-->>|->>)(\w+): (\d+)\. (.+)")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("charts")]  # the runs are found once


def all_of(slugs: str = "") -> list[Chart]:
    return [each.chart for each in drawn() if each.chart.slug.startswith(slugs)]


def texts(root: ET.Element) -> str:
    return " ".join(piece for element in root.iter(f"{SVG}text") for piece in element.itertext())


def loop() -> Chart:
    """A run that ends in a loop."""
    lamp = Machine.table("service", "off", [("client.on", "off", "lit"), ("client.off", "lit", "off")])
    events = [Event(f"client.{name}", Kind.SYSTEM, "client", ("service",), name) for name in ("on", "off")]
    run = Trace.of(System([lamp], events), ["client.on", "client.off", "client.on", "client.off"], loop=2)
    return Chart("lamp", "A lamp", "never at rest", run, ("a note",))


def test_every_event_of_every_design_has_its_lanes() -> None:
    for event in every_event().values():
        start, end = ends(event)
        assert {start, end} <= set(NAMES), event.name
        theirs = {place for machine in event.takes for place in stands(machine)}
        assert event.owner in (OWNER[start], OWNER[end]), event.name
        for lane in (start, end):
            assert lane in theirs or OWNER[lane] in (event.owner, "network"), event.name


def test_every_machine_stands_in_a_lane() -> None:
    machines = {machine for event in every_event().values() for machine in event.takes}
    assert all(stands(machine) for machine in machines)
    assert {lane for lanes in STANDS.values() for lane in lanes} == set(NAMES) - {"user"}


def test_all_that_must_be_drawn_is_drawn() -> None:
    slugs = {each.chart.slug for each in drawn()}
    assert len(slugs) == len(drawn())
    assert {"flaw", *SCENARIOS, *FAILURES, *PATHS} <= slugs
    assert {f"without-{m.replace('_', '-')}" for m in BREAKS} <= slugs
    remain = ("RETURNED", "EXPIRED", "OTHER_REGISTRY", "OTHER_KEY", "ELSEWHERE", "STALE", "OVERWRITTEN", "LOST")
    slugs_of = {f"incident-{Cause[name].label.replace('_', '-')}" for name in remain}
    assert {each.slug for each in all_of("incident-")} == slugs_of
    for plan in DESIGNS.values():
        violated = {name for name in PROPERTIES if expected(plan, Scope(), name) is Verdict.VIOLATED}
        of_design = {slug.removeprefix(f"{plan}-") for slug in slugs if slug.startswith(f"{plan}-")}
        assert of_design == violated


def test_an_svg_is_well_formed_and_names_every_step() -> None:
    for chart in [*all_of(), loop()]:
        root = ET.fromstring(svg(chart))
        assert root.tag == f"{SVG}svg"
        assert root.findtext(f"{SVG}title") == chart.title
        described = root.findtext(f"{SVG}desc") or ""
        groups = {group.get("id"): group for group in root.iter(f"{SVG}g")}
        assert len(groups) == len(chart.trace)
        for step in chart.steps:
            group = groups[f"step-{step.number}"]
            tooltip = group.findtext(f"{SVG}title") or ""
            assert chart.trace.events[step.number - 1] in tooltip.split()
            assert step.label in tooltip
            assert step.label in described
            said = "".join(texts(group).split())  # lines break at hyphens, too
            assert "".join(step.label.split()) in said, chart.slug
        shown = texts(root)
        assert all(set(note.split()) <= set(shown.split()) for note in chart.notes)


def test_an_svg_needs_nothing_from_elsewhere_and_knows_the_dark() -> None:
    text = svg(all_of("flaw")[0])
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"href|url\(|@import|<script|<image|@font-face", text)


def test_nothing_stands_outside_the_paper_and_no_two_boxes_of_a_step_overlap() -> None:
    for chart in all_of():
        root = ET.fromstring(svg(chart))
        width, height = float(root.get("width", 0)), float(root.get("height", 0))
        for rect in root.iter(f"{SVG}rect"):
            x, y, w, h = (float(rect.get(key, 0)) for key in ("x", "y", "width", "height"))
            assert x >= 0, chart.slug
            assert x + w <= width, chart.slug
            assert y + h <= height, chart.slug
        for group in root.iter(f"{SVG}g"):
            boxes = [rect for rect in group.iter(f"{SVG}rect") if (rect.get("class") or "") != "paper"]
            areas = [[float(rect.get(key, 0)) for key in ("x", "y", "width", "height")] for rect in boxes]
            for k, (x, y, w, h) in enumerate(areas):
                for x2, y2, w2, h2 in areas[k + 1 :]:
                    assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y, chart.slug


def test_what_never_arrives_looks_lost() -> None:
    scenario = next(chart for chart in all_of("F2"))
    (void,) = [step for step in scenario.steps if step.event.name == "network.void.m1.c1"]
    assert void.lost
    assert (void.start, void.end) == ("network", "socket")
    assert "network--xsocket" in mermaid(scenario)
    (skip,) = [step for step in all_of("race")[0].steps if step.event.name == "server.skip.m1"]
    assert skip.lost


def test_flags_and_registry_stand_beside_the_lane_where_they_change() -> None:
    changes = [change for step in all_of("flaw")[0].steps for change in step.changes]
    assert ("view", "flags: connected") in changes
    assert ("registry", "registry: c1") in changes


def test_a_meal_that_is_taken_twice_is_seen_to_be() -> None:
    (chart,) = [chart for chart in all_of("F15") if chart.slug == "F15"]
    assert ("jobs", "m1 taken: twice") in chart.steps[-1].changes
    (cut,) = [step for step in chart.steps if step.event.name == "network.cut_upload.m1"]
    assert (cut.start, cut.end) == ("network", "view"), "the answer is lost, not the request"


def test_the_steps_are_the_run() -> None:
    for chart in all_of():
        assert [step.event.name for step in steps(chart.trace)] == list(chart.trace.events)


def test_mermaid_has_one_line_for_each_step_between_known_participants() -> None:
    for chart in [*all_of(), loop()]:
        lines = mermaid(chart).splitlines()
        assert lines[0] == "sequenceDiagram"
        known = [line.split()[1] for line in lines if line.strip().startswith("participant")]
        assert known == [lane.id for lane in chart.lanes]
        assert set(known) >= set(NAMES) - {"device"}
        sent = [match for line in lines if (match := MESSAGE.fullmatch(line))]
        assert [int(match[4]) for match in sent] == list(range(1, len(chart.trace) + 1))
        assert {match[k] for match in sent for k in (1, 3)} <= set(known)
        said = [line.partition(":")[2] for line in lines if ":" in line and "acc" not in line]
        assert not any(re.search(r"[;#]|\bend\b", text) for text in said)
        assert all(line.split()[2].rstrip(":") in known for line in lines if line.strip().startswith("Note over"))


def test_most_steps_between_participants_are_messages() -> None:
    flaw = all_of("flaw")[0]
    assert sum(step.start != step.end for step in flaw.steps) > len(flaw.trace) / 2


def test_a_loop_is_framed() -> None:
    text, picture = mermaid(loop()), svg(loop())
    assert text.count("loop for ever") == 1
    assert text.rstrip().endswith("    end")
    assert 'class="frame"' in picture
    assert "From step 3 on it repeats for ever." in picture
    real = [chart for chart in all_of() if chart.trace.loop is not None]
    assert real
    assert all('class="frame"' in svg(chart) for chart in real)


def test_a_drawn_chart_belongs_to_a_group() -> None:
    assert all(isinstance(each, Drawn) and each.group for each in drawn())
