"""When something is there, as a small decision diagram: asked about one mechanism after the other, it says yes or no.

What :func:`mealspec.core.branches` finds is a tree; where several functions were asked in turn the first branch that
fits counts. Equal parts are kept once, so that thousands of branches become a few dozen nodes.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from typing import Generic, TypeVar

from mealspec.core import Branch
from mealspec.core.symbolic.table import holds

T = TypeVar("T", bound=Hashable)

NEVER, ALWAYS = 0, 1
"""The two diagrams that ask nothing."""


class Outcomes(Generic[T]):
    """Branches as one graph, in which each outcome and equal part stands once; of several that fit the first counts.

    Attributes
    ----------
    values, number
        The outcomes, each once, and the place of each; the first is None, for branches that are not there.
    nodes
        ``(feature, no, yes)``: what is asked, and where it goes on. Numbers below ``len(values)`` are outcomes, the
        others are nodes, counted on from there.
    root
        Where it begins.
    """

    def __init__(self, some: Sequence[Branch[T]]) -> None:
        self.values: list[T | None] = list(dict.fromkeys([None, *(branch.value for branch in some)]))
        self.number = {value: k for k, value in enumerate(self.values)}
        self.nodes: list[tuple[str, int, int]] = []
        self._known: dict[tuple[str, int, int], int] = {}
        self.root = self._of([(dict(branch.given), self.number[branch.value]) for branch in some])

    def _of(self, leaves: list[tuple[dict[str, bool], int]]) -> int:
        """The graph of branches, given the answers that each still needs."""
        if not leaves:
            return 0
        needs, value = leaves[0]
        if not needs:
            return value
        feature = next(iter(needs))
        no, yes = (self._of(_answered(leaves, feature, said=said)) for said in (False, True))
        node = feature, no, yes
        if no != yes and node not in self._known:
            self._known[node] = len(self.values) + len(self.nodes)
            self.nodes.append(node)
        return no if no == yes else self._known[node]


def _answered(
    leaves: list[tuple[dict[str, bool], int]], feature: str, *, said: bool
) -> list[tuple[dict[str, bool], int]]:
    """The branches that are left after an answer."""
    left = [(needs, value) for needs, value in leaves if needs.get(feature, said) is said]
    return [({name: needs[name] for name in needs if name != feature}, value) for needs, value in left]


class Conditions:
    """Diagrams over features that share their nodes.

    Attributes
    ----------
    features
        What can be asked about.
    nodes
        Rows of :mod:`mealspec.core.symbolic.table`, after :data:`NEVER` and :data:`ALWAYS`.

    >>> from mealspec.core import branches
    >>> tree = branches(lambda design: "b" if "b" in design and "a" in design else "-", {"a", "b"})
    >>> conditions = Conditions(["a", "b"])
    >>> outcomes = Outcomes(tree)
    >>> conditions.of(outcomes, [outcomes.number["b"]]), conditions.nodes
    (3, [(0, 0, 1), (1, 0, 2)])
    >>> conditions.holds(3, {"a", "b"}), conditions.holds(3, {"b"})
    (True, False)
    """

    def __init__(self, features: Sequence[str]) -> None:
        self.features = tuple(features)
        self.nodes: list[tuple[int, int, int]] = []
        self._place = {feature: k for k, feature in enumerate(self.features)}
        self._known: dict[tuple[int, int, int], int] = {}

    def of(self, outcomes: Outcomes[T], wanted: Collection[int]) -> int:
        """The diagram that says yes where the number of the outcome is one of those wanted."""
        known = [ALWAYS if k in wanted else NEVER for k in range(len(outcomes.values))]
        for feature, no, yes in outcomes.nodes:  # what a node goes on to stands before it
            known.append(self._node(self._place[feature], known[no], known[yes]))
        return known[outcomes.root]

    def _node(self, feature: int, no: int, yes: int) -> int:
        if no == yes:
            return no
        node = feature, no, yes
        if node not in self._known:
            self.nodes.append(node)
            self._known[node] = len(self.nodes) + 1
        return self._known[node]

    def holds(self, diagram: int, on: Collection[str]) -> bool:
        """What the diagram says of a system that has these features."""
        return holds(self.nodes, self.features, diagram, on)
