"""What can happen: machines, mechanisms, designs and their product."""

from mealspec.model.design import DESIGNS, Design, design
from mealspec.model.mechanism import Mechanism
from mealspec.model.product import system
from mealspec.model.scope import Scope

__all__ = ["DESIGNS", "Design", "Mechanism", "Scope", "design", "system"]
