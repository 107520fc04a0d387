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
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mealspec.conform.driver import Exchange
from mealspec.conform.role import Json, Names
from mealspec.conform.session import Session
from mealspec.conform.settle import Place, Spec, Step, canonical
from mealspec.conform.watch import seen, told
from mealspec.conform.wire import list_answer, note, taken, text, tokens
from mealspec.core import CheckerError
from mealspec.model.scope import Scope

LETTERS = (
    "appear", "leave", "submit", "open", "ready", "refuse", "fail", "close", "pong", "push", "finish", "tick",
)  # fmt: skip
"""``refuse`` and ``fail`` speak of a dial; ``push`` is work that ends and is told, ``finish`` work that ends untold."""
SCOPE = Scope(1, 1, None, frozenset(("dial", "break", "request", "push", "screen", "restart", "upload")))
SEED = 1
NUMBER = re.compile(r'(?<=[a-z])(-[0-9]+)+(?=")|"socket": [0-9]+(, )?')


def plain(item: str) -> str:
    """Without the numbers of sockets and requests: there is one socket at a time, and no request waits."""
    return NUMBER.sub("", item)


def forgotten(place: Place) -> Place:
    """With names that begin to be counted anew, for numbers do not matter here; else no two moments were the same."""
    held = tuple(
        (name, what if what.startswith("meal") else f"{what.partition('-')[0]}-1") for name, what in place.names.held
    )
    counts = tuple((word, number) for word, number in place.names.counts if word == "meal")
    return Place(place.state, Names(held, counts, place.names.past))


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


@dataclass(frozen=True)
class Difference:
    """Where the learned machine shows what the specification does not allow.

    Attributes
    ----------
    word
        The letters that lead there; the last one shows it.
    told, seen, shows
        What was told, what was seen and shown then.
    allowed
        What would have been allowed to be seen and shown.
    state, letter
        The state of the learned machine, and its letter.
    steps
        All that was told and seen on the way.
    """

    word: tuple[str, ...]
    told: str
    seen: tuple[str, ...]
    shows: str
    allowed: tuple[str, ...]
    state: str
    letter: str
    steps: tuple[tuple[str, tuple[str, ...], str], ...]


Rows = dict[str, dict[str, tuple[str, str]]]
"""Of each state, by letter, the state that follows and what comes of it."""
Report = Callable[[str], None]


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


class Beside:
    """The model beside a learned machine."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._silent: dict[Place, tuple[Place, ...]] = {}

    def after(self, places: Sequence[Place], does: str, sights: Sequence[str], shows: str) -> tuple[Place, ...]:
        """Where a run may be after something was told, seen and shown."""
        if not shows:
            return tuple(places)
        fits = [
            forgotten(step.place) for step in self._ways(places, does)
            if sorted(map(plain, map(seen, step.sees))) == sorted(sights) and self._shows(step.place, shows)
        ]  # fmt: skip
        return tuple(dict.fromkeys(fits))

    def allowed(self, places: Sequence[Place], does: str) -> tuple[str, ...]:
        """What might be seen and shown."""
        return tuple(sorted({
            canonical([[plain(seen(sight)) for sight in step.sees], self.spec.shows(step.place)])
            for step in self._ways(places, does)
        }))  # fmt: skip

    def _ways(self, places: Sequence[Place], does: str) -> list[Step]:
        return [
            step for place in dict.fromkeys(p for some in places for p in self.silent(some))
            for event in self.spec.choices(place) for step in self.spec.steps(place, event) if self._tells(step) == does
        ]  # fmt: skip

    @staticmethod
    def _tells(step: Step) -> str:
        return " ".join(plain(told(part.does)) for part in step.parts if part.does is not None)

    def _shows(self, place: Place, shows: str) -> bool:
        wanted, told_now = self.spec.shows(place), json.loads(shows)
        return all(told_now.get(name, value) == value for name, value in wanted.items())

    def silent(self, place: Place) -> tuple[Place, ...]:
        """Where the surroundings may have brought a run without telling the client anything; here first."""
        if place not in self._silent:
            found = {place: None}
            waiting = [place]
            for at in waiting:
                for event in self.spec.choices(at):
                    for step in self.spec.steps(at, event):
                        quiet = (
                            not self._tells(step)
                            and not step.sees
                            and self.spec.shows(step.place) == self.spec.shows(at)
                        )
                        then = forgotten(step.place)
                        if quiet and then not in found:
                            found[then] = None
                            waiting.append(then)
            self._silent[place] = tuple(found)
        return self._silent[place]


def differences(rows: Rows, beside: Beside) -> list[Difference]:
    """Walk through a learned machine beside the model; of each of its transitions the first difference."""
    found, done = list[Difference](), set[tuple[str, str]]()
    start = ("s0", (beside.spec.start,))
    seen_pairs = {start}
    waiting: list[tuple[str, tuple[Place, ...], tuple[str, ...], tuple[Any, ...]]] = [(*start, (), ())]
    for state, places, word, past in waiting:
        for letter, (then, output) in rows[state].items():
            if not output:
                continue
            steps = json.loads(output)
            at, told_so = places, list(past)
            for does, sights, shows in steps:
                after = beside.after(at, does, sights, shows)
                told_so.append((does, tuple(sights), shows))
                if not after:
                    break
                at = after
            else:
                pair = (then, tuple(sorted(at, key=repr)))
                if pair not in seen_pairs:
                    seen_pairs.add(pair)
                    waiting.append((then, at, (*word, letter), tuple(told_so)))
                continue
            if (state, letter) not in done:
                done.add((state, letter))
                allowed = beside.allowed(at, does)
                found.append(
                    Difference((*word, letter), does, tuple(sights), shows, allowed, state, letter, tuple(told_so))
                )
    return found


def explains(spec: Spec, difference: Difference) -> bool:
    """Whether a model allows all that was told and seen up to a difference."""
    beside, places = Beside(spec), (spec.start,)
    for does, sights, shows in difference.steps:
        places = beside.after(places, does, sights, shows)
        if not places:
            return False
    return True
