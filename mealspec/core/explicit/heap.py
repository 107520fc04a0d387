"""A heap of numbers in an array, compiled by numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mealspec.core.explicit.compiled import compiled

Ints = NDArray[np.int64]


@compiled()
def _push(heap: Ints, size: int, key: np.int64) -> None:
    at = size
    while at > 0:
        up = (at - 1) >> 1
        if heap[up] <= key:
            break
        heap[at] = heap[up]
        at = up
    heap[at] = key


@compiled()
def pop(heap: Ints, size: int) -> np.int64:
    """The least key; the last one takes its place and sinks. ``size`` is the number before."""
    top, last, at, size = heap[0], heap[size - 1], 0, size - 1
    while True:
        down = 2 * at + 1
        if down >= size:
            break
        if down + 1 < size and heap[down + 1] < heap[down]:
            down += 1
        if heap[down] >= last:
            break
        heap[at] = heap[down]
        at = down
    heap[at] = last
    return np.int64(top)


@compiled()
def put(heap: Ints, size: int, key: np.int64) -> tuple[Ints, int]:
    """The heap with a key more, in another place if it was full."""
    if size == heap.shape[0]:
        larger = np.zeros(2 * size, np.int64)
        larger[:size] = heap
        heap = larger
    _push(heap, size, key)
    return heap, size + 1
