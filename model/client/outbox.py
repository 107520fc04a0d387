"""One meal's submission on the device: saved, uploaded over REST, retried until it is (R11).

Left out: the outbox's own timer; a saved meal may be uploaded at any moment.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import Machine, On
from mealspec.model.design import Design
from mealspec.model.scope import Scope
from mealspec.model.values import every


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
    rules = [
        On(f"user.submit.{m}", O.NONE, O.SAVED),  # R11
        On(f"user.wait.{m}", O.NONE, O.WAITING),  # R28
        On(every(("client.submit", "client.submit_anyway"), m), O.WAITING, O.SAVED),  # R28
        On(f"client.upload.{m}", O.SAVED, O.UPLOADING),
        On(f"server.take.{m}", O.UPLOADING, O.ANSWERED),
        On(f"client.uploaded.{m}", O.ANSWERED, O.UPLOADED),
        On(every(("server.refuse_upload", "network.refuse_upload"), m), O.UPLOADING, O.SAVED),  # R21, R22
        # Either the request is lost, or the answer is: then it goes up twice (F15).
        On(f"network.cut_upload.{m}", {O.UPLOADING, O.ANSWERED}, O.SAVED),
        On(f"user.archive.{m}", O.UPLOADED, O.NONE),
    ]
    return Machine.ruled(f"outbox.{m}", O.NONE, rules, resting={O.NONE, O.UPLOADED}, doc=__doc__ or "")
