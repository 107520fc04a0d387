"""Pictures that Graphviz lays out: deterministic, well-formed, complete, and honest about what they leave out."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from functools import cache
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from mealspec.core import CheckerError, Event, Kind, Machine, System, explore
from mealspec.core.coverage import known, rows
from mealspec.draw import blocks, communication, dot, states
from mealspec.draw.card import POINT, SVG, svg
from mealspec.draw.comparison import change
from mealspec.draw.dot import CannotDraw, raw_svg, renderer, source
from mealspec.draw.everything import SPARED, parts
from mealspec.draw.machines import drawn, machine_of, needs, sheet, taken, views
from mealspec.draw.picture import DARK, Arrow, Box, Picture, Words
from mealspec.draw.portraits import picture
from mealspec.draw.text import measure
from mealspec.model.design import DESIGNS
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.facts import Facts

ROOT = Path(__file__).parents[2]

SMALL = Scope(connections=1, faults=0)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("charts")]  # what is drawn is made once

BROADEST, FINEST = 1000, 11
"""Pixels of a screen that a picture may take, and of its smallest letters, at the size at which it is drawn."""


@cache
def gallery() -> dict[str, Picture]:
    return {each.path: each for each in parts()[0]}


def texts(drawing: str) -> str:
    """All that a picture says: its text, its tooltips and its description, one a line."""
    return "\n".join("".join(each.itertext()) for each in ET.fromstring(drawing).iter())


# ---------------------------------------------------------------------- sources


def test_every_picture_has_a_path_title_and_description_of_its_own() -> None:
    every = list(gallery().values())
    assert len({each.path for each in every}) == len({each.title for each in every}) == len(every)
    assert all(each.title and len(each.description) > 40 and each.path.endswith(".svg") for each in every)


def test_what_the_index_shows_first_is_small() -> None:
    first = {
        path: each for path, each in gallery().items() if path == "communication.svg" or path.startswith("states/")
    }
    assert len(first) == 1 + len(DESIGNS) - len(SPARED)
    for each in first.values():
        nodes = ET.fromstring(svg(each)).findall(f".//{{{SVG}}}g[@class='node']")
        assert len(nodes) <= 40, each.path


# ---------------------------------------------------------------------- SVG


def test_every_picture_is_a_card() -> None:
    for each in gallery().values():
        check_card(ET.fromstring(svg(each)))


def check_card(root: ET.Element) -> None:
    assert root.attrib["role"] == "img"
    assert [child.tag.split("}")[1] for child in root][:5] == ["title", "desc", "metadata", "style", "rect"]
    assert "prefers-color-scheme" in (root.findtext(f"{{{SVG}}}style") or "")
    assert "max-width:100%" in root.attrib["style"]
    colours = {
        value for each in root.iter() for name in ("fill", "stroke") if (value := each.get(name)) and value != "none"
    }
    assert colours <= set(DARK), "a colour without a dark one"
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    assert (left, top) == (0, 0)
    assert int(root.attrib["width"]) <= BROADEST
    sizes = [float(size) for each in root.iter() if (size := each.get("font-size"))]
    assert min(sizes) * POINT >= FINEST
    for each in root.findall(f"{{{SVG}}}text"):
        bold = "font-weight" in each.attrib
        wide = float(each.attrib["x"]) + measure(each.text or "", float(each.attrib["font-size"]), bold=bold)
        assert wide <= width, f"clipped: {each.text}"
        assert float(each.attrib["y"]) < height


@pytest.mark.parametrize("name", DESIGNS)
def test_every_state_and_event_of_a_machine_is_named_in_its_picture(name: str) -> None:
    plan = DESIGNS[name]
    for name, scope in drawn(plan).items():
        machine = machine_of(plan, name, scope)
        assert machine is not None
        happen = {row.event for row in machine.rows if row in taken(plan, name)}
        for view in views(machine):
            said = texts(svg(picture(plan, name, view)))
            assert [state for state in sheet(machine, view, taken(plan, name)).states if state not in said] == [], name
            assert [event for event in happen if f"{event}: " not in said] == [], name


def test_the_whole_names_every_machine_and_event() -> None:
    product = system(DESIGNS["hardened"], communication.SMALLEST)
    said = texts(svg(communication.whole(DESIGNS["hardened"])))
    assert [m.name for m in product.machines if communication.kind_of(m.name) not in said] == []
    assert [event.name for event in product.events if event.name not in said] == []


def test_the_renderer_says_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Graphviz" in renderer()
    monkeypatch.setattr("shutil.which", lambda name: "/opt/bin/dot")
    assert renderer() == "the system's Graphviz (/opt/bin/dot)"


def test_both_renderers_missing_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(dot, "version", missing)
    with pytest.raises(CannotDraw, match="no Graphviz: install"):
        raw_svg("digraph { a }", "dot")


def test_a_broken_source_and_an_unknown_engine_are_errors_for_people(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CheckerError, match="unknown layout engine 'dto'; did you mean 'dot'"):
        raw_svg("digraph { a }", "dto")
    monkeypatch.setattr("shutil.which", lambda name: None)
    pytest.importorskip("pygraphviz")
    with pytest.raises(CannotDraw, match="'dot' failed"):
        raw_svg("digraph { a -> ", "dot")


def test_tooltips_are_titles_with_line_breaks() -> None:
    tip = 'one: <&"\ntwo \\n'
    boxes = (Box("a", (Words("<&"),), tip), Box("b:c", (Words("b"),)))
    small = Picture("a.svg", "Small", "A small one.", boxes, (Arrow("a", "b:c", (Words("go"),), tip),))
    root = ET.fromstring(svg(small))
    titles = [title.text for title in root.iter(f"{{{SVG}}}title")]
    assert titles == ["Small", tip, tip, tip]  # the box, the arrow, and the arrow's label
    assert {"<&", "b", "go"} <= {each.text for each in root.iter(f"{{{SVG}}}text")}
    assert "&lt;&amp;" in source(small)


# ---------------------------------------------------------------------- who talks to whom


def test_owners_are_as_the_readme_draws_them() -> None:
    found = communication.owners(system(DESIGNS["hardened"], Scope(connections=1).with_(["path", "background"])))
    by = {who: {communication.kind_of(name) for name in found if found[name] == who} for who in set(found.values())}
    assert by == {
        "client": {"screen", "service", "flags", "poller", "loader", "outbox", "view", "app"},
        "network": {"connection", "path"},
        "server": {"registry", "receipt", "job", "notification", "server"},
    }


def test_talk_is_drawn_from_whose_step_it_is() -> None:
    found = {(t.source, t.dest): t for t in communication.messages(system(DESIGNS["hardened"], communication.SMALLEST))}
    assert [event.name for event in found["job", "notification"].events] == ["server.complete.m1", "server.fail.m1"]
    assert found["job", "notification"].moves
    assert not found["loader", "job"].moves  # a read changes no job


# ---------------------------------------------------------------------- machines


def test_a_row_depends_on_a_mechanism_that_brings_it() -> None:
    absorbs = needs(DESIGNS["hardened"], "view.m1")
    shown = absorbs["client.apply.poll.processing.done", "completed", "completed"]
    assert shown == (M.STOP_WHEN_NONE_LEFT, M.TERMINAL_ABSORBS)
    ready = needs(DESIGNS["hardened"], "service")
    assert ready["client.ready.c1", "c1/not", "c1/connected"] == (M.READY_ACK,)
    assert needs(DESIGNS["published"], "service")["client.open.c1", "c1/not", "c1/connected"] == ()


def test_what_only_a_mechanism_leads_to_bears_its_mark() -> None:
    drawing = picture(DESIGNS["hardened"], "connection.c1", ("client",))
    mark = next(key.text.split()[0] for key in drawing.legend if " only with ready_ack:" in key.text)
    names = {box.words[0].text for box in drawing.boxes if box.words}
    assert {f"ready {mark}", "open"} <= names


def test_what_leads_there_from_everywhere_is_drawn_once() -> None:
    said = texts(svg(picture(DESIGNS["hardened"], "poller", ("loop",))))
    assert "any state but off → off" in said
    assert "sleep → off" not in said


def test_what_a_fix_is_can_be_seen() -> None:
    found = change(DESIGNS["published_plus"], DESIGNS["hardened"], "view.m1")
    assert found is not None
    assert "− again" in {box.words[0].text for box in found.boxes if box.words}
    said = texts(svg(found))
    assert "removed: client.apply.poll.processing.m1: poll: show processing, m1 unfinished" in said
    assert (
        "added: client.apply.poll.processing.done: poll: show processing, none left" in said
    )  # it stays completed now


@pytest.mark.parametrize("name", ["receipt.m1", "app"])
def test_a_machine_that_does_not_move_differently_has_no_difference(name: str) -> None:
    assert change(DESIGNS["before"], DESIGNS["published"], name) is None


def test_an_unknown_machine_names_the_choices() -> None:
    sentence = r"unknown machine 'polller'; did you mean 'poller'"
    with pytest.raises(CheckerError, match=sentence):
        picture(DESIGNS["before"], "polller")
    with pytest.raises(CheckerError, match=sentence):
        change(DESIGNS["before"], DESIGNS["published"], "polller")
    with pytest.raises(CheckerError, match="unknown machine 'flags'"):
        picture(DESIGNS["before"], "flags")


def test_what_the_text_excludes_is_not_drawn() -> None:
    """No answer takes a finished meal from completed to failed, though the screen would permit it."""
    view = picture(DESIGNS["hardened"], "view.m1")
    ends = {(arrow.source, arrow.dest) for arrow in view.arrows}
    assert {("processing", "completed"), ("processing", "failed")} <= ends
    assert not {("completed", "failed"), ("failed", "completed")} & ends
    assert any("Left out: 15 rows that no run" in key.text for key in view.legend)


def test_the_rows_that_are_taken_are_those_that_the_explorer_sees_taken() -> None:
    """Of another engine, in a smaller scope: what it sees is among them, and it never sees what is left out."""
    plan, scope = DESIGNS["hardened"], Scope(connections=1).with_(["job", "background"])
    graph = explore(system(plan, scope))
    used = known(graph).rows
    seen = {(name, row) for (name, row), there in zip(rows(graph.system), used, strict=True) if there}
    assert len(seen) > 300
    assert {pair for pair in seen if pair[1] not in taken(plan, pair[0])} == set()


# ---------------------------------------------------------------------- fonts


def test_bytes_do_not_depend_on_the_fonts_of_the_machine(tmp_path: Path) -> None:
    nothing = tmp_path / "fonts.conf"
    nothing.write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>')
    code = (
        "from mealspec.draw import communication; from mealspec.draw.card import svg\n"
        "from mealspec.model.design import DESIGNS; print(svg(communication.whole(DESIGNS['published'])))"
    )
    without = {**os.environ, "FONTCONFIG_FILE": str(nothing)}
    drawn = [
        subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, check=True).stdout
        for env in (dict(os.environ), without)
    ]
    assert drawn[0] == drawn[1]
    assert drawn[0].decode() == svg(communication.whole(DESIGNS["published"])) + "\n"


# ---------------------------------------------------------------------- reachable states


def lamp(size: int) -> System:
    machine = Machine.table("lamp", "0", [("on", str(k), str(k + 1)) for k in range(size - 1)])
    return System([machine], [Event("on", Kind.SYSTEM, "lamp", ("lamp",))])


def test_a_small_graph_is_drawn_complete() -> None:
    parted = blocks.whole(explore(lamp(states.COMPLETE)))
    assert (len(parted), parted.sizes) == (states.COMPLETE, (1,) * states.COMPLETE)
    drawing = states.portray(parted, "lamp", "all", None, "", "lamp.svg")
    said = texts(svg(drawing))
    assert drawing.engine == "dot"
    assert all(f"lamp: {k}" in said.splitlines() for k in range(states.COMPLETE))


@pytest.mark.parametrize(("nodes", "edges", "layout"), [(500, 1000, "dot"), (501, 600, "sfdp"), (300, 1001, "sfdp")])
def test_the_layout_is_bounded(nodes: int, edges: int, layout: str) -> None:
    assert states.engine(nodes, edges) == layout


def test_too_fine_a_projection_is_refused() -> None:
    with pytest.raises(CheckerError, match=r"2,001 nodes are too many to draw \(at most 2,000\): project on fewer"):
        states.engine(2001)


def test_a_large_graph_is_laid_out_by_forces_and_says_so() -> None:
    drawing = states.portray(blocks.whole(explore(lamp(600))), "lamp", "all", None, "", "lamp.svg")
    assert drawing.engine == "sfdp"
    assert "laid out by sfdp" in drawing.description
    assert "lamp: 599" in texts(svg(drawing))


def test_blocks_cover_the_graph() -> None:
    plan = DESIGNS["published"]
    product = system(plan, SMALL)
    facts, graph = Facts(plan, SMALL, product), explore(product)
    parted = blocks.quotient(graph, blocks.facets(graph, facts=facts), facts)
    assert sum(parted.sizes) == len(graph)
    assert parted.block[0] == 0
    pairs = {(int(parted.block[a]), int(parted.block[b])) for a, b in zip(graph.source, graph.dest, strict=True)}
    happening = {event.name for event in product.events} - set(graph.silent_events())
    assert set(parted.edges) == pairs
    assert {event for events in parted.edges.values() for event in events} == happening
    assert sum(parted.stuck) > 0  # published loses a meal even without faults


def test_hardened_is_never_stuck() -> None:
    drawing = states.picture(DESIGNS["hardened"], Scope(connections=1), property_id="delivery")
    assert "0 states are stuck" in drawing.description
    assert "violates" not in drawing.title


def test_the_counterexample_is_drawn_step_by_step() -> None:
    drawing = states.picture(DESIGNS["published"], SMALL, property_id="delivery")
    said = texts(svg(drawing))
    assert "14 skip m1" in said.replace("\n", " ")
    assert "here: 2-7" in said
    assert "violates delivery" in drawing.title


def test_projections_name_their_machines() -> None:
    drawing = states.picture(DESIGNS["published"], SMALL, project=["poller", "job.m1"])
    assert "tell apart poller, job.m1" in drawing.description
    with pytest.raises(CheckerError, match=r"unknown machine 'job'; did you mean 'job\.m1'"):
        states.picture(DESIGNS["published"], SMALL, project=["job"])
    with pytest.raises(CheckerError, match="unknown property 'delivry'; did you mean 'delivery'"):
        states.picture(DESIGNS["published"], SMALL, property_id="delivry")
