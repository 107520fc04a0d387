"""Steps as decision diagrams, made from the rows of the machines of a family.

A step is a guard and, for each machine that it moves, what becomes of that machine's bits; machines share no bits,
so a step is taken machine by machine, and no second copy of the variables is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mealspec.core.event import Kind
from mealspec.core.machine import Machine, State
from mealspec.core.symbolic.sets import Set, Space


@dataclass(frozen=True)
class Move:
    """What a step does to one machine.

    ``bits`` may change, except in the states of ``stays``; ``turns`` are pairs of a set of states and the
    values that the bits then get.
    """

    bits: Set
    stays: Set
    turns: tuple[tuple[Set, Set], ...]


@dataclass(frozen=True)
class Step:
    """An event: where it is possible, where it changes something, and how."""

    name: str
    kind: Kind
    action: str
    guard: Set
    moving: Set
    moves: tuple[Move, ...]


def compiled(space: Space) -> Iterator[Step]:
    """All steps, in the order in which a closure takes them in."""
    built = [_step(space, name) for name in space.family.events]
    stages = space.family.stages or {}
    depth = {name: -min(_touched(space, name), default=0) for name in space.family.events}
    yield from sorted(built, key=lambda step: (stages.get(step.name, 0), depth[step.name]))


def _touched(space: Space, event: str) -> Iterator[int]:
    """The places of the bits of all machines that the event may move."""
    for name in _participants(space, event):
        every = space.family.variants[name]
        if any(row.source != row.dest for b in every if b.value for row in _rows(b.value, event)):
            yield from (space.place[bit] for bit in space.encodings[name].bits)


def _participants(space: Space, event: str) -> dict[str, Set]:
    """For each machine, in which systems it takes part."""
    out: dict[str, Set] = {}
    for given, declared in space.family.events[event]:
        for name in declared.takes:
            if name in space.encodings:
                out[name] = out.get(name, space.false) | space.systems(given)
    return out


def _step(space: Space, event: str) -> Step:
    guard = space.any(space.systems(branch.given) for branch in space.family.events[event])
    moves, moving = [], space.false
    for name, takes in _participants(space, event).items():
        permits, move = _part(space, name, event, takes)
        guard = guard & permits
        if move is not None:
            moves.append(move)
            moving = moving | space.any(source for source, _ in move.turns)
    kind, action = space.family.kind(event), space.family.action(event)
    return Step(event, kind, action, guard, moving & guard, tuple(moves))


def _part(space: Space, name: str, event: str, takes: Set) -> tuple[Set, Move | None]:
    """Where the machine permits the event, which only the systems of ``takes`` ask of it, and what it does."""
    encoding = space.encodings[name]
    stays = ~takes
    turns: dict[tuple[State, State], Set] = {}
    for rows, systems in _variants(space, name, event):
        asked = systems & takes
        if rows is None:
            stays = stays | asked
            continue
        for source, dest in rows:
            here = asked & space.state(name, source)
            if source == dest:
                stays = stays | here
            elif here != space.false:
                turns[source, dest] = turns.get((source, dest), space.false) | here
    pairs = {(s, d): tuple(zip(encoding.codes[s], encoding.codes[d], strict=True)) for s, d in turns}
    changing = [k for k in range(len(encoding.bits)) if any(p[k][0] != p[k][1] for p in pairs.values())]
    by_values: dict[tuple[bool, ...], Set] = {}
    for pair, here in turns.items():
        values = tuple(pairs[pair][k][1] for k in changing)
        by_values[values] = by_values.get(values, space.false) | here
    permits = stays | space.any(turns.values())
    if not turns:
        return permits, None
    bits = [encoding.bits[k] for k in changing]
    outcomes = tuple((here, space.cube(zip(bits, values, strict=True))) for values, here in by_values.items())
    return permits, Move(space.cube((bit, True) for bit in bits), stays, outcomes)


def _variants(space: Space, name: str, event: str) -> Iterator[tuple[tuple[tuple[State, State], ...] | None, Set]]:
    """The different ways in which the machine takes the event, each with the systems that have it."""
    ways: dict[tuple[tuple[State, State], ...] | None, Set] = {}
    for given, machine in space.family.variants[name]:
        rows = None if machine is None else tuple((row.source, row.dest) for row in _rows(machine, event))
        ways[rows] = ways.get(rows, space.false) | space.systems(given)
    yield from ways.items()


def _rows(machine: Machine, event: str) -> list[Any]:
    return machine.by_event.get(event, [])
