"""``conform --learn``: the machine of a client, learned by asking its driver, beside what the specification allows.

AALpy learns it by the algorithm of Kearns and Vazirani, under the virtual clock. Its letters are what people, the
network and the server do; a letter that means nothing at that moment (an answer to nothing) is no step. Requests are
answered at once, as a server would: so the answers are no letters, and the machine stays small enough to be learned.
What is learned is right for all words only as far as the conformance test goes: it is complete for machines with up to
so many states more (:mod:`mealspec.conform.complete`).

Then the learned machine is walked through beside the model, letter by letter: where the model has no state left that
fits what the machine shows, that is a difference, with the shortest word that shows it.

References: Kearns and Vazirani, An Introduction to Computational Learning Theory (1994). Muskardin and others, AALpy
(ATVA 2021). Tappler, Aichernig and Bloem, Model-based testing IoT communication via active automata learning (ICST
2017): all but one of five MQTT brokers violated the specification. Fiterau-Brostean and others, Automata-based
automated detection of state machine bugs in protocol implementations (NDSS 2023): bugs as automata.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from mealspec.conform.complete import Word, minimal, suite
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

    def means(self, letter: str) -> bool:
        """Whether a letter means anything now; what was told and seen so far says so."""
        match letter:
            case "appear" | "leave":
                return self.shown == (letter == "leave")
            case "submit":
                return self.shown and self.meal == "none"
            case "open" | "refuse" | "fail":
                return self.stage == "dialling"
            case "ready":
                return self.stage == "open"
            case "close":
                return self.stage in ("open", "ready")
            case "pong":
                return self.stage == "ready" and self.asked
            case "push":
                return self.stage == "ready" and self.meal == "processing"
            case "finish":
                return self.meal == "processing"
        return True

    def letter(self, letter: str) -> str:
        """What comes of it, as one text; empty if it means nothing now."""
        self.steps = []
        if not self.means(letter):
            return ""
        self._tell(self._does(letter))
        return canonical(self.steps)

    def _does(self, letter: str) -> Json:
        """What is told, and what stands then."""
        socket = {"socket": self.socket}
        match letter:
            case "appear" | "leave":
                self.shown = letter == "appear"
                return {"what": letter}
            case "submit":
                self.meal = "saved"
                return {"what": "submit", "meal": 1, "text": text(1)}
            case "open":
                self.stage = "open"
                return {"what": "open", **socket}
            case "ready":
                self.stage = "ready"
                return {"what": "message", **socket, "message": note("ready")}
            case "refuse" | "fail":
                self.stage = "none"
                return {"what": letter, **socket, **({"status": 503} if letter == "refuse" else {})}
            case "close":
                self.stage = "none"
                return {"what": "close", **socket, "code": 1001}
            case "pong":
                self.asked = False
                return {"what": "message", **socket, "message": note("pong", listed=True)}
            case "push":
                self.meal = "completed"
                return {"what": "message", **socket, "message": note("completed", meal=1)}
            case "finish":
                self.meal = "completed"
                return {"what": "work"}
        return {"what": "advance", "seconds": self.tick}

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


@dataclass(frozen=True)
class Complete:
    """A test that a machine has passed, and that no other with up to so many states more passes.

    Attributes
    ----------
    extra
        So many.
    words, letters
        What was asked.
    """

    extra: int
    words: int
    letters: int

    def __str__(self) -> str:
        asked = f"{counted(self.words, 'word')} and {counted(self.letters, 'letter')}"
        return f"the last one completely for up to {counted(self.extra, 'extra state')} ({asked}; Wp)"


@dataclass
class Learned:
    """A machine that was learned.

    Attributes
    ----------
    machine
        Its rows; it begins in ``s0``.
    queries, steps
        How many words were asked, and how many letters of them; those that were known already do not count.
    tests
        With how many words at random each hypothesis was tested.
    complete
        The complete test that it has passed; None if some of its states cannot be told apart.
    """

    machine: Rows
    queries: int
    steps: int
    tests: int
    complete: Complete | None = None

    @property
    def tested(self) -> str:
        """How far it was tested, in words."""
        said = f"each hypothesis was tested with {self.tests} random words (Wp) and beside the model"
        return said if self.complete is None else f"{said}, {self.complete}"


def learned(
    driver: Exchange,
    spec: Spec,
    seconds: Json,
    tests: int,
    extra: int,
    report: Report = lambda text: None,
) -> tuple[Learned, list[Difference]]:
    """Learn the machine of a client, and where it differs from the specification.

    Each hypothesis is tested with so many random words, and then completely for up to ``extra`` states more; one that
    passes is walked through beside the model, and where the two differ the driver is asked who is right.
    """
    try:
        from aalpy.base import SUL, Oracle
        from aalpy.learning_algs import run_KV
        from aalpy.oracles import RandomWpMethodEqOracle
    except ImportError:
        raise CheckerError("AALpy is not installed, and learning needs it: pip install 'mealspec[learn]'") from None

    def begin() -> Surroundings:
        return Surroundings(Session(driver, "client", spec.plan), seconds["tick"])

    class System(SUL):  # type: ignore[misc]
        def pre(self) -> None:
            self.around = begin()

        def post(self) -> None:
            pass

        def step(self, letter: str) -> str:
            return self.around.letter(letter)

    random.seed(SEED)
    system, letters = System(), list(LETTERS)
    beside, found = Beside(spec), list[Difference]()
    complete: Complete | None = None

    class Test(Oracle):  # type: ignore[misc]
        def find_cex(self, hypothesis: Any) -> Any:
            report(f"a hypothesis of {len(hypothesis.states)} states")
            chance = RandomWpMethodEqOracle(letters, self.sul, min_length=1, expected_length=8, num_tests=tests)
            wrong = chance.find_cex(hypothesis)
            rows = rows_of(hypothesis)
            if wrong is None:
                wrong = self._completely(rows, extra)
            if wrong is None:  # last, for this takes longest
                found[:] = differences(rows, beside)
                wrong = next((word for d in found if (word := wrong_of(begin, rows, d.word))), None)
            return wrong

        def _completely(self, rows: Rows, extra: int) -> Word | None:
            nonlocal complete
            words = suite(rows, extra)
            for k, word in enumerate(words):
                if k % 1000 == 0:
                    report(f"{k:,} of {len(words):,} words for up to {counted(extra, 'extra state')}")
                if wrong := wrong_of(begin, rows, word):
                    return wrong
            if minimal(rows):  # else it has fewer states than it seems
                complete = Complete(extra, len(words), sum(map(len, words)))
            return None

    machine, data = run_KV(letters, system, Test(letters, system), "mealy", print_level=0, return_data=True)
    made = Learned(rows_of(machine), int(data["queries_learning"]), int(data["steps_learning"]), tests, complete)
    return made, found


def wrong_of(begin: Callable[[], Surroundings], rows: Rows, word: Word) -> Word | None:
    """As much of a word as shows that a client does otherwise than a learned machine; what means nothing counts.

    It ends with the letter that shows it: AALpy looks at what comes of the last one.
    """
    around, state = begin(), "s0"
    for k in range(len(word) + 1):
        for letter, (_, said) in rows[state].items():
            if around.means(letter) != bool(said):
                return (*word[:k], letter)
        if k < len(word):
            state, said = rows[state][word[k]]
            if around.letter(word[k]) != said:
                return word[: k + 1]
    return None


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
