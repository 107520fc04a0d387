"""What must hold is itself mutated: each mutant is noticed by a model, or says the same wherever models come to."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from mealspec.check.property_mutants import HOMES, PINNED, Fate, Home, Outcome, survey
from mealspec.check.story_mutants import ALIKE, APART, ELSEWHERE, MOST, STORIES, Elsewhere, Story, both, mutants
from mealspec.model import Scope, design
from mealspec.model.events import alphabet
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import pins
from mealspec.properties.scenarios import EVERY, scenario

CALM = Home("hardened", Scope(connections=1, faults=0), ("published",))
FAILING = Home("hardened", Scope(connections=1, faults=1, includes=frozenset({"job"})), changed=13)
LOST = Home("hardened", Scope(connections=1, includes=frozenset({"dial"})), ("published",))
PAIR = Home("hardened", Scope(faults=0), parts=False)
TOLD = (Fate.NOTICED, Fate.SITUATION)


@cache
def outcomes(home: Home, *names: str) -> dict[str, Outcome]:
    """What became of the mutants of these properties and words, by what was changed."""
    return {change: outcome for (_, change), outcome in survey([home], lambda name: name in names).items()}


@pytest.mark.slow
def test_a_property_that_forgets_failed_meals_is_noticed() -> None:
    found = outcomes(FAILING, "honest-view")
    told = [change for change in found if found[change].fate in TOLD]
    forgets = "honest-view: (view.m1 is failed and job.m1 is not failed): forgotten"
    assert forgets in told, sorted(found)
    assert any("not if failed" in change for change in told)


def test_a_property_that_speaks_of_the_first_connection_only_is_noticed() -> None:
    found = outcomes(PAIR, "no-zombie")
    assert found["the first of the connections only"].fate in TOLD


def test_a_word_that_says_something_else_is_noticed_by_some_property() -> None:
    found = outcomes(LOST, "severed")
    assert found["service is none/not: not if none/not"].fate is Fate.NOTICED


def test_a_law_that_leaves_out_a_need_is_broken_by_the_design_itself() -> None:
    found = outcomes(CALM, "work-goes-on", "what-moves-the-screen")
    assert found["without need 1"].fate is Fate.NOTICED
    assert {o.fate for change, o in found.items() if change.startswith("not by client.appear")} == {Fate.NOTICED}


def test_a_law_of_what_never_is_and_one_of_what_must_end_are_mutated_like_claims() -> None:
    for law in ("taken-before-shown", "dials-end", "requests-end"):
        found = outcomes(CALM, law)
        assert Fate.NOTICED in {outcome.fate for outcome in found.values()}, law
        assert {outcome.about for outcome in found.values()} == {law}


def test_what_says_the_same_says_so_in_no_reachable_state_otherwise() -> None:
    """The view of the calm world shows no failed meal, so nothing can tell there whether one is spoken of."""
    found = outcomes(CALM, "no-regress, premise")
    assert found["no-regress: view.m1 is completed/failed: not if failed"].fate is Fate.SAME
    assert found["no-regress: view.m1 is completed/failed: not if completed"].fate in TOLD


def test_each_milestone_is_left_out_asked_for_twice_widened_narrowed_and_moved() -> None:
    steps = ("user.submit.m1", "network.fail_dial")
    found = dict(mutants(steps, alphabet(design("published"), Scope())))
    assert found == {
        "step 1 (user.submit.m1): left out": steps[1:],
        "step 1 (user.submit.m1): twice": (steps[0], *steps),
        "step 1 (user.submit.m1): after network.fail_dial": steps[::-1],
        "step 2 (network.fail_dial): left out": steps[:1],
        "step 2 (network.fail_dial): twice": (*steps, steps[1]),
        "step 2 (network.fail_dial): only network.fail_dial.c1": (steps[0], "network.fail_dial.c1"),
    }
    taken, cut = "server.take.m1", "network.cut_upload.m1"
    moved = [what for what, _ in mutants((taken, cut, taken), alphabet(design("published"), Scope().with_(["upload"])))]
    assert [what for what in moved if "after" in what] == [
        f"step 1 ({taken}): after {cut}",
        f"step 2 ({cut}): after {taken}",
    ]
    moved = [what for what, _ in mutants((taken, taken, cut), alphabet(design("published"), Scope().with_(["upload"])))]
    assert [what for what in moved if "after" in what] == [f"step 2 ({taken}): after {cut}"]
    wider = dict(mutants(("network.fail_dial.c1",), alphabet(design("published"), Scope())))
    assert wider["step 1 (network.fail_dial.c1): any network.fail_dial"] == ("network.fail_dial",)


def test_a_story_that_needs_less_or_more_or_another_order_is_noticed() -> None:
    """A duplicate submit: taken, the answer lost, taken again."""
    found = {change: outcome for (_, change), outcome in survey([Story(scenario("F15"))]).items()}
    assert {outcome.fate for outcome in found.values()} == {Fate.NOTICED}
    assert found["step 2 (network.cut_upload.m1): twice"].by == "a run of published in 6 steps", "its own"
    assert found["step 2 (network.cut_upload.m1): left out"].by == "a run of published in 14 steps", "two submissions"


def test_a_milestone_that_must_come_anyway_may_be_left_out() -> None:
    """Nobody returns from a connect who has not connected; but whoever connects meanwhile is what is told."""
    found = {change: outcome.fate for (_, change), outcome in survey([Story(scenario("guard"))]).items()}
    assert found["step 1 (client.connect): left out"] is Fate.SAME
    assert found["step 3 (client.skip_connect): left out"] is Fate.NOTICED


@pytest.mark.slow
def test_what_says_the_same_in_a_storys_own_scope_is_asked_where_more_goes_wrong() -> None:
    """Whoever connects again after a failure has failed to connect; unless another fault has ended the socket."""
    story, change = Story(scenario("happy")), "step 1 (network.fail_dial): left out"
    assert {o.fate for (_, what), o in survey([story]).items() if what == change} == {Fate.SAME}
    found = survey([story, Elsewhere("published", Scope(connections=1, faults=1))], lambda name: name == "happy")
    assert found["happy", change].fate is Fate.NOTICED
    assert found["happy", "step 2 (client.failed): left out"].fate is Fate.SAME


def test_every_pinned_scope_is_asked_but_two_that_are_too_large() -> None:
    asked = {(each.design, each.scope) for each in ELSEWHERE}
    designs = {told.design for told in EVERY.values()}
    left = [pin for pin in pins() if pin.design in designs and (pin.design, pin.scope) not in asked]
    assert [pin.design for pin in left] == ["hardened", "app_head"]
    assert all(pin.entry["states"] > MOST for pin in left)
    assert designs <= {each.design for each in ELSEWHERE}


def test_two_stories_are_apart_as_soon_as_one_ends_alone_and_alike_as_soon_as_neither_can() -> None:
    told = scenario("F15")  # server.take.m1, network.cut_upload.m1, server.take.m1
    same = both(told, told.steps)
    assert APART not in same.states
    less = both(told, (told.steps[0], told.steps[2]))
    after = dict.fromkeys(("twice", "failed"), less.initial)
    for how, events in (("twice", ("take", "take")), ("failed", ("take", "cut_upload", "take"))):
        for event in events:
            name = next(known for known in less.alphabet if known.split(".")[1] == event)
            after[how] = less.step(after[how], name)
    assert after == {"twice": APART, "failed": ALIKE}


@pytest.mark.slow
@pytest.mark.more
def test_every_mutant_is_noticed_or_says_the_same_and_each_property_has_some_that_are() -> None:
    found = survey([*HOMES, *PINNED, *STORIES, *ELSEWHERE])
    for about, every in (("stories", EVERY), ("properties, words and laws", None)):
        fates = Counter(o.fate for (name, _), o in found.items() if (name in EVERY) is (every is not None))
        counts = ", ".join(f"{count:,} {fate}" for fate, count in fates.items())
        print(f"{fates.total():,} mutants of {about}: {counts}")
    told = Counter(about.split(",")[0] for (about, _), outcome in found.items() if outcome.fate in TOLD)
    assert told.total() >= 5_000
    assert {name for name in (*PROPERTIES, *EVERY) if told[name] < 2} == set()
    assert all(outcome.by for outcome in found.values() if outcome.fate in TOLD)
