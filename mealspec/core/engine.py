"""What an engine answers: the one interface of the explicit and of the symbolic engine.

An engine knows all that one system can do, or as much as a limit let it see, whether it found that state by
state or with sets. One suite asks both: ``tests/core/test_engines.py``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from mealspec.core.claim import Claim
from mealspec.core.predicate import Predicate
from mealspec.core.system import System
from mealspec.core.trace import Trace


@dataclass(frozen=True)
class Progress:
    """How far a search state by state has come.

    ``states`` were found, ``expanded`` of them are done, ``depth`` is the level being expanded,
    ``seconds`` have passed.
    """

    states: int
    expanded: int
    depth: int
    seconds: float

    @property
    def rate(self) -> float:
        """States expanded per second."""
        return self.expanded / self.seconds if self.seconds else 0.0

    @property
    def waiting(self) -> int:
        """States found and not yet expanded."""
        return self.states - self.expanded


@dataclass(frozen=True)
class Effort:
    """How far a closure of sets has come: steps taken in of all there are, nodes of the set, seconds."""

    taken: int
    steps: int
    nodes: int
    seconds: float


class Engine(ABC):
    """All that a system can do, ready to be asked.

    Attributes
    ----------
    system
        Which.
    states, transitions
        How many states it can reach, and how many steps lead from them.
    depth
        Length of the longest of all shortest runs; None if the engine does not go level by level.
    complete
        Whether every reachable state was found. If not, what is not found may still exist.
    seconds, size
        What the search alone took, and how many bytes are kept for each state.
    """

    system: System
    states: int
    transitions: int
    depth: int | None
    complete: bool
    seconds: float
    size: float

    @abstractmethod
    def breaks(self, claim: Claim) -> bool:
        """Whether some run breaks the claim."""

    @abstractmethod
    def violation(self, claims: Sequence[Claim]) -> Trace | None:
        """A run that breaks one of the claims, or None.

        Of each claim a run that ends is preferred, and is as short as any that breaks it.
        """

    @abstractmethod
    def occurs(self, what: Predicate) -> bool:
        """Whether it holds in some state that was found."""
