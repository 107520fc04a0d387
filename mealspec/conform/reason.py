"""What is wrong with an implementation: the designs, one mechanism away, that would have shown what was seen.

Each mechanism that the specification's design has is taken away, and each flaw is added, alone; where the model of that
design allows all that was seen, up to and with the step that diverges, the mechanism explains it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mealspec.conform.check import same
from mealspec.conform.hunt import Found
from mealspec.conform.role import Role
from mealspec.conform.settle import Place, Spec
from mealspec.core import CheckerError
from mealspec.model.design import Design
from mealspec.model.mechanism import CATALOGUE, FLAWS, NEEDS
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope

INSTEAD = {M.CONNECTION_SET: M.COMPARE_AND_DELETE}
"""What whoever lacks a mechanism may have in its place."""
ALIKE = ({M.OTHER_REGISTRY, M.OTHER_KEY},)
"""Flaws that look the same from outside: either notifier finds nobody, and the sockets are in the registry."""


@dataclass(frozen=True)
class Reason:
    """A mechanism that explains what was seen.

    Attributes
    ----------
    mechanism
        Which one.
    alike
        Others, of which nothing that can be seen tells it.
    missing
        Whether it is missing, or there and should not be.
    classes
        The failure classes that it speaks of.
    """

    mechanism: M
    missing: bool
    classes: tuple[str, ...]
    alike: tuple[M, ...] = ()

    @property
    def names(self) -> tuple[M, ...]:
        """It, and those that look the same."""
        return (self.mechanism, *self.alike)

    def __str__(self) -> str:
        which = " or ".join(f"`{name}`" for name in self.names)
        notes = [", ".join(self.classes), "nothing that can be seen tells which" if self.alike else ""]
        noted = f" ({'; '.join(filter(None, notes))})" if any(notes) else ""
        said = " Or: ".join(CATALOGUE[name].does for name in self.names)
        return f"{'without' if self.missing else 'with'} {which}{noted}: {said}"


def deviations(plan: Design) -> Iterable[tuple[M, bool, Design]]:
    """The designs that are one mechanism away, each with the mechanism and whether it is missing."""
    for mechanism in sorted(plan.mechanisms):
        yield mechanism, True, Design(f"{plan}-{mechanism}", plan.mechanisms - {mechanism})
        if (other := INSTEAD.get(mechanism)) is not None and other not in plan:
            yield mechanism, True, Design(f"{plan}-{mechanism}+{other}", plan.mechanisms - {mechanism} | {other})
    for mechanism in FLAWS:
        if mechanism not in plan and NEEDS.get(mechanism) is not M.LOCAL_STORE and mechanism is not M.LOCAL_STORE:
            more = {mechanism, *([NEEDS[mechanism]] if mechanism in NEEDS else [])}
            yield mechanism, False, Design(f"{plan}+{mechanism}", plan.mechanisms | more)


def _enough(found: Found, scope: Scope) -> Scope:
    """As much of a scope as the run needs."""
    events = [found.spec.system.events[e] for seen in found.run for e in (seen.event, *seen.way.events)]
    values = {value for event in events for value in event.values.values()}
    sockets = sum(name in values for name in scope.connection_names)
    includes = {event.needs for event in events} & scope.includes
    return Scope(scope.meals, max(1, sockets), scope.faults, frozenset(includes))


def reasons(role: Role, plan: Design, scope: Scope, found: Found) -> list[Reason]:
    """The mechanisms that explain a divergence, each alone."""
    out, scope = list[Reason](), _enough(found, scope)
    for mechanism, missing, other in deviations(plan):
        try:
            spec = Spec.of(role, other, scope)
        except CheckerError:
            continue
        if explains(spec, found):
            out.append(reason(mechanism, missing))
    return joined(out)


def joined(some: Iterable[Reason]) -> list[Reason]:
    """Each once, and those that look the same as one."""
    out = list[Reason]()
    for each in dict.fromkeys(some):
        k = next((k for k, one in enumerate(out) if {one.mechanism, each.mechanism} in ALIKE), None)
        if k is None:
            out.append(each)
        else:
            one = out[k]
            out[k] = replace(one, alike=(each.mechanism,), classes=tuple(dict.fromkeys((*one.classes, *each.classes))))
    return out


def reason(mechanism: M, missing: bool) -> Reason:
    """With the failure classes that the mechanism speaks of."""
    return Reason(mechanism, missing, tuple(ref for ref in CATALOGUE[mechanism].refs if ref.startswith("F")))


def explains(spec: Spec, found: Found) -> bool:
    """Whether a model allows all that was seen in a run."""
    places: tuple[Place, ...] = (spec.start,)
    for seen in found.run:
        name = found.spec.system.events[seen.event].name
        if name not in spec.system.number:
            return False
        event = spec.system.number[name]
        ways = [way for place in places if event in spec.choices(place) for way in spec.steps(place, event)]
        places = tuple(dict.fromkeys(
            way.place for way in ways
            if same(way.sees, seen.observed)
            and (seen.shows is None or all(seen.shows.get(k, v) == v for k, v in spec.shows(way.place).items()))
        ))  # fmt: skip
        if not places:
            return False
    return True
