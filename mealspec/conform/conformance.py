"""An implementation held against the specification: the vectors, then Hypothesis."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from mealspec.conform.check import WORDS, checked
from mealspec.conform.driver import Broken, Driver, start
from mealspec.conform.hunt import Found, events_of, hunted, recorded, replayed, shortened
from mealspec.conform.reason import Reason, reasons
from mealspec.conform.role import Json, Role
from mealspec.conform.suite import ROLES, spec
from mealspec.conform.vector import Vector, name, schema
from mealspec.conform.verdict import Outcome, Verdict
from mealspec.core import BadTrace
from mealspec.core.files import read
from mealspec.model.design import Design
from mealspec.model.scope import Scope

LARGEST = 64 * 1024 * 1024
"""Bytes of the largest file of vectors."""
VECTORS = Path(__file__).parent.parent / "vectors"
"""Those that come with the specification."""

HUNTS: dict[str, tuple[Scope, ...]] = {
    "client": (Scope(connections=2), Scope(connections=1).with_(["upload", "token", "screen", "background"])),
    "server": (Scope(connections=2).with_(["entry"]), Scope(connections=1).with_(["upload", "token", "device"])),
}
"""Where Hypothesis looks, by role."""


@dataclass
class Conformance:
    """All that came of it.

    Attributes
    ----------
    command, name, role, can
        What was run, what its driver calls itself, its role, and what it can do.
    verdicts
        One for each vector.
    found
        A divergence that Hypothesis has found, or the first of the vectors, shrunk; and what explains it.
    scope
        The scope of that run.
    commands
        How many commands Hypothesis gave.
    """

    command: tuple[str, ...]
    name: str
    role: str
    can: tuple[str, ...]
    verdicts: list[Verdict] = field(default_factory=list)
    found: Found | None = None
    reasons: tuple[Reason, ...] = ()
    scope: Scope = field(default_factory=Scope)
    commands: int = 0

    @property
    def fine(self) -> bool:
        """Whether everything is as wanted."""
        return all(verdict.fine for verdict in self.verdicts)


def vectors(places: Iterable[Path]) -> list[Vector]:
    """The vectors of files and folders; ``BadTrace`` says what is wrong with one."""
    out = []
    for place in places:
        files = sorted(place.rglob("*.json")) if place.is_dir() else [place]
        for file in files:
            data = _loaded(file)
            if place.is_dir() and not (isinstance(data, dict) and "vectors" in data and "rows" not in data):
                continue  # a manifest, a schema
            error = next(iter(Draft202012Validator(schema()).iter_errors(data)), None)
            if error is not None:
                where = "".join(f"[{part!r}]" for part in error.absolute_path)
                raise BadTrace(f"{file} is no file of vectors: {where} {error.message[:200]}")
            out += [Vector.of_json(each) for each in data["vectors"]]
    return out


def listed(file: Path | None) -> list[str]:
    """The known failures of a file, one a line; what follows a ``#`` is a remark."""
    if file is None:
        return []
    try:
        content = read(file, LARGEST)
    except OSError as error:
        raise BadTrace(f"cannot read {file}: {error.strerror}") from None
    if content is None:
        raise BadTrace(f"{file} is larger than {LARGEST // 1024 // 1024} MiB; no list of known failures is")
    text = content.decode("utf-8", "replace")
    return [name for line in text.splitlines() if (name := line.partition("#")[0].strip())]


