"""Who the server thinks is connected (R13, F1, F14); lost with the process.

Three policies: a single entry that every closing handler deletes blindly; a single entry that only
its owner deletes; a set of connections. There is one user, so the registry maps nothing: it holds
connections, of whichever device.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from mealspec.core import ANY, STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import handler_ends
from mealspec.model.scope import Scope
from mealspec.model.values import every, has, lacks, targets


class Registry(NamedTuple):
    """The connections that it holds, in the order of their names."""

    held: tuple[str, ...]

    def __str__(self) -> str:
        return "+".join(self.held) or "nothing"


NOBODY = Registry(())


def registry(design: Design, scope: Scope) -> Machine:
    """The machine ``registry``."""
    many = M.CONNECTION_SET in design
    to_all = many and M.PUSH_TO_ALL in design
    blind = not many and M.COMPARE_AND_DELETE not in design
    misses = M.OTHER_REGISTRY in design or M.OTHER_KEY in design  # the notifier looks elsewhere (F16)
    rules = [On("server.crash", ANY, NOBODY)]  # R22, F9
    for c in scope.socket_names:
        ends = (*handler_ends(c, scope), *([f"server.return.{c}"] if M.ENTRY_ENDS_WITH_HANDLER in design else []))
        entered = partial(_with, c) if many else Registry((c,))
        rules += [
            On(f"server.register.{c}", ANY, entered),
            On(f"client.reregister.{c}", {"held": lacks(c)}, entered),  # F16
            On(ends, ANY, NOBODY if blind else partial(_without, c)),  # F1
            On(every(("server.drop_entry", "server.expire_entry"), c), {"held": has(c)}, partial(_without, c)),  # F16
        ]
    for m in scope.meal_names:
        rules += [
            On(f"server.skip.{m}", ANY if misses else NOBODY, STAY),  # R13
            *(
                On(f"server.push.{m}.{name}", set() if misses else Registry(to) if to_all else {"held": has(*to)}, STAY)
                for name, to in targets(design, scope)  # R13, F14
            ),
            *(
                On(f"server.replay.{m}.{c}", set() if misses else {"held": has(c)}, STAY)
                for c in scope.connection_names
            ),  # F3
        ]
    return Machine.ruled("registry", NOBODY, rules, doc=__doc__ or "")


def _with(c: str, s: Registry) -> Registry:
    return Registry(tuple(sorted({*s.held, c})))


def _without(c: str, s: Registry) -> Registry:
    return Registry(tuple(held for held in s.held if held != c))
