"""The kernel's counter-based draws in pure Python, or ordinary pseudo-random numbers in their place."""

from __future__ import annotations

import math
import random

from engine.behaviours import Distribution, Keys, Source
from engine.kernel.layout import DIST_BINS, TICKS_PER_S
from engine.kernel.rng import stream_key
from engine.oracle.state import About
from engine.quantiles import table

MASK = (1 << 64) - 1
CHILD, SERVICE, ERROR, PICK, PICK2, BACKOFF = range(6)
TURN, LOT = 44, 45
SESSION = 80
SPIKE = 90
CLASS, KEY, HOT_KEY, PARTITION, HIT = range(60, 65)
FALLBACK, JITTER, LOSS, THROTTLE = range(30, 34)
REFRESH, FLUSH = range(65, 67)
DELIVERY, POISON, FILTER, COURIER, SHARD, READER = range(50, 56)


def draw(key: int, number: int) -> int:
    """SplitMix64."""
    z = (key + (number & MASK) * 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def to_unit(bits: int) -> float:
    """The upper 53 bits as a number in (0, 1)."""
    return ((bits >> 11) + 0.5) * 1.1102230246251565e-16


class Draws:
    """All randomness of one oracle run."""

    def __init__(self, seed: int, exact: bool) -> None:
        self.seed, self.exact, self.random = seed, exact, random.Random(seed)

    def source_key(self, source: str) -> int:
        """Key of a source's own sequence."""
        return int(stream_key(self.seed, "source", source)) if self.exact else 0

    def uniform(self, key: int, purpose: int, local: int = 0, tries: int = 0) -> float:
        """The draw for one purpose at one step of one request."""
        return to_unit(draw(key, (purpose << 24) | (local << 8) | tries)) if self.exact else self.random.random()

    def turn(self, key: int, local: int, tries: int, number: int) -> float:
        """Whether a cold target takes its turn, for each turn that is offered."""
        return to_unit(draw(draw(key, (TURN << 24) | (local << 8) | tries), number)) if self.exact else self.random.random()

    def lot(self, key: int, local: int) -> int:
        """The place of a request among those of its tick, 40 bits."""
        return draw(key, (LOT << 24) | (local << 8)) >> 24 if self.exact else self.random.getrandbits(40)

    def child(self, key: int, local: int, tries: int) -> int:
        """Key of the request that an attempt creates."""
        return draw(key, (CHILD << 24) | (local << 8) | (tries + 1)) if self.exact else 0

    def delivery(self, key: int, receives: int) -> int:
        """Key of the delivery that takes a message for the receives-th time."""
        return draw(key, (DELIVERY << 24) | receives) if self.exact else 0

    def copy(self, key: int, purpose: int, k: int, turn: int) -> int:
        """Key of the copy of a topic's message for its k-th subscription."""
        return draw(key, (purpose << 24) | (k << 8) | turn) if self.exact else 0

    def reader(self, key: int, purpose: int, number: int) -> int:
        """Key of a record for a further reader of its stream."""
        return draw(key, (purpose << 24) | (number << 8)) if self.exact else 0

    def shard(self, stream: str, shards: int, key: int, subject: int) -> int:
        """The shard of a record."""
        if not self.exact:
            return hash((stream, subject)) % shards if subject >= 0 else self.random.randrange(shards)
        salt = int(stream_key(self.seed, "shards", stream))
        return (draw(salt, subject + 1) if subject >= 0 else draw(key, SHARD << 24)) % shards

    def gap(self, key: int, k: int) -> float:
        """The k-th unit-rate exponential gap of a source."""
        return -math.log(to_unit(draw(key, 2 * k))) if self.exact else self.random.expovariate(1.0)

    def request_key(self, key: int, number: int) -> int:
        """Key of the number-th request of a source."""
        return draw(key, 2 * number + 1) if self.exact else 0

    def follower(self, key: int, purpose: int) -> int:
        """Key of the request a user makes after this one."""
        return draw(key, purpose << 24) if self.exact else 0

    def service_ticks(self, d: Distribution, key: int, local: int) -> float:
        """One service time in ticks."""
        scale = d.scale_s * TICKS_PER_S
        if d.kind == "constant":
            return scale
        u = self.uniform(key, SERVICE, local)
        if d.kind == "exponential":
            return -scale * math.log(u)
        if d.kind == "pareto":
            return scale * u ** (-1.0 / d.shape)
        if not self.exact and d.kind == "lognormal":
            return scale * math.exp(self.random.gauss(0.0, d.sigma))
        quantiles, offset = table(d), 0
        u *= DIST_BINS
        while u >= DIST_BINS - 1 and offset < 2 * (DIST_BINS + 1):
            u, offset = (u - (DIST_BINS - 1)) * DIST_BINS, offset + DIST_BINS + 1
        low, high = float(quantiles[offset + int(u)]), float(quantiles[offset + int(u) + 1])
        return low + (high - low) * (u - int(u))

    def about(self, source: Source, kinds: dict[str, int], hot_share: float, key: int) -> About:
        """The class and the key of a request."""
        kind, passed = 0, 0.0
        if source.classes:
            u, kind = self.uniform(key, CLASS), kinds[source.classes[-1][0]]
            for name, share in source.classes:
                passed += share
                if u < passed:
                    kind = kinds[name]
                    break
        if hot_share and self.uniform(key, HOT_KEY) < hot_share:
            return About(kind, 0)
        return About(kind, self.rank(source.keys, key) if source.keys else -1)

    def session(self, source: Source, key: int) -> int:
        """Which of a client's sessions a request belongs to."""
        assert source.sessions is not None
        return self.rank(source.sessions, draw(key, SESSION << 24))

    def rank(self, keys: Keys, key: int) -> int:
        """Zipf's law by rejection-inversion; H is the area under x^−z from 1."""
        z, n, tries = keys.zipf, keys.count, 0
        if not z:
            return int(self.uniform(key, KEY) * n)

        def h_area(x: float) -> float:
            return math.log(x) if z == 1 else (x ** (1 - z) - 1) / (1 - z)

        def inverse(a: float) -> float:
            return math.exp(a) if z == 1 else (1 + a * (1 - z)) ** (1 / (1 - z))

        while True:
            a = h_area(n + 0.5) + self.uniform(key, KEY, 0, tries) * (h_area(1.5) - 1 - h_area(n + 0.5))
            x = inverse(a)
            k = min(max(int(x + 0.5), 1), n)
            if k - x <= 2 - inverse(h_area(2.5) - 2**-z) or a >= h_area(k + 0.5) - k**-z:
                return k - 1
            tries += 1
