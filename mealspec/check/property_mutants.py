"""What must hold, tested as the model is: mutants of properties, facts and laws, and which models notice.

Each claim, excuse, witness, fact and law is weakened, strengthened and restricted to the first meal or connection,
mechanically. A mutant is noticed by a model of which it says something else than the original: the design itself, the
design without a mechanism, a flawed design, a mutant of the design. If the two differ in some state that one of these
reaches, and none of the models as a whole tells them apart, the situation is made a system of its own, which begins
there and in which nothing happens. A mutant that differs from the original in no state that any model reaches says the
same.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property
from typing import Protocol

import numpy as np

from mealspec.check.pool import Model, Pool, violates
from mealspec.core import (
    Claim,
    Event,
    Form,
    Kind,
    Machine,
    Predicate,
    State,
    System,
    all_of,
    any_of,
    explore,
)
from mealspec.core import mutant as of_systems
from mealspec.core.assertion import Changes, Ends, Never, Owed, Possible, Reading, Rule
from mealspec.core.formula import formula_of
from mealspec.core.formula_mutants import as_predicate, mutants
from mealspec.model.design import design
from mealspec.model.mechanism import Mechanism
from mealspec.model.product import system
from mealspec.model.scope import ASPECTS, FAULTS, Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import pins
from mealspec.properties.facts import Facts
from mealspec.properties.laws import LAWS

FACTS = ("foreground", "shown", "belief", "verified", "through", "severed", "starved", "resting")
"""The words of the properties, each of which is mutated for all properties at once."""


class Fate(StrEnum):
    """What became of a mutant."""

    NOTICED = "noticed"
    """A model has another verdict."""
    SITUATION = "noticed in a situation"
    """No model has another verdict; one reaches a state in which the verdict would be another."""
    SAME = "says the same"
    """In every state that any model reaches."""


@dataclass(frozen=True)
class Outcome:
    """A mutant, what became of it, and the model that tells."""

    about: str
    change: str
    fate: Fate
    by: str = ""

    def __str__(self) -> str:
        return f"{self.about}: {self.change}: {self.fate}{f' ({self.by})' if self.by else ''}"


@dataclass(frozen=True, eq=False)
class Home:
    """A design whose claims are mutated, in a scope, and the models that are asked.

    Attributes
    ----------
    design, scope
        Whose claims, and where all models run.
    others
        Further designs with the same machines.
    changed
        Every so manieth mutant of the design is a model, too; 0 for none.
    parts
        Whether every part is changed, or only whole properties are restricted to the first meal or connection.
    """

    design: str
    scope: Scope
    others: tuple[str, ...] = ()
    changed: int = 0
    parts: bool = True

    def __str__(self) -> str:
        return f"{self.design}, {self.scope.describe()}"

    @cached_property
    def facts(self) -> Facts:
        """The words of this design."""
        plan = design(self.design)
        return Facts(plan, self.scope, system(plan, self.scope))

    @property
    def words(self) -> System:
        """Every machine with each state that it has in one of the designs, whatever is let in; of another device's
        only if one is, for there are many."""
        left_out = {"device"} - self.scope.includes
        return _words((self.design, *self.others), self.scope.meals, self.scope.connections, frozenset(left_out))

    @cached_property
    def models(self) -> Pool:
        """All models, the design itself first: what it denies needs no other."""
        others = {name: system(design(name), self.scope) for name in self.others}
        flags = "flags" in self.facts.system.position
        found = {name: built for name, built in others.items() if ("flags" in built.position) == flags}
        return Pool([*self.own.models, *(Model(name, explore(built)) for name, built in found.items())], self.words)

    @cached_property
    def own(self) -> Pool:
        """The design itself and its mutants: laws are not the same for other designs."""
        found = {self.design: self.facts.system}
        some = of_systems.mutants(self.facts.system)[:: self.changed] if self.changed else []
        found |= {str(mutant): mutant.applied(self.facts.system) for mutant in some}
        return Pool([Model(name, explore(built)) for name, built in found.items()], self.words)

    def mutants(self, predicate: Predicate) -> Iterator[tuple[str, Predicate]]:
        """Each mutant of the predicate, in words, and what it says."""
        return ((what, as_predicate(new, self.words)) for what, new in mutants(formula_of(predicate, self.words)))

    def judged(self, done: Container[Key] = (), only: Callable[[str], bool] = lambda name: True) -> Iterator[Outcome]:
        """What becomes of each mutant of what is said of the design; only of some properties, words and laws."""
        return judged(replace(self), done, only)  # a copy: its models go with it, for those of all homes are too many


@cache
def _words(designs: tuple[str, ...], meals: int, connections: int, left_out: frozenset[str]) -> System:
    """A system of which nothing is asked but which states its machines have."""
    scope = Scope(meals=meals, connections=connections, faults=1).with_(set(FAULTS) | set(ASPECTS) - left_out)
    states: dict[str, dict[State, None]] = {}
    for name in designs:
        for machine in system(design(name), scope).machines:
            states.setdefault(machine.name, {}).update(dict.fromkeys(machine.states))
    machines, events = [], []
    for name, (first, *rest) in states.items():
        rows = [(f"{name} {k}", first, state) for k, state in enumerate(rest or [first])]
        machines.append(Machine.table(name, first, rows))
        events += [Event(event, Kind.USER, "nobody", (name,)) for event, *_ in rows]
    return System(machines, events)


# ---------------------------------------------------------------------- claims


Claims = tuple[Claim, ...]


def _properties(facts: Facts) -> dict[str, Claims]:
    """What each property claims; that its premise never occurs is a claim, too, which must be violated."""
    found: dict[str, Claims] = {name: tuple(prop.claims(facts)) for name, prop in PROPERTIES.items()}
    for name, prop in PROPERTIES.items():
        found[f"{name}, premise"] = (Claim(name, prop.sentence, Form.NEVER, prop.witness(facts)),)
    return found


def _changed(home: Home, claims: Claims) -> Iterator[tuple[str, Claims]]:
    """The claims with one part of one of them changed."""
    for k, claim in enumerate(claims):
        yield from (
            (f"{claim.name}: {what}", _put(claims, k, replace(claim, wrong=new)))
            for what, new in _every(home, claim.wrong)
        )
        if claim.excuse is not None:
            every = _every(home, claim.excuse)
            yield from (
                (f"{claim.name}, excuse: {what}", _put(claims, k, replace(claim, excuse=new))) for what, new in every
            )


def _every(home: Home, predicate: Predicate) -> Iterator[tuple[str, Predicate]]:
    yield from home.mutants(predicate)
    yield from (("always", all_of([])), ("never", any_of([])))


def _put(claims: Claims, k: int, claim: Claim) -> Claims:
    return (*claims[:k], claim, *claims[k + 1 :])


def _restricted(home: Home) -> Iterator[tuple[str, str, Claims]]:
    """Every property as one that speaks of the first meal, or of the first connection, only."""
    for what in ("meals", "connections"):
        meals, connections = (1, home.scope.connections) if what == "meals" else (home.scope.meals, 1)
        first = replace(home.scope, meals=meals, connections=connections)
        if first != home.scope:
            facts = replace(home.facts, scope=first)
            for name, claims in _properties(facts).items():
                yield name, f"the first of the {what} only", claims


def _reworded(home: Home, only: Callable[[str], bool]) -> Iterator[tuple[str, str, dict[str, Claims]]]:
    """Every property with one word changed."""
    for word in filter(only, FACTS):
        for what, meaning in home.mutants(getattr(home.facts, word)()):
            facts = type("Reworded", (Facts,), {word: lambda self, meaning=meaning: meaning})(
                home.facts.design, home.scope, home.facts.system
            )
            yield word, what, _properties(facts)


def _judge(pool: Pool, about: str, change: str, claims: Claims, new: Claims) -> Outcome:
    """Which model tells the claims from the new ones, of which there may be fewer."""
    pairs = list(zip(claims, [*new, *[None] * (len(claims) - len(new))], strict=True))
    apart = np.array([pool.apart(old, fresh) for old, fresh in pairs if old is not fresh])
    models = np.flatnonzero((apart >= 0).any(axis=0)).tolist()
    for k in models:
        if any(pool.violates(k, c) for c in claims) != any(pool.violates(k, c) for c in new):
            return Outcome(about, change, Fate.NOTICED, pool.models[k].name)
    for k in models:
        for number in sorted({int(n) for n in apart[:, k] if n >= 0}):
            graph = pool.models[k].situation(number)
            if any(violates(graph, c) for c in claims) != any(violates(graph, c) for c in new):
                return Outcome(about, change, Fate.SITUATION, f"state {number} of {pool.models[k].name}")
    return Outcome(about, change, Fate.SAME)


# ---------------------------------------------------------------------- laws


def _of_rule(home: Home, law: str, rule: Rule, done: Container[Key]) -> Iterator[Outcome]:
    if isinstance(rule, (Never, Ends)):
        if isinstance(rule, Ends) and rule.without:
            return  # the same claim stands there without it
        claims: Claims = (
            (Claim(law, law, Form.NEVER, rule.what),)
            if isinstance(rule, Never)
            else (Claim(law, law, Form.FOREVER, rule.what, rule.excused),)
        )
        for what, new in _changed(home, claims):
            if (law, what) not in done:
                yield _judge(home.own, law, what, claims, new)
        return
    if isinstance(rule, Owed):
        yield _of_debt(home, f"{law}, {rule.event}", rule)
        return
    changed: Iterator[tuple[str, Rule]] = iter(())
    about = law
    if isinstance(rule, Possible):
        about, changed = f"{law}, {rule.event}", _of_needs(home, rule)
    elif isinstance(rule, Changes):
        about, changed = f"{law}, {rule.machine}", _of_moves(rule)
    for what, fresh in changed:
        if (about, what) not in done:
            yield _by_law(home, about, what, rule, fresh)


def _of_needs(home: Home, rule: Possible) -> Iterator[tuple[str, Rule]]:
    """A law says exactly when an event can happen, so the design breaks what says anything else."""
    for k, need in enumerate(rule.needs):
        rest = [*rule.needs[:k], *rule.needs[k + 1 :]]
        yield f"without need {k + 1}", replace(rule, needs=rest)
        yield from ((what, replace(rule, needs=[*rest, new])) for what, new in home.mutants(need))


def _of_moves(rule: Changes) -> Iterator[tuple[str, Rule]]:
    for k, move in enumerate(rule.moves):
        for event in move.events:
            less = replace(move, events=tuple(name for name in move.events if name != event))
            moves = (*rule.moves[:k], less, *rule.moves[k + 1 :])
            yield f"not by {event}", replace(rule, moves=moves)


def _by_law(home: Home, about: str, what: str, rule: Rule, new: Rule) -> Outcome:
    model = home.own.models[0]
    told = new.broken(model.reading) is not None and rule.broken(model.reading) is None
    return Outcome(about, what, *((Fate.NOTICED, model.name) if told else (Fate.SAME,)))


def _of_debt(home: Home, about: str, rule: Owed) -> Outcome:
    """Who does not ask for it is told apart by the design in which it is a fault."""
    design_itself = home.own.models[0]
    if not rule.occurs(design_itself.reading):
        return Outcome(about, "not owed", Fate.SAME)
    never = design_itself.reading.owing_less((rule.event,))
    told = rule.broken(Reading(never)) is not None
    return Outcome(about, "not owed", Fate.NOTICED if told else Fate.SAME, f"'{rule.event}' becomes a fault")


# ---------------------------------------------------------------------- all of them

Key = tuple[str, str]
"""What a mutant is about, and its change."""


def judged(home: Home, done: Container[Key] = (), only: Callable[[str], bool] = lambda name: True) -> Iterator[Outcome]:
    """What becomes of each mutant of what is said of the home's design.

    Parameters
    ----------
    home
        Whose mutants.
    done
        Those that need not be judged any more.
    only
        Chooses among the names of properties, facts and laws.
    """
    known = _properties(home.facts)
    for name, claims in known.items():
        for what, new in _changed(home, claims) if only(name) and home.parts else ():
            if (name, what) not in done:
                yield _judge(home.models, name, what, claims, new)
    for name, what, new in _restricted(home):
        if only(name) and (name, what) not in done:
            yield _judge(home.models, name, what, known[name], new)
    if not home.parts:
        return
    for word, what, every in _reworded(home, only):
        if (word, what) not in done:
            yield _clearest(_judge(home.models, word, what, known[name], every[name]) for name in known)
    for law in LAWS.values():
        for rule in law.rules(home.facts) if only(law.id) and law.applies(home.facts.design) else ():
            yield from _of_rule(home, law.id, rule, done)


def _clearest(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of a change of many properties: the clearest of theirs."""
    best: Outcome | None = None
    for outcome in outcomes:
        if outcome.fate is Fate.NOTICED:
            return outcome
        if best is None or outcome.fate is Fate.SITUATION:
            best = outcome
    assert best is not None
    return best


