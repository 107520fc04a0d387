"""What must hold: properties, stories, requirements, the incident."""

from properties.catalogue import PROPERTIES
from properties.expected import Verdict
from properties.verify import Finding, Report, verify

__all__ = ["PROPERTIES", "Finding", "Report", "Verdict", "verify"]
