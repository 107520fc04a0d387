"""How often the backend has taken one submission (F15).

Left out: what becomes of the second copy; that it exists is the failure.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import Machine
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope

__all__ = ["Receipt", "receipt"]


class Receipt(StrEnum):
    """Never, once, or more often."""

    NEVER = "never"
    ONCE = "once"
    TWICE = "twice"


def receipt(m: str, design: Design, scope: Scope) -> Machine:
    """The machine ``receipt.m``."""
    R = Receipt
    again = R.ONCE if M.IDEMPOTENT_UPLOAD in design else R.TWICE
    rows = [
        (f"server.take.{m}", R.NEVER, R.ONCE),
        (f"server.take.{m}", R.ONCE, again),
        (f"server.take.{m}", R.TWICE, R.TWICE),
        (f"user.archive.{m}", R.ONCE, R.NEVER),
        (f"user.archive.{m}", R.TWICE, R.NEVER),
    ]
    return Machine.table(f"receipt.{m}", R.NEVER, rows, doc=__doc__ or "")
