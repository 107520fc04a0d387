"""Verdicts, repairs and searches of the page in a browser are what the checker says."""

from __future__ import annotations

import json
import random
import re

import pytest

from mealspec.check.verify import counterexample, verify
from mealspec.explore.verdicts import knows, verdict, verdict_tables
from mealspec.model.clocks import timed_system
from mealspec.model.design import DESIGNS, design
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import expected
from tests.explore.browser import CHROMIUM, MISSING, Browser
from tests.explore.pages import embedded, made, rows, scope_of, some_design

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("explorer"),
    pytest.mark.skipif(CHROMIUM is None, reason=MISSING),
]


def test_the_nearest_violation_is_found_in_a_worker_and_is_as_short_as_the_checkers(page: Browser) -> None:
    plan, scope = DESIGNS["published"], Scope(connections=1)
    for name in ("polling-persists", "no-early-belief", "delivery"):
        page.click("[data-do=fresh]")
        page.pick("#property", name)
        page.click("[data-do=search]")
        page.until("!document.querySelector('[data-do=search]').hidden")
        run = counterexample(plan, scope, name)
        assert run is not None
        assert run.loop is None
        assert f"Violated after {len(run)} steps from here" in page.text("#searched"), name
        assert page.text("#place") == f"step {len(run)} of {len(run)}"


def test_none_exists_is_not_the_same_as_not_found(page: Browser) -> None:
    page.pick("#design", "hardened")
    page.pick("#property", "honest-view")
    page.run("judge.search(model, view.state, (said) => { globalThis.last = said; }, 2000)")
    page.until("globalThis.last && last.done")
    assert "Not found within" in page.run("judge.outcome(last, model)")
    assert "none exists at all" in page.run("judge.outcome(last, model)")
    page.pick("#world", "seed_c1_only-dial")
    page.click("[data-do=search]")
    page.until("!document.querySelector('[data-do=search]').hidden")
    assert page.text("#searched").startswith("None exists from here: all ")


def test_verdicts_of_named_designs_are_those_that_are_pinned(page: Browser) -> None:
    for name in ("before", "published", "published_plus", "hardened"):
        page.pick("#design", name)
        found = page.run("cells('#verdicts tr')")
        verdicts = {p: expected(DESIGNS[name], Scope(connections=1), p) for p in PROPERTIES}
        assert {p: said.split(" ")[1] for p, said in found} == verdicts


def test_verdicts_of_random_designs_are_those_of_the_tables(page: Browser) -> None:
    """With one connection the page shows just what the table says; with two what must then be so, and no more."""
    table, worlds, rng = verdict_tables()["worlds"]["seed"], embedded()["worlds"], random.Random(18)
    asked, said = list[list[str]](), list[dict[str, str]]()
    while len(asked) < 200:
        plan = some_design(worlds["seed_c1"], rng)
        if knows(table, plan.mechanisms):
            asked.append(sorted(plan.mechanisms))
            said.append({p: verdict(table, p, plan.mechanisms) for p in PROPERTIES})
    words = """((world, designs) => designs.map((on) => {
      model.world = world;
      model.design = model.name(new Set(on));
      return Object.entries(judge.verdicts(model).of).map(([id, [word]]) => [id, word]);
    }))"""
    for found, verdicts in zip(page.run(f"{words}('seed_c1', {json.dumps(asked)})"), said, strict=True):
        assert {p: word.split(" ")[1] for p, word in found} == verdicts
    for found, verdicts in zip(page.run(f"{words}('seed', {json.dumps(asked)})"), said, strict=True):
        broken = {p: v == "violated" for p, v in verdicts.items()}
        assert {p: word in ("✗ violated", "✗ there") for p, word in found} == broken
        assert "✓ holds" not in {word for p, word in found}


def test_a_design_that_no_table_holds_is_decided_at_once_by_its_states(page: Browser) -> None:
    """Any design: a mechanism that no table of this scope holds, and the app's past with uploads that fail."""
    for world, name in (("seed_c1", "published+catch_up"), ("app_c1_with-entry-upload", "app_published")):
        page.run(f"model.world = {json.dumps(world)}; choose({json.dumps(name)})")
        assert "Deciding the rest, state by state" in page.text("#judged")
        page.until("document.getElementById('judged').textContent.startsWith('Exact, for runs')")
        report = verify(design(name), scope_of(embedded()["worlds"][world]))
        assert f"decided just now by all {report.states:,} states of this design" in page.text("#judged")
        found = dict(page.run("cells('#verdicts tr')"))
        assert {p: said.split(" ")[1] for p, said in found.items()} == {f.id: f.verdict for f in report.findings}
    page.pick("#design", "app_head")
    page.pick("#design", "app_published")
    assert page.text("#judged").startswith("Exact, for runs"), "what was decided once is known"


