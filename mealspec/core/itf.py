"""Traces as files: the Informal Trace Format of Apalache (ADR-015), as Quint writes it.

Each state gives every machine's state by its label, and under ``mbt::actionTaken`` the event that led
to it (``init`` for the first). What ``mealspec trace --json`` prints, the events alone, is read as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import itf_py

from mealspec.core.errors import BadTrace, printable
from mealspec.core.files import read
from mealspec.core.trace import Trace

ACTION = "mbt::actionTaken"
LARGEST = 16 * 1024 * 1024
"""Bytes of the largest file that is read."""


@dataclass(frozen=True)
class Recording:
    """What a trace file says.

    Attributes
    ----------
    events
        The events in order.
    states
        For each state, initial one first, the recorded label of each machine; may lack machines.
    loop
        Index of the event at which the run begins to repeat, or None.
    meta
        Whatever the file says of itself.
    """

    events: tuple[str, ...]
    states: tuple[Mapping[str, str], ...]
    loop: int | None
    meta: Mapping[str, Any]


def dump(trace: Trace, meta: Mapping[str, Any]) -> str:
    """The trace as ITF JSON; the same trace always gives the same text."""
    names = [machine.name for machine in trace.system.machines]
    states = []
    for index, action in enumerate(("init", *trace.events)):
        labels = {name: str(state) for name, state in trace.state(index).items()}
        states.append(itf_py.State(meta={"index": index}, values={ACTION: action, **labels}))
    head = {"format": "ITF", "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html", **meta}
    data = itf_py.trace_to_json(
        itf_py.Trace(meta=head, params=[], vars=[ACTION, *names], states=states, loop=trace.loop)
    )
    if trace.loop is None:
        del data["loop"]
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def load(file: Path) -> Recording:
    """Read a trace file; ``BadTrace`` says in one sentence what is wrong with it."""
    try:
        content = read(file, LARGEST)
        if content is None:
            raise BadTrace(f"{file} is larger than {LARGEST // 1024 // 1024} MiB; no trace of ours is")
        data = json.loads(content.decode("utf-8"))
    except OSError as error:
        raise BadTrace(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadTrace(f"{file} is not text in UTF-8") from None
    except (ValueError, RecursionError) as error:  # numbers of too many digits, too
        raise BadTrace(f"{file} is not JSON: {error}") from None
    return _events(file, data) if isinstance(data, dict) and "events" in data else _recording(file, data)


def _events(file: Path, data: Mapping[str, Any]) -> Recording:
    """The events alone, of a design in a scope."""
    events, loop, scope = data["events"], data.get("loop"), data.get("scope", {})
    if not isinstance(events, list) or not all(isinstance(name, str) for name in events):
        raise BadTrace(f"{file}: 'events' is no list of names")
    if not isinstance(scope, dict):
        raise BadTrace(f"{file}: 'scope' is no object")
    meta = {**scope, **({"design": data["design"]} if "design" in data else {})}
    return Recording(tuple(events), (), _loop(file, loop, len(events)), meta)


def _recording(file: Path, data: object) -> Recording:
    shape = isinstance(data, dict) and isinstance(data.get("vars"), list) and isinstance(data.get("states"), list)
    if not shape or not data["states"]:  # type: ignore[index]
        raise BadTrace(f"{file} is JSON and not an ITF trace: it needs 'vars' and a list of 'states'")
    try:
        trace = itf_py.trace_from_json(data)
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise BadTrace(f"{file} is JSON and not an ITF trace: {printable(str(error), 200)}") from None
    actions = [state.values.get(ACTION) for state in trace.states]
    for index, action in enumerate(actions[1:], start=1):
        if not isinstance(action, str):
            raise BadTrace(f"{file}: state {index} does not say which event led to it ('{ACTION}')")
    loop = _loop(file, trace.loop, len(actions))
    meta = trace.meta if isinstance(trace.meta, dict) else {}
    return Recording(tuple(actions[1:]), tuple(_labels(state.values) for state in trace.states), loop, meta)


def _loop(file: Path, loop: object, states: int) -> int | None:
    if loop is None or (isinstance(loop, int) and 0 <= loop < states):
        return loop
    raise BadTrace(f"{file}: 'loop' is {printable(repr(loop), 200)}, which is no state of the trace")


def _labels(values: Mapping[str, Any]) -> Mapping[str, str]:
    return {name: value for name, value in values.items() if name != ACTION and isinstance(value, str)}


def differences(recording: Recording, trace: Trace) -> Sequence[str]:
    """Where recorded states are not those that the events lead to, one sentence each."""
    out = []
    for index, recorded in enumerate(recording.states[: len(trace.path)]):
        actual = trace.state(index)
        out += [
            f"after step {index}, machine '{name}' is in '{actual[name]}', and the file says '{printable(label, 200)}'"
            for name, label in recorded.items()
            if name in actual and str(actual[name]) != label
        ]
    return out
