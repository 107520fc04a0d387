"""The server process: up, or down between two lives (R22, F9).

A crash takes the registry, the handlers and the unfinished work with it; what each of these loses is
said in its own machine.

Left out: a second instance.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import Machine
from mealspec.model.design import Design
from mealspec.model.scope import Scope
from mealspec.model.values import origins, snapshots

__all__ = ["Process", "server"]


class Process(StrEnum):
    """Up or down."""

    UP = "up"
    DOWN = "down"


def server(design: Design, scope: Scope) -> Machine:
    """The machine ``server``."""
    P = Process
    serves = [f"server.accept.{c}" for c in scope.connection_names]
    serves += [f"user.join.{d}" for d in scope.device_names]
    serves += [f"server.take.{m}" for m in scope.meal_names]
    serves += [f"server.read.{o}.{s.name}" for o in origins(design) for s in snapshots(scope)]
    refuses = [f"client.refused.{c}" for c in scope.connection_names]
    refuses += [f"server.refuse_upload.{m}" for m in scope.meal_names]
    refuses += [f"client.error.{o}" for o in origins(design)]
    rows = [("server.crash", P.UP, P.DOWN), ("server.boot", P.DOWN, P.UP)]
    rows += [(event, P.UP, P.UP) for event in serves]
    rows += [(event, P.DOWN, P.DOWN) for event in refuses]
    return Machine.table("server", P.UP, rows, resting=lambda s: s is P.UP, doc=__doc__ or "")
