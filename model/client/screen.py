"""The screen and its view model: hidden, arriving (its connect task has not run yet), shown (R9).

Left out: other screens. Closing is the end of the view model and cleans up at once, as the seed's
checklist has it for ``deinit``.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import Machine
from mealspec.model.design import Design
from mealspec.model.scope import Scope
from mealspec.model.values import closings, dials

__all__ = ["Screen", "screen"]


class Screen(StrEnum):
    """Whether there is a view model, and whether its first connect has begun."""

    HIDDEN = "hidden"
    ARRIVING = "arriving"
    SHOWN = "shown"


def screen(design: Design, scope: Scope) -> Machine:
    """The machine ``screen``."""
    S = Screen
    rows = [
        ("client.appear", S.HIDDEN, S.ARRIVING),
        ("client.skip_connect", S.ARRIVING, S.SHOWN),
        ("client.return", S.SHOWN, S.ARRIVING),
    ]
    for dial in dials(scope):
        first = dial.verb == "client.connect"
        rows.append((dial.event, S.ARRIVING if first else S.SHOWN, S.SHOWN))
    for event, _ in closings(scope):
        rows.append((event, S.SHOWN, S.HIDDEN if event.startswith("user.leave") else S.SHOWN))
    return Machine.table("screen", S.HIDDEN, rows, resting=lambda s: s is S.SHOWN, doc=__doc__ or "")
