"""What is suspected: failure classes, causes of a lookup that finds nobody, and that nothing went wrong.

Each is a design in a scope, a machine that watches a run, and the fact about it that must hold at the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from mealspec.check.causes import WORLDS, cause_machine
from mealspec.check.incident import backends
from mealspec.core import At, Event, Kind, Machine, System
from mealspec.core.explicit.asked import Aim
from mealspec.diagnose.kinds import ARCHIVE
from mealspec.model.design import Design, design
from mealspec.model.events import alphabet
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.scenarios import FAILURES, HALVES, Scenario, milestones

ANY, SHOWN = "any", "shown"
"""That there is a run at all; that there is one at the end of which the meal is shown."""


@dataclass(frozen=True)
class Suspect:
    """A cause that is looked for.

    Attributes
    ----------
    label, title
        Its name, and a sentence.
    design, scope
        With what it is looked for.
    watched
        Makes the system and the aim.
    assumes
        How much of the world it lets in beyond the usual scope and the design: each counts as a coincidence.
    without
        Of a class, that there is a run in which it does not happen.
    milestones
        Of a class, how many steps make it.
    """

    label: str
    title: str
    design: Design
    scope: Scope
    watched: Callable[[], tuple[System, Aim]]
    assumes: int = 0
    without: Suspect | None = None
    milestones: int = 0


AGAIN = ("poll", "ping")
"""Verbs of what goes on for ever; all else that the system owes has happened when a meal was quiet for long."""


def awaited(made: System) -> frozenset[str]:
    """What has happened when a log has been quiet for longer than every clock runs, if it could."""
    return frozenset(e.name for e in made.events if e.kind is Kind.SYSTEM and e.verb not in AGAIN)


@cache
def bases(plan: Design) -> tuple[Suspect, Suspect]:
    """That a run fits at all, and that one fits in which the meal is shown."""
    scope = Scope()

    def anything() -> tuple[System, Aim]:
        made = system(plan, scope)
        view = made.machines[made.position["view.m1"]]
        return made, Aim(At("view.m1", lambda s: True), (0,) * len(view.states), awaited(made))

    def shown() -> tuple[System, Aim]:
        made, aim = anything()
        return made, replace(aim, fact=At("view.m1", lambda s: s.finished))

    return (
        Suspect(ANY, "a run of the design", plan, scope, cache(anything)),
        Suspect(SHOWN, "the meal is shown in the end", plan, scope, cache(shown)),
    )


@cache
def classes(plan: Design) -> tuple[Suspect, ...]:
    """The failure classes that the design, or a backend of which the class speaks, has a run of."""
    return tuple(filter(None, (_of_class(plan, told) for told in (*FAILURES.values(), *HALVES.values()))))


def _of_class(plan: Design, told: Scenario) -> Suspect | None:
    changed = re.sub(r"^\w+", "", told.design)  # what is added to its base, or taken away
    asked = design(plan.name + changed) if changed and changed not in plan.name else plan
    events = alphabet(asked, told.scope)
    if not all(any(event.is_of(step) for event in events) for step in told.steps):
        return None

    def watched() -> tuple[System, Aim]:
        watch = _of_this_meal(milestones(told.steps, events), told.steps, events)
        toll = tuple(_faults(told.steps[int(str(k)) :], events) for k in watch.states)
        made = system(asked, told.scope, extra=(watch,))
        return made, Aim(At("scenario", lambda s: s == last), toll, awaited(made))

    def unseen() -> tuple[System, Aim]:
        made, aim = has()
        return made, replace(aim, fact=At("scenario", lambda s: s != last), toll=(0,) * (last + 1))

    has, last = cache(watched), len(told.steps)
    more = len(told.scope.includes - Scope().includes) + len(asked.mechanisms ^ plan.mechanisms)
    without = Suspect(f"no {told.id}", f"not so: {told.title}", asked, told.scope, cache(unseen), more)
    return Suspect(told.id, told.title, asked, told.scope, has, more, without, last)


def _of_this_meal(watch: Machine, steps: tuple[str, ...], events: tuple[Event, ...]) -> Machine:
    """The same, but with a meal that is done with its milestones are, too: what befell another explains nothing."""
    about = (k for k, step in enumerate(steps) if all("m" in event.values for event in events if event.is_of(step)))
    first = next(about, len(steps))
    again = [(event.name, k, min(int(str(k)), first)) for event in events if event.is_of(ARCHIVE) for k in watch.states]
    return Machine.table(watch.name, watch.initial, [*watch.rows, *again], doc=watch.doc)


def _faults(steps: tuple[str, ...], events: tuple[Event, ...]) -> int:
    """How many of the milestones only a fault can be."""
    return sum(all(event.kind is Kind.FAULT for event in events if event.is_of(step)) for step in steps)


@cache
def lookups(plan: Design) -> tuple[Suspect, ...]:
    """Why a lookup finds nobody, with each backend that might be; as ``mealspec incident`` asks."""
    return tuple(_lookups(plan))


def _lookups(plan: Design) -> Iterator[Suspect]:
    for world in WORLDS:
        for asked, scope in backends(plan, world):

            @cache
            def made(asked: Design = asked, scope: Scope = scope) -> tuple[System, Machine]:
                watch = cause_machine(asked, scope)
                built = system(asked, scope, extra=(watch,))
                return built, built.machines[built.position["cause"]]

            for cause in world.causes:

                def watched(
                    made: Callable[[], tuple[System, Machine]] = made, cause: object = cause
                ) -> tuple[System, Aim]:
                    built, watch = made()
                    fact = At("cause", lambda s: s.cause is cause and s.skipped)
                    return built, Aim(fact, (0,) * len(watch.states))

                yield Suspect(cause.label, str(cause), asked, scope, cache(watched))
