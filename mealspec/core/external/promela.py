"""A system as a specification in Promela, the language of SPIN.

Each machine is a variable, each event a step that no other interrupts (``d_step``): where no machine
refuses it, all who take part move at once. What is written can be run in two ways. As it stands, one
process makes every step: SPIN visits exactly the product's states, and its transitions are the
product's, plus one for the initial state. Compiled with ``spin -DFAIR`` there is a process for each thing that
fairness is owed to, and one more for the environment:

- SPIN's weak fairness (``pan -f``) rules out runs in which some process can make a step from some point
  on and makes none. A process is able where one of its events is, and any of its steps will do, one that
  changes nothing too. That is word for word how :mod:`mealspec.core.explicit.decide` owes fairness to an action.
- The environment may step aside at any time, so nothing is owed of users and faults. Where the whole
  system has come to an end the environment can always step aside, so that a run that ends is a run
  without end that changes nothing: for liveness, ends count.
- ``calm`` is set once, by the environment, and no fault happens afterwards: a run in which faults end is
  one that is calm from some point on. Without ``FAIR`` it is the constant false.

SPIN drops steps that are constant (``skip``) or refuses them, so a step without any condition asks for
what is always true. Claims are automata (``never``) and not formulas (``ltl``), for SPIN's formulas have a
bounded length.

References: G. J. Holzmann, *The SPIN Model Checker* (2003); the manual pages ``d_step``, ``ltl``, ``never``.
"""

from __future__ import annotations

from collections.abc import Sequence

from mealspec.core.claim import Claim, Form
from mealspec.core.event import Event, Kind
from mealspec.core.external.outline import TIE, Names, actions, destinations, guard, laid, quiescent
from mealspec.core.formula import All, Formula, In, formula_of, written
from mealspec.core.machine import Machine, State
from mealspec.core.predicate import Predicate
from mealspec.core.system import System

WORDS = """\
active assert atomic bit bool break byte c_code c_decl c_expr c_state c_track chan cond d_step D_proctype do else empty
enabled eval false fi for full get_priority goto hidden if in init inline int len local ltl mtype nempty never nfull
no_claim notrace np_ od of pc_value pid print printf printm priority proctype provided run select set_priority short
show skip STDIN timeout trace true typedef unless unsigned xr xs
always equivalent eventually implies next release stronguntil until weakuntil U V W X
auto case char const continue default double enum extern float long main now NULL register return signed sizeof static
struct switch union void volatile while
always_true calm environment FAIR is_quiescent system
"""
"""What a name must not be: words of Promela, of its temporal logic, of C, and those that are defined below."""


AND, OR = f"{TIE}&& ", f"{TIE}|| "
"""Lines are broken behind operators only: where a line could end a statement SPIN ends it."""


