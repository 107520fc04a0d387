"""How far a clock may go, in a world whose seconds are arithmetic: each answer beside that of trying every figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import pytest

from mealspec.check import frontier as tried
from mealspec.check.frontier import Frontier, Reach
from mealspec.check.latency import MEASURES, Outcome
from mealspec.core.delay import Delay
from mealspec.model.clocks import Clock
from mealspec.model.design import DESIGNS
from mealspec.model.mechanism import Mechanism
from mealspec.model.scope import Scope

PLAN, SCOPE = DESIGNS["hardened"], Scope(connections=1, faults=0)
SHORT, LONG, NEVER = list(MEASURES.values())[:3]

Seconds = tuple[float, float | None]


def table(**clocks: Seconds) -> tuple[Clock, ...]:
    return tuple(Clock(name, "", "", None, (), least, greatest) for name, (least, greatest) in clocks.items())


def delays(clocks: dict[str, Seconds]) -> tuple[float | None, float | None]:
    """The greatest delays of two situations: a sleep counts twice in the longer one, a nap once in the other."""
    (_, sleep), (_, nap), (_, idle), (_, work) = (clocks[name] for name in ("sleep", "nap", "idle", "work"))
    assert idle is None or idle >= 0, "it never matters"
    if sleep is None or nap is None or work is None:
        return nap, None  # work has to end, and then it takes no time at all
    return nap + 1, 2 * sleep + 1


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Seconds]]:
    """Which figures were tried, in such a world."""
    seen: list[dict[str, Seconds]] = []

    def outcomes(
        plan: object, scope: object, table: tuple[Clock, ...], quantum: float, report: object
    ) -> list[Outcome]:
        assert (plan, scope, report) == (PLAN, SCOPE, None)
        clocks = {clock.name: (clock.least, clock.greatest) for clock in table}
        seen.append(clocks)
        both = [None if each is None else round(each / quantum) for each in delays(clocks)]
        measured = [
            Outcome(SHORT, quantum, Delay(0, both[0], True), {}),
            Outcome(LONG, quantum, Delay(0, both[1], True), {}),
        ]
        return [Outcome(NEVER, quantum, Delay(None, None, False), {}), *measured]

    monkeypatch.setattr(tried, "outcomes", outcomes)
    return seen


CLOCKS = table(sleep=(3, 3), nap=(1, 4), idle=(2, 6), work=(0, 2))


def figures(quantum: float) -> Iterator[float]:
    return (ticks * quantum for ticks in range(200))


def longest(fits: Callable[[float], bool], quantum: float) -> float | None:
    """By trying them all."""
    return max((each for each in figures(quantum) if fits(each)), default=None)


@pytest.mark.usefixtures("asked")
def test_the_longest_figure_is_found_and_what_takes_too_long_a_tick_beyond_it() -> None:
    for bound, quantum in product(range(16), (1, 0.5)):
        holds_for(bound, quantum)


def holds_for(bound: int, quantum: float) -> None:
    """Two sleeps and a second, a nap and a second: the others have to fit, too, or no figure is short enough."""
    now = Frontier(PLAN, SCOPE, bound, CLOCKS, quantum)
    late = [(seconds, what) for seconds, what in ((4 + 1, SHORT), (2 * 3 + 1, LONG)) if seconds > bound]
    assert (now.now and (now.now.greatest, now.now.measure)) == (max(late, key=lambda each: each[0]) if late else None)
    for name, fits, least, greatest, what in (
        ("sleep", lambda s: 2 * s + 1 <= bound and bound >= 4 + 1, 3, 3, LONG),
        ("nap", lambda s: s + 1 <= bound and bound >= 2 * 3 + 1, 1, 4, SHORT),
    ):
        most, found = longest(fits, quantum), now.reach(name)
        assert (found.name, found.least, found.greatest, found.tried) == (name, least, greatest, False)
        assert found.most == most, name
        assert found.meets is (most is not None)
        assert found.beyond is not None
        assert found.beyond.greatest is not None
        assert found.beyond.greatest > bound
        if most is not None and bound >= 2 * 3 + 1:
            beyond = {"sleep": 2 * (most + quantum) + 1, "nap": most + quantum + 1}[name]
            assert (found.beyond.measure, found.beyond.greatest) == (what, beyond)


@pytest.mark.usefixtures("asked")
def test_where_any_figure_will_do_that_is_said() -> None:
    assert Frontier(PLAN, SCOPE, 7, CLOCKS).reach("idle") == Reach("idle", 2, 6, None, None)
    endless = table(sleep=(3, 3), nap=(1, 4), idle=(2, None), work=(0, 2))
    found = Frontier(PLAN, SCOPE, 7, endless).reach("idle")
    assert (found, found.meets) == (Reach("idle", 2, None, None, None), True)


@pytest.mark.usefixtures("asked")
def test_what_nothing_helps_has_no_figure_though_the_clock_itself_does_not_matter() -> None:
    found = Frontier(PLAN, SCOPE, 6, CLOCKS).reach("idle")
    assert (found.most, found.meets) == (None, False)
    assert found.beyond is not None
    assert (found.beyond.measure, found.beyond.greatest) == (LONG, 7)


@pytest.mark.usefixtures("asked")
def test_of_an_exact_clock_every_figure_is_asked_and_those_that_do_not_meet_the_bound_are_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A sleep that is too long from 4 to 6 s, say, and again from 9 s on."""

    def of(table: dict[str, Seconds]) -> tuple[float | None, float | None]:
        (_, sleep), bad = table["sleep"], {4, 5, 6}
        return 1, None if sleep is None else 20 if sleep in bad or sleep >= 9 else 1

    monkeypatch.setitem(globals(), "delays", of)
    found = Frontier(PLAN, SCOPE, 15, table(sleep=(3, 3))).reach("sleep")
    assert (found.most, found.but, found.tried) == (8, (4, 5, 6), False)
    assert found.beyond is not None
    assert found.beyond.greatest == 20


