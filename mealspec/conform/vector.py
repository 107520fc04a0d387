"""A vector: a run that an implementation is put through, step by step, as plain JSON.

A step does something (``do``: its user; ``inject``: its surroundings; ``advance``: seconds of the clock) or keeps
something back (``lost``), and says what is to be seen then (``see``: exactly this, and nothing else may be) and what is
shown from then on (``show``, where it changes).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mealspec.conform.protocol import DO, DRAFT
from mealspec.conform.role import Json, Part
from mealspec.conform.settle import Place, Spec, canonical
from mealspec.core import CheckerError, Kind

PEOPLE = ("appear", "leave", "submit", "reconnect", "background", "foreground")
"""What the user of a client does."""

NEEDS = {"background": "background", "leave": "screen", "crash": "restart", "drop_entry": "entry", "grant": "token"}
"""What a driver must be able to do for a step, by what it does."""

SILENT = ("network.break", "network.change_path", "network.lose_path", "network.reclaim")


def _after_break(step: Json) -> bool:
    return (
        any(s.get("code") == 4408 for s in step.get("see", ()))
        or "lost" in step
        or step.get("inject", {}).get("what") in ("fail", "break")
    )


def _told(step: Json) -> bool:
    return "inject" in step or "lost" in step


def _has(*texts: str) -> Callable[[Json], bool]:
    return lambda step: any(text in canonical(step) for text in texts)


PROOFS: Mapping[str, Callable[[Json], bool]] = {
    **dict.fromkeys(SILENT, _after_break),
    "server.crash": _has('"code": 1001', '"status": 503', '"what": "fail"', '"what": "crash"'),
    "server.fail": _has('"failed"'),
    "server.drop_entry": _has('"listed": false', '"what": "drop_entry"'),
    "server.expire_token": _has('"status": 401', '"what": "expire"'),
}
"""By fault: what step shows that it has happened. A fault that is told to the driver shows itself."""


@dataclass(frozen=True)
class Vector:
    """A run for an implementation of one role.

    Attributes
    ----------
    id
        Role, group and name; an id always means the same run.
    description
        In a sentence.
    notes
        Failure classes, each with its effect on the user.
    steps
        See above.
    faults
        The faults of the run, each with the step at which it happens and the one that shows it, counted from 0.
    events
        The whole run in the model's events, hidden ones, too.
    meta
        Design and scope, as a trace file names them.
    """

    id: str
    role: str
    description: str
    notes: tuple[Json, ...]
    seconds: Json
    steps: tuple[Json, ...]
    faults: tuple[Json, ...]
    events: tuple[str, ...]
    meta: Json

    @property
    def needs(self) -> tuple[str, ...]:
        """What the driver must be able to do."""
        done = [step.get("do") or step.get("inject") or {} for step in self.steps]
        found = {NEEDS[what["what"]] for what in done if what.get("what") in NEEDS}
        if any("401" in canonical(step) for step in self.steps):
            found.add("token")
        if self.role == "server" and any(event.startswith("user.join") for event in self.events):
            found.add("device")
        return tuple(sorted(found))

    def to_json(self) -> dict[str, Any]:
        """As it stands in a file."""
        return {
            "id": self.id, "role": self.role, "description": self.description, "notes": list(self.notes),
            "needs": list(self.needs), "seconds": dict(self.seconds), "steps": list(self.steps),
            "faults": list(self.faults), "model": {**self.meta, "events": list(self.events)},
        }  # fmt: skip

    @classmethod
    def of_json(cls, data: Json) -> Vector:
        """From a file that fits the schema."""
        meta = {name: value for name, value in data["model"].items() if name != "events"}
        return cls(
            data["id"], data["role"], data["description"], tuple(data["notes"]), data["seconds"], tuple(data["steps"]),
            tuple(data["faults"]), tuple(data["model"]["events"]), meta,
        )  # fmt: skip


def _step(part: Part) -> dict[str, Any]:
    does, see = part.does, [dict(sight) for sight in part.sees]
    if part.withholds:
        return {"lost": part.withholds}
    assert does is not None
    if does["what"] == "advance":
        return {"advance": does["seconds"], "see": see}
    return {"do" if does["what"] in PEOPLE else "inject": dict(does), "see": see}


class Ambiguous(CheckerError):
    """An event after which the model may go on in several ways, so that no single vector tells it."""


def run(spec: Spec, events: Iterable[int]) -> tuple[list[dict[str, Any]], list[str], list[Json], Place]:
    """The tester's events of a run, as steps; with them all events, the faults, and where it ends.

    What is the implementation's is skipped, because it comes by itself; so is what is not possible.
    """
    place, steps, names, faults = spec.start, list[dict[str, Any]](), list[str](), list[dict[str, Any]]()
    shown: Json = {}
    for event in events:
        if spec.own >> event & 1 or event not in spec.choices(place) or not (ways := spec.steps(place, event)):
            continue
        if len(ways) > 1:
            raise Ambiguous(f"'{spec.system.events[event].name}' may go on in {len(ways)} ways")
        (way,) = ways
        begin = len(steps)
        for part in way.parts:
            if part.does is not None or part.withholds:
                steps.append(_step(part))
            elif part.sees:
                steps[-1].setdefault("see", []).extend(map(dict, part.sees))
        place, now = way.place, spec.shows(way.place)
        changed = {name: value for name, value in now.items() if shown.get(name) != value}
        if changed and steps:
            steps[-1]["show"] = changed
            shown = now
        if spec.system.events[event].kind is Kind.FAULT:
            faults.append({"event": spec.system.events[event].name, "step": begin})
        names += [spec.system.events[e].name for e in way.events]
    return steps, names, _proved(steps, faults), place


def _proved(steps: Sequence[Json], faults: Sequence[Json]) -> list[Json]:
    """The faults that can be seen to have happened, each with the step that shows it."""
    out = list[Json]()
    for fault in faults:
        verb = ".".join(fault["event"].split(".")[:2])
        shows = PROOFS.get(verb, _told)
        found = next((k for k in range(fault["step"], len(steps)) if shows(steps[k])), None)
        if found is not None:
            out.append({**fault, "shown": found})
    return out


def fair(spec: Spec, place: Place, most: int = 80) -> list[int]:
    """How a run goes on when faults have ended and nobody presses a button any more, until all is well."""
    out, turns = list[int](), dict[int, int]()
    events = spec.system.events
    while len(out) < most:
        choices = [e for e in spec.choices(place) if spec.steps(place, e)]
        owed = [e for e in choices if _owed(spec, place, e)]
        if owed:
            event = min(owed, key=lambda e: (turns.get(e, -1), e))
        elif _rests(spec, place) or not (ticks := [e for e in choices if spec.ticks >> e & 1]):
            break
        else:
            event = ticks[0]
        turns[event] = len(out)
        out.append(event)
        place = spec.steps(place, event)[0].place
    del events
    return out


def _owed(spec: Spec, place: Place, event: int) -> bool:
    """A system event that moves something, or the way back of a suspended app."""
    told = spec.system.events[event]
    if told.name == "user.foreground":
        return True
    return told.kind is Kind.SYSTEM and spec.steps(place, event)[0].place.state != place.state


def _rests(spec: Spec, place: Place) -> bool:
    """Nothing is unfinished, broken or lost."""
    states: Mapping[str, Any] = spec.states(place.state)
    whole = all(state.finished or str(state) == "none" for name, state in states.items() if name.startswith("view."))
    sockets = {name[11:]: state for name, state in states.items() if name.startswith("connection.")}
    listed = any(state.works and c in states["registry"].held for c, state in sockets.items())
    works = listed and not any(state.dead for state in sockets.values())
    return whole and works and not states["poller"].runs


def name(role: str, group: str, events: Sequence[str], word: str) -> str:
    """An id that means this run: by a word and what the run is."""
    return f"{role}/{group}/{word}-{hashlib.sha256(' '.join(events).encode()).hexdigest()[:6]}"


def schema() -> dict[str, Any]:
    """The JSON Schema of a file of vectors."""
    sight = {"type": "object", "properties": {"what": {"type": "string"}}, "required": ["what"]}
    told = {"type": "object", "properties": {"what": {"enum": sorted(DO)}}, "required": ["what"]}
    step = {
        "type": "object",
        "properties": {
            "do": told, "inject": told, "advance": {"type": "number", "minimum": 0}, "lost": {"type": "string"},
            "see": {"type": "array", "items": sight},
            "show": {"type": "object"},
        },
        "oneOf": [{"required": [what]} for what in ("do", "inject", "advance", "lost")],
        "additionalProperties": False,
    }  # fmt: skip
    number = {"type": "integer", "minimum": 0}
    fault = {
        "type": "object", "properties": {"event": {"type": "string"}, "step": number, "shown": number},
        "required": ["event", "step", "shown"],
    }  # fmt: skip
    note = {"type": "object", "properties": {"class": {"type": "string"}, "effect": {"type": "string"}}}
    vector = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "pattern": "^(client|server)/[^/]+/[^/]+$"},
            "role": {"enum": ["client", "server"]},
            "description": {"type": "string"}, "notes": {"type": "array", "items": note},
            "needs": {"type": "array", "items": {"type": "string"}},
            "seconds": {"type": "object", "additionalProperties": {"type": "number"}},
            "steps": {"type": "array", "items": step, "maxItems": 10000}, "faults": {"type": "array", "items": fault},
            "model": {
                "type": "object", "properties": {"events": {"type": "array", "items": {"type": "string"}}},
                "required": ["events"],
            },
        },
    }  # fmt: skip
    vector["required"] = sorted(vector["properties"])
    return {
        "$schema": DRAFT, "$id": "urn:mealspec:vectors", "title": "Vectors for an implementation", "type": "object",
        "properties": {"vectors": {"type": "array", "items": vector}}, "required": ["vectors"],
    }  # fmt: skip
