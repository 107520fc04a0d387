"""What the kinds of line of a mapping are to the events of a design, and to the splitting into meals."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mealspec.check.excerpts import LOGS
from mealspec.core import System
from mealspec.core.explicit.asked import Lines, Mask
from mealspec.core.explicit.settling import ALWAYS, COUNTED, CUT
from mealspec.diagnose.mapping import LineMapping, every_event, selects

LENIENT = {"always": ALWAYS, "sometimes": COUNTED, "cut": CUT}

BEGINS = ("user.submit", "client.submit", "client.submit_anyway")
ENDS = ("server.complete", "server.fail", "server.skip", "client.receive")
ARCHIVE = "user.archive"


@dataclass(frozen=True)
class Sorts:
    """Of each kind of line, by its number: what it says of meals.

    Attributes
    ----------
    own
        It is about one meal.
    begins, ends
        With it a meal begins; after it a meal may be over.
    polls
        It is about polling, which all meals of a user share.
    """

    own: tuple[bool, ...]
    begins: tuple[bool, ...]
    ends: tuple[bool, ...]
    polls: tuple[bool, ...]


def sorts(mapping: LineMapping) -> Sorts:
    """What the kinds of a mapping say of meals."""
    of = [[event for event in every_event() if kind.stands_for(event)] for kind in mapping.lines]

    def some(names: Collection[str]) -> tuple[bool, ...]:
        return tuple(any(event.stem in names for event in events) for events in of)

    own = tuple(bool(events) and all("m" in event.values for event in events) for events in of)
    polls = tuple(
        any(event.takes[0].split(".")[0] in ("poller", "loader", "sync") for event in events) for events in of
    )
    return Sorts(own, some(BEGINS), some(ENDS), polls)


def lines_of(system: System, mapping: LineMapping, cut: Collection[int], *, alone: bool) -> Lines:
    """Which events of a system print which kinds of line; the absence of ``cut`` kinds says nothing.

    With ``alone`` all that is printed is about this meal; else other meals may have come before it.
    """
    selected = tuple((kind.log, kind.events) for kind in mapping.lines)
    return _lines_of(system, selected, mapping.modelled, alone, tuple(
        CUT if k in cut else LENIENT[kind.absence] for k, kind in enumerate(mapping.lines)
    ))  # fmt: skip


@lru_cache(maxsize=1_000)
def _lines_of(
    system: System, selected: tuple[tuple[str, tuple[str, ...]], ...], modelled: bool, alone: bool,
    lenient: tuple[int, ...],
) -> Lines:  # fmt: skip
    shows = _shows(system, selected, modelled)
    log = np.full(len(system.events), -1, np.int64)
    missing = np.zeros(len(system.events), np.int64)
    for k, (where, _) in enumerate(selected):
        log[shows[k]] = LOGS.index(where)
        missing[shows[k]] = np.maximum(missing[shows[k]], lenient[k])
    own = np.array(["m" in event.values for event in system.events], np.bool_)
    renews = np.array([not alone and event.is_of(ARCHIVE) for event in system.events], np.bool_)
    return Lines(log, shows, missing, own, renews)


@lru_cache(maxsize=256)
def _shows(system: System, selected: tuple[tuple[str, tuple[str, ...]], ...], modelled: bool) -> Mask:
    made = np.zeros((len(selected), len(system.events)), np.bool_)
    for k, (_, selectors) in enumerate(selected):
        for e, event in enumerate(system.events):
            made[k, e] = (not modelled or event.line is not None) and any(selects(each, event) for each in selectors)
    return made
