"""One meal's AI work at the backend (R11, R12), and what a restart does to it (F9).

The result is in the database before anyone is notified. A restart orphans work that is not finished:
it reads as processing for ever, unless the next life takes it up again.

Left out: how long it takes (26 to 33 s; timed systems), and queues that outlive the process.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import Machine
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import Seen, origins, snapshots

__all__ = ["Job", "job"]


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
    place = scope.meal_names.index(m)
    rows = [
        (f"server.take.{m}", J.NONE, J.QUEUED),
        *((f"server.take.{m}", state, state) for state in J if state is not J.NONE),
        (f"server.start.{m}", J.QUEUED, J.PROCESSING),
        (f"server.complete.{m}", J.PROCESSING, J.COMPLETED),
        (f"server.fail.{m}", J.PROCESSING, J.FAILED),
        ("server.crash", J.QUEUED, J.ORPHANED),
        ("server.crash", J.PROCESSING, J.ORPHANED),
        *(("server.crash", state, state) for state in (J.NONE, J.ORPHANED, J.COMPLETED, J.FAILED)),
        *(("server.boot", state, state) for state in (J.NONE, J.COMPLETED, J.FAILED)),
        ("server.boot", J.ORPHANED, J.QUEUED if M.JOB_RECONCILIATION in design else J.ORPHANED),
        (f"user.archive.{m}", J.COMPLETED, J.NONE),
        (f"user.archive.{m}", J.FAILED, J.NONE),
    ]
    rows += [
        (f"server.read.{origin}.{snapshot.name}", state, state)
        for origin in origins(design)
        for snapshot in snapshots(scope)
        for state in J
        if state.seen is snapshot.meals[place]
    ]
    return Machine.table(f"job.{m}", J.NONE, rows, resting=lambda s: s is J.NONE or s.finished, doc=__doc__ or "")
