"""What must hold: one entry for each property of the specification."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mealspec.core import At, Claim, Form, Predicate, any_of
from mealspec.model.client.outbox import Outbox
from mealspec.model.client.poller import Loop
from mealspec.model.client.service import Service
from mealspec.model.client.view import PAST, View
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import Server
from mealspec.model.server.job import Job
from mealspec.model.server.notification import Fate
from mealspec.model.server.receipt import Receipt
from mealspec.properties.facts import Facts
from mealspec.properties.invariants import broken_invariants


@dataclass(frozen=True)
class Clause:
    """What must be avoided.

    Attributes
    ----------
    form
        In which way.
    wrong
        The predicates of which each must be avoided.
    excuse
        Where they are no fault of the design's, if such states are; a run for ever, only if it stays there.
    """

    form: Form
    wrong: Callable[[Facts], list[Predicate]]
    excuse: Callable[[Facts], Predicate] | None = None

    def excused(self, f: Facts) -> Predicate | None:
        """Where the excuse holds."""
        return self.excuse(f) if self.excuse else None

    def bad(self, f: Facts) -> list[Predicate]:
        """What is wrong and not excused, of a state in which a run may end."""
        excused = self.excused(f)
        return [each if excused is None else each & ~excused for each in self.wrong(f)]


@dataclass(frozen=True)
class Property:
    """A property.

    Attributes
    ----------
    id, sentence, refs
        Its name, what it says, and where it comes from.
    clauses
        What must be avoided.
    witness
        A state that must be reachable for the property to say anything.
    assumes
        What is assumed of the environment, in words.
    """

    id: str
    sentence: str
    refs: tuple[str, ...]
    clauses: tuple[Clause, ...]
    witness: Callable[[Facts], Predicate]
    assumes: str = ""

    def claims(self, f: Facts) -> list[Claim]:
        """What it claims of one system, one by one; several are numbered."""
        pairs = [(clause, wrong) for clause in self.clauses for wrong in clause.wrong(f)]
        names = [self.id] if len(pairs) == 1 else [f"{self.id}-{k}" for k in range(1, len(pairs) + 1)]
        return [
            Claim(name, self.sentence, clause.form, wrong, clause.excused(f))
            for name, (clause, wrong) in zip(names, pairs, strict=True)
        ]


@dataclass(frozen=True)
class TimedProperty:
    """A property that speaks of seconds, as many as whoever asks chooses; each design has a bound of its own.

    Attributes
    ----------
    id, sentence, refs, assumes
        As of a :class:`Property`.
    """

    id: str
    sentence: str
    refs: tuple[str, ...]
    assumes: str


def _never(bad: Callable[[Facts], Predicate]) -> Clause:
    return Clause(Form.NEVER, lambda f: [bad(f)])


def _quiescent(bad: Callable[[Facts], Predicate]) -> Clause:
    return Clause(Form.QUIESCENT, lambda f: [bad(f)], Facts.starved)


def _forever(bad: Callable[[Facts], list[Predicate]]) -> Clause:
    return Clause(Form.FOREVER, bad, Facts.starved)


def _meals(f: Facts, fact: Callable[[str], Predicate]) -> list[Predicate]:
    return [fact(m) for m in f.scope.meal_names]


def _some_meal(fact: Callable[[str], Predicate]) -> Callable[[Facts], Predicate]:
    return lambda f: any_of(_meals(f, fact))


def _finished(m: str) -> Predicate:
    return At(f"job.{m}", lambda s: s.finished)


def _unseen(m: str) -> Predicate:
    return _finished(m) & ~At(f"view.{m}", lambda s: s.finished)


def _failure_unseen(m: str) -> Predicate:
    return At(f"job.{m}", lambda s: s is Job.FAILED) & ~At(f"view.{m}", lambda s: s is View.FAILED)


def _dishonest(m: str) -> Predicate:
    shown = At(f"view.{m}", lambda s: s is View.COMPLETED) & ~At(f"job.{m}", lambda s: s is Job.COMPLETED)
    failed = At(f"view.{m}", lambda s: s is View.FAILED) & ~At(f"job.{m}", lambda s: s is Job.FAILED)
    return shown | failed


def _two_live(f: Facts) -> Predicate:
    names = f.scope.connection_names
    return any_of(
        At(f"connection.{a}", lambda s: s.live) & At(f"connection.{b}", lambda s: s.live)
        for k, a in enumerate(names)
        for b in names[k + 1 :]
    )


def _two_tasks(f: Facts) -> Predicate:
    """Beside the current task another one looks at the list, or stops polling."""
    token = M.GENERATION_TOKEN in f.design
    return At("poller", lambda s: s.runs + s.acting(token) > 1)


def _disagree(f: Facts) -> Predicate:
    up = f.belief() & f.through()
    down = ~f.belief() & f.severed()
    return f.shown() & ~up & ~down


def _early(f: Facts) -> Predicate:
    """What the client believes in has been accepted, and not registered."""
    return f.belief() & any_of(_unregistered(c) for c in f.scope.connection_names)


def _unregistered(c: str) -> Predicate:
    held = At("service", lambda s: s == Service(c, True))
    return held & At(f"connection.{c}", lambda s: s.server is Server.ACCEPTED)


def _dead(f: Facts) -> list[Predicate]:
    own = [At(f"connection.{c}", lambda s: s.dead) for c in f.scope.connection_names]
    return [*own, *(At("device", lambda s: s.dead) for _ in f.scope.device_names)]


def _idle_polling(f: Facts) -> Predicate:
    unfinished = any_of(_meals(f, lambda m: At(f"view.{m}", lambda s: s.processing or s.awaited)))
    return f.shown() & f.belief() & f.through() & ~unfinished & At("poller", lambda s: s.runs)


def _unpolled(f: Facts) -> Predicate:
    processing = any_of(_meals(f, lambda m: At(f"view.{m}", lambda s: s.processing)))
    return processing & ~f.verified() & At("poller", lambda s: s.loop is Loop.NONE)


def _unsent(m: str) -> Predicate:
    waiting = (Outbox.WAITING, Outbox.SAVED, Outbox.UPLOADING, Outbox.RETRY, Outbox.ABANDONED)  # E34
    return At(f"outbox.{m}", lambda s: s in waiting) & At(f"receipt.{m}", lambda s: s is Receipt.NEVER)


def _unworked(m: str) -> Predicate:
    return At(f"job.{m}", lambda s: s in (Job.QUEUED, Job.PROCESSING, Job.ORPHANED))


def _some_meal_of(fact: Callable[[Facts, str], Predicate]) -> Callable[[Facts], Predicate]:
    return lambda f: any_of(fact(f, m) for m in f.scope.meal_names)


def _handled_again(f: Facts, m: str) -> Predicate:
    """Its message is handled twice; or what goes by the list would happen when it is shown again."""
    if M.EFFECT_ON_FINISH in f.design:
        return At(f"view.{m}", lambda s: s in PAST)
    return At(f"notification.{m}", lambda s: s.fate is Fate.TWICE)


def _unhandled(f: Facts, m: str) -> Predicate:
    """It is completed, and neither has its message been handled nor, where that counts, is it shown."""
    completed = At(f"job.{m}", lambda s: s is Job.COMPLETED)
    if M.EFFECT_ON_FINISH in f.design:
        return completed & ~At(f"view.{m}", lambda s: s is View.COMPLETED)
    return completed & ~At(f"notification.{m}", lambda s: s.fate in (Fate.DELIVERED, Fate.TWICE))


_SEEN = "faults end; the app stays in the foreground and the screen open from some point on"
_RUNS = "faults end; the app stays in the foreground from some point on"

_ALL = (
    Property(
        "delivery",
        "Every meal that the backend finishes is shown as finished in the end.",
        ("R16", "R17", "R18", "R31", "F3", "F4", "F12", "F19"),
        (_forever(lambda f: [_unseen(m) & f.shown() for m in f.scope.meal_names]),),
        _some_meal(_unseen),
        _SEEN,
    ),
    Property(
        "honest-view",
        "Nothing is shown as finished before the backend has finished it.",
        ("R13", "F11"),
        (_never(_some_meal(_dishonest)),),
        _some_meal(lambda m: At(f"view.{m}", lambda s: s.finished)),
    ),
    Property(
        "no-regress",
        "What was shown as finished is never shown as less again.",
        ("F11",),
        (_never(_some_meal(lambda m: At(f"view.{m}", lambda s: s in PAST))),),
        _some_meal(lambda m: At(f"view.{m}", lambda s: s.finished)),
    ),
    Property(
        "single-connection",
        "The client has at most one open socket at a time.",
        ("R2", "F5"),
        (_never(_two_live),),
        lambda f: any_of(At(f"connection.{c}", lambda s: s.live) for c in f.scope.connection_names),
    ),
    Property(
        "single-poll-task",
        "No cancelled poll task acts beside the current one.",
        ("R7", "F6"),
        (_never(_two_tasks),),
        lambda f: At("poller", lambda s: s.runs),
    ),
    Property(
        "agreement",
        "When things are quiescent, the client's belief, its socket and the registry agree.",
        ("R30", "F1", "F2", "F5", "F8"),
        (_quiescent(_disagree),),
        lambda f: f.shown() & f.belief(),
        "faults end; the app is in the foreground and the screen open",
    ),
    Property(
        "no-early-belief",
        "The client believes that it is connected only when the server has registered its socket.",
        ("R30", "F4"),
        (_never(_early),),
        lambda f: f.belief() & f.through(),
    ),
    Property(
        "belief-is-earned",
        "A belief in being connected that stays is true in the end: the socket works, and the registry holds it.",
        ("R30", "F16", "F17", "E15", "E20"),
        (_forever(lambda f: [f.shown() & f.belief() & ~f.through()]),),
        lambda f: f.shown() & f.belief(),
        _SEEN,
    ),
    Property(
        "socket-returns",
        "When things are quiescent, the client has a socket that works.",
        ("R18", "F10"),
        (_quiescent(lambda f: f.shown() & ~f.through()),),
        lambda f: f.shown() & f.severed(),
        "faults end; the app is in the foreground and the screen open; nobody keeps pressing reconnect",
    ),
    Property(
        "no-zombie",
        "A dead connection is out of the registry in the end.",
        ("F2", "F9"),
        (Clause(Form.FOREVER, _dead),),
        lambda f: any_of(_dead(f)),
        "faults end",
    ),
    Property(
        "polling-stops",
        "Once the socket is verified and nothing is processing, polling ends.",
        ("R7", "R16", "R18", "F12"),
        (_forever(lambda f: [_idle_polling(f)]),),
        _idle_polling,
        _SEEN,
    ),
    Property(
        "polling-persists",
        "While something is shown as processing and the socket is not verified, a poll task exists.",
        ("R4", "R17", "R31", "F12"),
        (_never(_unpolled),),
        lambda f: any_of(_meals(f, lambda m: At(f"view.{m}", lambda s: s.processing))) & ~f.verified(),
    ),
    Property(
        "failure-reaches-screen",
        "Every meal whose work fails is shown as failed in the end.",
        ("R6", "R12", "F13"),
        (_forever(lambda f: [_failure_unseen(m) & f.shown() for m in f.scope.meal_names]),),
        _some_meal(_failure_unseen),
        _SEEN,
    ),
    Property(
        "no-lost-submission",
        "A saved meal reaches the backend in the end, and only once.",
        ("R11", "F15"),
        (
            _forever(lambda f: [_unsent(m) & f.foreground() for m in f.scope.meal_names]),
            _never(_some_meal(lambda m: At(f"receipt.{m}", lambda s: s is Receipt.TWICE))),
        ),
        _some_meal(_unsent),
        _RUNS,
    ),
    Property(
        "handled-once",
        "What a completed meal causes on the device happens exactly once.",
        ("F18", "E25", "E30"),
        (
            _never(_some_meal_of(_handled_again)),
            _forever(lambda f: [_unhandled(f, m) & f.shown() for m in f.scope.meal_names]),
        ),
        _some_meal(lambda m: At(f"job.{m}", lambda s: s is Job.COMPLETED)),
        _SEEN,
    ),
    Property(
        "no-orphan",
        "Every meal that the backend accepts is completed or failed in the end.",
        ("R12", "R22", "F9"),
        (_forever(lambda f: _meals(f, _unworked)),),
        _some_meal(_unworked),
        "faults end",
    ),
    Property(
        "no-deadlock",
        "The only states that no system event changes are those in which every machine may rest.",
        ("R31",),
        (_quiescent(lambda f: f.foreground() & ~f.resting()),),
        lambda f: f.resting() & f.shown(),
        "faults end; the app is in the foreground",
    ),
    Property(
        "machine-invariants",
        "What one machine takes for granted of another is so.",
        ("R1",),
        (_never(lambda f: any_of(broken_invariants(f).values())),),
        lambda f: f.through(),
    ),
)

PROPERTIES: dict[str, Property] = {p.id: p for p in _ALL}
"""By id, in the order in which they are reported."""

BOUNDED_DELIVERY = TimedProperty(
    "bounded-delivery",
    "A meal that is completed while somebody looks is on the screen within so many seconds.",
    ("R17", "R24", "R31"),
    "the figures of the clocks; seconds in which the app is suspended do not count",
)
"""The one property in time: ``mealspec latency DESIGN --bound SECONDS`` decides it."""
