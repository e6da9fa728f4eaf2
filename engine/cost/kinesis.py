"""Kinesis Data Streams with provisioned shards."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import HOURS, Line, Price, Use, infracost

READ = "2024-07-01"
UNIT_KB = 25  # of a PUT payload unit


class KinesisPrice(Price):
    """Shards by the hour and payload units of 25 kB, at least one for each record."""

    kinds: ClassVar = ("kinesis",)
    shard: ClassVar = infracost(0.015, "shard-h", READ)
    put: ClassVar = infracost(0.014, "PUT unit", READ, per=1e6)
    left_out: ClassVar = "Retention beyond 24 hours, enhanced fan-out, on-demand streams."

    def lines(self, use: Use) -> Iterator[Line]:
        yield self.shard.of("Shards, hours", use.field("shards", 1) * HOURS)
        record_kb = use.gb_in * 1e6 / use.requests if use.requests else 0.0
        yield self.put.of("PUT payload units", use.requests * max(1, math.ceil(record_kb / UNIT_KB - 1e-9)))
