"""A plain store, without a vendor: primary, synchronous standbys, asynchronous replicas, partitions by key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from engine.behaviours import Store as StoreBehaviour
from engine.components.base import AzPlaced, quantity
from engine.components.values import Exponential, FailoverFields, QuorumFields, RegionFailoverFields, ServiceTime, check_abroad
from engine.fields import OneOf, listed
from engine.geography import Geography

FailoverOrNone = Annotated[
    FailoverFields | Literal["none"],
    OneOf("failover", labels={"monitor_interval_s": "Automatic", "none": "None: nobody promotes"}),
]


class Store(AzPlaced):
    """Keeps data. With several AZs every write reaches a standby before it is acknowledged; replicas receive it afterwards."""

    kind: Literal["store"] = "store"
    label: ClassVar = "Store"
    category: ClassVar = "Building blocks"
    glyph: ClassVar = "cylinder"
    summary: ClassVar = "A primary takes writes; standbys hold every acknowledged one, replicas follow; partitioned by key."
    placement: ClassVar = "azs"
    behaviour: ClassVar = "store"
    tier: ClassVar = "data"

    primary_az: str | None = quantity(None, "", "Where the primary is at the start; the first AZ unless told otherwise.", widget="az",
                                      label="Primary AZ")  # fmt: skip
    concurrency: int = quantity(16, "", "Requests the primary serves at once.", ge=1, le=100_000, label="Slots",
                                assumption="a small database server")  # fmt: skip
    service: ServiceTime = quantity(Exponential(exponential=0.002), "s", "Time a query or commit occupies a slot.", label="Service time",
                                    assumption="queries inside an AZ take 1 to 3 ms at the median")  # fmt: skip
    queue_capacity: int | None = quantity(None, "", "Requests that may wait; without a limit the queue is unbounded.", ge=0,
                                          le=1_000_000_000, label="Queue capacity")  # fmt: skip
    failover: FailoverOrNone = quantity(FailoverFields(), "", "How another member becomes the primary.", assumption="a watched pair")
    partitions: int = quantity(1, "", "Parts the keys are spread over by their hash; each has members, slots and a failover of its own.",
                               ge=1, le=500, assumption="not partitioned unless asked for")  # fmt: skip
    replica_azs: list[str] | None = quantity(None, "", "An asynchronous replica of each partition in each of these AZs, of any Region. "
                                             "Without a standby the one that has received most is promoted, and what it lacks is lost.",
                                             widget="any_azs", label="Replica AZs", min_length=1, max_length=15)  # fmt: skip
    reads: Literal["primary", "replicas"] = quantity("primary", "", "Who answers reads: the primary, strongly consistent, or any replica, "
                                                     "eventually consistent.", assumption="strong unless asked for less")  # fmt: skip
    apply_per_s: float | None = quantity(None, "1/s", "Writes a replica applies per second; without it as fast as they come.", gt=0,
                                         le=10_000_000, label="Apply rate")  # fmt: skip
    partition_rate_per_s: float | None = quantity(None, "1/s", "Requests per second each partition answers; what is more is throttled.",
                                                  gt=0, le=10_000_000, label="Partition rate")  # fmt: skip
    partition_burst: float | None = quantity(None, "", "Requests a rested partition answers at once, in tokens; one second's worth of its "
                                             "rate unless told otherwise.", ge=1, le=1_000_000_000, label="Partition burst")  # fmt: skip
    quorum: QuorumFields | None = quantity(None, "", "Instead of a standby: how many members have to have a write, and are asked by "
                                           "a read.", label="Quorum")  # fmt: skip
    storage: Literal["local", "shared"] = quantity("local", "", "Every member has a copy of its own, or all use one storage: then replicas "
                                                   "are close behind and a promotion loses nothing.", label="Storage",
                                                   assumption="a copy on each server")  # fmt: skip
    replica_lag_s: float = quantity(0, "s", "Replicas are behind by this much anyway, beside the network.", ge=0, le=3_600,
                                    label="Replica lag", assumption="as fast as the network")  # fmt: skip
    region_failover: RegionFailoverFields | None = quantity(None, "", "Promotion of a replica in another Region by a person's decision; "
                                                            "without it nobody does that.", label="Region failover")  # fmt: skip

    def sits(self, geography: Geography) -> tuple[str, ...]:
        return self.members(geography) * self.partitions

    def members(self, geography: Geography) -> tuple[str, ...]:
        """Places of one partition's members: the primary, the standbys, the replicas."""
        azs = self.home_azs(geography)
        primary = self.primary_az or azs[0]
        others = [az for az in azs if az != primary]
        if self.quorum is not None:
            around = [primary, *others]
            return tuple(around[k % len(around)] for k in range(self.quorum.members))
        return (primary, *others, *(self.replica_azs or ()))

    def most_instances(self) -> int:
        return self.partitions * (self.quorum.members if self.quorum else 1 + len(self.azs or ()) + len(self.replica_azs or ()))

    def lower(self, geography: Geography) -> StoreBehaviour:
        return StoreBehaviour(
            self.members(geography),
            self.concurrency,
            self.queue_capacity,
            self.service.lower(),
            None if isinstance(self.failover, str) else self.failover.lower(),
            self.partitions,
            self.quorum.members - 1 if self.quorum else len(self.replica_azs or ()),
            self.reads,
            self.apply_per_s,
            self.partition_rate_per_s,
            (self.partition_burst or max(1.0, self.partition_rate_per_s)) if self.partition_rate_per_s else 0.0,
            write_quorum=self.quorum.write if self.quorum else 1,
            read_quorum=self.quorum.read if self.quorum else 1,
            shared=self.storage == "shared",
            replica_lag_s=self.replica_lag_s,
            abroad=None if self.region_failover is None else self.region_failover.lower(),
        )

    def may_be_stale(self) -> bool:
        return bool(self.replica_azs) or self.quorum is not None

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        azs = self.home_azs(geography)
        if self.primary_az is not None and self.primary_az not in azs:
            yield "primary_az", f"{self.primary_az!r} is not among the node's AZs; they are {listed(azs)}"
        for az in self.replica_azs or ():
            if az not in geography.azs:
                yield "replica_azs", f"there is no AZ {az!r}; the AZs are {listed(geography.azs)}"
        if self.reads == "replicas" and not self.may_be_stale():
            yield "reads", "there are no replicas to read from; give `replica_azs`, or read from the primary"
        yield from self._check_copies(geography)
        if self.partition_burst is not None and self.partition_rate_per_s is None:
            yield "partition_burst", "means nothing without a partition_rate_per_s; give one, or remove it"
        if not isinstance(self.failover, str):
            yield from ((f"failover.{field}", message) for field, message in self.failover.check())

    def _check_copies(self, geography: Geography) -> Iterator[tuple[str, str]]:
        """Quorum, shared storage and another Region need members they can mean."""
        azs, replicas = self.home_azs(geography), self.replica_azs or []
        if self.quorum is not None:
            yield from ((f"quorum.{field}", message) for field, message in self.quorum.check())
            if replicas:
                yield "replica_azs", "a quorum's members are spread over `azs`; give more of those, or leave one of the two out"
        if self.storage == "shared" and (len(azs) > 1 or not replicas or self.quorum is not None):
            yield "storage", "members that share their storage are the primary, in one AZ of `azs`, and replicas in `replica_azs`"
        home = geography.region_of.get(self.primary_az or azs[0], "")
        far = [az for az in replicas if geography.region_of.get(az, home) != home]
        if self.storage == "shared" and far:
            yield "storage", f"one storage lies in one Region, and {listed(far)} is in another; keep the replicas in {home}"
        yield from check_abroad(self.region_failover, replicas, home, geography)
