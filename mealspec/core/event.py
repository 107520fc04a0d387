"""Events: the only way in which machines touch each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate


class Kind(StrEnum):
    """What is owed of an event."""

    SYSTEM = "system"
    """Must happen if it stays enabled (weak fairness)."""
    USER = "user"
    """May happen, for ever even; never owed."""
    FAULT = "fault"
    """May happen; liveness assumes that faults end."""
    TIME = "time"
    """A tick of a clock; only in timed systems."""


@dataclass(frozen=True)
class Line:
    """The line that an event prints, and the log in which it appears.

    A part in braces stands for any word: a date, an id.

    >>> Line("server", "User {user} not connected").matches("09:24:23 User 4eb4 not connected, skipping")
    True
    """

    log: str
    text: str

    def matches(self, line: str) -> bool:
        """Whether the line of a real log was printed by this."""
        parts = (re.escape(part) for part in re.split(r"\{\w+\}", self.text))
        return re.search(r"\S+".join(parts), line) is not None


@dataclass(frozen=True)
class Event:
    """A named step that all ``takes`` machines make at once.

    Parameters
    ----------
    name
        Dotted, values last: ``server.push.m1.c2``.
    kind
        What is owed of it.
    owner
        Who does it: the lane in which charts show it.
    takes
        The machines that take part; each must have the event in its alphabet.
    label
        A few words for a chart.
    line
        The log line that it prints, if any.
    because
        Why this and not the better choice, as a sentence for explanations; empty if it needs none.
    instead
        The events that would have been the better choice, as :meth:`is_of` reads it.
    needs
        The item of a scope that brings the event in; empty if it is always there.
    refs
        Where it comes from: requirements and failure classes.
    action
        Events that are one action, split by a value that others hold (``poll.wake.verified`` and
        ``poll.wake.unflagged``), share its name: fairness is owed to the action, which is enabled
        where one of them is.
    group, values
        Its name without the values at its end, and these, by what they are of; a name that is not made of
        values is a group of its own.
    verb
        What people call it: the rule of a hunt by which it happens.
    arrow, lost
        Between which lanes of a chart it is a message, if it is one, and whether that never arrives.
    obligation
        What an implementer owes when it happens, or must bear.
    """

    name: str
    kind: Kind
    owner: str
    takes: tuple[str, ...]
    label: str = ""
    line: Line | None = None
    because: str = ""
    instead: str = ""
    needs: str = ""
    refs: tuple[str, ...] = ()
    action: str = ""
    group: str = ""
    values: Mapping[str, str] = field(default_factory=dict, hash=False)
    verb: str = ""
    arrow: tuple[str, str] | None = None
    lost: bool = False
    obligation: str = ""

    def is_of(self, some: str) -> bool:
        """Whether it is one of the events that a group names, or a group with its first values.

        >>> push = Event("push.m1.c2", Kind.SYSTEM, "server", (), group="push", values={"m": "m1", "c": "c2"})
        >>> [push.is_of(some) for some in ("push", "push.m1", "push.m1.c2", "push.m2", "pus")]
        [True, True, True, False, False]
        """
        return some in accumulate(self.values.values(), "{}.{}".format, initial=self.group or self.name)

    @property
    def owed_as(self) -> str:
        """To what fairness is owed: the action, or the event itself."""
        return self.action or self.name
