"""Counter-based randomness: a draw is a pure function of (seed, source, request number, place in the call tree, attempt, purpose).

A frame's key seeds a SplitMix64 sequence (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014); the counter
says what the draw is for. No state: a fault at t cannot change a draw before t, and two designs under one seed meet the same users.
"""

from __future__ import annotations

import hashlib

import numpy as np

from engine.kernel.jit import COMPILED, tiny

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX1 = np.uint64(0xBF58476D1CE4E5B9)
MIX2 = np.uint64(0x94D049BB133111EB)
U30, U27, U31, U11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
FOR_CHILD, FOR_SERVICE, FOR_ERROR, FOR_PICK, FOR_PICK2, FOR_BACKOFF = np.arange(6)
FOR_FALLBACK, FOR_JITTER, FOR_LOSS, FOR_THROTTLE = np.arange(30, 34)
FOR_THINK, FOR_NEXT = np.arange(40, 42)
FOR_RESOLVER, FOR_ANSWER, FOR_TURN = np.arange(42, 45)
FOR_REFRESH, FOR_FLUSH = np.arange(65, 67)  # of caches
FOR_LOT = np.int64(45)  # of what happens in one tick
FOR_DELIVERY, FOR_POISON, FOR_FILTER, FOR_COURIER, FOR_SHARD, FOR_READER = np.arange(50, 56)  # of messages
ZERO = np.int64(0)

if COMPILED:

    @tiny
    def draw_u64(key, counter):
        """The counter-th 64 bits of the sequence that starts at key."""
        z = key + np.uint64(counter) * GOLDEN
        z = (z ^ (z >> U30)) * MIX1
        z = (z ^ (z >> U27)) * MIX2
        return z ^ (z >> U31)

else:

    def draw_u64(key, counter):
        """The same in Python integers: NumPy would warn about every intended overflow."""
        mask = (1 << 64) - 1
        z = (int(key) + (int(counter) & mask) * int(GOLDEN)) & mask
        z = ((z ^ (z >> 30)) * int(MIX1)) & mask
        z = ((z ^ (z >> 27)) * int(MIX2)) & mask
        return np.uint64(z ^ (z >> 31))


@tiny
def uniform(key, counter):
    """A double in the open interval (0, 1)."""
    return (np.float64(draw_u64(key, counter) >> U11) + 0.5) * 1.1102230246251565e-16


@tiny
def counter(purpose, local, tries):
    """Number of a draw within its frame; ``local`` is the step within the node's own program, so other nodes do not shift it."""
    return (purpose << 24) | (local << 8) | tries


@tiny
def child_key(key, local, tries):
    """Key of the frame that this attempt creates."""
    return draw_u64(key, counter(FOR_CHILD, local, tries + 1))


def stream_key(seed: int, *names: object) -> np.uint64:
    """Key of a named stream: depends on the names, not on the order of anything in the document."""
    digest = hashlib.blake2b(repr((seed, *names)).encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def stream_uniform(seed: int, *names: object) -> float:
    """One uniform number in (0, 1) for a named purpose of the control plane."""
    return ((int(stream_key(seed, *names)) >> 11) + 0.5) * 1.1102230246251565e-16
