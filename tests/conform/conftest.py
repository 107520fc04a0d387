from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from mealspec.conform.conformance import VECTORS, Bench, vectors
from mealspec.conform.vector import Vector
from tests.conform.reference import modules


@pytest.fixture(scope="session")
def committed() -> list[Vector]:
    return vectors([VECTORS])


@pytest.fixture
def bench() -> Iterator[Callable[..., Bench]]:
    """Drivers that are ended after the test."""
    made: list[Bench] = []

    def start(*command: str, deadline: float = 10.0) -> Bench:
        made.append(Bench(command, deadline))
        return made[-1]

    yield start
    for each in made:
        each.close()


@pytest.fixture
def parts() -> Iterator[SimpleNamespace]:
    """The modules of the example."""
    names = ("app", "hardened_client", "hardened_server", "published_client", "published_server", "sockets")
    with modules(*names) as found:
        yield found
