"""How often the backend has taken one submission (F15).

Left out: what becomes of the second copy; that it exists is the failure.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope


class Receipt(StrEnum):
    """Never, once, or more often."""

    NEVER = "never"
    ONCE = "once"
    TWICE = "twice"


def receipt(m: str, design: Design, scope: Scope) -> Machine:
    """The machine ``receipt.m``."""
    R = Receipt
    again = R.ONCE if M.IDEMPOTENT_UPLOAD in design else R.TWICE
    rules = [
        On(f"server.take.{m}", R.NEVER, R.ONCE),
        On(f"server.take.{m}", R.ONCE, again),  # F15
        On(f"server.take.{m}", R.TWICE, STAY),
        On(f"user.archive.{m}", {R.ONCE, R.TWICE}, R.NEVER),
    ]
    return Machine.ruled(f"receipt.{m}", R.NEVER, rules, doc=__doc__ or "")
