"""How we know: machines, their product, the complete search and its decisions.

This package knows nothing of meals. Its public face is what stands here.
"""

from mealspec.core.chart import chart
from mealspec.core.claim import DECISIONS, Claim, Form
from mealspec.core.configuration import Branch, Configuration, branches
from mealspec.core.errors import BadTrace, CheckerError, InvalidMachine, InvalidSystem, UnknownName, unknown
from mealspec.core.event import Event, Kind, Line
from mealspec.core.explain import Reason, reasons
from mealspec.core.explicit.decide import lasso, quiescent, reach, stuck
from mealspec.core.explicit.explore import Progress, explore
from mealspec.core.explicit.graph import Graph
from mealspec.core.featured import FeaturedSystem
from mealspec.core.itf import Recording, differences, dump, load
from mealspec.core.machine import Machine, Row, State
from mealspec.core.predicate import At, Predicate, all_of, any_of
from mealspec.core.rule import ANY, STAY, On
from mealspec.core.symbolic.diagrams import Effort, Symbolic, TooLarge
from mealspec.core.system import Refusal, System, trimmed
from mealspec.core.trace import Rejection, Trace, replay

__all__ = [
    "ANY",
    "DECISIONS",
    "STAY",
    "At",
    "BadTrace",
    "Branch",
    "CheckerError",
    "Claim",
    "Configuration",
    "Effort",
    "Event",
    "FeaturedSystem",
    "Form",
    "Graph",
    "InvalidMachine",
    "InvalidSystem",
    "Kind",
    "Line",
    "Machine",
    "On",
    "Predicate",
    "Progress",
    "Reason",
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
    "all_of",
    "any_of",
    "branches",
    "chart",
    "differences",
    "dump",
    "explore",
    "lasso",
    "load",
    "quiescent",
    "reach",
    "reasons",
    "replay",
    "stuck",
    "trimmed",
    "unknown",
]
