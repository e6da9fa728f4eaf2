"""ElastiCache: nodes by the hour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import HOURS, Line, Price, Rate, Use, infracost

QUOTED = "an AWS documentation page that quotes the price list"
PER_HOUR = {
    "cache.m4.large": infracost(0.156, "h", "2024-07-01"),
    "cache.m5.large": Rate(0.156, "h", QUOTED, "2026-06-27"),
    "cache.m6g.large": Rate(0.149, "h", QUOTED, "2026-06-27"),
    "cache.r5.large": Rate(0.216, "h", QUOTED, "2026-06-27"),
    "cache.r6g.large": Rate(0.206, "h", QUOTED, "2026-06-27"),
}
USUAL = "cache.m6g.large"  # assumption: the smallest node that is not burstable


class ElastiCachePrice(Price):
    """Every node costs the same, a replica too."""

    kinds: ClassVar = ("elasticache",)
    left_out: ClassVar = "Backups, serverless caches."

    def lines(self, use: Use) -> Iterator[Line]:
        size = use.field("node_type", USUAL)
        yield PER_HOUR[size].of(f"{size}, hours", use.instances * HOURS)
