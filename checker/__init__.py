"""How we know: machines, their product, the complete search and its decisions.

This package knows nothing of meals. Its public face is what stands here.
"""

from checker.chart import chart
from checker.choice import Branch, Choice, branches
from checker.claim import DECISIONS, Claim, Form
from checker.decide import lasso, quiescent, reach, stuck
from checker.errors import BadTrace, CheckerError, InvalidMachine, InvalidSystem, UnknownName, unknown
from checker.event import Event, Kind, Line
from checker.explain import Reason, reasons
from checker.explore import Progress, explore
from checker.family import Family
from checker.graph import Graph
from checker.itf import Recording, differences, dump, load
from checker.machine import Machine, Row, State
from checker.predicate import At, Predicate, all_of, any_of
from checker.symbolic import Effort, Symbolic, TooLarge
from checker.system import Refusal, System, trimmed
from checker.trace import Rejection, Trace, replay

__all__ = [
    "DECISIONS",
    "At",
    "BadTrace",
    "Branch",
    "CheckerError",
    "Choice",
    "Claim",
    "Effort",
    "Event",
    "Family",
    "Form",
    "Graph",
    "InvalidMachine",
    "InvalidSystem",
    "Kind",
    "Line",
    "Machine",
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
