"""S3 and EFS: what is kept, and for S3 the requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import Line, Price, Use, infracost

READ = "2024-07-01"
STORAGE_GB = 100.0  # assumption: where the drawing does not say


class S3Price(Price):
    """S3 Standard: writes are twelve times as dear as reads."""

    kinds: ClassVar = ("s3",)
    kept: ClassVar = infracost(0.023, "GB-month", READ)
    puts: ClassVar = infracost(0.005, "request", READ, per=1e3)
    gets: ClassVar = infracost(0.0004, "request", READ, per=1e3)
    left_out: ClassVar = "Replication, other storage classes, lifecycle transitions."

    def lines(self, use: Use) -> Iterator[Line]:
        yield self.kept.of("S3 Standard", use.field("storage_gb", STORAGE_GB))
        yield self.puts.of("PUT requests", use.writes)
        yield self.gets.of("GET requests", max(0.0, use.requests - use.writes))


class EfsPrice(Price):
    """EFS Standard by what is kept."""

    kinds: ClassVar = ("efs",)
    kept: ClassVar = infracost(0.30, "GB-month", READ)
    left_out: ClassVar = "Provisioned or elastic throughput, infrequent access."

    def lines(self, use: Use) -> Iterator[Line]:
        yield self.kept.of("EFS Standard", use.field("storage_gb", STORAGE_GB))
