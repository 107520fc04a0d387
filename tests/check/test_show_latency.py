"""Seconds as they are told, to the letter: outcomes that are written down, and a bell that rings late."""

from __future__ import annotations

from dataclasses import replace

from mealspec.check.bounded import Bounded
from mealspec.check.cases import Case, Told
from mealspec.check.frontier import Corner, Pair, Reach
from mealspec.check.latency import SHOWN, Measure, Outcome
from mealspec.check.obligations import Edge, Obligation
from mealspec.check.show_latency import (
    because,
    bounded_table,
    case_table,
    clock_table,
    further_table,
    outcome_table,
    owed_json,
    owed_table,
    pair_table,
    reach_table,
    reasons,
    stair_table,
    timeline,
    waits,
)  # fmt: skip
from mealspec.check.staircase import Stair, Staircase
from mealspec.core import Event, Kind, Machine, System, Trace
from mealspec.core.delay import Attained, Delay
from mealspec.model.clocks import Clock
from mealspec.model.design import DESIGNS
from tests.text import coloured, printed

PLAN = DESIGNS["hardened"]


def measure(name: str, claim: float | None = None, claimed: str = "") -> Measure:
    both = None if claim is None else (0, claim)
    return Measure(name, lambda f: SHOWN, claim=both, claimed=claimed, refs=("R1",))


NOTHING = Delay(None, None, True)
FAST = Outcome(
    measure("fast", 3, "3 s"),
    0.5,
    Delay(1, 6, True),
    {"socket": Delay(1, 6, True), "poll": Delay(2, 4, True), "load": NOTHING},
)
SLOW = Outcome(measure("slow", 2.5, "2.5 s"), 0.5, Delay(0, 7, True), {"poll": Delay(0, 7, True)})
LOST = Outcome(measure("lost", 9, "1 s"), 0.5, Delay(4, None, True), {"load": Delay(4, None, True)})
NEVER = Outcome(measure("never", 1, "1 s"), 1, NOTHING, {"socket": NOTHING})
ABSENT = Outcome(measure("absent", 1, "1 s"), 1, Delay(None, None, False), {})
UNSAID = Outcome(measure("unsaid"), 1, Delay(2, 3, True), {})
EVERY = [FAST, SLOW, LOST, NEVER, ABSENT, UNSAID]


def test_an_outcome_is_its_ticks_in_seconds_and_a_verdict_on_the_claim() -> None:
    assert [(each.least, each.greatest, each.most, each.occurs) for each in EVERY] == [
        (0.5, 3, "3 s", True), (0, 3.5, "3.5 s", True), (2, None, "never", True), (None, None, "never", True),
        (None, None, "-", False), (2, 3, "3 s", True),
    ]  # fmt: skip
    assert [each.verdict for each in EVERY] == [
        "true", "too optimistic by 1 s", "unattainable: some run never shows it", "never", "does not occur", "",
    ]  # fmt: skip


def test_for_programs_an_outcome_has_its_ways_and_the_runs_that_take_so_long() -> None:
    assert SLOW.to_json() == {
        "situation": "slow", "occurs": True, "least": 0, "greatest": 3.5, "ways": {"poll": [0, 3.5]},
        "claimed": "2.5 s", "refs": ["R1"], "verdict": "too optimistic by 1 s", "soonest": None, "latest": None,
    }  # fmt: skip
    assert FAST.to_json()["ways"] == {"socket": [0.5, 3], "poll": [1, 2]}
    assert LOST.to_json()["ways"] == {"load": [2, None]}
    told = rung(loop=None).to_json()
    assert told["soonest"] == told["latest"] == {"events": list(EVENTS), "loop": None, "begin": 2}


