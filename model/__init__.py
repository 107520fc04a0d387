"""What can happen: machines, mechanisms, designs and their product."""

from model.design import DESIGNS, Design, design
from model.mechanism import Mechanism
from model.product import system
from model.scope import Scope

__all__ = ["DESIGNS", "Design", "Mechanism", "Scope", "design", "system"]