def _loaded(file: Path) -> Any:
    try:
        content = read(file, LARGEST)
        if content is None:
            raise BadTrace(f"{file} is larger than {LARGEST // 1024 // 1024} MiB; no file of vectors is")
        return json.loads(content.decode("utf-8"))
    except OSError as error:
        raise BadTrace(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadTrace(f"{file} is not text in UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise BadTrace(f"{file} is not JSON: {error}") from None


def identified(driver: Driver) -> tuple[Role, Json]:
    """Whom a driver drives: it says so when it is started, and is started as that."""
    said = start(driver, ROLES["client"])
    if said["role"] == "server":
        said = start(driver, ROLES["server"])
    return ROLES[said["role"]], said


Report = Callable[[str], None]


class Bench:
    """A driver that is started anew whenever it breaks."""

    def __init__(self, command: Sequence[str], deadline: float) -> None:
        self._command, self._deadline = command, deadline
        self.driver = Driver(command, deadline)
        with ExitStack() as ends:
            ends.callback(self.driver.close)  # at an interrupt, too: a driver that says nothing would live on
            try:
                self.role, self.said = identified(self.driver)
            except Broken as broken:
                raise BadTrace(f"the driver does not start: {broken}") from None
            ends.pop_all()

    def anew(self) -> None:
        """A new process."""
        self.driver.close()
        self.driver = Driver(self._command, self._deadline)
        start(self.driver, self.role)

    def close(self) -> None:
        """End it."""
        self.driver.close()


def conformance(
    command: Sequence[str], some: Sequence[Vector], plan: Design, *, known: Iterable[str] = (), examples: int = 200,
    deadline: float = 10.0, report: Report = lambda text: None,
) -> Conformance:  # fmt: skip
    """Hold an implementation against vectors, and against the specification of a design."""
    listed = set(known)
    bench = Bench(command, deadline)
    try:
        made = Conformance(tuple(command), str(bench.said["name"]), bench.role.name, tuple(bench.said["capabilities"]))
        first: Vector | None = None
        for k, vector in enumerate(each for each in some if each.role == bench.role.name):
            if k % 10 == 0:
                report(f"vector {k + 1}")
            verdict = replace(checked(bench.driver, vector, made.can), known=vector.id in listed)
            made.verdicts.append(verdict)
            if verdict.outcome is Outcome.DIVERGED and not verdict.known:
                first = first or vector
            if verdict.outcome in WORDS.values():
                bench.anew()
        if first is not None:
            made.scope = _scope_of(first.meta)
            made.found = _of_vector(bench, first, made)
        elif examples and all(verdict.outcome is not Outcome.DIVERGED for verdict in made.verdicts):
            _hunt(bench, made, plan, examples, report)
        if made.found is not None:
            report("looking for what explains it")
            made.reasons = tuple(reasons(bench.role, plan, made.scope, made.found))
        return made
    finally:
        bench.close()


def _of_vector(bench: Bench, vector: Vector, made: Conformance) -> Found | None:
    """The divergence of a vector, shrunk; None if the specification has no such run any more."""
    subject = spec(vector.role, str(vector.meta["design"]), made.scope)
    if any(event not in subject.system.number for event in vector.events):
        return None
    script = [subject.system.number[event] for event in vector.events]
    try:
        found = replayed(bench.driver, subject, script, made.can)
        return None if found is None else shortened(bench.driver, found, made.can)
    except Broken:
        bench.anew()
        return None


def _scope_of(meta: Json) -> Scope:
    return Scope(meta["meals"], meta["connections"], None, frozenset(meta["includes"]))


def _hunt(bench: Bench, made: Conformance, plan: Design, examples: int, report: Report) -> None:
    for scope in HUNTS[made.role]:
        report("Hypothesis")
        subject = spec(made.role, plan.name, scope)
        try:
            found, commands = hunted(bench.driver, subject, made.can, examples)
            made.commands += commands
            if found is not None:
                made.found = shortened(bench.driver, found, made.can)
        except Broken as broken:
            made.verdicts.append(Verdict(f"{made.role}/hypothesis/broken", WORDS[broken.how], broken.what))
            bench.anew()
            continue
        if made.found is not None:
            made.scope, kept = scope, repeats(made.found, plan, scope)
            made.verdicts.append(Verdict(kept.id, Outcome.DIVERGED, divergence=made.found.divergence))
            return


def repeats(found: Found, plan: Design, scope: Scope) -> Vector:
    """The vector that repeats a divergence."""
    events, role = events_of(found), found.spec.role
    return Vector(
        name(role.name, "found", events, "diverges"), role.name, "A divergence that was found.", (), role.seconds,
        tuple(recorded(found)), (), tuple(events), {"design": plan.name, **scope.to_meta()},
    )  # fmt: skip
