"""The compiled heap gives keys back in their order, as the standard library's does."""

from __future__ import annotations

import heapq
from random import Random

import numpy as np
import pytest

from mealspec.core.explicit.heap import pop, put


@pytest.mark.parametrize("seed", range(20))
def test_keys_come_back_in_order_however_they_come_and_go(seed: int) -> None:
    rng = Random(seed)
    heap, size = np.zeros(1, np.int64), 0
    plain: list[int] = []
    for _ in range(200):
        if plain and rng.random() < 0.4:
            assert pop(heap, size) == heapq.heappop(plain)
            size -= 1
        else:
            key = rng.randrange(-50, 50)  # some come twice
            heap, size = put(heap, size, np.int64(key))
            heapq.heappush(plain, key)
        assert size == len(plain)
    rest = []
    for left in range(size, 0, -1):
        rest.append(int(pop(heap, left)))
    assert rest == sorted(plain)


def test_a_full_heap_grows_to_twice_its_room_and_keeps_its_keys() -> None:
    heap, size = np.array([7], np.int64), 1
    heap, size = put(heap, size, np.int64(3))
    assert (len(heap), size, list(heap)) == (2, 2, [3, 7])
    heap, size = put(heap, size, np.int64(5))
    assert (len(heap), size, list(heap[:3])) == (4, 3, [3, 7, 5])
