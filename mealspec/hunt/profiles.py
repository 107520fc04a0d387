"""How hard to hunt: how many runs, and how much of the graph each profile asks for."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, settings

from mealspec.core import unknown

STEPS = 50
"""Steps of an example before its faults end."""

AT_ONCE = 10
"""Of which one rule takes so many."""


@dataclass(frozen=True)
class Profile:
    """A profile.

    Attributes
    ----------
    name
        For the option ``--mealspec-profile``.
    examples
        Runs that a design must survive, for each property.
    patience
        Runs within which a violation that exists must be found.
    depth
        The search knows every run of so many steps; None for all of the graph.
    """

    name: str
    examples: int
    patience: int
    depth: int | None

    def settings(self, examples: int) -> settings:
        """What Hypothesis is told; it does not shrink, see :mod:`mealspec.hunt.hunting`."""
        return settings(
            max_examples=examples,
            phases=[Phase.explicit, Phase.generate, Phase.target],
            stateful_step_count=1 + STEPS // AT_ONCE,  # the first one begins
            deadline=None,  # the machine is shared
            database=None,  # the same seed, the same runs
            print_blob=False,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
        )


PROFILES = {
    p.name: p
    for p in (
        Profile("dev", examples=20, patience=3_000, depth=20),
        Profile("ci", examples=200, patience=10_000, depth=None),
        Profile("deep", examples=5_000, patience=50_000, depth=None),
    )
}


def profile(name: str) -> Profile:
    """The profile of that name; ``UnknownName`` names the choices."""
    if name not in PROFILES:
        raise unknown("profile", name, PROFILES)
    return PROFILES[name]
