"""How far a clock may go, and which figures contradict each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mealspec.check.frontier import Frontier, frontier, pairs
from mealspec.check.latency import outcomes
from mealspec.check.obligations import OBLIGATIONS, SCOPE, Obligation, edge, impatient, obligations
from mealspec.core import CheckerError, explore
from mealspec.model.clocks import clocks
from mealspec.model.design import DESIGNS, design
from mealspec.model.scope import Scope
from mealspec.properties.facts import Facts

NONE = Scope(connections=1, faults=0)
HARDENED = DESIGNS["hardened"]


def worst(**seconds: tuple[float, float | None]) -> float | None:
    every = [each.greatest for each in outcomes(HARDENED, NONE, clocks(seconds)) if each.occurs]
    known = [each for each in every if each is not None]
    return max(known) if len(known) == len(every) else None


def test_a_clock_may_go_as_far_as_it_says_and_no_further() -> None:
    found = {each.name: each for each in frontier(HARDENED, NONE, 10)}
    for name, least in (("poll", 5), ("request", 0)):
        most = found[name].most
        assert most is not None
        within, beyond = worst(**{name: (least, most)}), worst(**{name: (least, most + 1)})
        assert within is not None
        assert beyond is not None
        assert within <= 10 < beyond
        assert found[name].beyond is not None
    assert found["dispatch"].beyond is None
    assert worst(dispatch=(0, None)) == worst()


def test_by_hand_a_poll_and_a_load_fill_ten_seconds() -> None:
    """Asked just before the work is done, a load takes 1 s to say so; then a sleep, then the load that shows it."""
    poll = Frontier(HARDENED, NONE, 10).reach("poll")
    assert poll.most == 10 - 1


def test_where_a_bound_is_not_met_a_clock_has_to_be_shorter_or_nothing_helps() -> None:
    asked = Frontier(HARDENED, NONE, 4)
    assert asked.now is not None
    poll, work = asked.reach("poll"), asked.reach("work")
    assert poll.meets
    assert poll.most is not None
    assert poll.most < 5
    assert (work.meets, work.most) == (False, None)


# ---------------------------------------------------------------------- two at once


def meets(bound: float, **seconds: tuple[float, float | None]) -> bool:
    found = worst(**seconds)
    return found is not None and found <= bound


def test_two_clocks_share_a_bound() -> None:
    """By hand: a meal that is completed just after a poll was answered waits for a sleep and a load, so together these
    fill the bound."""
    asked = Frontier(HARDENED, NONE, 4)
    pair = asked.pair(("request", "poll"))
    assert pair.names == ("poll", "request")  # the exact one comes first
    corners = [corner.both for corner in pair.corners]
    assert {x + y for x, y in corners} == {4}
    assert (3, 1) in corners
    for corner in pair.corners:
        for late in corner.beyond:
            assert late is not None
            assert late.greatest is not None
            assert late.greatest > 4
    assert asked.pair(("request", "push")).corners == ()  # the sleep of 5 s alone is longer


@pytest.mark.slow
def test_an_edge_is_the_one_that_asking_about_every_two_figures_finds() -> None:
    """By definition, over all figures: no bound is taken to grow with a figure, and none does with that of polls."""
    bound = 5
    for names in (("poll", "request"), ("request", "push")):
        grid = {
            (x, y)
            for x in range(bound + 2)
            for y in range(bound + 2)
            if (x or names[0] != "poll")
            and meets(bound, **{names[0]: (x if names[0] == "poll" else 0, x), names[1]: (0, y)})
        }
        pair = Frontier(HARDENED, NONE, bound).pair(names)
        told = {(x, y) for at, most in pair.edge for x in range(int(at) + 1) for y in range(int(most) + 1)
                if x == at or not any(x <= other < at for other, _ in pair.edge)}  # fmt: skip
        assert {(x, y) for x, y in told if x or names[0] != "poll"} == grid
        outer = {p for p in grid if not any(q[0] >= p[0] and q[1] >= p[1] and q != p for q in grid)}
        assert {corner.both for corner in pair.corners} == outer


def test_pairs_are_asked_of_clocks_that_the_design_has_and_not_of_two_exact_ones() -> None:
    assert [pair.names for pair in pairs(HARDENED, NONE, 3, ["poll", "push"])] == [("poll", "push")]
    with pytest.raises(CheckerError, match="unknown clock of the design 'wait'"):
        pairs(HARDENED, NONE, 3, ["poll", "wait"])
    with pytest.raises(CheckerError, match="one clock is no pair: name two of "):
        pairs(HARDENED, NONE, 3, ["poll"])
    exact = clocks({"push": (1, 1)})
    with pytest.raises(CheckerError, match="poll and push have one figure each"):
        Frontier(HARDENED, NONE, 3, exact).pair(("poll", "push"))


def test_what_is_never_shown_no_figure_mends() -> None:
    with pytest.raises(CheckerError, match="published has a run that never shows a meal: no figure of a clock mends"):
        frontier(DESIGNS["published"], NONE, 10)


PLANS = ("hardened", "published+wait_before_submit", "app_published")


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANS)
def test_a_timer_runs_out_on_what_is_well_exactly_where_the_figures_say_so(name: str) -> None:
    plan = design(name)
    for owed in obligations(plan):
        if owed.searched:
            found = edge(plan, owed)
            quantum = 0.5 if found.limit % 1 else 1
            assert found.holds == found.limit - quantum
            assert found.run.events[-1].startswith(owed.timer)


def test_every_obligation_that_can_be_searched_for_is_owed_by_a_design_that_is_searched() -> None:
    owed = {str(each) for name in PLANS for each in obligations(design(name))}
    assert owed >= {str(each) for each in OBLIGATIONS if each.searched}


def test_a_limit_below_a_handshake_means_no_socket_ever() -> None:
    """A registration of 12 s under a limit of 10 s; with one of 9 s there is a socket."""
    ever = []
    for seconds in (9, 12):
        product = impatient(HARDENED, clocks({"dial": (seconds, seconds)}), 1)
        through = explore(product).where(Facts(HARDENED, SCOPE, product).through())
        ever.append(bool(np.any(through)))
    assert ever == [True, False]


@pytest.mark.slow
def test_an_obligation_that_is_wrong_would_be_noticed() -> None:
    """The wait of a submission is no limit on a dial."""
    plan = design("published+wait_before_submit")
    wrong: Obligation = replace(OBLIGATIONS[0], limit="wait", early=True)
    assert edge(plan, wrong).holds != edge(plan, wrong).limit - 1
