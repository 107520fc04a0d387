"""All runs that weigh little more than the likeliest: what each state of them still takes, as a plain search says."""

from __future__ import annotations

import numpy as np
import pytest

from mealspec.core.explicit.around import around
from mealspec.core.explicit.settling import (
    BEGUN,
    BOUND,
    COINCIDENCES,
    EVIDENCE,
    GHOST,
    MISSING_LINES,
    MOST,
    RACES,
    WEIGHT,
)
from mealspec.core.explicit.shown import Cost
from tests.core.explicit.logged import Case, State, added, whole


def packed(cost: Cost) -> int:
    """As one number, whose order is that of costs."""
    return (
        cost.weight << WEIGHT | cost.races << RACES | cost.coincidences << COINCIDENCES
        | cost.missing << MISSING_LINES | cost.steps
    )  # fmt: skip


def row(case: Case, s: State) -> tuple[int, ...]:
    """The state as the search has it."""
    at = s.found[0] | s.found[1] << 16 | BEGUN * s.begun | GHOST * s.ghost
    return (*map(int, case.system.pack(s.locals)), at)


@pytest.mark.parametrize("slack", [0, 1, EVIDENCE + 1])
def test_the_states_of_runs_that_weigh_so_much_more_and_what_they_still_take(slack: int) -> None:
    """No others are kept, so the number of kept states says that a lower bound of what is to come is one."""
    wide = 0
    for seed in range(60):
        case = Case(seed)
        costs, left = whole(case)
        best = left.get(case.start)
        every = around(case.system, case.lines, case.told, case.aim, slack=slack)
        nodes, table, known, bits = every.within(case.system, case.aim)
        assert every.complete
        if best is None or best.coincidences > MOST:
            assert (len(nodes), every.bound) == (0, BOUND)
            continue
        assert every.bound == best.weight + slack < EVIDENCE * (MOST + 1), seed  # so no run has more coincidences
        within = {row(case, s): packed(left[s]) for s in left if added(costs[s], left[s]).weight <= every.bound}
        found = dict(zip(map(tuple, nodes.tolist()), known.tolist(), strict=True))
        assert found == within, seed
        assert sorted(table[table > 0].tolist()) == list(range(1, len(nodes) + 1))
        assert len(table) >= 2 * len(nodes), "there is room between them"
        used = np.bitwise_or.reduce(nodes, axis=0)
        assert ((used & bits) == used).all(), "no bit is left out of what is compared"
        wide += any(packed(costs[s]) + packed(left[s]) > packed(best) for s in left if row(case, s) in within)
    assert wide > 10, "some runs are less likely than the likeliest"


def test_what_is_not_looked_at_to_its_end_says_so_and_nothing_else() -> None:
    stopped = 0
    for seed in range(20):
        case = Case(seed)
        whole = around(case.system, case.lines, case.told, case.aim, slack=0)
        for limit in range(1, whole.states):
            some = around(case.system, case.lines, case.told, case.aim, slack=0, limit=limit)
            assert not some.complete
            assert some.states == limit
            assert not len(some.within(case.system, case.aim)[0])
            stopped += 1
        assert around(case.system, case.lines, case.told, case.aim, slack=0, limit=whole.states).complete
    assert stopped > 100


def test_the_less_runs_may_weigh_the_less_is_looked_at() -> None:
    less = 0
    for seed in range(60):
        case = Case(seed)
        looked = [around(case.system, case.lines, case.told, case.aim, slack=slack).states for slack in (0, 1, 9)]
        assert looked == sorted(looked)
        less += looked[0] < looked[2]
    assert less > 5
