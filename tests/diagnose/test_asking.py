"""What is kept of searches answers for other orders of the same lines as a search of its own would."""

from __future__ import annotations

from random import Random

import pytest

from mealspec.diagnose.asking import After, Asker, Shape, violated
from mealspec.diagnose.mapping import load
from mealspec.diagnose.suspects import bases
from mealspec.model.design import DESIGNS


@pytest.mark.slow
def test_what_is_kept_answers_as_a_new_search_does() -> None:
    every, random = load("app"), Random(1)
    mapping = every.with_absence({kind.name: "sometimes" for kind in every.lines})
    names = (("client.connect", "client.connected", "user.submit"), ("server.register", "server.take", "server.start"))
    client, server = (tuple(mapping.number[name] for name in some) for some in names)
    shape = Shape((client, server), frozenset(), ended=True, alone=False)
    kept, suspect, costs = Asker(mapping, 1_000_000), bases(DESIGNS["published"])[0], set()
    for _ in range(30):
        after: After = (
            tuple(sorted(random.choices(range(4), k=3))) if random.random() < 0.5 else (0, 0, 0),
            tuple(sorted(random.choices(range(3), k=3))) if random.random() < 0.5 else (0, 0, 0),
        )
        found = kept.ask(suspect, shape, after, 8).search
        assert found.cost == kept.furthest(suspect, shape, after, 8).cost
        assert found.cost is None or not violated(found.order, after)
        costs.add(found.cost)
    assert len(costs) > 1
    assert kept.searches < 60  # some were answered without one
