"""What is looked for is what befell this meal."""

from __future__ import annotations

from mealspec.diagnose.suspects import classes
from mealspec.model.design import DESIGNS
from mealspec.properties.scenarios import EVERY


def test_with_a_meal_that_is_done_with_its_milestones_are_too_and_those_before_it_stay() -> None:
    stayed = 0
    for suspect in classes(DESIGNS["published"]):
        made, _ = suspect.watched()
        watch, steps = made.machines[made.position["scenario"]], EVERY[suspect.label].steps
        for k in watch.states:
            after = watch.step(k, "user.archive.m1")
            assert isinstance(after, int)
            assert isinstance(k, int)
            assert after <= k
            assert not any("m1" in step.split(".") for step in steps[:after]), suspect.label
            assert after == k or any("m1" in step.split(".") or "apply" in step or "read" in step for step in steps[:k])
            stayed += 0 < after < k
    assert stayed, "what came before a meal still counts"
