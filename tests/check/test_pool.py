"""Several graphs that are asked the same give the answers that each gives alone."""

from __future__ import annotations

from functools import partial
from operator import eq

import numpy as np
import pytest

from mealspec.check import pool as pools
from mealspec.check.pool import Model, Pool, violates
from mealspec.core import At, Claim, Event, Form, Graph, Kind, Machine, System, explore


def lamp(kind: Kind) -> Graph:
    """A lamp that is lit, flickers for ever or goes out; going out is owed or a fault."""
    rows = [("light", "off", "lit"), ("flicker", "lit", "lit"), ("out", "lit", "dark")]
    machine = Machine.table("lamp", "off", rows)
    kinds = {"light": Kind.USER, "flicker": Kind.SYSTEM, "out": kind}
    return explore(System([machine], [Event(name, each, "x", ("lamp",)) for name, each in kinds.items()]))


VERDICTS = {
    (Form.NEVER, "lit"): (True, True),
    (Form.QUIESCENT, "lit"): (False, True),  # nothing that is owed changes it, if going out is a fault
    (Form.FOREVER, "lit"): (False, True),
    (Form.NEVER, "dark"): (True, True),
    (Form.QUIESCENT, "dark"): (True, True),
    (Form.FOREVER, "dark"): (True, True),
    (Form.QUIESCENT, "off"): (True, True),
    (Form.NEVER, "none"): (False, False),
    (Form.QUIESCENT, "none"): (False, False),
    (Form.FOREVER, "none"): (False, False),
}
"""What a lamp violates that must go out, and one that may: it is never, when quiescent, or for ever in a state."""


@pytest.mark.parametrize(("form", "state"), VERDICTS)
def test_a_claim_is_judged_by_its_form_alone_and_in_a_pool(form: Form, state: str) -> None:
    graphs = [lamp(Kind.SYSTEM), lamp(Kind.FAULT)]
    pool = Pool([Model(str(k), graph) for k, graph in enumerate(graphs)], graphs[0].system)
    claim = Claim("never", "", form, At("lamp", lambda s: s == state))
    assert tuple(violates(graph, claim) for graph in graphs) == VERDICTS[form, state]
    assert tuple(pool.violates(k, claim) for k in range(2)) == VERDICTS[form, state]


def test_claims_are_apart_in_a_state_that_only_one_calls_bad() -> None:
    graph = lamp(Kind.SYSTEM)
    pool = Pool([Model("lamp", graph)], graph.system)
    lit, dark = (Claim("never", "", Form.NEVER, At("lamp", partial(eq, name))) for name in ("lit", "dark"))
    (where,) = pool.apart(lit, dark).tolist()
    assert graph.state(where)["lamp"] in ("lit", "dark")
    assert pool.apart(lit, lit).tolist() == [-1]
    (gone,) = pool.apart(lit, None).tolist()
    assert graph.state(gone)["lamp"] == "lit"


def test_combinations_of_many_columns_are_told_apart_though_no_number_holds_their_product() -> None:
    """Of seventy columns of two or three values there are more than 2 ** 64."""
    draw = np.random.default_rng(1)
    for width in (1, 5, 70):
        rows = draw.integers(0, 3, (40, width)).astype(np.int16)
        columns = np.concatenate([rows, rows[::-1]])
        which, where = pools._combinations(columns)
        assert [columns[row].tolist() for row in where[which]] == columns.tolist()
        assert len(where) == len({tuple(row) for row in columns.tolist()})
