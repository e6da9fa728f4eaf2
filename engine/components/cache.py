"""A plain cache, without a vendor: keys with a time to live, least recently used first out, or a fixed share of hits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Cache as CacheBehaviour
from engine.components.base import AzPlaced, quantity
from engine.components.values import Constant, ServiceTime
from engine.fields import LONGEST_S
from engine.geography import Geography


class Cache(AzPlaced):
    """Remembers answers by key. With edges of its own it reads through; without any, edges to a store name it as their `cache`."""

    kind: Literal["cache"] = "cache"
    label: ClassVar = "Cache"
    category: ClassVar = "Building blocks"
    glyph: ClassVar = "cache"
    summary: ClassVar = "Answers what it has seen lately and saves the store the rest; empty after a restart."
    placement: ClassVar = "azs"
    behaviour: ClassVar = "cache"
    tier: ClassVar = "cache"

    instances: int = quantity(1, "", "Cache servers; each key is kept by the one it hashes to.", ge=1, le=500,
                              assumption="the smallest cache")  # fmt: skip
    concurrency: int = quantity(1_000, "", "Requests one instance works on at once.", ge=1, le=100_000, label="Slots per instance",
                                assumption="a cache waits for nothing, so it has plenty")  # fmt: skip
    service: ServiceTime = quantity(Constant(constant=0.0002), "s", "Time a look-up occupies a slot.", label="Service time",
                                    assumption="a few tenths of a millisecond, the network left out")  # fmt: skip
    queue_capacity: int | None = quantity(None, "", "Requests that may wait at one instance; without a limit the queue is unbounded.",
                                          ge=0, le=1_000_000_000, label="Queue capacity")  # fmt: skip
    capacity: int | None = quantity(None, "", "Keys one instance holds before the least recently used goes; without it all there are.",
                                    ge=1, le=1_000_000_000, label="Capacity")  # fmt: skip
    ttl_s: float | None = quantity(None, "s", "How long a value is fresh after it was filled; hits do not prolong it.", gt=0, le=LONGEST_S,
                                   label="Time to live")  # fmt: skip
    hit_ratio: float | None = quantity(None, "", "Instead of remembering keys: this share of look-ups hits.", ge=0, le=1,
                                       label="Fixed hit ratio")  # fmt: skip
    writes: Literal["through", "around", "back"] = quantity(
        "through", "", "A write that passes through is kept, or its key is dropped; or it is acknowledged at once and stored later.",
        assumption="the next read finds it")  # fmt: skip
    flush_interval_s: float = quantity(1, "s", "With `writes: back`: a key goes to the store this long after its first write, or when it "
                                       "is pushed out.", gt=0, le=LONGEST_S, label="Flush interval",
                                       likely=(0.1, 60), assumption="a second's writes are worth keeping together")  # fmt: skip
    stale_if_error_s: float = quantity(0, "s", "How long after its time to live a value is still given out when a new one cannot be had.",
                                       ge=0, le=LONGEST_S, label="Stale if error", assumption="old answers are not given out")  # fmt: skip
    stale_while_revalidate_s: float = quantity(0, "s", "How long after its time to live a value is still given out while the cache fetches "
                                               "a new one by itself.", ge=0, le=LONGEST_S, label="Stale while revalidating",
                                               likely=(0, 3_600), assumption="old answers are not given out")  # fmt: skip
    coalesce: bool = quantity(False, "", "Requests that miss the same key at the same time make one call: the others wait for it and share "
                              "its outcome.", label="Coalesce misses", assumption="each miss fetches by itself")  # fmt: skip

    def sits(self, geography: Geography) -> tuple[str, ...]:
        return self.spread(geography, self.instances)

    def lower(self, geography: Geography) -> CacheBehaviour:
        return CacheBehaviour(
            self.sits(geography),
            self.concurrency,
            self.queue_capacity,
            self.service.lower(),
            capacity=self.capacity,
            ttl_s=self.ttl_s,
            hit_ratio=self.hit_ratio,
            writes=self.writes,
            stale_if_error_s=self.stale_if_error_s,
            coalesce=self.coalesce,
            stale_while_revalidate_s=self.stale_while_revalidate_s,
            flush_interval_s=self.flush_interval_s,
        )

    def needs_edges(self) -> Iterator[str]:
        if self.coalesce:
            yield "coalesce"
        if self.stale_while_revalidate_s:
            yield "stale_while_revalidate_s"
        if self.writes == "back":
            yield "writes"

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        if self.hit_ratio is not None:
            for name in ("capacity", "ttl_s"):
                if getattr(self, name) is not None:
                    yield name, "a cache with a fixed hit_ratio remembers nothing; leave one of the two out"
            for name in self.needs_edges():
                yield name, "a cache with a fixed hit_ratio knows no keys; leave one of the two out"
        elif self.stale_while_revalidate_s and self.ttl_s is None:
            yield "stale_while_revalidate_s", "means nothing without a ttl_s: nothing ever expires; give one, or remove it"
