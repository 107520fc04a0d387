"""One run of the suite: which designs, in which scope, how hard; what came out, and what was seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from textwrap import wrap
from typing import Any

from mealspec.check.show import trace_lines, why_violated
from mealspec.check.verify import counterexample, likeliest_counterexample
from mealspec.core import Trace, dump, weight
from mealspec.core.coverage import known, rows
from mealspec.hunt.hunting import Catch, Hunt
from mealspec.hunt.machine import Violation
from mealspec.hunt.profiles import Profile
from mealspec.hunt.subject import Subject
from mealspec.model.design import DESIGNS, Design
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import Verdict, expected

RARE = 5
"""So many faults and tight races at least, even in the likeliest run: a hunt may miss that."""

LONG = 30
"""Steps at least, even of the shortest run, of the 50 that a hunt's run has: a hunt may miss that, too. One design
violates one property so: two uncancelled poll tasks of ``app_head`` take 36 steps, a second meal and a crash. Of 12,700
runs some showed it; of 10,300 others, and of 12,600 with 150 steps each, none."""

SOON = 8
"""What a hunt may miss is hunted for this part of the patience only."""

CLOSE = 3
"""By how many steps a shortened run may miss the shortest one, or that to where it ends, at the default scope."""


@dataclass(frozen=True)
class Outcome:
    """What came of a property.

    Attributes
    ----------
    design, property_id
        What was hunted.
    expected
        ``violated``, if a violation must be found; else none may be.
    catch
        The violation that was found.
    shortest
        The search's shortest counterexample, where it knows one.
    """

    design: Design
    property_id: str
    expected: Verdict
    catch: Catch | None
    shortest: Trace | None

    def complaint(self, session: Session) -> str:
        """What is wrong; empty if all is as expected."""
        if self.expected is not Verdict.VIOLATED:
            return "" if self.catch is None else session.explained(self.catch)
        if self.catch is None and is_rare(self.design, session.scope, self.property_id):
            return ""
        if self.catch is None:
            return f"no violation was found in {session.profile.patience:,} runs, and one of them exists"
        run = self.catch.trace
        distance = len(run) - len(self.shortest) if self.shortest else 0
        if session.scope == Scope() and distance > CLOSE and run.loop is None:
            detour = self.catch.subject.detour(run)  # some properties are violated in ways that have little in common
            if detour > CLOSE:
                told = session.explained(self.catch)
                return f"the shortened run is {distance} steps longer than the shortest, {detour} to its end\n{told}"
        return ""


@cache
def is_rare(design: Design, scope: Scope, property_id: str) -> bool:
    """Whether even the likeliest run takes so many coincidences, or the shortest is so long, that no hunt has to find
    one."""
    likely = likeliest_counterexample(design, scope, property_id).run
    shortest = counterexample(design, scope, property_id)
    many = likely is not None and weight(likely).coincidences >= RARE
    return many or (shortest is not None and len(shortest) >= LONG)


@dataclass
class Session:
    """What one run of pytest hunts."""

    designs: tuple[Design, ...]
    scope: Scope
    profile: Profile
    seed: int
    folder: str | None
    _hunts: dict[str, Hunt] = field(default_factory=dict)

    def hunt(self, design: Design) -> Hunt:
        """The hunt of a design; only one is kept, for graphs are large."""
        if design.name not in self._hunts:
            self._hunts.clear()
            subject = Subject.of(design, self.scope, depth=self.profile.depth)
            bad = [p for p in PROPERTIES if self._expected(subject, p) is Verdict.VIOLATED]
            good = [p for p in PROPERTIES if p not in bad]
            # Of a design of one's own nothing is known: everything is hunted, and nothing may be found.
            hunted, watched = (bad, good) if design.name in DESIGNS else (list(PROPERTIES), [])
            self._hunts[design.name] = Hunt(subject, tuple(hunted), tuple(watched), self.profile, self.seed)
        return self._hunts[design.name]

    def _expected(self, subject: Subject, property_id: str) -> Verdict:
        """As pinned; for a known design in a scope where nothing is pinned, as the search finds."""
        if subject.design.name not in DESIGNS:
            return Verdict.HOLDS
        pinned = expected(subject.design, subject.scope, property_id)
        if pinned is not None:
            return pinned
        return Verdict.HOLDS if subject.shortest(property_id) is None else Verdict.VIOLATED

    def outcome(self, design: Design, property_id: str) -> Outcome:
        """Hunt for violations of the property."""
        hunt = self.hunt(design)
        verdict = self._expected(hunt.subject, property_id)
        try:
            catch = self._catch(hunt, property_id) if property_id in hunt.hunted else hunt.survive(property_id)
        except Violation as news:
            return Outcome(design, property_id, Verdict.HOLDS, hunt.shortened(news), None)
        return Outcome(design, property_id, verdict, catch, hunt.subject.shortest(property_id) if catch else None)

    def _catch(self, hunt: Hunt, property_id: str) -> Catch | None:
        catch = hunt.catch(property_id, self.profile.patience // SOON)
        if catch is None and not is_rare(hunt.subject.design, self.scope, property_id):
            catch = hunt.catch(property_id)
        return catch

    # ------------------------------------------------------------------ what people get

    @property
    def options(self) -> str:
        """The scope, the profile and the seed as options of pytest, as far as they are not the usual ones."""
        scope, usual = self.scope, Scope()
        faults = "any" if scope.faults is None else str(scope.faults)
        said = {
            "mealspec-meals": (str(scope.meals), str(usual.meals)),
            "mealspec-connections": (str(scope.connections), str(usual.connections)),
            "mealspec-faults": (faults, "any"),
            "mealspec-with": (",".join(sorted(scope.includes - usual.includes)), ""),
            "mealspec-without": (",".join(sorted(usual.includes - scope.includes)), ""),
            "mealspec-profile": (self.profile.name, "dev"),
            "hypothesis-seed": (str(self.seed), ""),
        }
        return " ".join(f"--{name} {value}" for name, (value, default) in said.items() if value != default)

    def explained(self, catch: Catch) -> str:
        """The violation as ``mealspec trace`` shows it, and how to get it again."""
        design = catch.subject.design
        head = (
            f"{design}: {catch.property_id} is violated in {len(catch.trace)} steps ({self.scope.describe()}); "
            f"Hypothesis found it in {catch.found}."
        )
        file = self.keep(catch)
        again = f"pytest --pyargs mealspec.hunt --mealspec-design {design} -k {catch.property_id}"
        notes = [f"again: {again} {self.options}"]
        if file:
            notes.append(f"the run: mealspec replay {file}")
        why = why_violated(catch.trace, catch.subject.facts, catch.property_id)
        return "\n".join([*wrap(head, 80), "", *trace_lines(catch.trace, why), "", *notes])

    def keep(self, catch: Catch) -> Path | None:
        """Write the run where ``mealspec replay`` can read it."""
        if self.folder is None:
            return None
        title = f"{catch.subject.design}: {catch.property_id}, found by Hypothesis (seed {catch.seed})"
        meta = {"description": title, "design": catch.subject.design.name, **self.scope.to_meta()}
        file = self._file(f"{catch.subject.design}-{catch.property_id}.itf.json")
        file.write_text(dump(catch.trace, meta), encoding="utf-8")
        return file

    def keep_behaviour(self, hunt: Hunt) -> dict[str, Any]:
        """What the hunts of a design have seen, of what the search knows; kept in a file, too."""
        every = [f"{machine}: {row.event} in {row.source}" for machine, row in rows(hunt.subject.system)]
        seen, whole = hunt.seen.behaviour(), known(hunt.subject.graph)
        told = {
            "complete": hunt.subject.graph.complete,
            "steps": hunt.seen.steps,
            "seen": seen.counts(),
            "known": whole.counts(),
            "stray": sum(int((a & ~b).sum()) for a, b in ((seen.rows, whole.rows), (seen.pairs, whole.pairs))),
            "unseen": [row for row, flag in zip(every, whole.rows & ~seen.rows, strict=True) if flag],
            "used": [row for row, flag in zip(every, seen.rows, strict=True) if flag],
            "idle": [row for row, flag in zip(every, ~whole.rows, strict=True) if flag],
        }
        if self.folder is not None:
            self._file(f"behaviour-{hunt.subject.design}.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
        return told

    def behaviours(self, designs: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What was kept of these designs."""
        files = {name: self._file(f"behaviour-{name}.json") for name in designs if self.folder}
        return {name: json.loads(file.read_text(encoding="utf-8")) for name, file in files.items() if file.exists()}

    def _file(self, name: str) -> Path:
        assert self.folder is not None
        folder = Path(self.folder)
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name
