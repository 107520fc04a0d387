"""The stateful machine of a subject: Hypothesis chooses what happens, and three accounts of it are compared.

A run has two parts. First anything may happen that is enabled, user events and some faults too. Then the
faults have ended and the user rests: what the system owes is done until nothing changes any more, in an
order that Hypothesis chooses at first, and then round robin, which is fair. So a run ends as the
liveness properties assume that runs end.

Every event that is enabled is as likely as any other. Runs that put some actions off for as long as they can, as in
swarm testing (A. Groce and others, ISSTA 2012), were tried: of the 23 violations of ``published`` and ``app_head``, two
are then found in half the steps or fewer, and seven take half as many again or more, the rarest of ``published``
(failure-reaches-screen) 35,000 steps instead of 17,000; means of five to eight seeds, which vary much. Hypothesis's
``target()`` was tried, too, on the number of different events in a run: fewer states were seen with it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar

from hypothesis import event as noted
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mealspec.core import Form, Trace
from mealspec.core.coverage import Seen
from mealspec.core.lockstep import Lockstep
from mealspec.core.system import Locals, each
from mealspec.hunt.profiles import AT_ONCE
from mealspec.hunt.subject import Bad, Subject, Watch
from mealspec.properties.catalogue import PROPERTIES

FAULTS = 3
"""Most faults of one run; they are rarer than progress."""

CHOSEN = 40
"""Steps after the faults have ended whose order is chosen; from there on it is round robin."""

ENOUGH = 400
"""Steps after which a system that does not come to rest, and does no harm, is left alone."""


class Violation(AssertionError):
    """A run that violates a property.

    Each property has a class of its own (:func:`violation`), for Hypothesis tells failures apart by class.
    """

    property_id: ClassVar[str]

    def __init__(self, subject: Subject, events: tuple[int, ...], loop: int | None) -> None:
        super().__init__(f"{subject.design}: {self.property_id} is violated after {len(events)} steps")
        self.subject, self.events, self.loop = subject, events, loop

    @property
    def trace(self) -> Trace:
        """The run."""
        return self.subject.trace(self.events, self.loop)


@cache
def violation(property_id: str) -> type[Violation]:
    """The class of the violations of one property."""
    return type(f"Violation of {property_id}", (Violation,), {"property_id": property_id})


class Hunter(RuleBasedStateMachine):
    """One run: its rule is to take some steps, its invariant, asked after each, that no watched property is violated.

    A rule for each event, or one for each step, would say the same; but Hypothesis would draw and keep many values for
    each step, which takes several times as long as the step itself.
    """

    subject: ClassVar[Subject]
    run: ClassVar[Lockstep]
    seen: ClassVar[Seen]
    checks: ClassVar[list[tuple[str, Bad]]]
    endings: ClassVar[list[tuple[str, Bad]]]
    loops: ClassVar[list[tuple[str, Bad, Bad]]]
    watched: ClassVar[Mapping[str, Callable[[], Watch]]]
    hunted: ClassVar[tuple[str, ...]]
    caught: ClassVar[list[Violation]]

    def __init__(self) -> None:
        super().__init__()
        self.run.reset()
        self.events: list[int] = []
        self.faults_left = 0
        self.data: st.DataObject | None = None
        self.failed: set[str] = set()
        self.watches = {name: make() for name, make in self.watched.items()}

    @initialize(data=st.data(), faults=st.integers(0, FAULTS))
    def begin(self, data: st.DataObject, faults: int) -> None:
        """What this run is like."""
        self.data, self.faults_left = data, faults
        noted(f"at most {faults} faults")

    @rule(choices=st.binary(min_size=AT_ONCE, max_size=AT_ONCE))
    def go_on(self, choices: bytes) -> None:
        """A few steps: each is one of those that are enabled."""
        for choice in choices:
            if self.enabled:
                self.happen(chosen(choice, self.enabled))

    @invariant()
    def sound(self) -> None:
        """What the properties forbid has not happened."""
        for property_id, bad in self.checks:
            if bad(self.run.locals):
                self.fail(property_id)
        for property_id, watch in self.watches.items():
            if watch.bad:
                self.fail(property_id)

    @property
    def enabled(self) -> int:
        """What can happen now, as bits; without faults, once this run has had its share."""
        return self.run.enabled if self.faults_left else self.run.enabled & ~self.subject.faults

    def happen(self, event: int) -> None:
        """Let the event happen, in lock-step."""
        before, state = self.events[-1] if self.events else None, self.run.locals
        self.events.append(event)
        self.faults_left -= self.subject.faults >> event & 1
        self.run.fire(event)
        self.seen.step(before, state, event, self.run.number)
        for watch in self.watches.values():
            watch.step(event, self.run.locals)
        self.sound()

    def fail(self, property_id: str, loop: int | None = None) -> None:
        """The property is violated. If it is hunted, the run so far is kept, and goes on; else that is a failure."""
        if property_id in self.failed:
            return
        self.failed.add(property_id)
        caught = violation(property_id)(self.subject, tuple(self.events), loop)
        if property_id not in self.hunted:
            self.data = None
            raise caught
        self.caught.append(caught)

    # ------------------------------------------------------------------ the end

    def teardown(self) -> None:
        """Faults have ended: what is owed is done, and then all must be well."""
        if self.data is not None and sys.exc_info()[0] is None:
            self.settle(self.data)

    def settle(self, data: st.DataObject) -> None:
        """Do what is owed, in an order that is chosen, then round robin, until nothing changes or all goes round."""
        turns: dict[str, int] = {}
        path = [self.run.locals]
        choices = data.draw(st.binary(min_size=CHOSEN, max_size=CHOSEN))
        for k in range(ENOUGH):
            moves = self.subject.moves(self.run.locals)
            if not moves:
                noted("came to rest")
                self._at_rest()
                return
            if k < CHOSEN:
                event = moves[choices[k] % len(moves)]
            else:
                event = min(each(self.run.enabled & self.subject.owed), key=lambda e: turns.get(self._action(e), -1))
            turns[self._action(event)] = k
            self.happen(event)
            path.append(self.run.locals)
            if k > CHOSEN and path[-1] in path[CHOSEN:-1]:
                loop = len(path) - 1 - path.index(path[-1], CHOSEN)
                if self._fair(path[-loop:], self.events[-loop:]):
                    noted("went round for ever")
                    self._going_round(path[-loop:])
                    return
        noted("did not come to rest")

    def _action(self, event: int) -> str:
        return self.subject.system.events[event].owed_as

    def _fair(self, states: list[Locals], events: list[int]) -> bool:
        """Round this loop, what the system owes is done or cannot be done somewhere."""
        owed = (each(self.subject.system.permitted(state) & self.subject.owed) for state in states)
        return set.intersection(*({self._action(e) for e in some} for some in owed)) <= set(map(self._action, events))

    def _at_rest(self) -> None:
        """The run stays in this state for ever."""
        for property_id, bad in self.endings:
            if bad(self.run.locals):
                self.fail(property_id)

    def _going_round(self, states: list[Locals]) -> None:
        """The run stays in these states for ever: it is to blame if it is wrong in all and not excused in all."""
        for property_id, wrong, bad in self.loops:
            if all(wrong(state) for state in states) and any(bad(state) for state in states):
                self.fail(property_id, len(self.events) - len(states))


def chosen(choice: int, events: int) -> int:
    """One of the events of a set."""
    some = each(events)
    return some[choice % len(some)]


def hunter(
    subject: Subject,
    watched: tuple[str, ...] = tuple(PROPERTIES),
    *,
    hunted: tuple[str, ...] = (),
    seen: Seen | None = None,
) -> type[Hunter]:
    """The stateful machine that hunts the subject for violations of the watched properties.

    A violation is a failure, but for those of the ``hunted`` ones among them, which are kept in ``caught``.
    ``seen`` collects what the runs see.
    """
    body: dict[str, Any] = {
        "subject": subject,
        "watched": {p: subject.watches[p] for p in watched if p in subject.watches},
        "hunted": hunted,
        "caught": [],
        "run": Lockstep(subject.graph),
        "seen": seen or Seen(subject.graph),
        "checks": [(p, bad) for p in watched for bad in subject.bad(p, Form.NEVER)],
        "endings": [(p, bad) for p in watched for bad in subject.bad(p, Form.QUIESCENT, Form.FOREVER)],
        "loops": [(p, wrong, bad) for p in watched for wrong, bad in subject.forever(p)],
    }
    return type("Hunter", (Hunter,), body)
