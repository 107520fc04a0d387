"""One meal's AI work at the backend (R11, R12), and what a restart does to it (F9).

The result is in the database before anyone is notified. A restart orphans work that is not finished:
it reads as processing for ever, unless the next life takes it up again.

Left out: how long it takes (26 to 33 s; timed systems), and queues that outlive the process.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import RESULTS, SYNCED, Seen, every, messages, reads, tells


class Job(StrEnum):
    """Where the work stands."""

    NONE = "none"
    QUEUED = "queued"
    PROCESSING = "processing"
    ORPHANED = "orphaned"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def finished(self) -> bool:
        """Completed or failed."""
        return self in (Job.COMPLETED, Job.FAILED)

    @property
    def seen(self) -> Seen:
        """What a load is told about it."""
        return {Job.NONE: Seen.ABSENT, Job.COMPLETED: Seen.COMPLETED, Job.FAILED: Seen.FAILED}.get(
            self, Seen.PROCESSING
        )


def job(m: str, design: Design, scope: Scope) -> Machine:
    """The machine ``job.m``."""
    J = Job
    finished = {J.COMPLETED, J.FAILED}
    rules = [
        On(f"server.take.{m}", J.NONE, J.QUEUED, elsewhere=STAY),  # R11, F15
        On(f"server.start.{m}", J.QUEUED, J.PROCESSING),
        On(f"server.complete.{m}", J.PROCESSING, J.COMPLETED),  # R12
        On(f"server.fail.{m}", J.PROCESSING, J.FAILED),  # R12, F13
        On("server.crash", {J.QUEUED, J.PROCESSING}, J.ORPHANED, elsewhere=STAY),  # F9
        On("server.boot", J.ORPHANED, J.QUEUED if M.JOB_RECONCILIATION in design else STAY),  # F9
        On("server.boot", {J.NONE, *finished}, STAY),
        *(On(every("server.read.sync", m, seen), {"seen": seen}, STAY) for seen in SYNCED),  # E11
        *(On(messages(design, scope, result, m=m), J(result), STAY) for result in RESULTS if tells(design)),  # E32
        On(every("client.garbled", m, scope.connection_names), J.FAILED, STAY),  # E32
        *(On(reads(design, scope, m, seen), {"seen": seen}, STAY) for seen in Seen),
        On(f"user.archive.{m}", finished, J.NONE),
    ]
    return Machine.ruled(f"job.{m}", J.NONE, rules, resting={J.NONE, *finished}, doc=__doc__ or "")
