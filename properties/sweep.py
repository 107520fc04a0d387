"""All designs at once: which break a property, and what those that keep it have in common."""

from __future__ import annotations

from checker import Symbolic, branches
from checker.decide_all import breakers, questions
from checker.symbolic import Set
from model.family import opened
from model.scope import Scope
from properties.catalogue import Property
from properties.facts import Facts

__all__ = ["breaking"]


def breaking(space: Symbolic, scope: Scope, prop: Property, on: frozenset[str] = frozenset()) -> Set:
    """The designs that violate the property."""
    asked = branches(lambda choice: prop.claims(Facts(opened(choice), scope, space.family)), space.family.features, on)
    out = space.false
    for question in questions(space, asked):
        out = out | breakers(space, question, ~out)
    return out
