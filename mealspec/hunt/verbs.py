"""The rules of a hunt: what happens in the protocol, in the words that people use for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mealspec.core import Event


def verbs(events: Iterable[Event]) -> Mapping[str, int]:
    """For each verb that the events have, the set of its events as bits."""
    out: dict[str, int] = {}
    for e, event in enumerate(events):
        out[event.verb] = out.get(event.verb, 0) | 1 << e
    return out
