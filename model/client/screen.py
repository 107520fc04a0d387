"""The screen and its view model: hidden, arriving (its connect task has not run yet), shown (R9).

Closing is the end of the view model and cleans up at once, as the seed's checklist has it for ``deinit``; in the app
it ends nothing (E26).

Left out: other screens; another user, whose login finds the old one's socket open (E26).
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import NONE, dialled, every, leaves, submits


class Screen(StrEnum):
    """Whether there is a view model, and whether its first connect has begun."""

    HIDDEN = "hidden"
    ARRIVING = "arriving"
    SHOWN = "shown"
    AWAY = "away"


def screen(design: Design, scope: Scope) -> Machine:
    """The machine ``screen``."""
    S = Screen
    connects = dialled(scope, verb="client.connect")
    others = [event for event in dialled(scope) if event not in connects]
    follows = every("client.follow_path", (NONE, *scope.connection_names))
    rules = [
        On("client.appear", S.HIDDEN, S.ARRIVING),
        On((*connects, "client.skip_connect"), S.ARRIVING, S.SHOWN),
        On("client.return", S.SHOWN, S.ARRIVING),
        On("client.connect_noop", S.ARRIVING, S.SHOWN),  # E18
        On((*others, *follows), S.SHOWN, STAY),
        On(
            submits(design, scope.meal_names, "user.submit"), {S.SHOWN, S.AWAY}, STAY, given=M.DIAL_AT_LOGIN in design
        ),  # E24
        On("user.hide", S.SHOWN, S.AWAY),  # E26
        On("client.show", S.AWAY, S.SHOWN),
        On(("user.other_day", "user.this_day"), S.SHOWN, STAY),  # E1
        On(leaves(scope), S.SHOWN, S.HIDDEN),  # R9
    ]
    return Machine.ruled("screen", S.HIDDEN, rules, resting=S.SHOWN, doc=__doc__ or "")
