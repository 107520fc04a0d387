"""The vectors of a design: every failure class, then whatever of rows and pairs these leave, in few runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from mealspec.conform.client import CLIENT
from mealspec.conform.cover import Cover, Ground, RowName, Walker
from mealspec.conform.role import Json, Role
from mealspec.conform.server import SERVER
from mealspec.conform.settle import Place, Spec, canonical
from mealspec.conform.vector import Ambiguous, Vector, fair, name, run
from mealspec.model.design import Design, design
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.requirements import REQUIREMENTS
from mealspec.properties.scenarios import FAILURES, HALVES, PATHS, Scenario, shortest

ROLES: dict[str, Role] = {role.name: role for role in (CLIENT, SERVER)}

LONGEST = 240
"""Events of a walk, before its end."""

ANSWERS = ("client.pong", "client.reregister")
"""What the surroundings do when a ping has come."""

TICKS = 6
"""How long it is waited for an event of a flawed run that a timer brings."""


def _scope(*items: str, meals: int = 1, connections: int = 1) -> Scope:
    return Scope(meals, connections, includes=frozenset(items))


@dataclass(frozen=True)
class Theme:
    """A part of the world in which everything is covered; in pairs of rows, too, unless it is large."""

    name: str
    scope: Scope
    pairs: bool = True


THEMES: dict[str, tuple[Theme, ...]] = {
    "client": (
        Theme("break", _scope("dial", "break", "screen")),
        Theme("request", _scope("request", "push", "screen")),
        Theme("restart", _scope("restart", "job", "screen")),
        Theme("upload", _scope("upload", "job", "screen")),
        Theme("token", _scope("token", "screen")),
        Theme("path", _scope("path", "screen")),
        Theme("entry", _scope("entry", "break")),
        Theme("background", _scope("background", "screen")),
        Theme("sockets", _scope("dial", connections=2), pairs=False),
    ),
    "server": (
        Theme("break", _scope("dial", "break", "screen")),
        Theme("restart", _scope("restart", "job", "screen")),
        Theme("upload", _scope("upload", "job")),
        Theme("token", _scope("token", "screen")),
        Theme("path", _scope("path", "screen")),
        Theme("entry", _scope("entry", "break")),
        Theme("device", _scope("device", "break")),
        Theme("sockets", _scope("dial", connections=2), pairs=False),
    ),
}
"""What is covered, by role: the walks of a theme go for what those before it have left."""


@dataclass
class Suite:
    """Vectors, and what they cover.

    Attributes
    ----------
    vectors
        All of them.
    rows
        By id, the rows that it uses.
    pairs
        By id, how many pairs of consecutive rows.
    refs
        By id, the requirements and failure classes of which its events speak.
    known, left
        How many rows and pairs there are, by role and theme, and how many of them no vector covers.
    """

    vectors: list[Vector] = field(default_factory=list)
    rows: dict[str, list[RowName]] = field(default_factory=dict)
    pairs: dict[str, set[tuple[RowName, RowName]]] = field(default_factory=dict)
    refs: dict[str, list[str]] = field(default_factory=dict)
    known: dict[str, tuple[int, int]] = field(default_factory=dict)
    left: dict[str, tuple[int, int]] = field(default_factory=dict)


Report = Callable[[str], None]


@lru_cache(maxsize=8)
def spec(role: str, plan: str, scope: Scope) -> Spec:
    """The model of a design in a scope, for a tester of a role."""
    return Spec.of(ROLES[role], design(plan), scope)


def suite(plan: Design, roles: Iterable[str] = ("client", "server"), report: Report = lambda text: None) -> Suite:
    """All vectors of a design."""
    made = Suite()
    for role in roles:
        cover = Cover()
        told = dict[str, int]()
        spoken = dict[int, set[str]]()
        for scenario in (*FAILURES.values(), *HALVES.values(), *PATHS.values()):
            vector = of_scenario(role, plan, scenario)
            if vector is None:
                continue
            place = told.setdefault(canonical(vector.steps), len(made.vectors))
            if place == len(made.vectors):
                made.vectors.append(vector)
            else:  # to an implementation of this role it is what another class is
                first = made.vectors[place]
                made.vectors[place] = replace(first, notes=(*first.notes, *vector.notes))
            spoken.setdefault(place, set()).update(scenario.refs)
        for theme in THEMES[role]:
            report(f"{role}, {theme.name}")
            subject = Spec.of(ROLES[role], plan, theme.scope)
            ground = Ground.of(subject, ROLES[role].machines if theme.pairs else ())
            walker = Walker(ground, cover)
            made.known[f"{role}/{theme.name}"] = walker.known
            found = list(_walks(plan, theme, ground, walker, cover))
            made.left[f"{role}/{theme.name}"] = walker.left
            kept = _needed([(vector, *cover.of(ground, events)) for vector, events in found])
            for vector, rows, pairs in kept:
                place = told.setdefault(canonical(vector.steps), len(made.vectors))
                if place == len(made.vectors):
                    made.vectors.append(vector)
                of = made.vectors[place].id  # where only hidden events differ, one vector is both
                made.rows[of] = sorted({*made.rows.get(of, ()), *rows})
                made.pairs.setdefault(of, set()).update(pairs)
            subject.forget()
        for place, refs in spoken.items():
            made.refs[made.vectors[place].id] = sorted(refs)
    for vector in made.vectors:
        made.refs[vector.id] = _refs(vector, made.refs.get(vector.id, []))
    return made


def _walks(
    plan: Design, theme: Theme, ground: Ground, walker: Walker, cover: Cover
) -> Iterator[tuple[Vector, list[int]]]:
    while walk := walker.walk(LONGEST):
        place = run(ground.spec, walk)[3]
        steps, names, faults, _ = run(ground.spec, [*walk, *fair(ground.spec, place)])
        events = [ground.spec.system.number[each] for each in names]
        cover.add(ground, events)
        walker.refresh()
        yield (
            _vector(
                ground.spec,
                plan,
                theme.scope,
                theme.name,
                _word(faults, names),
                f"covers: {theme.scope.describe()}",
                (),
                steps,
                names,
                faults,
            ),
            events,
        )


def _word(faults: list[Json], names: list[str]) -> str:
    """What a run is called: by its first fault, or what its user does last."""
    said = [fault["event"] for fault in faults] or [each for each in names if each.startswith("user.")] or names[-1:]
    return said[0].split(".")[1].replace("_", "-")


def _vector(
    subject: Spec, plan: Design, scope: Scope, group: str, word: str, description: str, notes: tuple[Json, ...],
    steps: list[dict[str, Any]], names: list[str], faults: list[Json],
) -> Vector:  # fmt: skip
    role = subject.role
    return Vector(
        name(role.name, group, names, word), role.name, description, notes, role.seconds, tuple(steps), tuple(faults),
        tuple(names), {"design": plan.name, **scope.to_meta()},
    )  # fmt: skip


Covering = tuple[Vector, set[RowName], set[tuple[RowName, RowName]]]


def _needed(found: list[Covering]) -> list[Covering]:
    """Without those of which everything is covered by others, the last ones first."""
    counts: dict[Any, int] = {}
    for _, rows, pairs in found:
        for what in (*rows, *pairs):
            counts[what] = counts.get(what, 0) + 1
    kept = []
    for entry in sorted(found, key=lambda each: (len(each[1]) + len(each[2]), each[0].id)):
        goals = (*entry[1], *entry[2])
        if all(counts[what] > 1 for what in goals):
            for what in goals:
                counts[what] -= 1
        else:
            kept.append(entry)
    return sorted(kept, key=lambda each: found.index(each))


def _refs(vector: Vector, more: Iterable[str]) -> list[str]:
    subject = spec(vector.role, str(vector.meta["design"]), _scope_of(vector))
    found = {ref for each in vector.events for ref in subject.system.event(each).refs}
    classes = {str(note["class"]) for note in vector.notes}
    return sorted(
        (ref for ref in found | classes | set(more) if ref[0] in "RF"),
        key=lambda ref: (ref[0], int(re.sub(r"\D.*", "", ref[1:])), ref),
    )


def _scope_of(vector: Vector) -> Scope:
    meta = vector.meta
    faults = None if meta["faults"] == "any" else int(meta["faults"])
    return Scope(meta["meals"], meta["connections"], faults, frozenset(meta["includes"]))


# ---------------------------------------------------------------------- failure classes


def of_scenario(role: str, plan: Design, scenario: Scenario) -> Vector | None:
    """The run of a flawed design, as far as its surroundings go, against another one; None if it shows nothing."""
    flawed = shortest(scenario)
    if flawed is None:
        return None
    scope = scenario.scope if role == "client" else scenario.scope.without(["background"])
    scope = Scope(scope.meals, max(scope.connections, 2), None, scope.includes)
    subject = spec(role, plan.name, scope)
    try:
        begun = _again(subject, flawed.events)
        place = _after(subject, begun)
        steps, names, faults, _ = run(subject, [*begun, *fair(subject, place)])
    except Ambiguous:
        return None
    if not steps:
        return None
    notes: tuple[Json, ...] = ()
    if scenario.property:
        effect = PROPERTIES[scenario.property].sentence
        notes = ({"class": scenario.id, "fails": scenario.design, "effect": f"else this does not hold: {effect}"},)
    slug = re.sub(r"[^a-z0-9]+", "-", scenario.title.split(":")[0].lower()).strip("-")[:40].strip("-")
    group = scenario.id.partition("-")[0] if scenario.property else scenario.id
    return _vector(subject, plan, scope, group, slug, scenario.title, notes, steps, names, faults)


def _after(subject: Spec, events: list[int]) -> Place:
    place = subject.start
    for event in events:
        place = subject.steps(place, event)[0].place
    return place


def _again(subject: Spec, events: Iterable[str]) -> list[int]:
    """The tester's events of a run of another design, as far as they are possible here, with the time that it takes."""
    out, place, happened = list[int](), subject.start, set[str]()
    number = subject.system.number

    def take(event: int) -> bool:
        nonlocal place
        if event not in subject.choices(place) or not (ways := subject.steps(place, event)):
            return False
        if len(ways) > 1:
            raise Ambiguous(subject.system.events[event].name)
        out.append(event)
        place = ways[0].place
        happened.update(subject.system.events[e].name for e in ways[0].events)
        return True

    for wanted in events:
        verb = wanted.split(".")[:2]
        same = [number[wanted]] if wanted in number else []
        alike = [e for e, event in enumerate(subject.system.events) if event.name.split(".")[:2] == verb]
        if subject.is_own(alike):
            waits = 0
            while not happened & {subject.system.events[e].name for e in alike} and waits < TICKS:
                waits += 1
                if not any(take(e) for e in range(len(subject.system.events)) if subject.ticks >> e & 1):
                    break
            happened.clear()
            continue
        if any(take(e) for e in (*same, *alike)):
            continue
        _lead(subject, take, (*same, *alike))
        for _ in range(TICKS if wanted.startswith(ANSWERS) else 0):  # the question has to come first
            if any(take(e) for e in alike) or not any(take(e) for e in range(len(number)) if subject.ticks >> e & 1):
                break
    return out


