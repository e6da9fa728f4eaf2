"""Amazon DynamoDB: a table in partitions, each with a rate of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Retries
from engine.behaviours import Store as StoreBehaviour
from engine.components.base import Limit, RegionPlaced, quantity
from engine.components.values import Lognormal, ServiceTime, check_replica_regions
from engine.fields import listed
from engine.geography import Geography

PARTITION = "DynamoDB developer guide, partition key design: 3,000 read units or 1,000 write units per second and partition"
ON_DEMAND = "DynamoDB developer guide, on-demand capacity: a new table serves 4,000 writes or 12,000 reads at once"
GLOBAL = "DynamoDB developer guide, global tables"
BURST_S = 300.0  # of unused provisioned capacity that is kept; DynamoDB developer guide, burst capacity
SLOTS = 10_000  # a partition is limited by its rate, not by how many requests are under way
MRSC_SETS = (  # Regions among which a strongly consistent global table may be
    {"us-east-1", "us-east-2", "us-west-2"}, {"eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"},
    {"ap-northeast-1", "ap-northeast-2", "ap-northeast-3"},
)  # fmt: skip


class DynamoDb(RegionPlaced):
    """Keeps items in several AZs of a Region. A request goes to the partition its key hashes to, and is throttled above that one's rate,
    however idle the others are."""

    kind: Literal["dynamodb"] = "dynamodb"
    label: ClassVar = "DynamoDB table"
    category: ClassVar = "Databases"
    glyph: ClassVar = "table"
    summary: ClassVar = "Key-value items in milliseconds at any scale, as long as no single partition gets more than its share."
    placement: ClassVar = "region"
    behaviour: ClassVar = "store"
    legacy_retries: ClassVar[Retries] = (10, 0.05, "none")
    tier: ClassVar = "data"
    spans_azs: ClassVar = True
    az_loss: ClassVar = "Goes on: every item is kept in three AZs."
    region_loss: ClassVar = ("Down for its callers there. A global table goes on in its other Regions, an eventual one without the last "
                             "second of what the lost one took.")  # fmt: skip
    control_loss: ClassVar = "Tables and their capacity cannot be changed; items are read and written as before."
    limits: ClassVar = (
        Limit("3,000 read or 1,000 write units per second and partition", "ProvisionedThroughputExceededException",
              "throttled", PARTITION),
        Limit("Provisioned: the table's capacity, with 300 s of what was not used", "ProvisionedThroughputExceededException",
              "throttled, whichever partition it is for", "DynamoDB developer guide, burst and adaptive capacity"),
        Limit("On demand: twice the previous peak at once; more than that within 30 minutes may be throttled", "ThrottlingException",
              source="DynamoDB developer guide, on-demand capacity mode"),
        Limit("Strong global table: two of three Regions, the witness included, have to be in touch", "error on writes and strong reads",
              "no_writer at once; eventual reads go on", GLOBAL),
        Limit("Strong global table: concurrent writes of one item", "ReplicatedWriteConflictException", source=GLOBAL),
        Limit("40,000 read and 40,000 write units per second and table", "ThrottlingException",
              source="DynamoDB developer guide, quotas"),
    )  # fmt: skip
    left_out: ClassVar = ("Units by size of items, and that a partition which stays hot is split. A "
                          "Region of a strong global table that is back serves at once. Callers keep to the nearest Region, also when it "
                          "is down. DAX is drawn as a cache whose items are fresh for 300 s.")  # fmt: skip

    mode: Literal["on_demand", "provisioned"] = quantity("on_demand", "", "Pays and is limited per request, or by a capacity set before.",
                                                         assumption="what AWS recommends for most tables")  # fmt: skip
    partitions: int = quantity(4, "", "Parts the keys are spread over by their hash.", ge=1, le=500, source=ON_DEMAND)
    partition_rate_per_s: float = quantity(3_000, "1/s", "Requests per second one partition answers at most: 3,000 strong reads, 1,000 "
                                           "writes, of up to 4 and 1 kB.", ge=1, le=6_000,
                                           label="Partition rate", source=PARTITION)  # fmt: skip
    capacity_per_s: float | None = quantity(None, "1/s", "Provisioned: requests per second of the whole table. A hot partition may use "
                                            "what the others leave, up to its own rate.", gt=0, le=1_000_000, label="Capacity")  # fmt: skip
    replica_regions: list[str] | None = quantity(None, "", "Other Regions with a replica of this global table. Every Region takes writes; "
                                                 "callers use the nearest.", label="Replica Regions", min_length=1, max_length=20,
                                                 widget="regions")  # fmt: skip
    witness_region: str | None = quantity(None, "", "Instead of a third replica a strong global table may have a witness, which has every "
                                          "write and answers nobody.", label="Witness Region")  # fmt: skip
    consistency: Literal["eventual", "strong"] = quantity(
        "eventual", "", "Of a global table. eventual: Regions follow each other within about a second, of two writes of one item the later "
        "wins. strong: three Regions, two of which have a write when it is acknowledged.", label="Global consistency",
        source=GLOBAL + ": eventual unless chosen",
        )  # fmt: skip
    replica_lag_s: float = quantity(0.75, "s", "Replicas of an eventual global table are behind by this much, beside the network.", ge=0,
                                    le=600, label="Replica lag", likely=(0.5, 3),
                                    assumption="usually within a second, says the developer guide")  # fmt: skip
    service: ServiceTime = quantity(Lognormal(lognormal=0.004, sigma=0.5), "s", "Time a request takes.", label="Service time",
                                    assumption="AWS says single-digit milliseconds: reads 3 ms at the median and 10 at p99, writes 5 "
                                    "and 15", likely=(0.003, 0.005))  # fmt: skip

    storage_gb: float = quantity(100, "GB", "What is kept, for the cost alone.", ge=0, le=1e9, label="Storage", likely=(1, 10_000),
                                 assumption="a small shop")  # fmt: skip

    def members(self, geography: Geography) -> tuple[str, ...]:
        """Regions that have the table."""
        return (self.home(geography), *(self.replica_regions or ()), *((self.witness_region,) if self.witness_region else ()))

    def sits(self, geography: Geography) -> tuple[str, ...]:
        return self.members(geography) * self.partitions

    def most_instances(self) -> int:
        return self.partitions * (1 + len(self.replica_regions or ()) + (self.witness_region is not None))

    def may_be_stale(self) -> bool:
        return bool(self.replica_regions)

    def rate(self) -> tuple[float, float]:
        """(tokens per second, most tokens) of one partition. A hot one may use what the table's capacity leaves: adaptive capacity."""
        return self.partition_rate_per_s, self.partition_rate_per_s

    def lower(self, geography: Geography) -> StoreBehaviour:
        rate, burst = self.rate()
        members, capacity = self.members(geography), self.capacity_per_s if self.mode == "provisioned" else None
        table = StoreBehaviour(
            members, SLOTS, None, self.service.lower(), None, self.partitions, rate_per_s=rate, burst=burst,
            table_rate_per_s=capacity, table_burst=max(1.0, BURST_S * capacity) if capacity else 0.0,
        )  # fmt: skip
        if len(members) == 1:
            return table
        table = dataclasses.replace(table, replicas=len(members) - 1, many_writers=True, witness=self.witness_region is not None)
        if self.consistency == "strong":
            return dataclasses.replace(table, write_quorum=2, read_quorum=2)
        return dataclasses.replace(table, replica_lag_s=self.replica_lag_s)

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        if self.mode == "provisioned" and self.capacity_per_s is None:
            yield "capacity_per_s", "is missing; a provisioned table has a capacity"
        elif self.mode == "on_demand" and self.capacity_per_s is not None:
            yield "capacity_per_s", "belongs to a provisioned table; leave it out, or set mode: provisioned"
        yield from self._check_regions_of_replicas(geography)

    def _check_regions_of_replicas(self, geography: Geography) -> Iterator[tuple[str, str]]:
        """Replicas are in other Regions that there are; strong consistency knows which three belong together."""
        replicas, home, witness = self.replica_regions or [], self.home(geography), self.witness_region
        yield from check_replica_regions(replicas, home, geography)
        others = [*replicas, *((witness,) if witness else ())]
        if witness is not None and self.consistency != "strong":
            yield "witness_region", "only a strongly consistent global table has one; set consistency: strong, or leave it out"
        elif witness is not None and witness not in geography.azs_of:
            yield "witness_region", f"there is no Region {witness!r}; the Regions are {listed(geography.azs_of)}"
        elif witness in (home, *replicas):
            yield "witness_region", f"{witness!r} has the table already; name another Region"
        elif self.consistency == "strong" and (len(others) != 2 or not replicas):
            has = f"this table is in {1 + len(others)}; name two in replica_regions, or one and a witness_region"
            yield "consistency", f"strong needs exactly three Regions, {has}"
        elif self.consistency == "strong" and not any({home, *others} <= together for together in MRSC_SETS):
            among = "; or ".join(", ".join(sorted(together)) for together in MRSC_SETS)
            yield "replica_regions", f"strongly consistent Regions are three of one set: {among}"
