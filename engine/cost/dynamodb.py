"""DynamoDB on demand: write and read units."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import HOURS, Line, Price, Use, infracost

READ = "2024-11-15"
STORAGE_GB = 100.0  # assumption: where the drawing does not say


class DynamoDbPrice(Price):
    """On demand a write of up to 1 kB is a unit, and a strongly consistent read of up to 4 kB. Provisioned capacity is paid by the
    hour, split into writes and reads as the requests are."""

    kinds: ClassVar = ("dynamodb",)
    write: ClassVar = infracost(0.625, "WRU", READ, per=1e6)
    read: ClassVar = infracost(0.125, "RRU", READ, per=1e6)
    write_hour: ClassVar = infracost(0.00065, "WCU-h", READ)
    read_hour: ClassVar = infracost(0.00013, "RCU-h", READ)
    kept: ClassVar = infracost(0.25, "GB-month", READ)
    left_out: ClassVar = "Writes of more than 1 kB, point-in-time recovery, transfer between the Regions of a global table, streams."

    def lines(self, use: Use) -> Iterator[Line]:
        written = use.writes / use.requests if use.requests else 1.0
        units = max(1, math.ceil(use.answer_kb / 4))
        if use.field("mode", "on_demand") == "provisioned":
            per_s = use.field("capacity_per_s", 0.0)
            yield self.write_hour.of("Provisioned writes", per_s * written * HOURS)
            yield self.read_hour.of("Provisioned reads", per_s * (1 - written) * units * HOURS)
        else:
            yield self.write.of("Write units", use.writes)
            yield self.read.of("Read units", (use.requests - use.writes) * units)
        copies = len(use.field("replica_regions", ()))
        if copies:
            yield self.write.of("Replicated writes", use.writes * copies)
        if use.field("witness_region", None):
            yield self.write.of("Writes to the witness", use.writes)
        yield self.kept.of("Storage", use.field("storage_gb", STORAGE_GB) * (1 + copies))
