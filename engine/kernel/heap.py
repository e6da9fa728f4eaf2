"""A 4-ary min-heap of packed events (time << ID_BITS | who): one comparison orders both."""

from __future__ import annotations

from engine.kernel.jit import inner, tiny


@tiny
def heap_push(heap, n, value):
    """Insert into a heap of n items."""
    i = n
    while i > 0:
        parent = (i - 1) >> 2
        if heap[parent] <= value:
            break
        heap[i] = heap[parent]
        i = parent
    heap[i] = value


@inner
def heap_change(heap, n, k, value):
    """Replace the item at place k of n by value, wherever that then belongs."""
    while k > 0 and heap[(k - 1) >> 2] > value:
        heap[k] = heap[(k - 1) >> 2]
        k = (k - 1) >> 2
    while True:
        smallest = k
        least = value
        for child in range((k << 2) + 1, min((k << 2) + 5, n)):
            if heap[child] < least:
                smallest = child
                least = heap[child]
        if smallest == k:
            break
        heap[k] = least
        k = smallest
    heap[k] = value


@tiny
def heap_replace_top(heap, n, value):
    """Put value where the smallest of n items was, and restore the order."""
    i = 0
    while True:
        child = (i << 2) + 1
        if child >= n:
            break
        smallest = child
        least = heap[child]
        if child + 4 <= n:
            for j in range(1, 4):
                other = heap[child + j]
                if other < least:
                    smallest = child + j
                    least = other
        else:
            for j in range(child + 1, n):
                other = heap[j]
                if other < least:
                    smallest = j
                    least = other
        if least >= value:
            break
        heap[i] = least
        i = smallest
    heap[i] = value