@pytest.mark.slow
def test_a_hardened_client_may_poll_every_14_s_for_30_s_and_not_every_10() -> None:
    found = Frontier(PLAN, Scope(connections=1, faults=1), 30).reach("poll")
    assert (found.most, found.but) == (14, (10,))


def test_what_only_has_to_end_is_tried_until_it_is_longer_than_the_bound_and_what_it_took(
    asked: list[dict[str, Seconds]],
) -> None:
    found = Frontier(PLAN, SCOPE, 7, CLOCKS, 0.5).reach("work")
    assert (found.tried, found.meets, found.greatest) == (True, True, 2)
    assert found.most is not None
    assert found.most > 7 + 2
    assert found.beyond is not None
    assert (found.beyond.measure, found.beyond.greatest) == (LONG, None)
    figures = [work for each in asked if (work := each["work"][1]) is not None]
    assert found.most == max(figures)
    assert len(figures) < 12, "each step is twice as long"


def test_an_exact_figure_stays_exact_and_a_range_keeps_its_least_unless_the_longest_is_less(
    asked: list[dict[str, Seconds]],
) -> None:
    reach = Frontier(PLAN, SCOPE, 5, table(sleep=(3, 3), nap=(2, 9), idle=(0, 0), work=(0, 0))).reach
    reach("sleep")
    reach("nap")
    assert all(least == greatest or greatest is None for least, greatest in (each["sleep"] for each in asked))
    naps = [each["nap"] for each in asked]
    assert all(greatest is None or least == min(2, greatest) or (least, greatest) == (2, 9) for least, greatest in naps)
    assert any(greatest is not None and greatest < 2 for _, greatest in naps), "one has been tried"


@pytest.mark.usefixtures("asked")
def test_for_programs_a_reach_is_its_figures_and_what_is_beyond() -> None:
    found = Frontier(PLAN, SCOPE, 7, CLOCKS).reach("nap")
    assert found.beyond is not None
    assert found.to_json() == {
        "clock": "nap", "least": 1, "greatest": 4, "meets": True, "most": 6, "tried": False,
        "beyond": found.beyond.to_json(), "but": [],
    }  # fmt: skip
    assert Reach("nap", 1, 4, None, None).to_json()["beyond"] is None