def _lead(subject: Spec, take: Callable[[int], bool], wanted: tuple[int, ...]) -> None:
    """What the surroundings do by themselves before an event may be possible: a few steps of theirs, then it."""
    for _ in range(3):
        prompt = [
            e for e, event in enumerate(subject.system.events)
            if event.prompt and str(event.kind) == "system" and not subject.own >> e & 1 and e not in wanted
        ]  # fmt: skip
        if not any(take(e) for e in prompt) or any(take(e) for e in wanted):
            return


# ---------------------------------------------------------------------- files


def files(made: Suite, plan: Design) -> dict[str, str]:
    """What is written: vectors by role and group, a manifest, and by name of the file."""
    out: dict[str, list[Vector]] = {}
    for vector in made.vectors:
        role, group, _ = vector.id.split("/")
        out.setdefault(f"{role}/{group}.json", []).append(vector)
    written = {file: lines({"vectors": [vector.to_json() for vector in some]}) for file, some in out.items()}
    return {**written, "manifest.json": lines(manifest(made, plan))}


def manifest(made: Suite, plan: Design) -> dict[str, Any]:
    """What each vector covers, and what none does."""
    rows = sorted({row for some in made.rows.values() for row in some})
    place = {row: k for k, row in enumerate(rows)}
    covered = {ref for some in made.refs.values() for ref in some}
    return {
        "design": plan.name,
        "vectors": [
            {
                "id": vector.id, "steps": len(vector.steps), "needs": list(vector.needs),
                "refs": made.refs[vector.id],
                "faults": sorted({".".join(fault["event"].split(".")[:2]) for fault in vector.faults}),
                "rows": [place[row] for row in made.rows.get(vector.id, [])],
                "pairs": len(made.pairs.get(vector.id, ())),
            }
            for vector in made.vectors
        ],
        "rows": list(map(str, rows)),
        "known": {name: {"rows": r, "pairs": p, "left": list(made.left[name])} for name, (r, p) in made.known.items()},
        "not_covered": {
            ref: row.later or "no event of this design speaks of it"
            for ref, row in REQUIREMENTS.items()
            if ref not in covered
        },
    }  # fmt: skip


def lines(data: Any) -> str:
    """JSON with one line for each step: short enough to read, and to compare."""
    return _written(data, "") + "\n"


def _written(data: Any, indent: str) -> str:
    flat = json.dumps(data, ensure_ascii=False)
    if len(indent) + len(flat) <= 118 or (isinstance(data, dict) and {"do", "inject", "advance", "lost"} & data.keys()):
        return flat
    inner = indent + " "
    if isinstance(data, dict):
        parts = [f"{json.dumps(key)}: {_written(value, inner)}" for key, value in data.items()]
        return "{\n" + ",\n".join(inner + part for part in parts) + f"\n{indent}}}"
    if isinstance(data, list) and not all(isinstance(value, (str, int, float)) for value in data):
        return "[\n" + ",\n".join(inner + _written(value, inner) for value in data) + f"\n{indent}]"
    return flat
