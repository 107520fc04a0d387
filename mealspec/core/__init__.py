"""How we know: machines, their product, the complete search and its decisions.

This package knows nothing of meals. Its public face is what stands here.
"""

from typing import TYPE_CHECKING

from mealspec.core.chart import chart
from mealspec.core.claim import Claim, Form
from mealspec.core.configuration import Branch, Configuration, branches
from mealspec.core.engine import Effort, Engine, Progress
from mealspec.core.errors import (
    BadTrace,
    CheckerError,
    InvalidMachine,
    InvalidSystem,
    TooLarge,
    UnknownName,
    unknown,
)
from mealspec.core.event import Event, Kind, Line
from mealspec.core.explain import Cause, How, because, causes, declared
from mealspec.core.explicit.decide import DECISIONS, lasso, quiescent, reach, stuck, violation
from mealspec.core.explicit.explore import explore
from mealspec.core.explicit.graph import Graph
from mealspec.core.explicit.likely import Weight, likeliest, likeliest_to, races, weight
from mealspec.core.featured import FeaturedSystem
from mealspec.core.itf import Recording, differences, dump, load
from mealspec.core.machine import Machine, Row, State
from mealspec.core.predicate import At, Predicate, all_of, any_of
from mealspec.core.rule import ANY, STAY, On
from mealspec.core.system import Refusal, System, trimmed, without
from mealspec.core.trace import Rejection, Trace, replay

if TYPE_CHECKING:
    from mealspec.core.symbolic.diagrams import Symbolic
else:

    def __getattr__(name: str) -> object:
        """The symbolic engine, once somebody asks: its library takes a tenth of a second to import."""
        if name != "Symbolic":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from mealspec.core.symbolic.diagrams import Symbolic

        return Symbolic


__all__ = [
    "ANY",
    "DECISIONS",
    "STAY",
    "At",
    "BadTrace",
    "Branch",
    "Cause",
    "CheckerError",
    "Claim",
    "Configuration",
    "Effort",
    "Engine",
    "Event",
    "FeaturedSystem",
    "Form",
    "Graph",
    "How",
    "InvalidMachine",
    "InvalidSystem",
    "Kind",
    "Line",
    "Machine",
    "On",
    "Predicate",
    "Progress",
    "Recording",
    "Refusal",
    "Rejection",
    "Row",
    "State",
    "Symbolic",
    "System",
    "TooLarge",
    "Trace",
    "UnknownName",
    "Weight",
    "all_of",
    "any_of",
    "because",
    "branches",
    "causes",
    "chart",
    "declared",
    "differences",
    "dump",
    "explore",
    "lasso",
    "likeliest",
    "likeliest_to",
    "load",
    "quiescent",
    "races",
    "reach",
    "replay",
    "stuck",
    "trimmed",
    "unknown",
    "violation",
    "weight",
    "without",
]
