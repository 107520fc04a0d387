"""Clocks that may grow with the number of rounds, if one asks for that: how, and where it comes from.

The seed lengthens the interval of polling after more than 3 empty polls, up to 30 s (R26), and does not say when it
shrinks again: it is taken for granted that a poll task keeps what it has come to, and that a new one begins anew. The
app's outbox waits 1, 5, 30 and 120 s after the failures of an upload, beside its own pause of up to 2 s (E33), and
gives up after 5 attempts (E34).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from mealspec.core import CheckerError
from mealspec.model.client.outbox import Outbox
from mealspec.model.client.poller import Loop


@dataclass(frozen=True)
class Growth:
    """How a clock may grow with the number of rounds.

    Attributes
    ----------
    events
        What ends a round, by the beginnings of their names.
    anew
        Where the first round begins again, written like the condition of a rule.
    named
        What ``--set`` calls the growth that has a source.
    rounds
        Its seconds, round by round, the least and the greatest of each; the last goes on.
    refs
        Its source.
    instead
        Events that come after the last round in the place of another one, and before that not at all, where a design
        has them.
    """

    events: tuple[str, ...]
    anew: Any
    named: str
    rounds: tuple[tuple[float, float], ...]
    refs: tuple[str, ...]
    instead: tuple[str, ...] = ()


FACTOR = 1.5
"""By which an interval grows from one round to the next (R26)."""


def growing(least: float, times: int, greatest: float) -> tuple[tuple[float, float], ...]:
    """An interval that stays at its least so many times, and then grows up to its greatest.

    >>> [seconds for seconds, _ in growing(5, 2, 12)]
    [5, 5, 7.5, 11.25, 12]
    """
    if not 0 < least <= greatest:
        raise CheckerError(f"an interval cannot grow from {least:g} to {greatest:g} s: choose 0 < LEAST <= GREATEST")
    out = [least] * times
    while out[-1] < greatest:
        out.append(min(out[-1] * FACTOR, greatest))
    return tuple((each, each) for each in out)


def spread(pauses: Iterable[float], by: float) -> tuple[tuple[float, float], ...]:
    """Pauses each of which may last so much longer."""
    return tuple((pause, pause + by) for pause in pauses)


FAILS = ("server.refuse_upload", "network.refuse_upload", "server.deny_upload", "network.cut_upload")

GROWTHS: Mapping[str, Growth] = {
    "poll": Growth(("client.poll.wake", "client.poll.pass"), {"loop": {Loop.OFF, Loop.NONE}}, "adaptive",
                   growing(5, 4, 30), ("R26",)),
    "upload": Growth(FAILS, {Outbox.NONE, Outbox.WAITING, Outbox.UPLOADED}, "backoff",
                     spread((0, 1, 5, 30, 120), 2), ("E33", "E34"), ("client.abandon_upload",)),
}  # fmt: skip
"""By the name of the clock."""


class Growing(NamedTuple):
    """Seconds of a clock that grows: the least and the greatest of each round."""

    rounds: tuple[tuple[float, float], ...]


Figures = tuple[float, float | None] | Growing
"""Seconds of a clock: its least and greatest, or how it grows."""


def growth(name: str, called: str) -> Growing:
    """What a clock's growth of that name is; ``CheckerError`` names the choices."""
    if name not in GROWTHS or GROWTHS[name].named != called:
        choices = " and ".join(f"{clock}={each.named}" for clock, each in GROWTHS.items())
        raise CheckerError(f"no clock '{name}' grows as '{called}': there are {choices}")
    return Growing(GROWTHS[name].rounds)
