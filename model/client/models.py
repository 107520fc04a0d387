"""How many view models share the one service (E25): the shown one, or another whose handler has taken its place.

The service has one handler slot, and adds a subscription at each connect. So with two view models a message is handled
twice, both times by the one that is not shown: the shown one's flag, list and poll loop hear of nothing.

Left out: what the second one shows and polls; nobody sees it.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import ANY, STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import messages


class Models(StrEnum):
    """One view model, or two."""

    ONE = "one"
    TWO = "two"


def models(design: Design, scope: Scope) -> Machine:
    """The machine ``models``."""
    shown = ANY if M.ONE_SUBSCRIBER in design else Models.ONE
    rules = [
        On("user.twin", Models.ONE, Models.TWO),
        On(messages(design, scope, verb="client.receive"), shown, STAY),
        On(messages(design, scope, verb="client.receive_twin"), Models.TWO, STAY),
    ]
    return Machine.ruled("models", Models.ONE, rules, doc=__doc__ or "")
