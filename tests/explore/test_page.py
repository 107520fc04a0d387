"""The page in a browser: it computes what the checker computes, and each thing that it offers works.

The page is the one that is committed; ``tests/draw/test_committed.py`` holds it against the model.
"""

from __future__ import annotations

import json
import random
import re
from base64 import b64encode
from pathlib import Path

import pytest

from mealspec.check.excerpts import excerpts
from mealspec.check.verify import counterexample
from mealspec.core import dump
from mealspec.core.itf import load
from mealspec.explore.bundle import ENGINE, PAGE, script
from mealspec.model.design import DESIGNS, design
from mealspec.model.product import system
from mealspec.model.scope import Scope
from tests.explore import still
from tests.explore.browser import CHROMIUM, MISSING, Broken, Browser
from tests.explore.pages import (
    ASKED,
    PAGE_FILE,
    digest,
    embedded,
    in_order,
    made,
    of,
    opened,
    rows,
    some_design,
    some_walk,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("explorer"),
    pytest.mark.skipif(CHROMIUM is None, reason=MISSING),
]

# ---------------------------------------------------------------------- what it computes


def test_a_thousand_random_designs_have_the_checkers_events_and_rows(page: Browser) -> None:
    worlds, rng = embedded()["worlds"], random.Random(16)
    names = [name for name in worlds if len(worlds[name]["free"]) > 35]
    for number in range(1000):
        name = names[number % len(names)]
        plan = some_design(worlds[name], rng)
        product = made(worlds[name], plan)
        found = page.run(f"summed({of(name, plan)})")
        events = [event.name for event in product.events]
        can = [event.name for event in product.enabled(product.initial)]
        assert found == [events, can, digest(rows(product))], f"{name}: {sorted(plan.mechanisms)}"


def test_two_hundred_random_walks_go_state_by_state_as_the_checker_says(page: Browser) -> None:
    worlds, rng = embedded()["worlds"], random.Random(17)
    for number in range(200):
        name = list(worlds)[number % len(worlds)]
        plan = some_design(worlds[name], rng)
        events, refused, said = some_walk(made(worlds[name], plan), rng, 40)
        found = page.run(f"walked({of(name, plan)}, {json.dumps(events)}, {json.dumps(refused)})")
        assert in_order(found) == said, f"{name}: {sorted(plan.mechanisms)}: {events}"


def test_every_run_of_the_list_is_a_run(page: Browser) -> None:
    found = page.run(
        """data.runs.filter((run) => {
          model.jump(run);
          const {refused} = model.run();
          model.address();
          return refused;
        }).map((run) => run.id)"""
    )
    assert found == []
    runs = embedded()["runs"]
    assert {run["id"] for run in runs} >= {*(f"F{k}" for k in range(1, 20)), "flaw", "repair", "timeline"}
    assert {"The incident", "Vectors for a client", "Vectors for a server"} <= {run["group"] for run in runs}


def test_a_mutated_table_is_noticed(page: Browser) -> None:
    world, plan = embedded()["worlds"]["seed_c1"], DESIGNS["published"]
    page.run(
        """(() => {
          const rows = data.worlds.seed_c1.machines.find((machine) => machine.name === "screen").rows;
          for (const row of rows) for (let k = 3; k < row.length; k += 3) row[k] = 0;
          model.systems.clear();
        })()"""
    )
    events, refused, said = some_walk(made(world, plan), random.Random(1), 30)
    found = page.run(f"walked(model.system('published'), {json.dumps(events)}, {json.dumps(refused)})")
    assert in_order(found) != said


# ---------------------------------------------------------------------- what it offers


def test_the_flaw_is_one_click_away_and_its_repair_another(page: Browser) -> None:
    page.click("[data-do=flaw]")
    assert page.text("#place") == "step 17 of 17"
    assert "without it, every finished meal would be shown" in page.text("#about")
    assert page.run("document.querySelectorAll('#chart [data-step]').length") == 17
    page.click("[data-do=repair]")
    assert "delivery" in page.text("#told") or "hardened" in page.text("#told")
    assert "refuses" in page.text("#sides") or "differ" in page.text("#sides")


def test_a_reader_steps_by_clicking(page: Browser) -> None:
    page.click("[data-event='user.submit.m1']")
    page.click("[data-event='client.appear']")
    page.click("[data-event='client.connect.none.c1']")
    assert page.text("#place") == "step 3 of 3"
    product = system(DESIGNS["published"], Scope(connections=1))
    state = product.initial
    for name in ("user.submit.m1", "client.appear", "client.connect.none.c1"):
        after = product.step(state, name)
        assert isinstance(after, tuple)
        state = after
    labels = {name: str(label) for name, label in product.states(state).items()}
    told = dict(page.run("cells('#machines tbody tr')"))
    assert {name: label.split(" ")[0] for name, label in told.items()} == labels
    buttons = page.run("all('#enabled [data-event]').map((button) => button.dataset.event)")
    assert sorted(buttons) == sorted(event.name for event in product.enabled(state))
    assert "Connecting to WebSocket" in page.text("#logs")


