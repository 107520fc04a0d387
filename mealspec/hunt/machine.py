"""The stateful machine of a subject: Hypothesis chooses what happens, and three accounts of it are compared.

A run has two parts. First anything may happen that is enabled, user events and some faults too. Then the
faults have ended and the user rests: what the system owes is done until nothing changes any more, in an
order that Hypothesis chooses at first, and then round robin, which is fair. So a run ends as the
liveness properties assume that runs end.

Variety is swarm-like: each run has its own number of faults, and puts some actions off as long as it can do
something else. That is how a stale answer comes to be applied late: of ``published``, the rarest violation
(no-regress) takes about 19,000 steps to find (mean of five seeds), and 96,000 or more if every enabled
event is as likely as any other; the number of states seen is much the same (``mealspec bench --hunt``).
Hypothesis's ``target()`` was tried, on the number of different events in a run: fewer states were seen with it.

Reference: A. Groce and others, *Swarm testing* (ISSTA 2012).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, ClassVar

from hypothesis import event as noted
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mealspec.core import Form, Trace
from mealspec.core.coverage import Seen
from mealspec.core.lockstep import Lockstep
from mealspec.core.system import Locals, bits, each
from mealspec.hunt.subject import Bad, Subject, Watch
from mealspec.hunt.verbs import verbs
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
    """One run; :func:`hunter` adds a rule for each verb and an invariant for each property that forbids something."""

    subject: ClassVar[Subject]
    run: ClassVar[Lockstep]
    seen: ClassVar[Seen]
    checks: ClassVar[list[tuple[str, Bad]]]
    endings: ClassVar[list[tuple[str, Bad]]]
    loops: ClassVar[list[tuple[str, Bad, Bad]]]
    watched: ClassVar[Mapping[str, Callable[[], Watch]]]
    hunted: ClassVar[tuple[str, ...]]
    caught: ClassVar[list[Violation]]
    varied: ClassVar[bool]

    def __init__(self) -> None:
        super().__init__()
        self.run.reset()
        self.events: list[int] = []
        self.faults_left = 0
        self.liked = -1
        self.data: st.DataObject | None = None
        self.failed: set[str] = set()
        self.watches = {name: make() for name, make in self.watched.items()}
        self._calls = _calls(self)
        self._rules_strategy = _schedule(self)  # type: ignore[assignment]

    @initialize(
        data=st.data(),
        faults=st.integers(0, FAULTS),
        disliked=st.sets(st.integers(0, 63), max_size=24),
    )
    def begin(self, data: st.DataObject, faults: int, disliked: set[int]) -> None:
        """What this run is like."""
        self.data, self.faults_left = data, faults
        noted(f"at most {faults} faults")
        actions = self.subject.actions
        for k in disliked if self.varied else ():
            self.liked &= ~actions[k % len(actions)]

    @precondition(lambda self: not self.enabled)
    @rule()
    def wait(self) -> None:
        """Nothing can happen in the rest of this run."""

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
            self._settle(self.data)

    def _settle(self, data: st.DataObject) -> None:
        turns: dict[str, int] = {}
        path = [self.run.locals]
        for k in range(ENOUGH):
            moves = self.subject.moves(self.run.locals)
            if not moves:
                noted("came to rest")
                self._at_rest()
                return
            if k < CHOSEN:
                event = data.draw(_one_of(bits(moves)))
            else:
                event = min(each(self.run.enabled & self.subject.owed), key=lambda e: turns.get(self._action(e), -1))
            turns[self._action(event)] = k
            self.happen(event)
            for property_id, bad in self.checks:
                if bad(self.run.locals):
                    self.fail(property_id)
            for property_id, watch in self.watches.items():
                if watch.bad:
                    self.fail(property_id)
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


@cache
def _one_of(events: int) -> st.SearchStrategy[int]:
    return st.sampled_from(each(events))


@st.composite
def _schedule(draw: st.DrawFn, hunter: Hunter) -> Any:
    """The next rule and its event: one that is enabled and, if there is one, liked.

    Hypothesis's own choice of rules draws a dozen values for each step, most of them for rules that are
    not possible; that halves the steps per second.
    """
    enabled = hunter.enabled
    if not enabled:
        return hunter._calls[-1]
    return hunter._calls[draw(_one_of(enabled & hunter.liked or enabled))]


def _calls(hunter: Hunter) -> list[tuple[Any, dict[str, str]]]:
    """For each event the rule that lets it happen, with its argument; the last one waits."""
    rules = {each_rule.function.__name__: each_rule for each_rule in type(hunter).setup_state().rules}
    events = hunter.subject.system.events
    return [*((rules[event.verb], {"event": event.name}) for event in events), (rules["wait"], {})]


def hunter(
    subject: Subject,
    watched: tuple[str, ...] = tuple(PROPERTIES),
    *,
    hunted: tuple[str, ...] = (),
    seen: Seen | None = None,
    varied: bool = True,
) -> type[Hunter]:
    """The stateful machine that hunts the subject for violations of the watched properties.

    A violation is a failure, but for those of the ``hunted`` ones among them, which are kept in ``caught``.
    ``seen`` collects what the runs see. If they are not ``varied``, each event is as likely as any other.
    """
    body: dict[str, Any] = {
        "subject": subject,
        "watched": {p: subject.watches[p] for p in watched if p in subject.watches},
        "hunted": hunted,
        "caught": [],
        "varied": varied,
        "run": Lockstep(subject.graph),
        "seen": seen or Seen(subject.graph),
        "checks": [(p, bad) for p in watched for bad in subject.bad(p, Form.NEVER)],
        "endings": [(p, bad) for p in watched for bad in subject.bad(p, Form.QUIESCENT, Form.FOREVER)],
        "loops": [(p, wrong, bad) for p in watched for wrong, bad in subject.forever(p)],
    }
    for verb, events in verbs(subject.system.events).items():
        body[f"rule_{verb}"] = _rule(verb, events, subject)  # a verb may be the name of a method
    for property_id in watched:
        forbidden = subject.bad(property_id, Form.NEVER)
        if forbidden:
            body |= _invariant(property_id, partial(_forbidden, forbidden))
        elif property_id in subject.watches:
            body |= _invariant(property_id, partial(_noticed, property_id))
    return type("Hunter", (Hunter,), body)


def _rule(verb: str, events: int, subject: Subject) -> Any:
    number = subject.system.number

    def step(self: Hunter, event: str) -> None:
        self.happen(number[event])

    step.__name__ = verb
    step.__qualname__ = f"Hunter.{verb}"
    possible = st.sampled_from([subject.system.events[e].name for e in each(events)])
    return precondition(lambda self: self.enabled & events != 0)(rule(event=possible)(step))


def _forbidden(bad: list[Bad], run: Hunter) -> bool:
    return any(each_bad(run.run.locals) for each_bad in bad)


def _noticed(property_id: str, run: Hunter) -> bool:
    return run.watches[property_id].bad


def _invariant(property_id: str, violated: Callable[[Hunter], bool]) -> dict[str, Any]:
    name = property_id.replace("-", "_")

    def check(self: Hunter) -> None:
        if violated(self):
            self.fail(property_id)

    check.__name__ = name
    check.__qualname__ = f"Hunter.{name}"
    return {name: invariant()(check)}