class _Writer:
    """The names of one system in Promela."""

    def __init__(self, system: System, claims: Sequence[Claim]) -> None:
        self.system = system
        names = Names(WORDS.split())
        self.claims = names.all(claim.name for claim in claims)
        self.machines = names.all(machine.name for machine in system.machines)
        self.events = names.all(event.name for event in system.events)
        self.actions = {a: names.give(f"do_{a}") for a in actions(system)}
        self.states = {
            (machine.name, state): names.give(f"{self.machines[machine.name]}_is_{state}")
            for machine in system.machines
            for state in machine.states
        }

    def formula(self, formula: Formula) -> str:
        return written(formula, self._within, AND, OR, "always_true", "false")

    def _within(self, part: In) -> str:
        name = self.machines[part.machine]
        states, word, sign = (
            (part.states, OR, "==") if len(part.states) <= len(part.others) else (part.others, AND, "!=")
        )
        tests = [f"{name} {sign} {self.states[part.machine, state]}" for state in states]
        tied = [test.replace(" ", TIE) for test in tests]
        return tied[0] if len(tied) == 1 else f"({word.join(tied)})"

    def machine(self, machine: Machine) -> list[str]:
        """Its states as numbers, and the variable."""
        name = self.machines[machine.name]
        kind = "byte" if len(machine.states) <= 256 else "int"
        lines = [*_comment(f"{machine.name}: {machine.doc}" if machine.doc else machine.name)]
        width = max(len(self.states[machine.name, state]) for state in machine.states)
        lines += [
            f"#define {self.states[machine.name, state]:<{width}}  {number}  /* {_plain(str(state))} */"
            for number, state in enumerate(machine.states)
        ]
        return [*lines, f"{kind} {name} = {self.states[machine.name, machine.initial]};", ""]

    def event(self, event: Event) -> list[str]:
        """Its guard and its effect, as one step."""
        says = f" ({event.label})" if event.label else ""
        effects = [
            f"{self.machines[machine.name]} = {self._next(machine, moves)};"
            for machine, moves in destinations(self.system, event)
        ]
        allowed = guard(self.system, event)
        tests = [self.formula(part) for part in (allowed.parts if isinstance(allowed, All) else (allowed,))]
        tests = (["!calm"] if event.kind is Kind.FAULT else []) + tests or ["always_true"]
        return [
            *_comment(f"{event.name}{says}: {event.kind}, of the {event.owner}"),
            f"inline {self.events[event.name]}() {{",
            "  d_step {",
            *_inside(f"{AND.join(tests)}{f'{TIE}->' if effects else ''}"),
            *(line for effect in effects for line in _inside(effect)),
            "  }",
            "}",
            "",
        ]

    def _next(self, machine: Machine, moves: list[tuple[State, list[State]]]) -> str:
        """The next state by the present one; the last destination needs no question."""
        *asked, (last, _) = moves
        text = self.states[machine.name, last]
        name = self.machines[machine.name]
        for dest, sources in reversed(asked):
            tests = OR.join(f"{name}{TIE}=={TIE}{self.states[machine.name, source]}" for source in sources)
            text = f"({tests}{TIE}-> {self.states[machine.name, dest]}{TIE}: {text})"
        return text

    def processes(self) -> list[str]:
        """One process for everything, or one for each action that is owed and one for the environment."""
        events = self.system.events
        others = [event for event in events if event.kind is not Kind.SYSTEM]
        fair = [
            line
            for action, members in actions(self.system).items()
            for line in self._process(self.actions[action], members)
        ]
        aside = ["  :: d_step { always_true } /* nothing is owed */"]
        if _has_faults(self.system):
            aside.append("  :: d_step { !calm -> calm = true } /* the last fault has happened */")
        return [
            "#ifdef FAIR",
            *fair,
            *self._process("environment", others, aside),
            "#else",
            *self._process("system", events),
            "#endif",
            "",
        ]

    def _process(self, name: str, events: Sequence[Event], more: Sequence[str] = ()) -> list[str]:
        steps = [f"  :: {self.events[event.name]}()" for event in events]
        return [f"active proctype {name}() {{", "  do", *steps, *more, "  od", "}"]

    def claim(self, claim: Claim) -> list[str]:
        """An automaton that accepts the runs that break the claim."""
        name = self.claims[claim.name]
        lines = _comment(f"{claim.name} (what is wrong: {claim.form}): {claim.says}")
        if not claim.live:
            still = ["is_quiescent"] if claim.form is Form.QUIESCENT else []
            wrong = self._wrong(f"{name}_wrong", claim.bad, still)
            return [*lines, *wrong, f"never {name} {{", f"  do :: {name}_wrong -> break :: else od", "}", ""]
        lines += self._wrong(f"{name}_wrong", claim.wrong, ["calm"] if _has_faults(self.system) else [])
        if claim.excuse is None:
            return [*lines, *FOREVER.format(name=name).split("\n")]
        lines += self._wrong(f"{name}_excuse", claim.excuse)
        return [*lines, *UNEXCUSED.format(name=name).split("\n")]

    def _wrong(self, name: str, predicate: Predicate, more: Sequence[str] = ()) -> list[str]:
        return _defined(name, AND.join([*more, self.formula(formula_of(predicate, self.system))]))


