"""Whatever a trace file holds, and whatever words the command line gets: a verdict, an answer, or one sentence.

``make fuzz`` tries 20,000 inputs, others each time, and says which took longest; the fast suite a few hundred, always
the same. Searches are left out, for what is tried is what stands before them and behind; and no program is started.
"""

from __future__ import annotations

import copy
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mealspec.check.verify import memory
from mealspec.cli.entry import main
from mealspec.cli.explaining import names
from mealspec.cli.group import COMMANDS, cli
from mealspec.cli.listing import LISTS

INPUTS = int(os.environ.get("MEALSPEC_FUZZ", "0"))
"""How many to try in all; 0 for a few, always the same ones."""

ROOM = 2**30
"""Bytes of address space that one input may take: who asks for more gets an error, and that input is told."""

TAKEN: list[tuple[float, str]] = []
"""How many seconds the inputs took that took longest."""

COUNT = [0]
"""How many there were."""


def tries(few: int, share: float) -> settings:
    """So many, or a share of all that are to be tried."""
    return settings(
        max_examples=int(INPUTS * share) or few,
        derandomize=not INPUTS,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def bounded() -> Iterator[None]:
    """No more than so much address space, where the system tells how much there is by now."""
    told = Path("/proc/self/statm")
    before = resource.getrlimit(resource.RLIMIT_AS)
    if told.is_file():
        now = int(told.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.fixture(autouse=True, scope="module")
def figures() -> Iterator[None]:
    """What it came to."""
    good()
    began = time.monotonic()
    yield
    if INPUTS:
        print(
            f"\n{COUNT[0]:,} inputs in {time.monotonic() - began:.0f} s; {memory() / 2**20:,.0f} MiB held at most",
            *(f"{seconds:.1f} s: {what}" for seconds, what in TAKEN),
            sep="\n",
            file=sys.stderr,
        )


def run(*arguments: str) -> tuple[int, str, str]:
    """Status, stdout and stderr of one call; whatever else it raises is a failure."""
    out, err = io.StringIO(), io.StringIO()
    status: Any = 0
    began = time.monotonic()
    with redirect_stdout(out), redirect_stderr(err), bounded():
        try:
            main(arguments)
        except SystemExit as stop:
            status = stop.code
    COUNT[0] += 1
    TAKEN.append((time.monotonic() - began, repr(arguments)[:200]))
    TAKEN[:] = sorted(TAKEN, reverse=True)[:5]
    return status, out.getvalue(), err.getvalue()


def replayed(content: bytes) -> int:
    """Replay a file of these bytes: accepted, refused with a reason, or not read, with one sentence why."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "trace.json")
        file.write_bytes(content)
        status, out, err = run("replay", str(file))
    assert status in (0, 1, 2)
    assert (out.count("\n"), err.count("\n")) == ((0, 1) if status == 2 else (1, 0))
    assert err == "" or err.startswith("mealspec: ")
    return status


@cache
def good() -> str:
    """A trace file of the program's own."""
    status, out, _ = run("trace", "published", "no-early-belief", "--connections", "1", "--faults", "0", "--to", "itf")
    assert status == 0
    return out


def test_a_good_file_is_accepted() -> None:
    """Else the tests below would find nothing but bad files bad."""
    assert replayed(good().encode()) == 0


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 10**20)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["any", "m1"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["#meta", "#map", "#set", "#tup", "#bigint", "vars", "states", "loop", "tag", "value"])
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@tries(150, 0.2)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode) | JSON.map(lambda data: json.dumps(data).encode()))
@example(b"")
@example(b"null")
@example(b"NaN")
@example(b'{"vars": [], "states": [{}]}')
@example(b'{"vars": [], "states": [{"#meta": 3}]}')
@example(b"\xff\xfe{}")
@example(b"1" * 10_000)
def test_any_bytes_get_a_verdict_or_one_sentence(content: bytes) -> None:
    replayed(content)


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every container of the data, with a key that it has."""
    if not isinstance(data, (dict, list)):
        return []
    keys = list(data) if isinstance(data, dict) else list(range(len(data)))
    own: list[tuple[Any, Any]] = [(data, key) for key in keys]
    return own + [place for key in keys for place in places(data[key])]


@pytest.mark.slow
@tries(150, 0.25)
@given(st.integers(0, 10**6), JSON, st.booleans())
def test_a_good_file_with_one_thing_changed_gets_a_verdict_or_one_sentence(
    where: int, thing: Any, remove: bool
) -> None:
    data = copy.deepcopy(json.loads(good()))
    spots = places(data)
    container, key = spots[where % len(spots)]
    if remove:
        del container[key]
    else:
        container[key] = thing
    replayed(json.dumps(data).encode())


@tries(60, 0.05)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_good_file_with_two_states_swapped_is_not_accepted(first: int, second: int) -> None:
    data = json.loads(good())
    states = data["states"]
    a, b = first % len(states), second % len(states)
    states[a], states[b] = states[b], states[a]
    assert (replayed(json.dumps(data).encode()) == 0) is (a == b)


# ---------------------------------------------------------------------- words

SEARCHES = (
    "mealspec.check.parallel.reports",
    "mealspec.check.verify.counterexample",
    "mealspec.check.incident.explain_all",
    "mealspec.diagnose.observe.observe",
    "mealspec.explore.bundle.explorer",
    "mealspec.check.latency.outcomes",
    "mealspec.cli.seconds.each",
    "mealspec.cli.seconds.reaches",
    "mealspec.cli.seconds.edge",
    "mealspec.cli.seconds.staircase",
    "mealspec.conform.conformance.conformance",
    "mealspec.conform.suite.suite",
    "mealspec.check.metrics.simulate",
    "mealspec.check.mutants.cases",
    "mealspec.check.crosscheck.compare",
    "mealspec.check.engines.grown",
    "mealspec.cli.bench.beside_naive",
    "mealspec.cli.drawing.everything",
    "mealspec.cli.drawing.one",
    "mealspec.cli.drawing.states",
    "mealspec.cli.sweeping.run",
    "mealspec.cli.sweeping.each",
    "mealspec.core.external.promela.promela",
    "mealspec.core.external.tla.tla",
    "mealspec.hunt.bench.measure",
    "mealspec.properties.scenarios.shortest",
)


HEARTS = ("mealspec.core.explicit.kernel.expand", "mealspec.core.symbolic.diagrams.Symbolic.__init__")
"""Where every search begins, whoever forgot to name it above: state by state, and by sets."""


@pytest.fixture(scope="module")
def nothing_is_searched() -> Iterator[None]:
    """A command that would begin its search is done, and one that would start a program is told that there is none."""

    def done(*_: object, **__: object) -> NoReturn:
        raise click.exceptions.Exit(0)

    def missing(*_: object, **__: object) -> NoReturn:
        raise FileNotFoundError(2, "No such file or directory")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", missing)
        for name in HEARTS:
            patch.setattr(name, done)
        for name in SEARCHES:
            module, function = name.rsplit(".", 1)  # a function of the package may hide the module of its name
            patch.setattr(import_module(module), function, done)
        yield


def options(name: str) -> list[str]:
    """Those that a command has."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    return [option for each in command.params if isinstance(each, click.Option) for option in each.opts]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.sampled_from(
    [*names(), *LISTS, "any", "all", "none", "svg", "itf", "json", "text", "mermaid", "tla", "auto"]
)
NUMBERS = st.integers(-2, 10**12).map(str) | st.floats().map(str)
NAMED = st.lists(NAMES | TEXT, min_size=1, max_size=3).flatmap(
    lambda some: st.sampled_from(["+", "-", ",", " "]).map(lambda sign: sign.join(some))
)
FILES = st.sampled_from(["given", "/dev/null", "/dev/full", "/no/where", "", ".", "/dev/zero", "x" * 300])
WORDS = NAMES | NUMBERS | NAMED | TEXT | FILES


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """A command, usually one that exists, with options, usually its own, and words for them."""
    name = draw(st.sampled_from(COMMANDS) | TEXT)
    own = options(name) if name in COMMANDS else ["--help"]
    option = st.sampled_from(own) | TEXT.map(lambda text: f"--{text}")
    parts = draw(st.lists(st.tuples(option, WORDS) | st.tuples(WORDS) | st.tuples(option), max_size=4))
    return [name, *(word for part in parts for word in part)]


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """What the file ``given`` holds: anything, or what is nearly a log, a mapping, a vector or a trace."""
    nearly = ["{}", "[]", '{"vectors": [{}]}', "a = 1", "[[line]]", "2025-11-08 09:24:23 connected m1", good()]
    parts = draw(st.lists(st.sampled_from(nearly) | TEXT, max_size=3))
    return draw(st.binary(max_size=40) | st.just("\n".join(parts).encode()))


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_is_searched")
@tries(150, 0.5)
@given(lines(), files())
@example(["trace", "published", "\n"], b"")
@example(["verify", "[bold]"], b"")
@example(["--", "-h"], b"")
@example(["list", "\0"], b"")
@example(["trace", "F4", "--out", "\udcff"], b"")
@example(["diagnose", "given"], b"\0")
@example(["diagnose", "given", "--mapping", "given"], b"[[line]]")
@example(["conform", "given"], b"")
@example(["conform", "--vectors", "given", "given"], b'{"vectors": [{}]}')
def test_any_words_get_an_answer_or_one_sentence(words: list[str], content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Path("given").write_bytes(content)
        status, _, err = run(*words)
    assert status in (0, 1, 2)
    assert (status == 2) == err.startswith("mealspec: ")
    assert err.count("\n") <= 1
    assert err.rstrip("\n").isprintable()
