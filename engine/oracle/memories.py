"""What the oracle's caches remember: an ordered dictionary per instance."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

import simpy

from engine.behaviours import Cache
from engine.kernel.layout import ticks
from engine.oracle.state import About, Job


@dataclass(eq=False)
class Fetch:
    """Who fetches a key, and who waits for it, in the order they came. A waiting request is told the outcome, or that it is its turn."""

    leader: Job | None  # None: the cache itself
    waiting: list[tuple[Job, simpy.Event]] = field(default_factory=list)


@dataclass(eq=False)
class Backlog:
    """Writes of one key that the store does not have: when each was acknowledged, and how many of the first are under way."""

    about: About
    writes: list[int] = field(default_factory=list)
    carried: int = 0
    turn: int = 0  # which flush is the valid one
    key: int = 0  # … and its draws
    state: str = "idle"  # waiting, under way


class Memory:
    """What one cache instance remembers: key → until when it is fresh, the most recently used last."""

    def __init__(self, cache: Cache) -> None:
        self.cache, self.hits, self.misses = cache, 0, 0
        self.kept: OrderedDict[int, float] = OrderedDict()
        self.fetching: dict[int, Fetch] = {}
        self.coalesced = self.stale_answers = self.refreshes = self.flushed_writes = self.lost_writes = 0
        self.backlogs: dict[int, Backlog] = {}
        self.since: dict[int, int] = {}  # when what is kept was kept
        self.dropped: set[int] = set()  # taken out on purpose, and not kept again

    def put(self, subject: int, now: int) -> int | None:
        """Keep a key for one time to live; which other had to go."""
        gone = None
        if subject < 0 or self.cache.hit_ratio is not None:
            return None
        if subject not in self.kept and self.cache.capacity is not None and len(self.kept) >= self.cache.capacity:
            gone, _ = self.kept.popitem(last=False)
        self.kept[subject] = now + ticks(self.cache.ttl_s) if self.cache.ttl_s is not None else float("inf")
        self.kept.move_to_end(subject)
        self.since[subject] = now
        self.dropped.discard(subject)
        return gone