class Judging(Protocol):
    """Whose mutants are judged: a home, or a story (:mod:`~mealspec.check.story_mutants`)."""

    def judged(self, done: Container[Key] = (), only: Callable[[str], bool] = lambda name: True) -> Iterator[Outcome]:
        """What becomes of each of its mutants; those that are done need not be judged any more."""
        ...


def survey(homes: Iterable[Judging], only: Callable[[str], bool] = lambda name: True) -> dict[Key, Outcome]:
    """What becomes of every mutant, wherever it is told apart first; what says the same does so in all homes."""
    found: dict[Key, Outcome] = {}
    for home in homes:
        done = {key for key, outcome in found.items() if outcome.fate is not Fate.SAME}
        for outcome in home.judged(done, only):
            found[outcome.about, outcome.change] = outcome
    return found


def _without(plan: str) -> tuple[str, ...]:
    return tuple(f"{plan}-{mechanism}" for mechanism in Mechanism if mechanism in design(plan))


_FLAWED = ("published", "published_plus")
_TWO_DIALS = "before+connect_on_return-close_before_dial"


def _rare(*items: str, faults: int | None = None, connections: int = 1, meals: int = 1) -> Scope:
    return Scope(meals=meals, connections=connections, faults=faults, includes=frozenset(items))


HOMES: tuple[Home, ...] = (
    Home("hardened", _rare(faults=0), (*_FLAWED, *_without("hardened")), changed=10),
    Home("hardened", _rare("job", faults=1), ("published", "hardened-poll_until_terminal"), changed=10),
    Home("hardened", _rare("break", "restart"), ("published", "hardened-client_ping", "hardened-server_ping")),
    Home("hardened", _rare("dial", "upload"), ("published", "hardened-idempotent_upload")),
    Home("hardened", _rare("background", "path"), ("hardened-server_ping",)),
    Home("before", _rare("break", "restart", "job")),
    Home("hardened", _rare("dial", connections=2), ("hardened-ready_ack",), parts=False),
    Home(_TWO_DIALS, _rare(faults=0, connections=2), changed=40, parts=False),
    Home("published", _rare("job", faults=1, meals=2), changed=80, parts=False),
)
"""Each small, with models that tell much apart."""

MOST = 1_000_000
"""States of a pinned scope whose every claim is asked again, which takes a lasso for each that speaks of for ever."""

PINNED: tuple[Home, ...] = tuple(
    Home(pin.design, pin.scope) for pin in pins() if pin.design == "hardened" and pin.entry["states"] <= MOST
)
"""Where what says the same in all homes is asked again: one connection, any number of faults, and each further fault
and aspect by itself; two connections without faults. Larger ones (two connections that fail, everything at once) are
left to the stories."""
