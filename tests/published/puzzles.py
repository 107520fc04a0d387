"""Puzzles and a game, whose solutions are violations of the claim that there is none.

Sources: ``specifications/DieHard``, ``specifications/MissionariesAndCannibals`` and ``specifications/tower_of_hanoi``
of https://github.com/tlaplus/Examples. Where the figures stand is said in the table of the tests.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from mealspec.core import Claim, Machine, System, all_of
from tests.published.figures import inside, never, step

__all__ = ["EVERYBODY_ACROSS", "FOUR_GALLONS", "die_hard", "hanoi", "moved", "river", "tic_tac_toe"]


def die_hard() -> System:
    """A jug of three gallons and one of five; what pours over is an event for each two contents."""
    rooms = {"small": 3, "big": 5}
    rows: dict[str, list[tuple[str, int, int]]] = {jug: [] for jug in rooms}
    events = []
    for jug, room in rooms.items():
        for verb, after in (("fill", room), ("empty", 0)):
            rows[jug] += [(f"{verb}.{jug}", here, after) for here in range(room + 1)]
            events.append(step(f"{verb}.{jug}", jug))
        (other,) = rooms.keys() - {jug}
        for here, there in product(range(room + 1), range(rooms[other] + 1)):
            poured = min(here, rooms[other] - there)
            name = f"pour.{jug}.{here}.{there}"
            rows[jug].append((name, here, here - poured))
            rows[other].append((name, there, there + poured))
            events.append(step(name, jug, other))
    return System([Machine.table(jug, 0, table) for jug, table in rows.items()], events, name="Die Hard")


class East(NamedTuple):
    """How many stand on the east bank."""

    missionaries: int
    cannibals: int


def river() -> System:
    """Three missionaries, three cannibals, a boat for two."""
    rows = []
    boat = []
    loads = [(m, c) for m, c in product(range(3), repeat=2) if 1 <= m + c <= 2]
    for (m, c), (dm, dc) in product(product(range(4), repeat=2), loads):
        for verb, sign in (("west", -1), ("east", 1)):
            after = East(m + sign * dm, c + sign * dc)
            if _safe(m, c) and _safe(*after):
                rows.append((f"{verb}.{dm}.{dc}", East(m, c), after))
    for dm, dc in loads:
        boat += [(f"west.{dm}.{dc}", "east", "west"), (f"east.{dm}.{dc}", "west", "east")]
    events = [step(f"{verb}.{dm}.{dc}", "people", "boat") for verb in ("west", "east") for dm, dc in loads]
    return System(
        [Machine.table("people", East(3, 3), rows), Machine.table("boat", "east", boat)], events, name="river"
    )


def _safe(m: int, c: int) -> bool:
    """On neither bank are there missionaries that are outnumbered."""
    return 0 <= m <= 3 and 0 <= c <= 3 and (m in (0, 3) or m == c)


def hanoi(disks: int) -> System:
    """A disk for each machine; it moves if no smaller one lies where it comes from or goes."""
    pegs = "abc"
    moves = [(k, one, other) for k in range(disks) for one, other in product(pegs, repeat=2) if one != other]
    machines = []
    for k in range(disks):
        rows = [(f"move.{d}.{one}.{other}", one, other) for d, one, other in moves if d == k]
        for d, one, other in moves:
            (third,) = set(pegs) - {one, other}
            rows += [(f"move.{d}.{one}.{other}", third, third)] if d > k else []
        machines.append(Machine.table(f"disk {k}", "a", rows))
    events = [step(f"move.{d}.{one}.{other}", *(f"disk {k}" for k in range(d + 1))) for d, one, other in moves]
    return System(machines, events, name="towers of Hanoi")


def tic_tac_toe() -> System:
    """Nine cells, whose turn it is, and for each line who holds its cells; nobody moves once a line is full."""
    lines = [f"line {a}{b}{c}" for a, b, c in ("012", "345", "678", "036", "147", "258", "048", "246")]
    moves = [(player, cell) for cell in "012345678" for player in "XO"]
    machines = [Machine.table("turn", "X", [(f"{p}.{c}", p, "XO"[p == "X"]) for p, c in moves])]
    machines += [Machine.table(f"cell {c}", "-", [(f"{p}.{c}", "-", p) for p in "XO"]) for c in "012345678"]
    for line in lines:
        cells = line.split()[1]
        rows = []
        for held in map("".join, product("-XO", repeat=3)):
            if held not in ("XXX", "OOO"):
                for p, c in moves:
                    at = cells.find(c)
                    if at < 0 or held[at] == "-":
                        rows.append((f"{p}.{c}", held, held if at < 0 else held[:at] + p + held[at + 1 :]))
        machines.append(Machine.table(line, "---", rows))
    return System(machines, [step(f"{p}.{c}", "turn", f"cell {c}", *lines) for p, c in moves], name="tic-tac-toe")


FOUR_GALLONS: Claim = never("not-solved", "The big jug never holds four gallons.", inside("big", 4))
EVERYBODY_ACROSS: Claim = never("not-solved", "Somebody is always left on the east bank.", inside("people", East(0, 0)))


def moved(disks: int) -> Claim:
    """That the tower is never on the last peg."""
    tower = all_of(inside(f"disk {k}", "c") for k in range(disks))
    return never("not-solved", "The tower is never on the last peg.", tower)
