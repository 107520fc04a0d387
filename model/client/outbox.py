"""One meal's submission on the device: saved, uploaded over REST, retried until it is (R11).

An outbox that gives up does so after a number of failed attempts (E34); how many is left open.

Left out: the outbox's own timer, and what holds it up (E33); a saved meal may be uploaded at any moment.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import every, submits


class Outbox(StrEnum):
    """Where the submission stands."""

    NONE = "none"
    WAITING = "waiting"
    SAVED = "saved"
    UPLOADING = "uploading"
    ANSWERED = "answered"
    UPLOADED = "uploaded"
    RETRY = "retry"
    ABANDONED = "abandoned"


def upload_fails(m: str) -> tuple[str, ...]:
    """Events by which an upload is refused, before anything is lost."""
    return every(("server.refuse_upload", "network.refuse_upload", "server.deny_upload"), m)


def outbox(m: str, design: Design, scope: Scope) -> Machine:
    """The machine ``outbox.m``."""
    O = Outbox  # noqa: E741 (short for the table below)
    again = O.RETRY if M.OUTBOX_GIVES_UP in design else O.SAVED
    rules = [
        On(submits(design, m, "user.submit"), O.NONE, O.SAVED),  # R11
        On(f"user.wait.{m}", O.NONE, O.WAITING),  # R28
        On(submits(design, m, "client.submit", "client.submit_anyway"), O.WAITING, O.SAVED),  # R28
        On(f"client.upload.{m}", {O.SAVED, O.RETRY}, O.UPLOADING),
        On(f"server.take.{m}", O.UPLOADING, O.ANSWERED),
        On(f"client.uploaded.{m}", O.ANSWERED, O.UPLOADED),
        On(upload_fails(m), O.UPLOADING, again),  # R21, R22
        # Either the request is lost, or the answer is: then it goes up twice (F15).
        On(f"network.cut_upload.{m}", {O.UPLOADING, O.ANSWERED}, again),
        On(f"client.abandon_upload.{m}", O.RETRY, O.ABANDONED),  # E34
        On(f"user.archive.{m}", O.UPLOADED, O.NONE),
    ]
    return Machine.ruled(f"outbox.{m}", O.NONE, rules, resting={O.NONE, O.UPLOADED, O.ABANDONED}, doc=__doc__ or "")
