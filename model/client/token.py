"""The token that dials and requests carry: fresh, expired, or renewed where dials still use the old one (E23, F10).

A socket keeps the token that it was opened with, so an open one outlives the expiry.

Left out: a refresh token that is used up; then the user logs in again, which is a renewal.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import asks_backend, every, load_fails


class Token(StrEnum):
    """What dials and requests carry."""

    FRESH = "fresh"
    EXPIRED = "expired"
    RENEWED = "renewed"


def token(design: Design, scope: Scope) -> Machine:
    """The machine ``token``."""
    T, connections, meals = Token, scope.connection_names, scope.meal_names
    renewed = T.RENEWED if M.DIAL_REUSES_TOKEN in design else T.FRESH
    rules = [
        On("server.expire_token", {T.FRESH, T.RENEWED}, T.EXPIRED),
        On("client.renew_token", T.EXPIRED, renewed),
        On(every("server.accept", connections), T.FRESH, STAY),
        On(every("client.denied", connections), {T.EXPIRED, T.RENEWED}, STAY),
        On((*every("server.take", meals), *asks_backend(design, scope)), {T.FRESH, T.RENEWED}, STAY),
        On(
            (*every("server.deny_upload", meals), *load_fails("client.denied", design, scope), "client.denied.sync"),
            T.EXPIRED,
            STAY,
        ),
    ]
    return Machine.ruled("token", T.FRESH, rules, resting={T.FRESH, T.RENEWED}, doc=__doc__ or "")
