from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from types import SimpleNamespace

import pytest

from mealspec.conform.conformance import VECTORS, Bench, vectors
from mealspec.conform.vector import Vector
from tests.conform.reference import EXAMPLES


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
    """The modules of the example, which stand in a folder of their own."""
    sys.path.insert(0, str(EXAMPLES))
    names = ("app", "hardened_client", "hardened_server", "published_client", "published_server", "sockets")
    try:
        yield SimpleNamespace(**{name: import_module(name) for name in names})
    finally:
        sys.path.remove(str(EXAMPLES))
