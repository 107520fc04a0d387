"""Events: the only way in which machines touch each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
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

    A part in braces stands for something: a date, an id, the text of an error. An event may print one of several
    lines: which one depends on the program's version or on what went before, or the step prints all of them and a
    log shows one. A line is compared as a whole; times that a log puts before its lines are no part of them.

    >>> skip = Line("server", ("User {user} not connected", "[AI] User {user} not connected"))
    >>> skip.matches("User 4eb4 not connected"), skip.matches("User 4eb4 not connected, skipping")
    (True, False)
    """

    log: str
    texts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The first of them, which stands for all."""
        return self.texts[0]

    def matches(self, line: str) -> bool:
        """Whether the line of a real log is one of them, from its first character to its last."""
        return any(pattern.fullmatch(line) for pattern in self._patterns)

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        parts = ([re.escape(part) for part in re.split(r"\{\w+\}", text)] for text in self.texts)
        return tuple(re.compile(".+".join(some)) for some in parts)


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
    prompt
        Whether it comes at once, within milliseconds, when it has become possible: the next step of a handshake, code
        that is due, an answer or message that is on its way, or the loss of one. So what happens while such an event
        is owed has found a gap of milliseconds, see :func:`mealspec.core.races`.
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
    prompt: bool = False

    def is_of(self, some: str) -> bool:
        """Whether it is one of the events that a group names, or a group with its first values.

        >>> push = Event("push.m1.c2", Kind.SYSTEM, "server", (), group="push", values={"m": "m1", "c": "c2"})
        >>> [push.is_of(some) for some in ("push", "push.m1", "push.m1.c2", "push.m2", "pus")]
        [True, True, True, False, False]
        """
        return some in accumulate(self.values.values(), "{}.{}".format, initial=self.stem)

    @property
    def stem(self) -> str:
        """Its name without the values at its end."""
        return self.group or self.name

    @property
    def owed_as(self) -> str:
        """To what fairness is owed: the action, or the event itself."""
        return self.action or self.name
