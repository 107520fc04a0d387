"""How events are declared: one row for each event, or for all events that differ in values only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any, NamedTuple

from mealspec.core import Event, Kind, Line
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import NONE, RESULTS, SYNCED, UNFINISHED, snapshots, stored


class Only(NamedTuple):
    """The designs that have all of some mechanisms, none of others, and at least one of a third kind, if any."""

    having: tuple[M, ...] = ()
    lacking: tuple[M, ...] = ()
    some: tuple[M, ...] = ()

    def of(self, design: Design) -> bool:
        """Whether the design is one of them."""
        if not all(m in design for m in self.having) or any(m in design for m in self.lacking):
            return False
        return not self.some or any(m in design for m in self.some)


EVERY = Only()

Given = M | Only
"""The designs with a mechanism, or a choice of designs."""

Part = str | tuple[str, Given]
"""A machine that takes part, or one that does so in some designs."""


@dataclass(frozen=True)
class Row:
    """An event, or all events that differ in values only.

    Names of values in braces are filled in: in the name, the label, the participants and what is said.

    Attributes
    ----------
    name
        Its owner, what happens, and the values: ``client.receive.{m}.{c}``.
    label
        A few words for a chart.
    takes
        Who takes part. What user and client do takes the app, too, and a fault takes the budget.
    verb
        The rule of a hunt by which it happens.
    kind, needs, refs, action, because, instead, arrow, lost, obligation
        See :class:`mealspec.core.Event`.
    only
        The designs that have it; all, if none are named.
    prints, prints_in, log
        The line that it writes, or several of which a log shows one, whole; the designs in which it does; and the
        log: if none is named its owner's, and what is not the server's stands in the client's.
    given
        Values that are the same for all events of the row.
    prompt
        Whether it comes at once when it has become possible, see :class:`mealspec.core.Event`; or the designs in which
        it does.
    """

    name: str
    label: str
    takes: tuple[Part, ...]
    verb: str
    kind: Kind = Kind.SYSTEM
    only: Given = EVERY
    needs: str = ""
    prints: str | tuple[str, ...] = ()
    prints_in: Given = EVERY
    log: str = ""
    because: str = ""
    instead: str = ""
    arrow: tuple[str, str] | None = None
    lost: bool = False
    refs: str = ""
    action: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    obligation: str = ""
    prompt: Given | bool = False


@dataclass(frozen=True)
class Each:
    """Rows that are repeated, in order, for each value of :data:`DOMAINS`."""

    over: str
    rows: tuple[Row | Each, ...]


Piece = Callable[[Design], Event | None]
"""One event as designs have it; None where a design goes without it."""

Values = Mapping[str, str | tuple[str, ...]]
"""By name: a value, or several, for each of which there is a participant."""


def read(table: Iterable[Row | Each], scope: Scope) -> Iterator[Piece]:
    """Every event of a table, in order."""
    devices = ("device",) if scope.device_names else ()
    return _pieces(table, scope, {"ms": scope.meal_names, "cs": scope.connection_names, "devices": devices})


def _pieces(table: Iterable[Row | Each], scope: Scope, values: Values) -> Iterator[Piece]:
    for row in table:
        if isinstance(row, Row):
            yield _piece(row, {**values, **row.given})
        else:
            for more in DOMAINS[row.over](scope):
                yield from _pieces(row.rows, scope, {**values, **more})


def _dials(scope: Scope, held: Iterable[str]) -> Iterator[Values]:
    """Dials of a connection, while one is held; each connection before the new one is asked whether it is free."""
    names = scope.connection_names
    for old, new in product(held, names):
        if old != new:
            yield {"old": old, "new": new, "asked": tuple(c for c in names if c <= new or c == old)}


def _held(scope: Scope) -> Iterator[Values]:
    for c in (NONE, *scope.connection_names):
        yield {"old": c, "olds": () if c == NONE else (c,)}


def _targets(scope: Scope, sizes: Iterable[int]) -> Iterator[Values]:
    """To whom one push can go."""
    return ({"to": "+".join(some)} for size in sizes for some in combinations(scope.socket_names, size))


DOMAINS: Mapping[str, Callable[[Scope], Iterable[Values]]] = {
    "meal": lambda scope: ({"m": m, "first": scope.meal_names[: k + 1]} for k, m in enumerate(scope.meal_names)),
    "connection": lambda scope: ({"c": c} for c in scope.connection_names),
    "connection, of several": lambda scope: [{}] if scope.connections > 1 else [],
    "device": lambda scope: ({"d": d} for d in scope.device_names),
    "dial": lambda scope: _dials(scope, (NONE, *scope.connection_names)),
    "first dial": lambda scope: _dials(scope, (NONE,)),
    "held": _held,
    "result": lambda scope: ({"result": result} for result in RESULTS),
    "unfinished": lambda scope: ({"before": seen} for seen in UNFINISHED),
    "synced": lambda scope: ({"says": seen} for seen in SYNCED),
    "stored": lambda scope: ({"stored": snapshot.name} for snapshot in stored(scope)),
    "answer": lambda scope: ({"answer": snapshot.name} for snapshot in snapshots(scope)),
    "target": lambda scope: _targets(scope, (1,)),
    "targets": lambda scope: _targets(scope, range(2, len(scope.socket_names) + 1)),
}
"""What rows are repeated for, with the values that each time gives: ``m``, ``c`` and ``d`` are a meal, a connection
and another device's socket; ``old`` is the connection that is held (or none), and ``new`` the one that is dialled."""


