"""A system as a specification in TLA+, for TLC.

Each machine is a variable that holds the label of its state, each event an action: guard, effect,
unchanged. There are two specifications in the module:

``Spec``
    The product as it is. TLC's distinct states are the product's, its generated states are the product's
    transitions plus one for the initial state, and the depth counts states, so it is one more than ours.
``FairSpec``
    For liveness. ``calm`` is set once, at any time, and no fault happens afterwards; a run in which
    faults end is one that is calm from some point on. (In ``Spec`` it stays false, and adds no state.)

Weak fairness is owed to actions as :mod:`mealspec.core.explicit.decide` says: from some point on disabled again and
again, or taken again and again, where a step that changes nothing counts as taking it. TLA+ counts only
steps that change something. For most actions that is no difference: where an action can make one step
at a time, and that step changes nothing, TLA+ takes it for disabled and we take it for taken, and both
are satisfied. Where an action is split into events of which one may change nothing while another is able to
change something, ``WF_vars`` would insist on the change; so such an action is owed fairness only where none
of its events rests. A run that owes such an action nothing comes again and again where one
of them rests (and takes it, as we read it), or where the action is disabled, or changes something by it.
In the other direction a run may at any time take a step that changes nothing, for it goes on as before.

A run that ends is one without end in which nothing changes, in TLA+ too: for liveness, ends count.

References: L. Lamport, *Specifying Systems* (2002), chapters 8 and 14.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mealspec.core.claim import Claim, Form
from mealspec.core.event import Event, Kind
from mealspec.core.external.outline import TIE, Names, actions, destinations, guard, laid, resting
from mealspec.core.formula import All, Formula, In, Some, all_hold, formula_of, negation, some_hold, written
from mealspec.core.machine import Machine, State
from mealspec.core.system import System

WORDS = """\
ACTION ASSUME ASSUMPTION AXIOM BOOLEAN BY CASE CHOOSE CONSTANT CONSTANTS COROLLARY DEF DEFINE DEFS DOMAIN ELSE ENABLED
EXCEPT EXTENDS FALSE HAVE HIDE IF IN INSTANCE LAMBDA LEMMA LET LOCAL MODULE NEW OBVIOUS OMITTED ONLY OTHER PICK PROOF
PROPOSITION PROVE QED RECURSIVE SF_ STATE STRING SUBSET SUFFICES TAKE TEMPORAL THEN THEOREM TRUE UNCHANGED UNION USE
VARIABLE VARIABLES WF_ WITH WITNESS
calm Calm FairSpec Fairness Faults Init Next Noted NotedAll Quiescent Spec System Tlc Users vars
"""
"""What a name must not be: words of TLA+, and those that are defined below."""


class _Writer:
    """The names of one system in TLA+, and its parts as lines."""

    def __init__(self, system: System, claims: Sequence[Claim]) -> None:
        self.system = system
        self.faults = any(event.kind is Kind.FAULT for event in system.events)
        names = Names(WORDS.split())
        self.machines = names.all(machine.name for machine in system.machines)
        self.events = names.all(event.name for event in system.events)
        self.actions = {
            action: self.events[members[0].name] if len(members) == 1 else names.give(action)
            for action, members in actions(system).items()
        }
        self.claims = names.all(claim.name for claim in claims)
        self.variables = [*self.machines.values(), *(["calm"] if self.faults else [])]

    def formula(self, formula: Formula) -> str:
        return written(formula, self._within, " /\\ ", " \\/ ", "TRUE", "FALSE")

    def _within(self, part: In) -> str:
        name = self.machines[part.machine]
        if len(part.states) <= len(part.others):
            return _among(name, part.states)
        rest = ", ".join(map(_label, part.others))
        return _tied(f"{name} #", rest) if len(part.others) == 1 else _tied(f"{name} \\notin", f"{{{rest}}}")

    def state(self) -> list[str]:
        """The variables and the initial state."""
        lines = ["VARIABLES", *_listed(self.variables, 2), ""]
        for machine in self.system.machines:
            name = self.machines[machine.name]
            lines += _comment(f"{name}: {machine.doc}" if machine.doc else name)
            lines += laid(", ".join(map(_label, machine.states)), "\\*   ", "\\*   ")
        lines += ["", "vars == <<", *_listed(self.variables, 2), ">>", "", "Init =="]
        for machine in self.system.machines:
            lines += laid(f"{self.machines[machine.name]} = {_label(machine.initial)}", "  /\\ ", "       ")
        return [*lines, *(["  /\\ calm = FALSE"] if self.faults else []), ""]

    def event(self, event: Event) -> list[str]:
        """Guard, effect, unchanged."""
        says = f" ({event.label})" if event.label else ""
        allowed = guard(self.system, event)
        parts = [self.formula(p) for p in (allowed.parts if isinstance(allowed, All) else (allowed,))]
        moved = {self.machines[machine.name]: self._next(machine, m) for machine, m in destinations(self.system, event)}
        parts += [f"{name}' = {text}" for name, text in moved.items()]
        if still := [name for name in self.variables if name not in moved]:
            parts.append(f"UNCHANGED <<{', '.join(still)}>>")
        return [
            *_comment(f"{event.name}{says}: {event.kind}, of the {event.owner}"),
            f"{self.events[event.name]} ==",
            *(line for part in parts for line in laid(part, "  /\\ ", "       ")),
            "",
        ]

    def _next(self, machine: Machine, moves: list[tuple[State, list[State]]]) -> str:
        """The next state by the present one; the last destination needs no question."""
        *asked, (last, _) = moves
        if not asked:
            return _label(last)
        name = self.machines[machine.name]
        cases = [f"{_among(name, sources)} -> {_label(dest)}" for dest, sources in asked]
        return f"CASE {' [] '.join(cases)} [] OTHER -> {_label(last)}"

    def whole(self) -> list[str]:
        """All events together, by what is owed of them, and the two specifications."""
        events = self.system.events
        system = [self.events[e.name] for e in events if e.kind is Kind.SYSTEM]
        faults = [self.events[e.name] for e in events if e.kind is Kind.FAULT]
        users = [self.events[e.name] for e in events if e.kind not in (Kind.SYSTEM, Kind.FAULT)]
        lines = [*_either("System", system), *_either("Users", users)]
        step = "System \\/ Users"
        if faults:
            lines += [*_either("Faults", faults, "~calm /\\ "), "\\* The last fault has happened."]
            lines += laid(f"Calm == ~calm /\\ calm' = TRUE /\\ UNCHANGED <<{', '.join(self.variables[:-1])}>>")
            step += " \\/ Faults"
        lines += ["", f"Next == {step}", "", "Spec == Init /\\ [][Next]_vars", ""]
        lines += ["\\* No event of the system changes anything.", "Quiescent == ~ENABLED <<System>>_vars", ""]
        calm = " \\/ Calm" if faults else ""
        return [*lines, *self._fairness(), f"FairSpec == Init /\\ [][Next{calm}]_vars /\\ Fairness", ""]

    def _fairness(self) -> list[str]:
        lines = ["\\* What the system can always do it does in the end.", "Fairness =="]
        split = []
        for action, members in actions(self.system).items():
            if len(members) > 1:
                split += _either(self.actions[action], [self.events[event.name] for event in members])
            rest = self._rests(members)
            owed = (
                self.actions[action] if rest is None else f"{self.formula(negation(rest))} /\\ {self.actions[action]}"
            )
            lines += laid(f"WF_vars({owed})", "  /\\ ", "       ")
        return [*split, "", *(lines if len(lines) > 2 else ["Fairness == TRUE"]), ""]

    def _rests(self, members: Sequence[Event]) -> Formula | None:
        """Where one event of the action changes nothing, if another may change something there."""
        rests = {event: resting(self.system, event) for event in members}
        if any(all_hold([rests[a], guard(self.system, b)]) != Some(()) for a in members for b in members if a is not b):
            return some_hold(rests.values())
        return None

    def claim(self, claim: Claim) -> list[str]:
        """The claim as a formula that holds."""
        lines = _comment(f"{claim.name} (what is wrong: {claim.form}): {claim.says}")
        if not claim.live:
            still = "Quiescent /\\ " if claim.form is Form.QUIESCENT else ""
            bad = self.formula(formula_of(claim.bad, self.system))
            return [*lines, *laid(f"{self.claims[claim.name]} == ~({still}{bad})"), ""]
        calm = "calm /\\ " if self.faults else ""
        wrong = f"<>[]({calm}{self.formula(formula_of(claim.wrong, self.system))})"
        if claim.excuse is not None:
            wrong += f" /\\ []<>({self.formula(negation(formula_of(claim.excuse, self.system)))})"
        return [*lines, *laid(f"{self.claims[claim.name]} == ~({wrong})"), ""]


def tla(system: System, claims: Sequence[Claim] = (), *, module: str = "Product") -> str:
    r"""The system as a module in TLA+, with a formula for each claim; see this module for what it means.

    >>> from mealspec.core import Event
    >>> lamp = Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off")])
    >>> print(tla(System([lamp], [Event("on", Kind.USER, "user", ("lamp",)),
    ...                           Event("off", Kind.SYSTEM, "lamp", ("lamp",))])))
    ... # doctest: +ELLIPSIS
    ---- MODULE Product ----
    ...
    on ==
      /\ lamp = "off"
      /\ lamp' = "lit"
    ...
    """
    writer = _Writer(system, claims)
    lines = [
        f"---- MODULE {module} ----",
        *_comment(f"{system.name}; machines: {len(system.machines)}, events: {len(system.events)}"),
        *_comment("States, deadlocks and safety: Spec, with the invariants; liveness: FairSpec, with the properties."),
        "",
        *writer.state(),
    ]
    for event in system.events:
        lines += writer.event(event)
    lines += writer.whole()
    for claim in claims:
        lines += writer.claim(claim)
    return "\n".join([*lines, "====", ""])


def config(names: Iterable[str], *, live: bool) -> str:
    """What TLC is asked about the module: invariants of ``Spec``, or the liveness of ``FairSpec``.

    ``names`` are those of :func:`claim_names`.
    """
    asked = [f"{'PROPERTY' if live else 'INVARIANT'} {name}" for name in names]
    return "\n".join([f"SPECIFICATION {'FairSpec' if live else 'Spec'}", *asked, ""])


def noting(names: Sequence[str], *, module: str = "Product") -> str:
    """The module ``Noting``, whose one invariant is never violated, and prints which of the named ones are.

    TLC ends with the first invariant that is violated; so it sees all states, and says of each whether it was, once for
    each of its workers.
    """
    number = {name: k for k, name in enumerate(names, start=1)}
    return "\n".join([
        "---- MODULE Noting ----",
        f"EXTENDS {module}",
        "Tlc == INSTANCE TLC",
        *(f"ASSUME Tlc!TLCSet({k}, FALSE)" for k in number.values()),
        'Noted(k, holds) == holds \\/ Tlc!TLCGet(k) \\/ (Tlc!TLCSet(k, TRUE) /\\ Tlc!PrintT(<<"violated", k>>))',
        "NotedAll ==",
        *(f"  /\\ Noted({k}, {name})" for name, k in number.items()),
        *([] if number else ["  TRUE"]),
        "====",
        "",
    ])  # fmt: skip


def claim_names(system: System, claims: Sequence[Claim]) -> dict[str, str]:
    """What each claim is called in the module, by its name."""
    return _Writer(system, claims).claims


# ---------------------------------------------------------------------- text


def _label(state: State) -> str:
    """The state as a string; its spaces are kept together until lines are laid."""
    text = str(state).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'.replace(" ", TIE)


def _among(name: str, states: Sequence[State]) -> str:
    labels = ", ".join(map(_label, states))
    return _tied(f"{name} =", labels) if len(states) == 1 else _tied(f"{name} \\in", f"{{{labels}}}")


def _tied(before: str, after: str) -> str:
    return f"{before} ".replace(" ", TIE) + after


def _either(name: str, parts: Sequence[str], before: str = "") -> list[str]:
    lines = [f"  {before}\\/ {parts[0]}", *(f"  {' ' * len(before)}\\/ {part}" for part in parts[1:])] if parts else []
    return [f"{name} ==", *(lines or ["  FALSE"])]


def _listed(names: Sequence[str], indent: int) -> list[str]:
    return laid(", ".join(names), " " * indent, " " * indent)


def _comment(text: str) -> list[str]:
    return laid(" ".join(text.split()), "\\* ", "\\*   ")
