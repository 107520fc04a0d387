"""Rows of a machine in words: in which states it takes an event, and what changes where.

A phrase is true in just the states that it is about. Of states with fields it names the fields that matter, as one or
several alternatives: ``loop: sleep or load, woken: no; or loop: none``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from mealspec.core import State

ANYWHERE = "any state"
STAYS = "no change"

Limits = dict[int, tuple[Any, ...]]
"""By the place of a field the values that it may have; what is not named may have any."""


class Saying(NamedTuple):
    """Rows in words: where the machine takes the event, and what changes then."""

    when: str
    then: str


def value(found: object) -> str:
    """A field's value.

    >>> value(True), value(("c1", "c2")), value(""), value("sleep")
    ('yes', 'c1+c2', 'none', 'sleep')
    """
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, tuple):
        return "+".join(found) or "nothing"
    return str(found) or "none"


def where(some: Collection[State], every: Sequence[State], free: Collection[State] = ()) -> str:
    """A phrase that is true in ``some`` of the states and in no other of ``every``; of ``free`` it may say anything.

    >>> where(["idle", "sent"], ["idle", "sent", "answered"])
    'idle or sent'
    >>> from typing import NamedTuple
    >>> Lamp = NamedTuple("Lamp", [("lit", bool), ("hot", bool)])
    >>> lamps = [Lamp(lit, hot) for lit in (False, True) for hot in (False, True)]
    >>> where(lamps[2:], lamps), where(lamps[1:], lamps), where(lamps[1:], lamps, free=lamps[:1])
    ('lit: yes', 'hot: yes; or lit: yes', 'any state')
    """
    true, allowed = set(some), {*some, *free}
    chosen = [state for state in every if state in true]
    if len(allowed) == len(every):
        return ANYWHERE
    first: Any = every[0]
    if not hasattr(first, "_fields"):
        return " or ".join(map(str, chosen))
    others = [state for state in every if state not in allowed]
    return "; or ".join(_limited(first._fields, limits) for limits in _alternatives(chosen, others))


def _limited(fields: Sequence[str], limits: Limits) -> str:
    return ", ".join(f"{fields[k]}: {' or '.join(map(value, values))}" for k, values in sorted(limits.items()))


def _alternatives(some: Sequence[Any], others: Sequence[Any]) -> list[Limits]:
    """Limits of fields that together hold in all of some states, and in none of the others."""
    limits = {k: tuple(dict.fromkeys(state[k] for state in some)) for k in range(len(some[0]))}
    if not _among(limits, others):
        for k in list(limits):  # what goes without saying is not said
            fewer = {other: values for other, values in limits.items() if other != k}
            limits = limits if _among(fewer, others) else fewer
        return [limits]
    parts = min((split for k in limits if len(split := _split(k, some)) > 1), key=len)
    return [limits for part in parts for limits in _alternatives(part, others)]


def _among(limits: Limits, states: Iterable[Any]) -> bool:
    """Whether one of the states keeps the limits."""
    return any(all(state[k] in values for k, values in limits.items()) for state in states)


def _split(k: int, some: Sequence[Any]) -> list[list[Any]]:
    """The states by one of their fields; values after which the others may be the same stay together."""
    by_value: dict[Any, list[Any]] = defaultdict(list)
    for state in some:
        by_value[state[k]].append(state)
    alike: dict[frozenset[Any], list[Any]] = defaultdict(list)
    for states in by_value.values():
        alike[frozenset((*state[:k], *state[k + 1 :]) for state in states)] += states
    return list(alike.values())


# ---------------------------------------------------------------------- what changes


def saying(pairs: Sequence[tuple[State, State]], states: Sequence[State]) -> Saying:
    """The rows ``(source, dest)`` of one event, of a machine with these states."""
    sources = [source for source, _ in pairs]
    when = where(sources, states)
    if hasattr(states[0], "_fields"):
        return Saying(when, _changes(pairs, sources))
    dests = {dest for _, dest in pairs}
    moves = [(source, dest) for source, dest in pairs if source != dest]
    if not moves:
        return Saying(when, STAYS)
    if len(dests) == 1:
        return Saying(when, f"→ {moves[0][1]}")
    told = [f"{source} → {dest}" for source, dest in moves]
    return Saying(when, "; ".join([*told, *([f"else {STAYS}"] if len(moves) < len(pairs) else [])]))


def _changes(pairs: Sequence[tuple[Any, Any]], sources: Sequence[Any]) -> str:
    """What becomes of each field; in brackets where, if elsewhere it stays as it is."""
    told: dict[str, list[str]] = defaultdict(list)
    for k, field in enumerate(sources[0]._fields):
        for to in dict.fromkeys(dest[k] for source, dest in pairs if source[k] != dest[k]):
            moved = [source for source, dest in pairs if source[k] != dest[k] == to]
            same = [source for source, dest in pairs if source[k] == dest[k] == to]
            told[where(moved, sources, free=same)].append(f"{field} → {value(to)}")
    parts = [", ".join(some) + (f" ({place})" if place != ANYWHERE else "") for place, some in told.items()]
    return "; ".join(parts) or STAYS
