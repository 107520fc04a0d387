"""Events: the only way in which machines touch each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Event", "Kind", "Line"]


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
        The prefix of the events that would have been the better choice.
    needs
        The item of a scope that brings the event in; empty if it is always there.
    refs
        Where it comes from: requirements and failure classes.
    action
        Events that are one action, split by a value that others hold (``poll.wake.verified`` and
        ``poll.wake.unflagged``), share its name: fairness is owed to the action, which is enabled
        where one of them is.
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

    @property
    def owed_as(self) -> str:
        """To what fairness is owed: the action, or the event itself."""
        return self.action or self.name
