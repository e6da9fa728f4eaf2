"""Amazon S3: objects kept in three or more AZs of a Region, limited per prefix."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.behaviours import Store as StoreBehaviour
from engine.components.base import Limit, RegionPlaced, quantity
from engine.components.values import Lognormal, ServiceTime
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
    region_loss: ClassVar = "The bucket cannot be reached; what was not replicated to another Region waits for this one."
    control_loss: ClassVar = "Buckets cannot be created, deleted or configured, anywhere, when us-east-1 cannot; objects come and go."
    limits: ClassVar = (
        Limit("5,500 reads or 3,500 writes per second and prefix; grows by splitting, gradually", "503 Slow Down",
              "throttled, above the rate of a prefix", RATE),
    )  # fmt: skip
    left_out: ClassVar = "Reads and writes have one rate and one latency; cross-Region replication; sizes of objects; S3 Express One Zone."

    prefixes: int = quantity(1, "", "Parts of the key space with a rate of their own, as S3 has split them.", ge=1, le=500,
                             assumption="a new bucket", likely=(1, 50))  # fmt: skip
    rate_per_s: float = quantity(5_500, "1/s", "Requests per second one prefix answers; 3,500 when they are writes.", ge=100, le=100_000,
                                 label="Rate of a prefix", source=RATE)  # fmt: skip
    service: ServiceTime = quantity(Lognormal(lognormal=0.12, sigma=0.4), "s", "Time to the last byte of a small object.",
                                    label="Service time", assumption="the S3 user guide says roughly 100 to 200 ms to the first byte",
                                    likely=(0.1, 0.2))  # fmt: skip

    storage_gb: float = quantity(100, "GB", "What is kept, for the cost alone.", ge=0, le=1e9, label="Storage", likely=(1, 10_000),
                                 assumption="a small shop")  # fmt: skip

    def sits(self, geography: Geography) -> tuple[str, ...]:
        return (self.home(geography),) * self.prefixes

    def most_instances(self) -> int:
        return self.prefixes

    def lower(self, geography: Geography) -> StoreBehaviour:
        return StoreBehaviour((self.home(geography),), SLOTS, None, self.service.lower(), None, self.prefixes,
                              rate_per_s=self.rate_per_s, burst=self.rate_per_s)  # fmt: skip
