"""The day that the list shows: the meals', or another, of which nothing here is listed (E1).

Left out: meals of several days; all that are modelled are of one.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.scope import Scope
from mealspec.model.values import load_ends


class Day(StrEnum):
    """The meals' day, or another."""

    THIS = "this"
    OTHER = "other"


def day(design: Design, scope: Scope) -> Machine:
    """The machine ``day``."""
    ends = load_ends(design, scope)
    rules = [
        On("user.other_day", Day.THIS, Day.OTHER),
        On("user.this_day", Day.OTHER, Day.THIS),
        On([end.event for end in ends if end.other_day], Day.OTHER, STAY),
        On([end.event for end in ends if not end.other_day], Day.THIS, STAY),
    ]
    return Machine.ruled("day", Day.THIS, rules, doc=__doc__ or "")
