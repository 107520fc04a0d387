"""Hypothesis hunts through the interleavings of a design, in lock-step with the complete search."""