def test_clocks_are_those_that_bound_an_event_of_the_design_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def clock(name: str, events: tuple[str, ...], only: Mechanism | None = None) -> Clock:
        return Clock(name, "", "job", None, events, 0, 1, only=only)

    monkeypatch.setattr(tried, "outcomes", lambda *given: [])
    some = (
        clock("work", ("server.complete",)), clock("fetch", ("client.sync",)),
        clock("push", ("nothing", "server.push")), clock("work", ("server.fail",)),
        clock("ping", ("client.expire",), Mechanism.CLIENT_PING),
        clock("sure", ("client.connected",), Mechanism.TIMED_CONNECT), clock("half", ("server.comp",)),
    )  # fmt: skip
    scope = Scope(connections=1, faults=1)
    assert Frontier(PLAN, scope, 9, (*CLOCKS, *some)).clocks() == ["work", "push", "ping"]


# ---------------------------------------------------------------------- two at once

Fits = Callable[[float, float], bool]

FALLING: tuple[Fits, ...] = (
    lambda x, y: x + y <= 6, lambda x, y: 2 * x + y <= 9, lambda x, y: (x + 1) * (y + 1) <= 12,
    lambda x, y: x <= 3 and y <= 4, lambda x, y: x <= 2, lambda x, y: y <= 2, lambda x, y: False, lambda x, y: True,
    lambda x, y: x + 9 * (x > 4) + y <= 7 - 3 * (x > 1),
)  # fmt: skip
"""The more of the one, the less of the other."""

ANYHOW: tuple[Fits, ...] = (
    *FALLING, lambda x, y: (3 * x) % 4 + y <= 5, lambda x, y: y <= x, lambda x, y: x % 2 == 0 and y <= 3,
    lambda x, y: y <= (0, 5, 2, 9, 1)[int(x) % 5],
)  # fmt: skip
"""Of each figure of the first all figures of the second up to one."""


class Times:
    """What tells whether a bound is met, in a world where that is a formula of two clocks."""

    def __init__(self, fits: Fits, table: tuple[Clock, ...], names: tuple[str, str]) -> None:
        greatest = {clock.name: clock.greatest for clock in table}
        self.met = fits(*(greatest[name] or 0 for name in names))

    def after(self, events: object) -> set[object]:
        return set()

    where = after

    def within(self, begins: object, until: object, ticks: int, passing: object) -> bool:
        return self.met


@pytest.mark.parametrize("quantum", [1, 0.5])
@pytest.mark.parametrize("exact", [True, False])
def test_two_clocks_go_as_far_together_as_trying_every_two_figures_says(
    monkeypatch: pytest.MonkeyPatch, exact: bool, quantum: float
) -> None:
    bound, least = 7, 1.0
    names = ("sleep", "nap") if exact else ("idle", "nap")
    some = table(sleep=(3, 3), nap=(least, 4), idle=(least, 6))
    late = Outcome(SHORT, 1, Delay(0, 99, True), {})
    for fits in ANYHOW if exact else FALLING:

        def timekeeper(plan: object, scope: object, table: tuple[Clock, ...], *_: object, fits: Fits = fits,
                       report: object = None) -> tuple[Times, None]:  # fmt: skip
            return Times(fits, table, names), None

        monkeypatch.setattr(tried, "timekeeper", timekeeper)
        monkeypatch.setattr(tried, "outcomes", lambda *_: [late])
        pair = Frontier(PLAN, SCOPE, bound, some, quantum).pair(names[::-1] if exact else names)
        assert pair.names == names, "an exact one comes first"
        low = (quantum if exact else least, least)
        grid = [[low[k] + n * quantum for n in range(60) if low[k] + n * quantum <= bound + quantum] for k in (0, 1)]
        found = dict(pair.edge)
        for x in grid[0]:
            most = max((y for y in grid[1] if fits(x, y)), default=None)
            at = x if exact else min((each for each in found if each >= x), default=None)
            assert most == (None if at is None else found.get(at))
        outer = {
            (x, y) for x, y in pair.edge if not any((a >= x and b > y) or (a > x and b >= y) for a, b in pair.edge)
        }
        assert {corner.both for corner in pair.corners} == outer
        for corner in pair.corners:
            x, y = corner.both
            beyond = fits(x, y + quantum), fits(x + quantum, y)
            assert corner.beyond == tuple(None if met else late for met in beyond)
