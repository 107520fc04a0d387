"""One meal's submission on the device: saved, uploaded over REST, retried until it is (R11).

Left out: the outbox's own timer; a saved meal may be uploaded at any moment.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import Machine
from mealspec.model.design import Design
from mealspec.model.scope import Scope

__all__ = ["Outbox", "outbox"]


class Outbox(StrEnum):
    """Where the submission stands."""

    NONE = "none"
    WAITING = "waiting"
    SAVED = "saved"
    UPLOADING = "uploading"
    ANSWERED = "answered"
    UPLOADED = "uploaded"


def outbox(m: str, design: Design, scope: Scope) -> Machine:
    """The machine ``outbox.m``."""
    O = Outbox  # noqa: E741 (short for the table below)
    rows = [
        (f"user.submit.{m}", O.NONE, O.SAVED),
        (f"user.wait.{m}", O.NONE, O.WAITING),
        (f"client.submit.{m}", O.WAITING, O.SAVED),
        (f"client.submit_anyway.{m}", O.WAITING, O.SAVED),
        (f"client.upload.{m}", O.SAVED, O.UPLOADING),
        (f"server.take.{m}", O.UPLOADING, O.ANSWERED),
        (f"client.uploaded.{m}", O.ANSWERED, O.UPLOADED),
        (f"server.refuse_upload.{m}", O.UPLOADING, O.SAVED),
        (f"network.refuse_upload.{m}", O.UPLOADING, O.SAVED),
        (f"network.cut_upload.{m}", O.UPLOADING, O.SAVED),  # the request is lost
        (f"network.cut_upload.{m}", O.ANSWERED, O.SAVED),  # the answer is lost: it goes up twice
        (f"user.archive.{m}", O.UPLOADED, O.NONE),
    ]
    return Machine.table(f"outbox.{m}", O.NONE, rows, resting=lambda s: s in (O.NONE, O.UPLOADED), doc=__doc__ or "")
