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

UNSEEN = {"client": 0.03, "server": 0.15}
"""The share of mutants that nobody at the wire can tell apart: work that is queued or begun, what is forgotten of a
meal that is done with, what becomes of a message after it was sent, a clock for which nothing waits."""


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


@pytest.mark.parametrize("role", BUILT)
@pytest.mark.parametrize("step", [40, pytest.param(1, marks=pytest.mark.slow)])
def test_wrong_rows_are_noticed(committed: list[Vector], role: str, step: int) -> None:
    left, count = killed(role, committed, step)
    assert count >= 2
    assert len(left) <= max(1, UNSEEN[role] * count), "; ".join(map(str, left))