def test_the_outcomes_are_a_table_of_80_columns_without_what_does_not_occur() -> None:
    assert (
        printed(outcome_table(PLAN, EVERY))
        == """\
hardened
┏━━━━━━━━━━━━━━━━━┳━━━━━━━┳━━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┓
┃ completed while ┃ least ┃  most ┃ by           ┃ claimed ┃ so that is        ┃
┡━━━━━━━━━━━━━━━━━╇━━━━━━━╇━━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━┩
│ fast            │ 0.5 s │   3 s │ socket, poll │ 3 s     │ true              │
│ slow            │   0 s │ 3.5 s │ poll         │ 2.5 s   │ too optimistic by │
│                 │       │       │              │         │ 1 s               │
│ lost            │   2 s │ never │ load         │ 1 s     │ unattainable:     │
│                 │       │       │              │         │ some run never    │
│                 │       │       │              │         │ shows it          │
│ never           │     - │ never │ -            │ 1 s     │ never             │
│ unsaid          │   2 s │   3 s │ -            │         │                   │
└─────────────────┴───────┴───────┴──────────────┴─────────┴───────────────────┘
"""
    )
    assert coloured(outcome_table(PLAN, [FAST, NEVER])) == [("green", "true"), ("red", "never")]
    sooner = FAST._replace(measure=replace(FAST.measure, claim=(1, 3)))
    assert [colour for colour, _ in coloured(outcome_table(PLAN, [sooner]))] == ["green", "green"]


def test_scenarios_are_the_same_table_with_what_is_let_in_also_if_they_do_not_occur() -> None:
    cases = [Case(ABSENT.measure, lets_in=frozenset({"dial"}), faults=1), Case(SLOW.measure, meals=2)]
    some = [Told(case, case.scope(), each) for case, each in zip(cases, (ABSENT, SLOW), strict=True)]
    assert (
        printed(case_table(PLAN, some))
        == """\
hardened
┏━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━┳━━━━━━━┳━━━━━━┳━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━┓
┃ scenario            ┃ least ┃  most ┃ by   ┃ claimed ┃ so that is            ┃
┡━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━╇━━━━━━━╇━━━━━━╇━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━┩
│ absent              │     - │     - │ -    │ 1 s     │ does not occur        │
│ 1 fault (dial)      │       │       │      │         │                       │
│ slow                │   0 s │ 3.5 s │ poll │ 2.5 s   │ too optimistic by 1 s │
│ 2 meals, no faults  │       │       │      │         │                       │
└─────────────────────┴───────┴───────┴──────┴─────────┴───────────────────────┘
"""
    )
    told = [(colour, text) for colour, text in coloured(case_table(PLAN, some)) if colour in ("green", "red")]
    assert told == [("green", "does not occur"), ("red", "too optimistic by 1 s")]


def test_bounded_delivery_is_a_verdict_for_each_design_with_its_bound() -> None:
    some = {"published": Bounded.of([FAST, LOST, SLOW], 99), "hardened": Bounded.of([SLOW, ABSENT, FAST], 3.5),
            "before": Bounded.of([SLOW], 3), "app_head": Bounded.of([ABSENT], 3)}  # fmt: skip
    assert {name: (str(each.verdict), each.slowest) for name, each in some.items()} == {
        "published": ("violated", LOST), "hardened": ("holds", SLOW), "before": ("violated", SLOW),
        "app_head": ("vacuous", ABSENT),
    }  # fmt: skip
    table = bounded_table({DESIGNS[name]: each for name, each in some.items()})
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in printed(table).splitlines() if "│" in line]
    assert rows == [
        ["published", "violated", "never", "lost"], ["hardened", "holds", "3.5 s", "slow"],
        ["before", "violated", "3.5 s", "slow"], ["app_head", "vacuous", "-", "-"],
    ]  # fmt: skip
    assert [colour for colour, _ in coloured(table)] == ["red", "green", "red", "green"]
    assert some["hardened"].to_json() == {"verdict": "holds", "greatest": 3.5, "situation": "slow", "latest": None}


def test_what_else_takes_time_is_a_table_of_least_and_most() -> None:
    assert (
        printed(further_table(EVERY))
        == """\
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━┓
┃ how long                       ┃                least ┃                 most ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━┩
│ fast                           │                0.5 s │                  3 s │
│ slow                           │                  0 s │                3.5 s │
│ lost                           │                  2 s │                never │
│ never                          │                    - │                never │
│ unsaid                         │                  2 s │                  3 s │
└────────────────────────────────┴──────────────────────┴──────────────────────┘
"""
    )


