"""Who the server thinks is connected (R13, F1, F14); lost with the process.

Three policies: a single entry that every closing handler deletes blindly; a single entry that only
its owner deletes; a set of connections. There is one user, so the registry maps nothing: it holds
connections, of whichever device.
"""

from __future__ import annotations

from typing import NamedTuple

from mealspec.core import Machine
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import handler_ends
from mealspec.model.scope import Scope
from mealspec.model.values import Effects, always, targets, then, when

__all__ = ["Registry", "registry"]


class Registry(NamedTuple):
    """The connections that it holds, in the order of their names."""

    held: tuple[str, ...]

    def __str__(self) -> str:
        return "+".join(self.held) or "nothing"


def registry(design: Design, scope: Scope) -> Machine:
    """The machine ``registry``."""
    many = M.CONNECTION_SET in design
    to_all = many and M.PUSH_TO_ALL in design
    blind = not many and M.COMPARE_AND_DELETE not in design

    def register(s: Registry, c: str) -> Registry:
        return Registry(tuple(sorted({*s.held, c}))) if many else Registry((c,))

    def unregister(s: Registry, c: str) -> Registry:
        return Registry(() if blind else tuple(held for held in s.held if held != c))

    effects: Effects = {"server.crash": always(held=())}
    for c in scope.socket_names:
        effects[f"server.register.{c}"] = then(register, c)
        for event in handler_ends(c, scope):
            effects[event] = then(unregister, c)
    for m in scope.meal_names:
        effects[f"server.skip.{m}"] = when(lambda s: not s.held)
        for name, to in targets(design, scope):
            effects[f"server.push.{m}.{name}"] = when(
                lambda s, to: s.held == to if to_all else set(to) <= set(s.held), to
            )
        for c in scope.connection_names:
            effects[f"server.replay.{m}.{c}"] = when(lambda s, c: c in s.held, c)
    return Machine.generated("registry", Registry(()), effects, doc=__doc__ or "")
