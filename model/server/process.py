"""The server process: up, or down between two lives (R22, F9).

A crash takes the registry, the handlers and the unfinished work with it; what each of these loses is
said in its own machine.

Left out: what another instance does but hold sockets (aspect `instances`).
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.scope import Scope
from mealspec.model.values import asks_backend, every, load_fails


class Process(StrEnum):
    """Up or down."""

    UP = "up"
    DOWN = "down"


def server(design: Design, scope: Scope) -> Machine:
    """The machine ``server``."""
    P, meals, connections = Process, scope.meal_names, scope.connection_names
    read = asks_backend(design, scope)
    rules = [
        On("server.crash", P.UP, P.DOWN),
        On("server.boot", P.DOWN, P.UP),
        On((*every("server.accept", connections), *every("user.join", scope.device_names)), P.UP, STAY),
        On((*every("server.take", meals), *read), P.UP, STAY),
        On(every("client.refused", connections), P.DOWN, STAY),
        On(every("server.refuse_upload", meals), P.DOWN, STAY),
        On((*load_fails("client.error", design, scope), "client.error.sync"), P.DOWN, STAY),
    ]
    return Machine.ruled("server", P.UP, rules, resting=P.UP, doc=__doc__ or "")
