"""Several complete graphs that are asked the same, as quickly as can be.

A predicate looks at a few machines only, and of what these are in there are few combinations, however many states there
are. So it is asked once for each combination that occurs in any of the models.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mealspec.core import Claim, Event, Form, Graph, Kind, Machine, System, explore, lasso, quiescent, reach
from mealspec.core.assertion import Reading


@dataclass(frozen=True, eq=False)
class Model:
    """A complete graph as claims are judged on it."""

    name: str
    graph: Graph

    @cached_property
    def reading(self) -> Reading:
        """The graph as laws read it."""
        return Reading(self.graph)

    def situation(self, number: int) -> Graph:
        """A system that is in this state, and stays there."""
        states = self.graph.state(number)
        machines = [Machine.table(name, state, [("stay", state, state)]) for name, state in states.items()]
        return explore(System(machines, [Event("stay", Kind.USER, "nobody", tuple(states))]))


def _combinations(columns: NDArray[np.int16]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each row the number of its combination, and for each combination a row that has it."""
    code, most = np.zeros(len(columns), np.int64), 1
    for column in columns.T:
        size = int(column.max()) + 1
        if most * size > 2**62:
            kept, code = np.unique(code, return_inverse=True)
            most = len(kept)
        code, most = code * size + column, most * size
    _, where, which = np.unique(code, return_index=True, return_inverse=True)
    return which.ravel(), where


def violates(graph: Graph, claim: Claim) -> bool:
    """Whether a graph violates the claim."""
    if claim.form is Form.FOREVER:
        return lasso(graph, claim.wrong, claim.excuse) is not None
    return (reach if claim.form is Form.NEVER else quiescent)(graph, claim.bad) is not None


@dataclass(frozen=True, eq=False)
class Rows:
    """What some machines are in, in any of the models: each combination once.

    Attributes
    ----------
    graph
        The combinations as states of the system of words, to ask predicates over these machines about.
    first
        For each model and combination the first state of the model that has it, or -1.
    rests
        For each model and combination, whether the model has it in a state that no system event changes.
    """

    graph: Graph
    first: NDArray[np.int64]
    rests: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Pool:
    """Models that are asked together."""

    models: list[Model]
    words: System

    @cached_property
    def _rows(self) -> dict[tuple[str, ...], Rows]:
        return {}

    @cached_property
    def _bad(self) -> dict[Claim, tuple[Rows, NDArray[np.bool_]]]:
        return {}

    def rows(self, machines: Iterable[str]) -> Rows:
        """What these machines are in."""
        names = tuple(sorted(set(machines) & self.words.position.keys()))
        if names not in self._rows:
            self._rows[names] = self._found(names)
        return self._rows[names]

    def _found(self, names: Sequence[str]) -> Rows:
        columns = [self._columns(model.graph, names) for model in self.models]
        stacked = np.concatenate(columns)
        which, where = _combinations(stacked)
        every = stacked[where]
        first = np.full((len(columns), len(every)), -1, np.int64)
        rests = np.zeros(first.shape, np.bool_)
        parts = np.split(which, np.cumsum([len(some) for some in columns])[:-1])
        for k, (model, rows) in enumerate(zip(self.models, parts, strict=True)):
            first[k, rows[::-1]] = np.arange(len(rows))[::-1]
            rests[k, rows[model.graph.quiescent]] = True
        t = self.words.tables
        packed = np.zeros((len(every), t.words), np.uint64)
        for column, name in enumerate(names):
            k = self.words.position[name]
            packed[:, t.word[k]] |= every[:, column].astype(np.uint64) << t.shift[k]
        return Rows(replace(self.models[0].graph, system=self.words, packed=packed), first, rests)

    def _columns(self, graph: Graph, names: Sequence[str]) -> NDArray[np.int16]:
        """For each state what each of the machines is in, by the numbers of the words; at first, if it is not there."""
        columns = np.zeros((len(graph), len(names)), np.int16)
        for k, name in enumerate(names):
            if name in graph.system.position:
                number = {s: i for i, s in enumerate(self.words.machines[self.words.position[name]].states)}
                states = graph.system.machines[graph.system.position[name]].states
                columns[:, k] = np.array([number[s] for s in states], np.int16)[graph.local(name)]
        return columns

    def bad(self, claim: Claim) -> tuple[Rows, NDArray[np.bool_]]:
        """Combinations of what matters to the claim, and which are bad."""
        if claim not in self._bad:
            rows = self.rows(claim.bad.machines())
            self._bad[claim] = rows, rows.graph.where(claim.bad)
        return self._bad[claim]

    def apart(self, old: Claim, new: Claim | None) -> NDArray[np.int64]:
        """For each model a state in which what is bad differs, or is bad if there is nothing new; or -1."""
        rows = self.rows([*old.bad.machines(), *(new.bad.machines() if new else [])])
        where = rows.graph.where(old.bad)
        if new is not None:
            where = where != rows.graph.where(new.bad)
        states = np.where(where & (rows.first >= 0), rows.first, np.iinfo(np.int64).max).min(axis=1, initial=2**62)
        return np.where(states < 2**62, states, -1)

    def violates(self, k: int, claim: Claim) -> bool:
        """Whether that model violates the claim; where a bad state is at rest, no run for ever need be looked for."""
        rows, bad = self.bad(claim)
        if claim.form is not Form.NEVER and bool((bad & rows.rests[k]).any()):
            return True
        reached = bool((bad & (rows.first[k] >= 0)).any())
        if claim.form is not Form.FOREVER or not reached:
            return reached and claim.form is Form.NEVER
        return violates(self.models[k].graph, claim)
