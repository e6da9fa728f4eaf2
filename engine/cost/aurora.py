"""Aurora: instance hours of writer and readers, one storage for all, I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import HOURS, Line, Price, Rate, Use, assumed, infracost

PER_HOUR = {
    "db.t3.medium": infracost(0.082, "h", "2025-03-05"),
    "db.r4.large": infracost(0.29, "h", "2025-03-05"),
    "db.r6g.large": assumed(0.26, "h"),
}
USUAL = "db.r6g.large"  # assumption: the smallest memory-optimised class of its generation
STORAGE_GB = 100.0  # assumption: where the drawing does not say
STORAGE: Rate = infracost(0.10, "GB-month", "2025-03-05")
IO: Rate = infracost(0.20, "I/O", "2025-03-05", per=1e6)


class AuroraPrice(Price):
    """Every request is taken as one I/O."""

    kinds: ClassVar = ("aurora",)
    left_out: ClassVar = "Backtrack, backups, the replicated writes of a global database."

    def lines(self, use: Use) -> Iterator[Line]:
        size = use.field("instance_class", USUAL)
        yield PER_HOUR[size].of(f"{size}, hours", use.instances * HOURS)
        yield STORAGE.of("Storage", use.field("storage_gb", STORAGE_GB))
        yield IO.of("I/O, one a request", use.requests)