def test_what_makes_no_difference_in_a_scope_makes_none_to_verdicts(page: Browser) -> None:
    """With one connection nobody removes another's entry, and the verdict is there at once."""
    world, more = embedded()["worlds"]["seed_c1"], design("published+compare_and_delete+probe_on_foreground")
    assert rows(made(world, more)) == rows(made(world, DESIGNS["published"]))
    found = page.run("cells('#verdicts tr')")
    page.run(f"choose({json.dumps(more.name)})")
    assert page.text("#judged") == "Exact, for runs of any length in this scope."
    assert page.run("cells('#verdicts tr')") == found
    page.pick("#world", "seed")
    assert "compare_and_delete" not in page.run("model.idle()")


def test_a_design_with_too_many_states_says_so_and_how_it_is_decided(page: Browser) -> None:
    page.run("MOST.decide = 20000; choose('published+catch_up')")
    page.until("document.getElementById('judged').textContent.includes('stays open here')")
    assert "were looked at, and there are more. 'mealspec verify published+catch_up'" in page.text("#judged")
    words = {said for _, said in page.run("cells('#verdicts tr')")}
    assert "✗ violated" in words
    assert not words & {"✓ holds", "✓ vacuous"}


@pytest.mark.parametrize("name", ["app_before", "app_published", "published+catch_up"])
def test_a_repair_is_known_of_designs_that_no_table_holds(page: Browser, name: str) -> None:
    """What the page offers keeps everything, as the checker finds."""
    world = "seed_c1" if name.startswith("published") else "app_c1_with-entry-upload"
    page.run(f"model.world = {json.dumps(world)}; choose({json.dumps(name)})")
    page.click("#verdicts button")
    report = verify(design(page.run("model.beside")), scope_of(embedded()["worlds"][world]))
    assert "violated" not in {f.verdict for f in report.findings}
    assert "the nearest that keeps everything" in page.text("#told")


def test_what_repairs_a_design_is_shown_beside_it(page: Browser) -> None:
    page.pick("#design", "hardened")
    page.run("document.getElementById('switches').open = true; view.drawn = {}; view.draw(); 0")
    page.click("[data-mechanism=client_ping]")
    assert page.run("model.design") == "hardened-client_ping"
    page.click("#verdicts button")
    assert page.run("model.beside") == "hardened"


def test_the_nearest_violation_is_found_in_seconds(page: Browser) -> None:
    """Its run is one of the timed system, and as the checker judges without seconds it ends wrong."""
    page.click("#timed")
    page.click("[data-do=search]")
    page.until("!document.querySelector('[data-do=search]').hidden")
    found = re.match(r"Violated after (\d+) steps and (\d+) seconds from here: now shown", page.text("#searched"))
    assert found is not None
    events, product = page.run("model.events"), timed_system(DESIGNS["published"], Scope(connections=1))
    state = product.initial
    for event in events:
        after = product.step(state, event)
        assert isinstance(after, tuple), event
        state = after
    ticks = sum(event.startswith("tick") for event in events)
    assert [int(part) for part in found.groups()] == [len(events) - ticks, ticks]
    shortest = counterexample(DESIGNS["published"], Scope(connections=1), "delivery")
    assert shortest is not None
    assert len(events) - ticks >= len(shortest)
    page.pick("#design", "hardened")
    page.click("[data-do=fresh]")
    page.click("[data-do=search]")
    page.until("!document.querySelector('[data-do=search]').hidden")
    assert page.text("#searched").startswith("None exists from here, in seconds or without")


def test_a_search_from_where_the_run_no_longer_is_shows_nothing(page: Browser) -> None:
    page.click("[data-do=search]")
    page.click("[data-event='client.appear']")
    page.until("!document.querySelector('[data-do=search]').hidden")
    assert "search again" in page.text("#searched")
    assert page.run("model.events") == ["client.appear"]
