"""What a hunt may miss is little, and known."""

from __future__ import annotations

import pytest

from mealspec.hunt.session import is_rare
from mealspec.model.design import DESIGNS
from mealspec.model.scope import Scope


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "property_id", "rare"),
    [
        ("before", "single-poll-task", True),  # five coincidences at least
        ("app_head", "single-poll-task", True),  # 36 steps at least
        ("published", "single-poll-task", False),
        ("app_head", "no-orphan", False),
    ],
)
def test_a_hunt_may_miss_what_takes_many_coincidences_or_steps(name: str, property_id: str, rare: bool) -> None:
    assert is_rare(DESIGNS[name], Scope(), property_id) is rare
