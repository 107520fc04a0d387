"""An implementation watched while time is real: everything that it may have done, given what was told and seen.

A driver says when its implementation has come to rest; a program on real sockets does not. So what happens is taken
one thing at a time, as it comes: something told (a message, an answer) or something seen (a dial, a request). Between
two of them any events of the model may have happened that neither tell nor show anything, timers whenever they like;
and of an event that tells and shows several things the rest may come later. All states of the model that fit are kept
(a subset construction); when none does, that is a divergence. What has yet to come, and what must have been done, is
known only when it has been waited for (:meth:`Watch.rested`).

What this leaves out: how long timers take, and in which order what several events show comes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations, product
from typing import Any, NamedTuple

from mealspec.conform.client import watchers
from mealspec.conform.role import Json, Names, Part, Role
from mealspec.conform.settle import canonical
from mealspec.core import State, System
from mealspec.core.system import Locals, bits, each, without
from mealspec.core.timed import is_one_of
from mealspec.model.client.loader import Phase
from mealspec.model.client.outbox import Outbox
from mealspec.model.design import Design
from mealspec.model.network.connection import HELD
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.model.server.job import Job
from mealspec.model.wire.message import named
from mealspec.model.wire.table import REPLIES

LATE = (
    "client.redial", "client.give_up", "client.expire", "client.ping", "client.poll.wake", "client.upload",
    "client.stale", "server.expire",
)  # fmt: skip
"""What an implementation does by itself when a timer says so; beginnings of events' names."""


NEVER_OWED = ("server.expire_entry",)
"""What may happen by itself, and need not: nobody knows how long it takes."""


def _of_server(state: State) -> object:
    """Of a connection what its server can know: whether it holds it, and whether the way is there."""
    return (state.server, state.fine) if state.server in HELD else "free"  # type: ignore[attr-defined]


def _of_client(state: State) -> object:
    """Of a connection what its client can know."""
    return state.client, state.caller  # type: ignore[attr-defined]


BLURRED: Mapping[str, Mapping[str, Callable[[State], object]]] = {
    "server": {"connection": _of_server},
    "client": {
        "connection": _of_client,
        "loader": lambda state: state.phase in (Phase.SENT, Phase.ANSWERED),  # type: ignore[attr-defined]
        "outbox": lambda state: Outbox.UPLOADING if state is Outbox.ANSWERED else state,
        "job": lambda state: state is Job.FAILED,
    },
}
"""By role and kind of machine how much of its state counts: what the role can know, and what its table looks at. A
blurred machine may do whatever one of the states may that look alike, so more is allowed than the model allows."""
BESIDE = {"server": ("outbox",), "client": ("registry", "job", "pulse", "patience", "renewal")}
"""Kinds of machines that a role's table looks at, besides its own."""


def told(does: Json) -> str:
    """What is told to an implementation, as far as it matters: without ids, times and codes of closes."""
    made = {name: value for name, value in does.items() if name not in ("code", "text", "answer")}
    answer, message = does.get("answer"), does.get("message")
    if isinstance(answer, dict):
        made["status"] = answer["status"]
        page = answer.get("body", {}).get("data", {}).get("meal_logs")
        if page is not None:
            made["meals"] = {str(int(meal["id"][-12:])): meal["status"] for meal in page}
    if isinstance(message, dict):
        kind = made["message"] = str(message.get("type")).removeprefix("meal_log.")
        if kind == "pong":
            made["listed"] = message.get("listed")
        elif isinstance(message.get("data"), dict):
            made["meal"] = int(message["data"]["id" if kind == "completed" else "meal_log_id"][-12:])
    if does["what"] == "dial":
        made = {"what": "dial", "socket": does["socket"]}
    elif does["what"] == "request":
        made = {"what": "request", "request": does["request"]}
    elif does["what"] == "cut":
        made["what"] = "close"
    return f"told {canonical(made)}"


def _orders(parts: Iterable[Part]) -> Iterator[tuple[str, ...]]:
    """What is told and seen; of one event's messages on several sockets any may come first."""
    items = [item for part in parts for item in (*([told(part.does)] if part.does else []), *map(seen, part.sees))]
    sights = [sight for part in parts for sight in part.sees]
    if len(sights) == len(items) and all(sight["what"] == "send" for sight in sights):
        yield from permutations(items)
    else:
        yield tuple(items)


def seen(sight: Json) -> str:
    """What is seen of an implementation."""
    return f"seen {canonical(sight)}"