def test_what_cannot_happen_names_who_refuses_it(page: Browser) -> None:
    page.run("document.getElementById('refused').open = true; view.refusals(); 0")
    assert "server.take.m1: refused by outbox.m1 in none" in page.text("#refusals")


def test_back_forward_and_play_by_keys(page: Browser) -> None:
    page.click("[data-do=flaw]")
    for key, place in (("ArrowLeft", 16), ("ArrowLeft", 15), ("ArrowRight", 16), ("Home", 0), ("End", 17)):
        page.run("document.activeElement.blur()")
        page.press(key)
        assert page.text("#place") == f"step {place} of 17"
    page.press("Home")
    page.click("[data-do=play]")
    page.until("model.at >= 2")
    page.click("[data-do=play]")
    assert page.text("[data-do=play]") == "Play"


def test_mechanisms_are_switched_one_by_one(page: Browser) -> None:
    page.run("document.getElementById('switches').open = true; view.drawn = {}; view.draw(); 0")
    page.click("[data-mechanism=push_to_all]")
    assert page.run("model.design") == "published+connection_set+push_to_all"
    assert page.run("document.getElementById('design').value") == "published+connection_set+push_to_all"
    page.click("[data-mechanism=connection_set]")
    assert page.run("model.design") == "published"


def test_another_design_keeps_the_run_as_far_as_it_goes(page: Browser) -> None:
    page.click("[data-do=flaw]")
    page.pick("#design", "hardened")
    assert "hardened refuses step 7 of the run, 'client.connected.c1'" in page.text("#told")
    assert page.text("#place") == "step 6 of 6"
    page.pick("#design", "published")
    page.click("[data-branch='0']")
    assert page.text("#place") == "step 17 of 17"


def test_branches_stand_side_by_side(page: Browser) -> None:
    page.click("[data-do=flaw]")
    for _ in range(3):
        page.click("[data-do=back]")
    page.click("[data-event='server.crash']")
    assert "branch 1: 17 steps" in page.text("#branches")
    page.pick("#beside", "#0")
    assert "they differ from step 15 on" in page.text("#sides")


def test_the_address_holds_the_whole_state(page: Browser) -> None:
    shown = "['machines', 'sides', 'about', 'place', 'logs'].map((id) => document.getElementById(id).textContent)"
    page.click("[data-do=flaw]")
    page.click("[data-do=back]")
    page.pick("#beside", "hardened")
    page.until("location.hash.includes('b=hardened')")
    address, said = page.run("location.hash.slice(1)"), page.run(shown)
    opened(page, address)
    page.run("sayAddress()")
    assert page.run("location.hash.slice(1)") == address
    assert page.run(shown) == said


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("w=nowhere", "there is no scope 'nowhere' here"),
        ("d=publishd", "there is no design 'publishd' here"),
        ("d=published%2Bpush_to_all", "push_to_all needs connection_set"),
        ("w=app&d=published", "every design of this scope has"),
        ("e=user.submit.m1,user.submit.m9", "step 2 of the link, 'user.submit.m9', cannot happen here"),
        ("e=%E0%A4%A&at=x&l=-3&b=%23x&k=;;&p=<b>", "step 1 of the link"),
    ],
)
def test_a_broken_address_is_told(page: Browser, address: str, told: str) -> None:
    opened(page, address)
    assert told in page.text("#told")


def test_an_itf_trace_is_read(page: Browser, tmp_path: Path) -> None:
    scope, plan = Scope(connections=1), design("published")
    run = counterexample(plan, scope, "polling-persists")
    assert run is not None
    text = dump(run, {"design": "published", **scope.to_meta()})
    (tmp_path / "run.itf.json").write_text(text, encoding="utf-8")
    page.fill("#itf", text)
    page.click("[data-do=itf]")
    assert page.text("#pasted") == f"published accepts all {len(run)} steps."
    assert page.run("model.events") == list(load(tmp_path / "run.itf.json").events)
    page.fill("#itf", text.replace("awaited", "completed"))
    page.click("[data-do=itf]")
    assert "But after step" in page.text("#pasted")
    for bad in (
        "",
        "{",
        "[]",
        '{"states": []}',
        '{"states": [{}, {}]}',
        '{"events": [1]}',
        '{"events": [], "scope": {"meals": 9}}',
    ):
        page.fill("#itf", bad)
        page.click("[data-do=itf]")
        assert page.text("#pasted").startswith("Cannot read the trace: "), bad


