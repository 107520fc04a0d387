"""Whatever a trace file holds, reading it ends in a verdict or in one sentence."""

from __future__ import annotations

import copy
import io
import json
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mealspec.cli.entry import main


def run(*arguments: str) -> tuple[int, str, str]:
    """Status, stdout and stderr of one call; whatever else it raises is a failure."""
    out, err = io.StringIO(), io.StringIO()
    status: Any = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(arguments)
        except SystemExit as stop:
            status = stop.code
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


@settings(max_examples=150, deadline=None, derandomize=True)
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


@settings(max_examples=150, deadline=None, derandomize=True)
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


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_good_file_with_two_states_swapped_is_not_accepted(first: int, second: int) -> None:
    data = json.loads(good())
    states = data["states"]
    a, b = first % len(states), second % len(states)
    states[a], states[b] = states[b], states[a]
    assert (replayed(json.dumps(data).encode()) == 0) is (a == b)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12), max_size=4))
@example(["trace", "published", "\n"])
@example(["verify", "[bold]"])
@example(["--", "-h"])
def test_any_words_get_an_answer_or_one_sentence(words: list[str]) -> None:
    """Words that are no command, design or property, for the program or after one of its commands."""
    strange = [word for word in words if word not in ("list", "bench", "incident", "verify")]
    for start in ([], ["verify", "none+no"], ["trace"], ["list"], ["replay"], ["incident", "x"]):
        if not start and not strange:
            continue  # the help, which is longer
        status, _, err = run(*start, *strange)
        assert status in (0, 2)
        assert status == 0 or err.startswith("mealspec: ")
