"""A save that waits for its first attempt to upload, and then loads and starts polling (E6, E14).

Left out: that other events of the outbox hold it up (E33); it may take any time.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import STAY, Machine, On
from mealspec.model.client.outbox import upload_fails
from mealspec.model.design import Design
from mealspec.model.scope import Scope
from mealspec.model.values import saves, submits


class Save(StrEnum):
    """Whether it waits for the attempt, or has seen its end."""

    IDLE = "idle"
    WAITING = "waiting"
    DUE = "due"


def save(m: str, design: Design, scope: Scope) -> Machine:
    """The machine ``save.m``."""
    S, tried = Save, (f"client.uploaded.{m}", *upload_fails(m), f"network.cut_upload.{m}")
    rules = [
        On(submits(design, m), S.IDLE, S.WAITING),
        On(tried, S.WAITING, S.DUE, elsewhere=STAY),
        On(saves(design, (m,)), S.DUE, S.IDLE),
        On(f"user.archive.{m}", S.IDLE, STAY),
    ]
    return Machine.ruled(f"save.{m}", S.IDLE, rules, resting=S.IDLE, doc=__doc__ or "")
