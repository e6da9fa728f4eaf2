"""Amazon S3: objects kept in three or more AZs of a Region, limited per prefix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Store as StoreBehaviour
from engine.components.base import Limit, RegionPlaced, quantity
from engine.components.values import Lognormal, RegionFailoverFields, ServiceTime, check_abroad, check_replica_regions
from engine.geography import Geography

RATE = "S3 user guide, optimizing performance: at least 3,500 writes and 5,500 reads per second and prefix"
SLOTS = 100_000  # a prefix is limited by its rate, not by how many requests are under way


class S3(RegionPlaced):
    """An object store of a Region: strongly consistent, no AZ takes it down, and a prefix serves only so many requests a second."""

    kind: Literal["s3"] = "s3"
    label: ClassVar = "S3 bucket"
    category: ClassVar = "Storage"
    glyph: ClassVar = "bucket"
    summary: ClassVar = "Objects in three or more AZs; answers in a tenth of a second, 503 Slow Down above the rate of a prefix."
    placement: ClassVar = "region"
    behaviour: ClassVar = "store"
    tier: ClassVar = "data"
    spans_azs: ClassVar = True
    az_loss: ClassVar = "Goes on: every object is kept in three or more AZs."
    region_loss: ClassVar = "Not reached until the Region is back or a person turns to a copy elsewhere, which lacks the latest objects."
    control_loss: ClassVar = "Buckets cannot be created, deleted or configured, anywhere, when us-east-1 cannot; objects come and go."
    limits: ClassVar = (
        Limit("5,500 reads or 3,500 writes per second and prefix; grows by splitting, gradually", "503 Slow Down",
              "throttled, above the rate of a prefix", RATE),
    )  # fmt: skip
    left_out: ClassVar = "Reads and writes have one rate and one latency; sizes of objects; S3 Express One Zone; lag that varies."

    prefixes: int = quantity(1, "", "Parts of the key space with a rate of their own, as S3 has split them.", ge=1, le=500,
                             assumption="a new bucket", likely=(1, 50))  # fmt: skip
    rate_per_s: float = quantity(5_500, "1/s", "Requests per second one prefix answers; 3,500 when they are writes.", ge=100, le=100_000,
                                 label="Rate of a prefix", source=RATE)  # fmt: skip
    service: ServiceTime = quantity(Lognormal(lognormal=0.12, sigma=0.4), "s", "Time to the last byte of a small object.",
                                    label="Service time", assumption="the S3 user guide says roughly 100 to 200 ms to the first byte",
                                    likely=(0.1, 0.2))  # fmt: skip

    replica_regions: list[str] | None = quantity(None, "", "Cross-Region replication: other Regions with a copy.", min_length=1,
                                                 max_length=20, widget="regions", label="Replica Regions")  # fmt: skip
    replica_lag_s: float = quantity(60, "s", "An object is in the other Regions after this long, beside the network.", ge=0, le=86_400,
                                    label="Replication time", likely=(1, 900),
                                    assumption="the S3 user guide says most objects within 15 minutes; with Replication Time Control "
                                    "99.99 % of them")  # fmt: skip
    reads: Literal["primary", "replicas"] = quantity("primary", "", "Who answers reads: the bucket, or any copy, which may be stale.",
                                                     source="S3 user guide: strong read-after-write in a bucket")  # fmt: skip
    region_failover: RegionFailoverFields | None = quantity(None, "", "Turning to the copy in another Region by a person's decision; "
                                                            "without it nobody does that.", label="Region failover")  # fmt: skip
    storage_gb: float = quantity(100, "GB", "What is kept, for the cost alone.", ge=0, le=1e9, label="Storage", likely=(1, 10_000),
                                 assumption="a small shop")  # fmt: skip

    def sits(self, geography: Geography) -> tuple[str, ...]:
        return (self.home(geography), *(self.replica_regions or ())) * self.prefixes

    def most_instances(self) -> int:
        return self.prefixes * (1 + len(self.replica_regions or ()))

    def may_be_stale(self) -> bool:
        return bool(self.replica_regions)

    def lower(self, geography: Geography) -> StoreBehaviour:
        replicas = self.replica_regions or []
        return StoreBehaviour(
            (self.home(geography), *replicas), SLOTS, None, self.service.lower(), None, self.prefixes, len(replicas), self.reads,
            rate_per_s=self.rate_per_s, burst=self.rate_per_s, replica_lag_s=self.replica_lag_s if replicas else 0.0,
            abroad=None if self.region_failover is None else self.region_failover.lower(),
        )  # fmt: skip

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        yield from check_replica_regions(self.replica_regions, self.home(geography), geography)
        yield from check_abroad(self.region_failover, self.replica_regions, self.home(geography), geography, "replica_regions")
        if self.reads == "replicas" and not self.replica_regions:
            yield "reads", "there are no copies to read from; give `replica_regions`, or read from the bucket"