def test_a_staircase_is_a_table_of_what_all_within_some_seconds_have() -> None:
    stairs = (Stair(2, 1200, ("a", "b"), (), 0), Stair(5.5, 90_000, (), (), 0))
    assert (
        printed(stair_table(Staircase(90_001, 5, (), stairs)))
        == """\
┏━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
┃          within ┃           designs ┃ all of them have                       ┃
┡━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┩
│             2 s │             1,200 │ a, b                                   │
│           5.5 s │            90,000 │ nothing in common                      │
└─────────────────┴───────────────────┴────────────────────────────────────────┘
"""
    )


def test_how_far_clocks_may_go_is_a_table_of_what_is_too_long_beyond() -> None:
    some = [
        Reach("poll", 5, 5, 9.5, SLOW), Reach("idle", 1, 4, None, None), Reach("work", 5, None, None, LOST),
        Reach("boot", 0, 2, 30, NEVER, tried=True),
    ]  # fmt: skip
    assert (
        printed(reach_table(some))
        == """\
┏━━━━━━━━━━┳━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
┃ clock    ┃            now ┃            at most ┃ beyond that too long        ┃
┡━━━━━━━━━━╇━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┩
│ poll     │              5 │              9.5 s │ slow: 3.5 s                 │
│ idle     │         1 to 4 │                any │                             │
│ work     │      5 or more │               none │ lost: never                 │
│ boot     │         0 to 2 │       30 s or more │ never: never                │
└──────────┴────────────────┴────────────────────┴─────────────────────────────┘
"""
    )


CLOCKS = (
    Clock("short", "a step", "", None, (), 0, 3, ("E1", "R2")), Clock("long", "a wait", "", None, (), 5, 9),
    Clock("endless", "a pause", "", None, (), 4, None),
)  # fmt: skip
WELL = Obligation("short", "long", "x", "it would be bad")
BAD, OPEN = Obligation("long", "endless", "x", "it is bad"), Obligation("endless", "long", "x", "it is so")


def bell() -> System:
    rows = [("strike", "still", "struck"), ("ring", "struck", "rung"), ("ring", "rung", "rung")]
    ticks = [("tick", state, state) for state in ("still", "struck", "rung")]
    events = [
        Event("strike", Kind.USER, "x", ("bell",), "the bell is struck"), Event("tick", Kind.TIME, "x", ("bell",)),
        Event("ring", Kind.SYSTEM, "x", ("bell",), ""),
    ]  # fmt: skip
    return System([Machine.table("bell", "still", [*rows, *ticks])], events)


EVENTS = ("strike", "tick", "tick", "ring")


def rung(loop: int | None) -> Outcome:
    """Ticks are half a second; it is measured from the first tick on, and the bell may ring on for ever."""
    events = EVENTS if loop is None else (*EVENTS, "tick", "ring")
    run = Attained(Trace.of(bell(), list(events), loop), 2)
    return FAST._replace(whole=Delay(1, None if loop else 1, True, lambda latest: run))


def test_the_slowest_run_is_told_with_the_seconds_since_it_began() -> None:
    assert list(timeline(rung(loop=None))) == [
        "fast: the slowest run", "   -0.5 s  the bell is struck", "   +0.5 s  ring", "",
    ]  # fmt: skip
    assert list(timeline(rung(loop=4))) == [
        "fast: a run without end", "   -0.5 s  the bell is struck", "   +0.5 s  ring",
        "        from here round and round", "     +1 s  ring", "",
    ]  # fmt: skip
    assert list(timeline(FAST)) == []


def test_what_is_owed_is_a_table_of_what_has_to_stay_below_what() -> None:
    run = Trace.of(bell(), ["strike"])
    found = [(WELL, Edge(WELL, 5, 4.5, run)), (BAD, Edge(BAD, 4, None, run)), (OPEN, None)]
    assert (
        printed(owed_table(PLAN, found, CLOCKS))
        == """\
hardened
┏━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━┓
┃ owed                 ┃ now           ┃          up to ┃ otherwise            ┃
┡━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━┩
│ short < long         │ 3 s < 5 s     │          4.5 s │ it would be bad      │
│ long < endless       │ 9 s < 4 s     │           none │ it is bad            │
│ endless < long       │ any < 5 s     │     arithmetic │ it is so             │
└──────────────────────┴───────────────┴────────────────┴──────────────────────┘
"""
    )
    assert coloured(owed_table(PLAN, found, CLOCKS)) == [
        ("green", "3 s < 5 s"),
        ("red", "9 s < 4 s"),
        ("red", "any < 5 s"),
    ]


