"""``conform --learn``: the machine of a client, learned by asking its driver, beside what the specification allows.

AALpy learns it by the algorithm of Kearns and Vazirani, under the virtual clock. Its letters are what people, the
network and the server do; a letter that means nothing at that moment (an answer to nothing) is no step. Requests are
answered at once, as a server would: so the answers are no letters, and the machine stays small enough to be learned.
What is learned is right for all words only as far as the conformance test goes: at random, or complete for machines
with up to so many states more (the Wp method).

Then the learned machine is walked through beside the model, letter by letter: where the model has no state left that
fits what the machine shows, that is a difference, with the shortest word that shows it.

References: Kearns and Vazirani, An Introduction to Computational Learning Theory (1994). Fujiwara and others, Test
selection based on finite state models (IEEE TSE, 1991), for the Wp method. Tappler, Aichernig and Bloem, Model-based
testing IoT communication via active automata learning (ICST 2017): all but one of five MQTT brokers violated the
specification. Fiterau-Brostean and others, Automata-based automated detection of state machine bugs in protocol
implementations (NDSS 2023): bugs as automata. Muskardin and others, AALpy (ATVA 2021).
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from mealspec.conform.differ import Beside, Difference, Report, Rows, apart, differences, plain
from mealspec.conform.driver import Exchange
from mealspec.conform.reason import Reason
from mealspec.conform.role import Json
from mealspec.conform.session import Session
from mealspec.conform.settle import Spec, canonical
from mealspec.conform.watch import seen, told
from mealspec.conform.wire import list_answer, note, taken, text, tokens
from mealspec.core import CheckerError
from mealspec.model.design import Design
from mealspec.model.scope import counted

LETTERS = (
    "appear", "leave", "submit", "open", "ready", "refuse", "fail", "close", "pong", "push", "finish", "tick",
)  # fmt: skip
"""``refuse`` and ``fail`` speak of a dial; ``push`` is work that ends and is told, ``finish`` work that ends untold."""
SEED = 1


@dataclass
class Surroundings:
    """What a driver is told at a letter, and the server that answers its requests.

    Attributes
    ----------
    steps
        What was told at the last letter, with what was seen and shown then, in texts without numbers.
    """

    session: Session
    tick: float
    steps: list[tuple[str, tuple[str, ...], str]] = field(default_factory=list)
    meal: str = "none"
    socket: int = 0
    stage: str = "none"
    shown: bool = False
    asked: bool = False
    waiting: list[Json] = field(default_factory=list)

    def letter(self, letter: str) -> str:
        """What comes of it, as one text; empty if it means nothing now."""
        self.steps = []
        does = self._does(letter)
        for each in does:
            self._tell(each)
        return canonical(self.steps) if does else ""

    def _does(self, letter: str) -> list[Json]:
        socket = {"socket": self.socket}
        match letter:
            case "appear" if not self.shown:
                self.shown = True
                return [{"what": "appear"}]
            case "leave" if self.shown:
                self.shown = False
                return [{"what": "leave"}]
            case "submit" if self.shown and self.meal == "none":
                self.meal = "saved"
                return [{"what": "submit", "meal": 1, "text": text(1)}]
            case "open" if self.stage == "dialling":
                self.stage = "open"
                return [{"what": "open", **socket}]
            case "ready" if self.stage == "open":
                self.stage = "ready"
                return [{"what": "message", **socket, "message": note("ready")}]
            case "refuse" if self.stage == "dialling":
                self.stage = "none"
                return [{"what": "refuse", **socket, "status": 503}]
            case "fail" if self.stage == "dialling":
                self.stage = "none"
                return [{"what": "fail", **socket}]
            case "close" if self.stage in ("open", "ready"):
                self.stage = "none"
                return [{"what": "close", **socket, "code": 1001}]
            case "pong" if self.stage == "ready" and self.asked:
                self.asked = False
                return [{"what": "message", **socket, "message": note("pong", listed=True)}]
            case "push" if self.stage == "ready" and self.meal == "processing":
                self.meal = "completed"
                return [{"what": "message", **socket, "message": note("completed", meal=1)}]
            case "finish" if self.meal == "processing":
                self.meal = "completed"
                return [{"what": "work"}]
            case "tick":
                return [{"what": "advance", "seconds": self.tick}]
        return []

    def _tell(self, does: Json) -> None:
        if does["what"] == "work":
            self.steps.append((told(does), (), ""))  # nobody is told
            return
        observed, shows = self.session.tell(does)
        self.steps.append((plain(told(does)), tuple(plain(seen(sight)) for sight in observed), canonical(shows)))
        for sight in observed:
            self._seen(sight)
        while self.waiting:
            self._tell(self.waiting.pop(0))

    def _seen(self, sight: Json) -> None:
        match sight["what"], sight.get("message"):
            case "dial", _:
                self.socket, self.stage, self.asked = sight["socket"], "dialling", False
            case "close", _ if sight["socket"] == self.socket:
                self.stage = "none"
            case "send", "ping" if sight["socket"] == self.socket:
                self.asked = True
            case "request", message if "wrong" not in sight:
                self.waiting.append(self._answer(str(message), sight["request"]))

    def _answer(self, message: str, label: str) -> Json:
        if message == "submit":
            self.meal = "processing"
        meals = {"1": self.meal} if self.meal in ("processing", "completed") else {}
        answers = {"list": list_answer(meals), "submit": taken(1), "refresh": tokens(2)}
        return {"what": "answer", "request": label, "answer": answers[message]}


@dataclass
class Learned:
    """A machine that was learned.

    Attributes
    ----------
    machine
        Its rows; it begins in ``s0``.
    queries, steps
        How many words were asked, and how many letters of them; those that were known already do not count.
    tested
        How far it was tested, in words.
    """

    machine: Rows
    queries: int
    steps: int
    tested: str


def learned(
    driver: Exchange,
    spec: Spec,
    seconds: Json,
    tests: int,
    extra: int | None = None,
    report: Report = lambda text: None,
) -> tuple[Learned, list[Difference]]:
    """Learn the machine of a client, and where it differs from the specification.

    Each hypothesis is tested with so many random words; one that passes is walked through beside the model, and where
    the two differ the driver is asked who is right. With ``extra`` the last one is tested by the whole Wp method.
    """
    try:
        from aalpy.base import SUL, Oracle
        from aalpy.learning_algs import run_KV
        from aalpy.oracles import RandomWpMethodEqOracle, WpMethodEqOracle
    except ImportError:
        raise CheckerError("AALpy is not installed, and learning needs it: pip install 'mealspec[learn]'") from None

    class System(SUL):  # type: ignore[misc]
        def pre(self) -> None:
            session = Session(driver, "client", spec.plan)
            self.around = Surroundings(session, seconds["tick"])

        def post(self) -> None:
            pass

        def step(self, letter: str) -> str:
            return self.around.letter(letter)

    random.seed(SEED)
    system, letters = System(), list(LETTERS)
    beside, found = Beside(spec), list[Difference]()

    class Test(Oracle):  # type: ignore[misc]
        def find_cex(self, hypothesis: Any) -> Any:
            report(f"a hypothesis of {len(hypothesis.states)} states")
            chance = RandomWpMethodEqOracle(letters, self.sul, min_length=1, expected_length=8, num_tests=tests)
            wrong = chance.find_cex(hypothesis)
            if wrong is None:
                found[:] = differences(rows_of(hypothesis), beside)
                wrong = next((d.word for d in found if not self._right(hypothesis, d.word)), None)
            if wrong is None and extra is not None:
                wrong = WpMethodEqOracle(letters, self.sul, len(hypothesis.states) + extra).find_cex(hypothesis)
            return wrong

        def _right(self, hypothesis: Any, word: Sequence[str]) -> bool:
            self.reset_hyp_and_sul(hypothesis)
            said = [(hypothesis.step(letter), self.sul.step(letter)) for letter in word]
            self.sul.post()
            return all(one == other for one, other in said)

    machine, data = run_KV(letters, system, Test(letters, system), "mealy", print_level=0, return_data=True)
    tested = f"each hypothesis was tested with {tests} random words (Wp) and beside the model"
    if extra is not None:
        tested += f", the last one completely for machines with up to {extra} states more (Wp)"
    made = Learned(rows_of(machine), int(data["queries_learning"]), int(data["steps_learning"]), tested)
    return made, found


def rows_of(machine: Any) -> Rows:
    """The rows of a Mealy machine of AALpy; the first state is the initial one."""
    some = sorted(machine.states, key=lambda state: state is not machine.initial_state)
    names = {id(state): f"s{k}" for k, state in enumerate(some)}
    return {
        names[id(state)]: {
            letter: (names[id(state.transitions[letter])], str(state.output_fun[letter])) for letter in LETTERS
        }
        for state in some
    }


def lines(
    name: str, made: Learned, found: Sequence[Difference], reasons: Sequence[Sequence[Reason]], plan: Design,
    others: Sequence[Design],
) -> list[str]:  # fmt: skip
    """The report; ``others`` are designs that allow all of it."""
    asked = f"{made.queries} words and {made.steps} letters were asked to learn it"
    out = wrap(f"{name}: {len(made.machine)} states, {len(LETTERS)} letters; {asked}; {made.tested}.", 80)
    if not found:
        return [*out, *wrap("All that the learned machine can show is allowed.", 80)]
    out += wrap(f"{counted(len(found), 'transition')} of it show what is not allowed:", 80)
    for each, why in zip(sorted(found, key=lambda each: len(each.word)), reasons, strict=False):
        shown = [*(sight.removeprefix("seen ") for sight in each.seen), f"shows {each.shows}"]
        out += ["", *wrap(f"after {', '.join(each.word)}:", 80)]
        out += wrap(f"observed {'; '.join(shown)}", 78, initial_indent="  ", subsequent_indent="    ")
        for allowed in each.allowed[:2]:
            out += wrap(f"allowed {_told(allowed)}", 78, initial_indent="  ", subsequent_indent="    ")
        told_why = [str(some) for some in why] or ["no single mechanism that is missing or added explains it"]
        for some in told_why:
            out += wrap(some, 78, initial_indent="  - ", subsequent_indent="    ")
    more = len(found) - len(reasons)
    out += ["", f"and {more} more"] if more > 0 else []
    for other in others:
        out += ["", *wrap(f"All that it shows is allowed by the design `{other}`, which differs from `{plan}`:", 80)]
        out += [line for some in apart(plan, other) for line in wrap(f"- {some}", 80, subsequent_indent="  ")]
    return out


def _told(allowed: str) -> str:
    sights, shows = json.loads(allowed)
    return "; ".join([*(sight.removeprefix("seen ") for sight in sights), f"shows {canonical(shows)}"])