def _same(state: State) -> object:
    return state


class Spot(NamedTuple):
    """A state of the model, and what its names stand for."""

    state: Locals
    names: Names


class Move(NamedTuple):
    """An event: what is told and seen in it, in order, and where it leads; whether it may be put off."""

    items: tuple[str, ...]
    then: Spot
    own: bool
    late: bool


@dataclass(frozen=True, eq=False)
class Open:
    """The model of a design for one role, without time, and of the machines only those that matter to it.

    Attributes
    ----------
    role, plan, system
        The role, the design, and the product of the machines.
    hidden, unused
        Events of which nobody is told and nothing is seen, whatever the table of the role says, and events that do not
        happen; beginnings of names. No meal is done with, so a scope has as many as are submitted in all.
    """

    role: Role
    plan: Design
    system: System
    hidden: tuple[str, ...] = ()
    unused: tuple[str, ...] = ("user.archive",)
    _moves: dict[Spot, tuple[Move, ...]] = field(default_factory=dict)
    _quiet: dict[Spot, tuple[Spot, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, role: Role, plan: Design, scope: Scope, hidden: Iterable[str] = ()) -> Open:
        """The model in a scope. What the other side is made of is left out: it may be anybody."""
        plain = system(plan, scope)
        whole = plain if role.name == "server" else system(plan, scope, extra=tuple(watchers(plain, scope)))
        kept = (*role.machines, *BESIDE[role.name])
        out = {m.name for m in whole.machines if m.name.split(".")[0] not in kept}
        return cls(role, plan, without(whole, out), tuple(hidden))

    @cached_property
    def _used(self) -> int:
        return bits(e for e, event in enumerate(self.system.events) if not is_one_of(event.name, self.unused))

    @property
    def start(self) -> Spot:
        """Where a run begins."""
        return Spot(self.system.initial, Names())

    @cached_property
    def _alike(self) -> list[list[list[int]]]:
        """By machine and state, the states that count as the same; the first of them stands for all."""
        out = []
        for machine in self.system.machines:
            blur = BLURRED[self.role.name].get(machine.name.split(".")[0], _same)
            groups: dict[object, list[int]] = {}
            for k, state in enumerate(machine.states):
                groups.setdefault(blur(state), []).append(k)
            out.append([groups[blur(state)] for state in machine.states])
        return out

    def moves(self, spot: Spot) -> tuple[Move, ...]:
        """What may happen next."""
        if spot not in self._moves:
            self._moves[spot] = tuple(dict.fromkeys(self._found(spot)))
        return self._moves[spot]

    def _found(self, spot: Spot) -> Iterator[Move]:
        dialled = False
        for e in each(self._permitted(spot.state)):
            event = self.system.events[e]
            meal = event.values.get("m")
            if meal and bool(spot.names.get(meal)) == event.is_of("user.submit"):
                continue
            for before, after in self._steps(spot.state, e):
                if event.is_of("server.accept"):
                    if dialled:
                        continue  # any free connection is like any other
                    dialled = True
                states = self.system.states(before), self.system.states(after)
                parts, names = self.role.told(self.plan, event, *states, spot.names)
                hidden = is_one_of(event.name, self.hidden)
                own = hidden or (is_one_of(event.name, self.role.own) and not is_one_of(event.name, NEVER_OWED))
                late = hidden or is_one_of(event.name, LATE)
                goes = [parts]
                if self.role.name == "server" and named(REPLIES, event):
                    goes = [parts[:1], parts[1:]]  # who is no client of ours may leave it at reading
                for go in goes:
                    then = Spot(after, names) if go is goes[-1] else spot
                    for items in [()] if hidden else _orders(go):
                        yield Move(items, then, own, late)

    def _permitted(self, state: Locals) -> int:
        permitted = self._used
        for k, local in enumerate(state):
            permitted &= self._permits[k][local]
        return permitted

    @cached_property
    def _permits(self) -> list[list[int]]:
        """By machine and state, the events that one of the states that look alike permits."""
        taking: list[dict[int, dict[int, Any]]] = [{} for _ in self.system.machines]
        for e, parts in enumerate(self._parts):
            for k, steps in parts:
                taking[k][e] = steps
        whole = bits(range(len(self.system.events)))
        return [
            [whole & ~bits(e for e, steps in taken.items() if local not in steps) for local in range(len(m.states))]
            for m, taken in zip(self.system.machines, taking, strict=True)
        ]

    def _steps(self, state: Locals, e: int) -> Iterator[tuple[Locals, Locals]]:
        """From the states that look like this one, as far as the event concerns them; one for each that it leads to."""
        ways = [[(k, state[k], *way) for way in steps.get(state[k], ())] for k, steps in self._parts[e]]
        for some in product(*ways):
            before, after = list(state), list(state)
            for k, _, one, other in some:
                before[k], after[k] = one, other
            yield tuple(before), tuple(after)

    @cached_property
    def _parts(self) -> list[list[tuple[int, dict[int, list[tuple[int, int]]]]]]:
        """By event: who takes part, and by the state that stands for others from which of them it leads where."""
        machines = self.system.machines
        index = [{state: k for k, state in enumerate(m.states)} for m in machines]
        found: dict[str, dict[int, dict[int, dict[int, int]]]] = {}
        for k, machine in enumerate(machines):
            for row in machine.rows:
                one, other = index[k][row.source], index[k][row.dest]
                ways = found.setdefault(row.event, {}).setdefault(k, {}).setdefault(self._alike[k][one][0], {})
                ways.setdefault(self._alike[k][other][0], one)
        return [
            [(k, {s: [(one, then) for then, one in ways.items()] for s, ways in found[e.name].get(k, {}).items()})
             for k, m in enumerate(machines) if m.name in e.takes]
            for e in self.system.events
        ]  # fmt: skip

    def quiet(self, spot: Spot) -> tuple[Spot, ...]:
        """Where a run may be without anything told or seen; here first."""
        if spot not in self._quiet:
            found = {spot: None}
            waiting = [spot]
            for at in waiting:
                for move in self.moves(at):
                    if not move.items and move.then not in found:
                        found[move.then] = None
                        waiting.append(move.then)
            self._quiet[spot] = tuple(found)
        return self._quiet[spot]

    def rests(self, spot: Spot, *, over: bool = False) -> bool:
        """Whether the implementation has nothing left to do here; timers and hidden events count if time is over."""
        return not any(move.own and (over or not move.late) for move in self.moves(spot))


class Place(NamedTuple):
    """Where a run may be, and what is still to come of events that have begun, of each in order."""

    spot: Spot
    owed: tuple[tuple[str, ...], ...] = ()


class Watch:
    """One run of an implementation, beside all that the model allows.

    Attributes
    ----------
    places
        Where it may be; after a divergence, where it may have been before.
    items
        What has happened.
    """

    def __init__(self, model: Open) -> None:
        self.model, self.places, self.items = model, {Place(model.start): None}, list[str]()

    def take(self, item: str) -> bool:
        """Something is told or seen; whether the model allows it."""
        self.items.append(item)
        after = dict.fromkeys(then for place in self.places for then in self._after(place, item))
        self.places = after or self.places
        return bool(after)

    def _after(self, place: Place, item: str) -> Iterator[Place]:
        for k, owed in enumerate(place.owed):
            if owed[0] == item:
                rest = (owed[1:],) if owed[1:] else ()
                yield Place(place.spot, (*place.owed[:k], *rest, *place.owed[k + 1 :]))
                return
        for spot in self.model.quiet(place.spot):
            for move in self.model.moves(spot):
                if move.items and move.items[0] == item:
                    yield Place(move.then, (*place.owed, *([move.items[1:]] if move.items[1:] else [])))

    def allowed(self) -> list[str]:
        """What might come next."""
        out = {owed[0] for place in self.places for owed in place.owed}
        for place in self.places:
            out |= {m.items[0] for spot in self.model.quiet(place.spot) for m in self.model.moves(spot) if m.items}
        return sorted(out)

    def sure(self, item: str) -> bool:
        """Whether it may be told wherever the run may be."""
        return all(any(True for _ in self._after(place, item)) for place in self.places)

    def wanted(self) -> list[Json]:
        """What might be seen next."""
        return [json.loads(item.partition(" ")[2]) for item in self.allowed() if item.startswith("seen")]

    def due(self) -> bool:
        """Whether a timer, or something that nobody is told, may bring more."""
        return not all(
            self.model.rests(spot, over=True) for place in self.places for spot in self.model.quiet(place.spot)
        )

    def rested(self, *, over: bool = False) -> bool:
        """It has been waited for: whether no more must come; if time is ``over``, not from a timer either."""
        spots = {spot: None for place in self.places if not place.owed for spot in self.model.quiet(place.spot)}
        self.places = {Place(spot): None for spot in spots if self.model.rests(spot, over=over)}
        return bool(self.places)
