"""What must hold: properties, laws, scenarios, requirements, the incident, and the verdicts to expect."""

from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import Verdict

__all__ = ["PROPERTIES", "Verdict"]
