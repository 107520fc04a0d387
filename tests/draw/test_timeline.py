"""Timelines: every line stands at its second, in both themes, and a run of two designs side by side is the search's."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from mealspec.check.causes import Cause
from mealspec.check.excerpts import excerpt, excerpts
from mealspec.check.honour import Fits, Honoured
from mealspec.check.latency import outcomes
from mealspec.check.seconds import Found, Way, ways_of
from mealspec.core import Event, Kind, Machine, System, Trace
from mealspec.core.timed import Bound, Clockwork, Phase, in_time, timed
from mealspec.draw.timeline import Item, Lane, Panel, Timeline, svg
from mealspec.draw.timelines import PAIR, PAIR_SCOPE, STEPS, excerpt_line, honoured, pair, run_panel, slowest
from mealspec.model.design import DESIGNS
from mealspec.model.scope import Scope


def honoured_by_hand(name: str, first: int | None, last: int | None) -> Honoured:
    bell = Machine.table("bell", "set", [("ring", "set", "rung")])
    run = Trace.of(System([bell], [Event("ring", Kind.SYSTEM, "x", ("bell",))]), ["ring"])
    way, plan = Way(Cause.LOST), DESIGNS["app_before"]
    return Honoured(excerpt(name), plan, 1, (Fits(way, plan, Scope(), Found(run, first, last)),))


@pytest.mark.parametrize("name", list(excerpts()))
def test_every_line_of_an_excerpt_is_drawn_at_its_second(name: str) -> None:
    some = excerpt(name)
    chart = excerpt_line(some, honoured_by_hand(name, 0, 7))
    (panel,) = chart.panels
    client, server, _ = panel.lanes
    assert [item.text for item in client.items] == [told.text for told in some.client]
    dated = [told.at for told in some.server if told.at]
    assert [item.first - (server.items[0].first or 0) for item in server.items if item.first is not None] == [
        (at - dated[0]).total_seconds() for at in dated
    ]
    untimed = any("no recorded times" in note for note in chart.notes)
    assert untimed is (name == "E40")


def test_a_bar_goes_from_the_first_second_to_the_end_of_the_last_and_an_open_one_begins_at_the_edge() -> None:
    chart = excerpt_line(excerpt("E41"), honoured_by_hand("E41", 0, 7))
    server, hidden = chart.panels[0].lanes[1:]
    (bar,) = hidden.items
    assert bar.first == server.items[0].first
    assert bar.last == (bar.first or 0) + 4  # the eighth half second is in the fourth second
    (open_,) = excerpt_line(excerpt("E41"), honoured_by_hand("E41", None, 7)).panels[0].lanes[2].items
    assert open_.first is None
    assert "before" in open_.tip


def test_a_timeline_is_well_formed_and_has_both_themes_and_says_everything_as_text() -> None:
    items = (Item(0, 0, "a <b> & c", "tip"), Item(None, 4, "a bar"), Item(9, 9, "a very long text " * 20, bad=True))
    panel = Panel("one", (Lane("lane", items),), 0, 10, {0.0: "0", 0.1: "crowded", 10.0: "10"}, 5)
    text = svg(Timeline("x", "title", "subtitle", (panel, panel), ("note",), 1400))
    root = ElementTree.fromstring(text)
    assert root.attrib["width"] == "1400"
    assert "prefers-color-scheme: dark" in text
    described = root.findtext("{http://www.w3.org/2000/svg}desc") or ""
    assert "tip; a bar" in described
    assert "note" in described
    shown = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "crowded" not in shown  # no room beside its neighbour
    assert any(each and each.endswith("...") for each in shown)
    ends = [float(x) for x in re.findall(r'<text x="([\d.]+)"', text)]
    assert 0 <= min(ends) <= max(ends) <= 1400


def test_a_run_stands_by_the_seconds_since_the_completion() -> None:
    job = Machine.table("job", "open", [("server.complete.m1", "open", "done"), ("tell", "done", "told")])
    phases = Phase("open", (Bound(("server.complete",), 3, 3),)), Phase("done", (Bound(("tell",), 2, 2),))
    clock = timed(Clockwork(job, phases))
    events = [
        Event("server.complete.m1", Kind.SYSTEM, "server", ("job",), group="server.complete", values={"m": "m1"}),
        Event("tell", Kind.FAULT, "client", ("job",), label="told"),
    ]
    slow = in_time(System([job], events), [clock])
    run = Trace.of(slow, ["tick"] * 3 + ["server.complete.m1"] + ["tick"] * 2 + ["tell"])
    panel = run_panel("x", run, 0.5)
    told = {item.text: (item.first, item.bad) for lane in panel.lanes for item in lane.items}
    assert told == {"server.complete.m1": (0, False), "told": (1, True)}
    assert [lane.name for lane in panel.lanes] == ["client", "server"]


@pytest.mark.slow
def test_every_design_has_its_slowest_run() -> None:
    assert sorted(STEPS) == sorted(DESIGNS)
    chart = slowest()
    assert [panel.title.split(",")[0] for panel in chart.panels] == list(STEPS)
    for name, panel in zip(STEPS, chart.panels, strict=True):
        most = [each.greatest for each in outcomes(DESIGNS[name], PAIR_SCOPE) if each.occurs]
        assert ("never" in panel.title) == (None in most)
        told = [seconds for seconds in most if seconds is not None]
        assert None in most or panel.title.endswith(f"{max(told):g} s")


@pytest.mark.slow
def test_the_pair_stands_side_by_side_and_only_the_repaired_design_shows_the_meal() -> None:
    published, hardened = pair().panels
    assert [panel.title.split(":")[0] for panel in (published, hardened)] == list(PAIR)
    assert "never" in published.title
    assert "on the screen after" in hardened.title


@pytest.mark.slow
@pytest.mark.xdist_group("charts")
def test_what_is_drawn_of_an_excerpt_is_what_its_seconds_allow() -> None:
    found = honoured(excerpt("E42"))
    fits = {each.way for each in found.found if isinstance(each, Fits)}
    assert {item.text for item in excerpt_line(excerpt("E42"), found).panels[0].lanes[2].items} == {
        w.label for w in fits
    }
    assert fits < {way for each in found.found for way in ways_of(each.way.cause)}
