"""What the screen shows of one meal, and what its user has been promised.

The list shows what the last applied answer said. ``again`` is the regress: something was shown as
finished and is now shown as less (F11).

Left out: what the device knows and the backend does not; a saved meal is not listed before a load
brings it.
"""

from __future__ import annotations

from enum import StrEnum
from functools import partial

from mealspec.core import STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import LOOPS, Seen, answers, every, leaves, submits


class View(StrEnum):
    """What is shown: ``awaited`` is submitted and not listed yet."""

    NONE = "none"
    AWAITED = "awaited"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    AGAIN = "again"

    @property
    def finished(self) -> bool:
        """Shown as finished, one way or the other."""
        return self in (View.COMPLETED, View.FAILED)

    @property
    def processing(self) -> bool:
        """Shown as processing."""
        return self in (View.PROCESSING, View.AGAIN)


def view(m: str, design: Design, scope: Scope) -> Machine:
    """The machine ``view.m``."""
    V = View
    finished, listed = {V.COMPLETED, V.FAILED}, {*V} - {V.NONE}
    says = partial(answers, "client.apply", design, scope, m)
    kept = STAY if M.TERMINAL_ABSORBS in design else V.AGAIN
    unfinished = {V.PROCESSING, V.AGAIN} | ({V.AWAITED} if M.POLL_UNTIL_TERMINAL in design else set())
    place = scope.meal_names.index(m)
    later = every(LOOPS, "check", scope.meal_names[place + 1 :])  # whose checks find this one finished
    rules = [
        On(submits(m), V.NONE, V.AWAITED),
        On(says(Seen.ABSENT), V.NONE, STAY),
        On(says(Seen.ABSENT), {V.AWAITED, V.PROCESSING}, V.AWAITED),
        On(says(Seen.PROCESSING), {V.AWAITED, V.PROCESSING}, V.PROCESSING),
        On(says(Seen.ABSENT, Seen.PROCESSING), V.AGAIN, STAY),
        On(says(Seen.ABSENT, Seen.PROCESSING), finished, kept),  # F11
        On(says(Seen.COMPLETED), listed, V.COMPLETED),
        On(says(Seen.FAILED), listed, V.FAILED),
        On(every(LOOPS, "check", m), unfinished, STAY),  # R7
        On((*every(LOOPS, "check.done"), *later), {*V} - unfinished, STAY),  # R7, F12
        On(leaves(scope), {V.PROCESSING, V.AGAIN}, V.AWAITED, elsewhere=STAY),
        On(f"user.archive.{m}", finished, V.NONE),
    ]
    return Machine.ruled(f"view.{m}", V.NONE, rules, resting={V.NONE, *finished}, doc=__doc__ or "")
