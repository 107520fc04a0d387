"""One vector, put to an implementation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from mealspec.conform.driver import Broken, Exchange
from mealspec.conform.role import Json
from mealspec.conform.session import Session
from mealspec.conform.settle import canonical
from mealspec.conform.vector import Vector
from mealspec.conform.verdict import Divergence, Outcome, Verdict

WORDS = {"crash": Outcome.CRASHED, "silence": Outcome.SILENT, "garbage": Outcome.GARBAGE, "refusal": Outcome.REFUSED}


def same(expected: Sequence[Json], observed: Sequence[Json]) -> bool:
    """Whether these are the same sights: in order on each socket, and around a dial; else in any."""
    return _orders(expected) == _orders(observed)


def _orders(sights: Sequence[Json]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {"": []}
    for sight in sights:
        told = canonical(sight)
        if "socket" not in sight:
            out[""].append(told)
        else:
            out.setdefault(f"socket {sight['socket']}", []).append(told)
    out[""].sort()
    if any(sight["what"] == "dial" for sight in sights):  # a socket is closed before the next one is dialled
        out["held"] = [canonical(sight) for sight in sights if sight["what"] in ("dial", "close")]
    return out


def checked(driver: Exchange, vector: Vector, can: Collection[str]) -> Verdict:
    """The verdict on one vector; a driver that breaks must be started anew."""
    lacks = [need for need in vector.needs if need not in can]
    if lacks:
        return Verdict(vector.id, Outcome.SKIPPED, f"the driver has no {', '.join(lacks)}")
    frames: list[int] = []
    try:
        found = _divergence(Session(driver, vector.role), vector, frames)
    except Broken as broken:
        where = f"at step {len(frames) + 1}: " if frames else ""
        return Verdict(vector.id, WORDS[broken.how], f"{where}{broken.what}")
    if found is not None:
        return Verdict(vector.id, Outcome.DIVERGED, divergence=found)
    fired = [(fault["event"], frames[fault["step"]], frames[fault["shown"]]) for fault in vector.faults]
    if any(not at or not seen for _, at, seen in fired):
        return Verdict(vector.id, Outcome.HARNESS, "a fault of the vector has not happened")
    return Verdict(vector.id, Outcome.PASSED, fired=tuple(fired))


def _divergence(session: Session, vector: Vector, frames: list[int]) -> Divergence | None:
    """The first step that differs; ``frames`` takes the number of the command of each step."""
    shown: dict[str, Any] = {}
    for k, step in enumerate(vector.steps):
        shown |= step.get("show", {})
        does = step.get("do") or step.get("inject")
        if "advance" in step:
            does = {"what": "advance", "seconds": step["advance"]}
        if does is None:
            frames.append(session.frames + 1)  # what is kept back: before the next command
            continue
        observed, shows = session.tell(does)
        frames.append(session.frames)
        expected = step.get("see", [])
        differs = {name: value for name, value in shown.items() if name in shows and shows[name] != value}
        if not same(expected, observed) or differs:
            return Divergence(k, does, expected, observed, differs, {name: shows[name] for name in differs})
    return None
