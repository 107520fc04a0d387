"""States as bits, field by field.

A named tuple is encoded by its fields, a tuple of enumeration members place by place, a tuple of names as
the set of these names, and anything else as a binary number in the order of first appearance. What belongs
together stays together, and a step that changes one field changes few bits.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from mealspec.core.errors import InvalidMachine
from mealspec.core.machine import State


@dataclass(frozen=True)
class Encoding:
    """The names of the bits, and for each state their values.

    A bit is named by the way to it: ``poller.loop.0`` for bit 0 of the field ``loop``, ``registry.held.c1``
    for a member of a set.
    """

    bits: tuple[str, ...]
    codes: Mapping[State, tuple[bool, ...]]


def encode(name: str, states: Iterable[State]) -> Encoding:
    """An encoding of the states of the machine of that name; ``InvalidMachine`` if two states have one code.

    >>> encode("count", [0, 1, 2]).bits
    ('count.0', 'count.1')
    >>> encode("registry", [("c1",), ("c1", "c2"), ()]).codes[("c1", "c2")]
    (True, True)
    """
    values = list(dict.fromkeys(states))
    bits, codes = _encoded(values)
    if len(set(codes.values())) < len(values):
        raise InvalidMachine(f"states of machine '{name}' are told apart by nothing but the shape of a tuple")
    return Encoding(tuple(f"{name}{bit}" for bit in bits), codes)


Codes = Mapping[Any, tuple[bool, ...]]


def _encoded(values: Sequence[Hashable]) -> tuple[list[str], Codes]:
    """The bits' names, relative to the value, and the code of each value."""
    rows = [value for value in values if isinstance(value, tuple)]
    if len(rows) < len(values):
        return _number(values)
    members = {member for row in rows for member in row}
    if any(hasattr(row, "_fields") for row in rows):
        return _columns(rows, [f".{field}" for field in rows[0]._fields])  # type: ignore[attr-defined]
    if all(isinstance(member, Enum) for member in members):
        width = max((len(row) for row in rows), default=0)
        return _columns(rows, [f".{k}" for k in range(width)])
    names = sorted(members)
    return [f".{name}" for name in names], {row: tuple(name in row for name in names) for row in rows}


def _columns(rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> tuple[list[str], Codes]:
    """Place by place; a row that is too short has there what the first long one has."""
    bits: list[str] = []
    parts: list[list[tuple[bool, ...]]] = []
    for k, name in enumerate(names):
        given = [row[k] for row in rows if k < len(row)]
        sub, codes = _encoded(list(dict.fromkeys(given)))
        bits += [name + bit for bit in sub]
        parts.append([codes[row[k] if k < len(row) else given[0]] for row in rows])
    return bits, {row: tuple(bit for part in parts for bit in part[i]) for i, row in enumerate(rows)}


def _number(values: Sequence[Hashable]) -> tuple[list[str], Codes]:
    width = (len(values) - 1).bit_length()
    places = range(width - 1, -1, -1)
    return [f".{k}" for k in range(width)], {v: tuple(bool(k >> p & 1) for p in places) for k, v in enumerate(values)}
