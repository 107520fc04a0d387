"""The vectors kill models with one wrong row: of the rows that they use, of the machines that a role builds."""

from __future__ import annotations

import pytest

from mealspec.conform.predict import departs
from mealspec.conform.settle import Spec
from mealspec.conform.suite import ROLES, THEMES
from mealspec.conform.vector import Vector
from mealspec.core import Trace
from mealspec.core.mutant import Mutant, Operator, mutants
from mealspec.model import design

BUILT = {
    "client": ("break", ("screen", "service", "flags", "poller", "loader", "outbox", "view")),
    "server": ("entry", ("registry", "receipt", "job", "notification")),
}
"""A theme of each role, and the machines of that side alone."""

UNSEEN = {
    "client": {
        ("screen", "tick.hidden"): "time goes on for whatever else waits",
        ("loader", "user.leave"): "the load has gone with its screen, and none is under way when that comes back",
        ("loader", "server.read"): "the screen has gone before the answer is told",
        ("loader", "client.apply"): "the load was the last one of its walk",
    },
    "server": {
        ("registry", "server.register"): "an entry may expire sooner, and need not",
        ("registry", "client.reregister"): "the same",
        ("registry", "server.push"): "the same",
        ("receipt", "user.archive"): "what is forgotten of a meal that is done with",
        ("job", "user.archive"): "the same",
        ("job", "server.take"): "work that is queued looks like work that is begun",
        ("notification", "client.receive"): "what becomes of a message after it was sent, nobody at the server sees",
        ("notification", "user.reconnect"): "the same",
    },
}
"""Of which rows some mutants survive, by the kind of machine and the event's beginning, and why nobody sees it."""
MOST = {"client": 0.03, "server": 0.15}
"""The share of mutants that may survive."""


def killed(role: str, vectors: list[Vector], step: int) -> tuple[list[Mutant], int]:
    """The mutants that survive, and how many there were."""
    name, built = BUILT[role]
    (theme,) = [each for each in THEMES[role] if each.name == name]
    base = Spec.of(ROLES[role], design("hardened"), theme.scope)
    mine = [vector for vector in vectors if vector.id.startswith(f"{role}/{name}/")]
    used = set[tuple[str, str, str]]()
    for vector in mine:
        trace = Trace.of(base.system, vector.events)
        for k, event in enumerate(vector.events):
            state = trace.state(k)
            used |= {(m, event, str(state[m])) for m in base.system.event(event).takes if m in state}
    some = [
        mutant
        for mutant in mutants(base.system)
        if mutant.operator in (Operator.DROP_ROW, Operator.REDIRECT)
        and mutant.machine.split(".")[0] in built
        and mutant.row is not None
        and (mutant.machine, mutant.event, str(mutant.row.source)) in used
    ][::step]
    return [mutant for mutant in some if not _dies(mutant, base, mine)], len(some)


def _dies(mutant: Mutant, base: Spec, vectors: list[Vector]) -> bool:
    other = Spec(base.role, base.plan, mutant.applied(base.system), base.unused)
    try:
        return any(departs(vector, base, other) is not None for vector in vectors)
    except (RuntimeError, ValueError):  # it never comes to rest, or tells of a meal that there is not
        return True


def _of(mutant: Mutant, row: tuple[str, str]) -> bool:
    return mutant.machine.split(".")[0] == row[0] and mutant.event.startswith(row[1])


@pytest.mark.parametrize("role", BUILT)
@pytest.mark.parametrize("step", [40, pytest.param(1, marks=pytest.mark.slow)])
def test_wrong_rows_are_noticed(committed: list[Vector], role: str, step: int) -> None:
    left, count = killed(role, committed, step)
    print(f"\n{role}: {count - len(left)} of {count} killed")
    assert count >= 2
    assert [str(mutant) for mutant in left if not any(_of(mutant, row) for row in UNSEEN[role])] == []
    assert len(left) <= max(1, MOST[role] * count)
    if step == 1:
        assert [row for row in UNSEEN[role] if not any(_of(mutant, row) for mutant in left)] == [], "these are killed"
