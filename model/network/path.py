"""The device's network path: fine, just changed, or absent (R21, F8).

A change, Wi-Fi to cellular say, kills every socket and tells no one. While the path is absent nothing
can be reached.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import Machine
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import closings, origins, snapshots

__all__ = ["Path", "path"]


class Path(StrEnum):
    """What the device has."""

    FINE = "fine"
    CHANGED = "changed"
    ABSENT = "absent"


def path(design: Design, scope: Scope) -> Machine:
    """The machine ``path``."""
    P = Path
    changed = P.CHANGED if M.DIAL_ON_PATH_CHANGE in design else P.FINE
    reaches = [f"server.accept.{c}" for c in scope.connection_names]
    reaches += [f"server.take.{m}" for m in scope.meal_names]
    reaches += [f"server.read.{o}.{s.name}" for o in origins(design) for s in snapshots(scope)]
    refuses = [f"client.unreachable.{c}" for c in scope.connection_names]
    refuses += [f"network.refuse_upload.{m}" for m in scope.meal_names]
    refuses += [f"client.offline.{o}" for o in origins(design)]
    rows = [
        ("network.change_path", P.FINE, changed),
        ("network.lose_path", P.FINE, P.ABSENT),
        ("network.lose_path", P.CHANGED, P.ABSENT),
        ("network.restore_path", P.ABSENT, changed),
    ]
    follows = [event for event, _ in closings(scope) if event.startswith("client.follow_path")]
    rows += [(event, P.CHANGED, P.FINE) for event in follows]
    rows += [(event, state, state) for event in reaches for state in (P.FINE, P.CHANGED)]
    rows += [(event, P.ABSENT, P.ABSENT) for event in refuses]
    return Machine.table("path", P.FINE, rows, resting=lambda s: s is P.FINE, doc=__doc__ or "")
