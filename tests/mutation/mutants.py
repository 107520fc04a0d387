"""Mutants of the source: which there are, and what they change."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from tests.mutation.sampling import Place


@dataclass(frozen=True)
class Mutant:
    """One change of one file: which operator, and at which of the places that it finds there."""

    module: str
    place: Place
    operator: str
    occurrence: int

    def applied(self, source: str) -> str:
        """The changed source."""
        changed: str = mutate_code(source, get_operator(self.operator)(), self.occurrence)
        return changed

    def changes(self, source: str) -> tuple[str, str]:
        """The lines that it changes, and what becomes of them; each without its indentation, and no empty ones."""
        before, after = source.splitlines(), self.applied(source).splitlines()
        old, new = [], []
        for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if kind != "equal":
                old += before[a:b]
                new += after[c:d]
        return tuple("\n".join(line.strip() for line in lines if line.strip()) for lines in (old, new))  # type: ignore[return-value]


def mutants(module: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module, but those of annotations, which nothing evaluates."""
    tree, untouched = get_ast(source), annotated(source)
    for name in operator_names():
        operator = get_operator(name)
        if operator.arguments():
            continue  # these want to be told which variable
        places = (place for node in ast_nodes(tree) for place in operator().mutation_positions(node))
        for occurrence, (start, end) in enumerate(places):
            if not any(first <= start and end <= last for first, last in untouched):
                yield Mutant(module, (start, end), name, occurrence)


def annotated(source: str) -> list[Place]:
    """Where annotations stand."""
    found: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append(node.returns)
        if isinstance(node, (ast.AnnAssign, ast.arg)):
            found.append(node.annotation)
    spans = [node for node in found if node is not None]
    return [((n.lineno, n.col_offset), (n.end_lineno or 0, n.end_col_offset or 0)) for n in spans]
