"""Scopes: how much of the world a check lets in, and how often it may go wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from mealspec.core import CheckerError, unknown

FAULTS: dict[str, str] = {
    "dial": "a dial fails",
    "break": "a connection breaks with no word to either end, or with a late word to one",
    "request": "a load fails on the way, or its answer does",
    "push": "a pushed message is lost on a connection that is fine",
    "restart": "the server process dies and comes up again",
    "upload": "an upload fails on the way, or its answer does",
    "path": "the network path changes or is absent for a while",
    "job": "the AI work fails",
    "entry": "the registry loses the entry of a socket that works",
    "token": "the client's token expires: dials and requests are refused, open sockets stay",
}
"""Kinds of fault."""

ASPECTS: dict[str, str] = {
    "background": "the app is suspended and its sockets may be taken away",
    "screen": "the screen is closed and opened again",
    "device": "another device of the same user connects and goes",
    "instances": "the server has several instances, each with a registry of its own",
    "twin": "a second view model is made, on the same service",
    "day": "a meal may be of another day than the one that the list shows",
}
"""Aspects of the environment that are not faults."""

DEFAULT_ASPECTS = ("dial", "break", "request", "push", "restart", "job")


class ImpossibleScope(CheckerError):
    """A scope that no system can have."""


@dataclass(frozen=True)
class Scope:
    """What is in.

    Attributes
    ----------
    meals, connections
        How many are alive at once. Both are used again when they are finished with, so runs have
        any length.
    faults
        How many faults may happen in a run; None for any number.
    includes
        Kinds of fault and aspects of the environment, of :data:`FAULTS` and :data:`ASPECTS`.

    >>> Scope().with_(["background"]).describe()
    '1 meal, 2 connections, any number of faults (dial, break, request, push, restart, job), background'
    """

    meals: int = 1
    connections: int = 2
    faults: int | None = None
    includes: frozenset[str] = field(default=frozenset(DEFAULT_ASPECTS))

    def __post_init__(self) -> None:
        for name, number, most in (("meals", self.meals, 4), ("connections", self.connections, 4)):
            if not 1 <= number <= most:
                raise ImpossibleScope(f"impossible scope: {number} {name}; choose 1 to {most}")
        if self.faults is not None and not 0 <= self.faults <= 99:
            raise ImpossibleScope(f"impossible scope: {self.faults} faults; choose 0 to 99, or any")
        for name in sorted(self.includes):
            if name not in FAULTS and name not in ASPECTS:
                raise unknown("fault kind or aspect", name, [*FAULTS, *ASPECTS])

    def __contains__(self, item: str) -> bool:
        return item in self.includes

    def with_(self, items: Iterable[str]) -> Scope:
        """The same scope with more let in."""
        return replace(self, includes=self.includes | set(items))

    def without(self, items: Iterable[str]) -> Scope:
        """The same scope with less."""
        items = set(items)
        for name in sorted(items - {*FAULTS, *ASPECTS}):
            raise unknown("fault kind or aspect", name, [*FAULTS, *ASPECTS])
        return replace(self, includes=self.includes - items)

    @property
    def meal_names(self) -> tuple[str, ...]:
        """``m1`` to ``mM``."""
        return tuple(f"m{k + 1}" for k in range(self.meals))

    @property
    def connection_names(self) -> tuple[str, ...]:
        """``c1`` to ``cC``."""
        return tuple(f"c{k + 1}" for k in range(self.connections))

    @property
    def device_names(self) -> tuple[str, ...]:
        """``d2``, the socket of the user's other device, if there is one."""
        return ("d2",) if "device" in self else ()

    @property
    def socket_names(self) -> tuple[str, ...]:
        """All that the registry may list."""
        return self.connection_names + self.device_names

    def describe(self) -> str:
        """One line for people."""
        kinds = [name for name in FAULTS if name in self]
        aspects = [name for name in ASPECTS if name in self]
        number = "any number of faults" if self.faults is None else counted(self.faults, "fault")
        if not kinds or self.faults == 0:
            number = "no faults"
        else:
            number += f" ({', '.join(kinds)})"
        parts = [counted(self.meals, "meal"), counted(self.connections, "connection"), number, *aspects]
        return ", ".join(parts)

    def to_json(self) -> dict[str, Any]:
        """The scope for machines."""
        return {**self.to_meta(), "left_out": list(self.left_out())}

    def to_meta(self) -> dict[str, Any]:
        """What a trace file says of the scope."""
        return {
            "meals": self.meals,
            "connections": self.connections,
            "faults": "any" if self.faults is None else self.faults,
            "includes": sorted(self.includes),
        }

    def left_out(self) -> tuple[str, ...]:
        """The kinds and aspects that this scope leaves out."""
        return tuple(name for name in (*FAULTS, *ASPECTS) if name not in self)


WIDEST = Scope().with_([*FAULTS, *ASPECTS])
"""The default scope with everything let in."""


def counted(number: int, noun: str) -> str:
    """A number with its noun.

    >>> counted(1, "meal"), counted(12351642, "state")
    ('1 meal', '12,351,642 states')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