def test_for_programs_what_is_owed_has_its_figures_and_a_run() -> None:
    run = Trace.of(bell(), ["strike"])
    assert owed_json(WELL, Edge(WELL, 5, 4.5, run), CLOCKS) == {
        "owed": "short < long", "longest": 3, "limit": 5, "holds": True, "up_to": 4.5, "run": ["strike"],
        "otherwise": "it would be bad",
    }  # fmt: skip
    told = owed_json(OPEN, None, CLOCKS)
    assert (told["longest"], told["holds"], told["up_to"], told["run"]) == (None, False, None, None)


def test_clocks_are_a_table_of_seconds_and_whence() -> None:
    assert (
        printed(clock_table(CLOCKS))
        == """\
┏━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓
┃ clock            ┃ what             ┃ seconds              ┃ from            ┃
┡━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩
│ short            │ a step           │ 0 to 3               │ E1, R2          │
│ long             │ a wait           │ 5 to 9               │ assumed         │
│ endless          │ a pause          │ 4 or more            │ assumed         │
└──────────────────┴──────────────────┴──────────────────────┴─────────────────┘
"""
    )


def test_two_clocks_stand_to_the_right_and_what_takes_too_long_to_the_left() -> None:
    corners = (Corner((5, 2.5), (SLOW, None)), Corner((9, 1), (LOST, LOST)))
    told = printed(pair_table(Pair(("poll", "push"), (), corners)))
    rows = [line.split("│")[1:-1] for line in told.splitlines() if line.startswith("│")]
    assert [cell.strip() for cell in rows[0][:2]] == ["5 s or more", "2.5 s"]
    assert rows[0][2].startswith(" slow: 3.5 s")
    assert rows[1][0].endswith(" 9 s ")
    assert rows[1][1].endswith(" 1 s ")
    assert rows[1][2].startswith(" lost: never")


def test_the_slowest_run_is_explained_by_its_longest_waits_and_its_faults() -> None:
    """It waits a second for the clapper, half a one for the ringing, and not for the second stroke; one breaks."""
    rows = [("strike", "still", "struck"), ("swing", "struck", "up"), ("crack", "up", "up"), ("ring", "up", "rung")]
    states = ("still", "struck", "up", "rung")
    events = [
        Event("strike", Kind.USER, "x", ("bell",)), Event("swing", Kind.SYSTEM, "x", ("bell",), "the clapper swings"),
        Event("crack", Kind.FAULT, "x", ("bell",), "the rope breaks"), Event("ring", Kind.SYSTEM, "x", ("bell",)),
        Event("tick", Kind.TIME, "x", ("bell",)),
    ]  # fmt: skip
    cracked = System([Machine.table("bell", "still", [*rows, *(("tick", s, s) for s in states)])], events)
    taken = ("tick", "strike", "tick", "tick", "swing", "crack", "crack", "tick", "ring")

    def took(greatest: int | None, *names: str) -> Outcome:
        run = Attained(Trace.of(cracked, names), min(2, len(names)))
        return SLOW._replace(whole=Delay(1, greatest, True, lambda latest: run))

    late = took(7, *taken)
    assert waits(late) == [(1, "the clapper swings"), (0.5, "ring")]
    assert because(late) == "1 s until 'the clapper swings', 0.5 s until 'ring', after 'the rope breaks'"
    assert because(late, most=1) == "1 s until 'the clapper swings', after 'the rope breaks'"
    assert because(took(None, *taken)) == "in a run without end, after 'the rope breaks'"
    assert because(took(7, "strike", "swing", "ring")) == "without a wait"
    assert (because(SLOW), waits(SLOW)) == ("without a wait", [])
    assert because(LOST) == "in a run without end"
    assert list(reasons([late, FAST, LOST, took(3, *taken)])) == [f"slow: 3.5 s: {because(late)}."]