FOREVER = """\
never {name} {{ /* <> [] wrong */
wait:
  if
  :: true -> goto wait
  :: {name}_wrong -> goto accept_stay
  fi;
accept_stay:
  if
  :: {name}_wrong -> goto accept_stay
  fi
}}
"""

UNEXCUSED = """\
never {name} {{ /* <> [] wrong && [] <> !excuse */
wait:
  if
  :: true -> goto wait
  :: {name}_wrong -> goto stay
  fi;
stay:
  if
  :: {name}_wrong && {name}_excuse -> goto stay
  :: {name}_wrong && !{name}_excuse -> goto accept_stay
  fi;
accept_stay:
  if
  :: {name}_wrong && {name}_excuse -> goto stay
  :: {name}_wrong && !{name}_excuse -> goto accept_stay
  fi
}}
"""


def promela(system: System, claims: Sequence[Claim] = ()) -> str:
    """The system in Promela, with an automaton for each claim; see this module for what it means.

    >>> from mealspec.core import Event
    >>> lamp = Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off")])
    >>> print(promela(System([lamp], [Event("on", Kind.USER, "user", ("lamp",)),
    ...                               Event("off", Kind.SYSTEM, "lamp", ("lamp",))])))
    ... # doctest: +ELLIPSIS
    /* system; machines: 1, events: 2 */
    ...
    inline on() {
      d_step {
        lamp == lamp_is_off ->
        lamp = lamp_is_lit;
      }
    }
    ...
    """
    writer = _Writer(system, claims)
    lines = _head(system)
    for machine in system.machines:
        lines += writer.machine(machine)
    for event in system.events:
        lines += writer.event(event)
    lines += writer.processes()
    if any(claim.form is Form.QUIESCENT for claim in claims):
        lines += _comment("No event of the system changes anything.")
        lines += [*_defined("is_quiescent", writer.formula(quiescent(system))), ""]
    for condition, live in (("#ifndef", False), ("#ifdef", True)):
        if asked := [line for claim in claims if claim.live is live for line in writer.claim(claim)]:
            lines += [f"{condition} FAIR", *asked[:-1], "#endif", ""]
    return "\n".join(lines[:-1]) + "\n"


def claim_names(system: System, claims: Sequence[Claim]) -> dict[str, str]:
    """What each claim is called in the specification, by its name."""
    return _Writer(system, claims).claims


def fair_words(system: System) -> int:
    """What ``-DNFAIR`` must be: there is room for four processes in each word, and two are SPIN's own."""
    return (len(actions(system)) + 1 + 2) // 4 + 1


def _head(system: System) -> list[str]:
    calm = ["#ifdef FAIR", "bool calm = false;", "#else", "#define calm false", "#endif"]
    return [
        *_comment(f"{system.name}; machines: {len(system.machines)}, events: {len(system.events)}"),
        "/* States and deadlocks: spin -a FILE; gcc -DNOCLAIM -DSAFETY pan.c; ./a.out -c0",
        "   Safety:               spin -a FILE; gcc -DSAFETY pan.c; ./a.out -E -N CLAIM",
        f"   Liveness:             spin -DFAIR -a FILE; gcc -DNFAIR={fair_words(system)} pan.c; ./a.out -a -f -N CLAIM",
        "   If the depth is too small: -m, and for liveness -DMA=512, see mealspec/core/external/spin.py. */",
        "",
        "#define always_true (_nr_pr > 0) /* SPIN would drop a constant */",
        *(calm if _has_faults(system) else []),
        "",
    ]


def _has_faults(system: System) -> bool:
    return any(event.kind is Kind.FAULT for event in system.events)


def _plain(text: str) -> str:
    return text.replace("*/", "* /").replace("\n", " ")


def _comment(text: str) -> list[str]:
    return laid(f"/* {_plain(text)}{TIE}*/", "", "   ")


def _inside(text: str) -> list[str]:
    return laid(text, "    ", "      ")


def _defined(name: str, text: str) -> list[str]:
    """A macro in lines of bearable length."""
    *lines, last = laid(f"#define{TIE}{name} ({text})")
    return [*(f"{line} \\" for line in lines), last]
