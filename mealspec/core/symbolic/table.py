"""Decision diagrams over features as a table of nodes, which can be written down and read by anybody.

A row is ``[feature, without, with]``: the number of a feature, and the diagram of what is left to ask where a system
lacks the feature, and where it has it. Diagram 0 is no system, diagram 1 is every system, and diagram k + 2 begins in
row k. Rows come after those that they name, equal diagrams are one row, and each asks for features in their order.

Reference: R. E. Bryant, *Graph-based algorithms for Boolean function manipulation* (IEEE Transactions on Computers,
1986).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from mealspec.core.symbolic.sets import Set, Space, bounded

Row = tuple[int, int, int]
"""A feature, the diagram without it, and the diagram with it."""


def holds(rows: Sequence[Sequence[int]], names: Sequence[str], diagram: int, on: Collection[str]) -> bool:
    """Whether a diagram of such rows holds the system with these features; ``names`` are those of all, by number.

    >>> [holds([(0, 1, 0)], ["lamp"], 2, on) for on in ((), ("lamp",))]
    [True, False]
    """
    while diagram > 1:
        feature, without, having = rows[diagram - 2]
        diagram = having if names[feature] in on else without
    return diagram == 1


def asked_in_order(space: Space) -> list[str]:
    """The features of the space in the order in which its diagrams ask for them."""
    return [name for name in space.variables if name in space.family.features]


@bounded
def tabled(space: Space, systems: Iterable[Set]) -> tuple[list[Row], list[int]]:
    """Sets of systems as one table, and for each of them its diagram there."""
    number = {name: k for k, name in enumerate(asked_in_order(space))}
    rows: list[Row] = []
    done = {space.false: 0, space.true: 1}

    def written(some: Set) -> int:
        if some not in done:
            having, lacking = some.cofactors() or (some, some)
            row = number[space.variables[some.node_var() or 0]], written(lacking), written(having)
            rows.append(row)
            done[some] = len(rows) + 1
        return done[some]

    return rows, [written(some) for some in systems]