def test_the_lines_of_two_logs_are_named(page: Browser) -> None:
    """Each line of the incident that the design prints is found, and is what the model's events say."""
    page.pick("#world", "app")
    some = excerpts()["E42"]
    page.pick("#excerpt", "E42")
    product = system(DESIGNS[page.run("model.design")], Scope())
    told = page.run(
        "all('#pasted li').map((li) => [...li.querySelectorAll('span small')].map((each) => each.textContent))"
    )
    lines = [(log, line.text) for log in ("client", "server") for line in some.lines(log)]
    expected = [
        [e.name for e in product.events if e.line and e.line.log == log and e.line.matches(text)] for log, text in lines
    ]
    assert told == expected
    assert sum(map(bool, told)) > len(told) // 2


def test_seconds_run(page: Browser) -> None:
    page.click("[data-do=flaw]")
    page.click("#timed")
    assert re.fullmatch(r"step \d+ of \d+, \d+ s", page.text("#place"))
    product_events = [name for name in page.run("model.events") if not name.startswith("tick")]
    assert len(product_events) == 17
    page.click("[data-do=fresh]")
    page.click("[data-event='client.appear']")
    page.run("document.getElementById('refused').open = true; view.refusals(); 0")
    page.click("[data-event='client.connect.none.c1']")
    page.click("#pass")
    assert "can wait no longer" in page.text("#told")
    page.click("#timed")
    assert page.text("#place") == "step 2 of 2"


def test_the_graph_of_states_grows_without_end_and_folds_what_is_off_the_way(page: Browser) -> None:
    page.run("document.getElementById('graph').open = true; 0")
    page.until("document.querySelectorAll('#states .node').length > 1")
    most = 0
    for _ in range(200):
        page.run(
            """(() => {
              const last = [...graph.nodes.values()].filter((node) => !node.open).at(-1);
              graph.expand(last.key);
              graph.draw(document.getElementById('states'), view.system, view.state);
            })()"""
        )
        most = max(most, page.run("document.querySelectorAll('#states .node').length"))
    assert 200 < most < 400
    page.run("all('#states .node.open').at(-1).dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    assert page.run("model.events.length") > 5


def test_the_graph_of_states_grows_where_it_is_clicked(page: Browser) -> None:
    page.run("document.getElementById('graph').open = true; 0")
    page.until("document.querySelectorAll('#states .node').length > 1")
    before = page.run("document.querySelectorAll('#states .node').length")
    page.run("all('#states .node')[1].dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    assert page.run("document.querySelectorAll('#states .node').length") > before


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_runs_off_the_page_and_all_text_stands_out(page: Browser, width: int, dark: bool) -> None:
    """Contrast of at least 4.5, light and dark, as WCAG asks of text."""
    page.size(width, 844, dark=dark)
    page.click("[data-do=flaw]")
    page.click("[data-do=repair]")
    page.run("openAll()")
    assert page.run("runningOff()") == []
    assert page.run("document.documentElement.scrollWidth <= innerWidth")
    assert page.run("faint(4.5)") == []


@pytest.mark.parametrize("dark", [False, True])
def test_the_still_shows_the_page_as_it_is(page: Browser, dark: bool) -> None:
    """But for one pixel in twenty, for browsers draw letters a little differently; if it does not: ``make still``."""
    both = [b64encode(some).decode() for some in (still.FILES[dark].read_bytes(), still.picture(page, dark=dark))]
    page.run(f"{ASKED}; 0")
    assert page.run(f"unlike({json.dumps(both)})") < 0.05
    assert page.run(f"unlike({json.dumps([both[0], b64encode(still.FILES[not dark].read_bytes()).decode()])})") > 0.5


def test_the_browser_of_the_tests_notices_what_fails(page: Browser) -> None:
    with pytest.raises(Broken, match="nothing to click"):
        page.click("#nothing-of-the-kind")
    page.run("setTimeout(() => { throw new Error('on purpose'); }, 0); 0")
    page.until("true")
    page.run("new Promise((done) => setTimeout(done, 50))")
    assert any("on purpose" in each for each in page.complaints)
    page.complaints.clear()


def test_every_script_is_in_the_page_and_the_page_is_small() -> None:
    text = PAGE_FILE.read_text(encoding="utf-8")
    for name in (*ENGINE, *PAGE):
        assert script(name).rstrip() in text, name
    assert len(text.encode()) < 3_000_000