def _piece(row: Row, values: Values) -> Piece:
    """The event of a row with these values; what does not depend on the design is put together once."""
    owner, name = row.name.split(".", 1)[0], _filled(row.name, values)
    parts = [(machine, given) for part in row.takes for machine, given in _machines(part, values)]
    if owner in ("user", "client") and ("device", None) not in parts:
        parts.append(("app", None))
    if row.kind is Kind.FAULT:
        parts.append(("budget", None))
    said: dict[str, Any] = {
        "label": _filled(row.label, values),
        "because": _filled(row.because, values),
        "instead": _filled(row.instead, values),
        "needs": row.needs,
        "refs": tuple(row.refs.split()),
        "action": _filled(row.action, values),
        "group": row.name.split(".{", 1)[0],
        "values": {key: values[key] for key in _NAMED.findall(row.name)},
        "verb": row.verb,
        "arrow": row.arrow,
        "lost": row.lost,
        "obligation": row.obligation,
    }

    texts = (row.prints,) if isinstance(row.prints, str) else row.prints
    line = Line(row.log or ("server" if owner == "server" else "client"), texts) if texts else None

    def piece(design: Design) -> Event | None:
        if not has(design, row.only):
            return None
        takes = dict.fromkeys(machine for machine, given in parts if given is None or has(design, given))
        prompt = row.prompt if isinstance(row.prompt, bool) else has(design, row.prompt)
        printed = line if has(design, row.prints_in) else None
        return Event(name, row.kind, owner, tuple(takes), line=printed, prompt=prompt, **said)

    return piece


def has(design: Design, given: Given) -> bool:
    """Whether the design is one of those."""
    return given in design if isinstance(given, M) else given.of(design)


_NAMED = re.compile(r"\{(\w+)\}")


def _filled(text: str, values: Values) -> str:
    """The text with its values; other names in braces stay, they are filled in from a state."""
    return _NAMED.sub(lambda found: str(values.get(found[1], found[0])), text)


def _machines(part: Part, values: Values) -> Iterator[tuple[str, Given | None]]:
    """A participant for each value, where there are several."""
    text, given = (part, None) if isinstance(part, str) else part
    several = [key for key in _NAMED.findall(text) if isinstance(values[key], tuple)]
    for some in product(*(values[key] for key in several)):
        yield _filled(text, {**values, **dict(zip(several, some, strict=True))}), given
