"""What decides: verdicts on one design and on all of them, records, mutants, the incident."""

from mealspec.check.verify import Finding, Report, verify

__all__ = ["Finding", "Report", "verify"]
