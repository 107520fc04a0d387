"""The device's network path: fine, just changed, or absent (R21, F8).

A change, Wi-Fi to cellular say, kills every socket and tells no one. While the path is absent nothing
can be reached.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import NONE, asks_backend, every, load_fails


class Path(StrEnum):
    """What the device has."""

    FINE = "fine"
    CHANGED = "changed"
    ABSENT = "absent"


def path(design: Design, scope: Scope) -> Machine:
    """The machine ``path``."""
    P, meals, connections = Path, scope.meal_names, scope.connection_names
    there = {P.FINE, P.CHANGED}
    changed = P.CHANGED if M.DIAL_ON_PATH_CHANGE in design else P.FINE
    read = asks_backend(design, scope)
    rules = [
        On("network.change_path", P.FINE, changed),
        On("network.lose_path", there, P.ABSENT),
        On("network.restore_path", P.ABSENT, changed),
        On(every("client.follow_path", (NONE, *connections)), P.CHANGED, P.FINE),  # F8
        On((*every("server.accept", connections), *every("server.take", meals), *read), there, STAY),
        On(every("client.unreachable", connections), P.ABSENT, STAY),
        On(every("network.refuse_upload", meals), P.ABSENT, STAY),
        On((*load_fails("client.offline", design, scope), "client.offline.sync"), P.ABSENT, STAY),
    ]
    return Machine.ruled("path", P.FINE, rules, resting=P.FINE, doc=__doc__ or "")
