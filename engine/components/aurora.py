"""Amazon Aurora: a writer and readers on one storage in three AZs, and the same again in another Region."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Store
from engine.components.base import Limit, RegionPlaced, quantity
from engine.components.values import Exponential, FailoverFields, RegionFailoverFields, ServiceTime, check_abroad
from engine.fields import LONGEST_S, listed
from engine.geography import Geography

STATED = "our split of the 30 s within which Aurora often fails over to a reader, and of the 60 s it states"
GLOBAL_LAG = "Aurora user guide, Global Database: typically below a second"


class AuroraFailover(FailoverFields):
    """AWS states the whole, under 60 s and often under 30 s, not the parts: these add up to 20 to 30 s."""

    monitor_interval_s: float = quantity(5, "s", "The writer is probed this often.", ge=1, le=60, label="Monitor interval",
                                         assumption=STATED, likely=(1, 10))  # fmt: skip
    monitor_timeout_s: float = quantity(3, "s", "A probe without an answer for this long is a miss.", ge=1, le=60,
                                        label="Monitor timeout", assumption=STATED, likely=(1, 5))  # fmt: skip
    misses: int = quantity(2, "", "Misses in a row before the writer is taken for lost.", ge=1, le=10, label="Misses", assumption=STATED,
                           likely=(2, 4))  # fmt: skip
    decide_s: float = quantity(2, "s", "Choosing the reader.", ge=0, le=300, label="Decide", assumption=STATED, likely=(1, 10))
    promote_s: float = quantity(10, "s", "The reader becomes the writer; there is no log to apply.", ge=0, le=1_800, label="Promote",
                                assumption=STATED, likely=(5, 30))  # fmt: skip
    propagate_ttl_s: float = quantity(5, "s", "Callers keep the endpoint's old address for up to this long.", ge=0, le=300,
                                      label="Endpoint TTL", assumption="AWS suggests to cache the name for as little as 5 s",
                                      likely=(1, 30))  # fmt: skip
    resync_s: float = quantity(30, "s", "A returned instance joins again as a reader.", ge=0, le=LONGEST_S, label="Rejoin",
                               assumption="it restarts; the storage is up to date", likely=(10, 300))  # fmt: skip


class Aurora(RegionPlaced):
    """A writer and readers that use one storage, kept six times over three AZs: a reader takes over without a log to apply and nothing is
    lost. A Global Database follows in another Region, and a person decides to fail over there."""

    kind: Literal["aurora"] = "aurora"
    label: ClassVar = "Aurora cluster"
    category: ClassVar = "Databases"
    glyph: ClassVar = "shared"
    summary: ClassVar = "Writer and readers on one storage in three AZs: a reader takes over in half a minute, and no write is lost."
    placement: ClassVar = "region"
    behaviour: ClassVar = "store"
    tier: ClassVar = "data"
    az_loss: ClassVar = "Writer lost: no writes for 20 to 60 s, nothing lost. Without a reader: down until the AZ is back."
    region_loss: ClassVar = "Down until a person fails over to a Global Database's other Region; what that lacked, about a second, is lost."
    control_loss: ClassVar = "Serves as before; nothing is promoted or added."
    create: ClassVar = {"readers": 1}
    limits: ClassVar = (
        Limit("15 readers", "the request is refused", "by the bounds of `readers`"),
        Limit("Connections, by the memory of the instance class", "too many connections", "waiting, beyond its slots"),
    )  # fmt: skip
    left_out: ClassVar = ("That writes need four of six copies and reads three; that without a reader the instance is made anew elsewhere "
                          "within ten minutes; Serverless scaling; rds.global_db_rpo.")  # fmt: skip

    primary_az: str | None = quantity(None, "", "Where the writer is at the start; the first AZ unless told otherwise.", widget="az",
                                      label="Writer AZ")  # fmt: skip
    readers: int = quantity(1, "", "Readers in the Region, in the AZs after the writer's.", ge=0, le=15, likely=(1, 3),
                            assumption="the fewest with which it fails over at once")  # fmt: skip
    replica_azs: list[str] | None = quantity(None, "", "A Global Database: an instance in each of these AZs of other Regions.",
                                             widget="any_azs", label="Secondary AZs", min_length=1, max_length=5)  # fmt: skip
    reads: Literal["primary", "replicas"] = quantity("primary", "", "Who answers reads: the writer, or the readers, which may be stale.",
                                                     source="Aurora user guide: cluster endpoint and reader endpoint")  # fmt: skip
    replica_lag_s: float = quantity(0.02, "s", "Readers are behind by this much anyway.", ge=0, le=60, label="Reader lag",
                                    likely=(0.01, 0.1), assumption="the Aurora user guide says usually much less than 100 ms")  # fmt: skip
    global_lag_s: float = quantity(0.5, "s", "Instances in another Region are behind by this much, beside the network.", ge=0, le=600,
                                   label="Global lag", assumption=GLOBAL_LAG, likely=(0.1, 1))  # fmt: skip
    concurrency: int = quantity(32, "", "Queries one instance works on at once.", ge=1, le=100_000, label="Slots",
                                assumption="a middling instance class", likely=(4, 500))  # fmt: skip
    instance_class: Literal["db.t3.medium", "db.r4.large", "db.r6g.large"] = quantity(
        "db.r6g.large", "", "For the cost alone: slots and service time say how fast it is.", label="Instance class",
        assumption="the smallest memory-optimised class of its generation")  # fmt: skip
    storage_gb: float = quantity(100, "GB", "What is kept, for the cost alone.", ge=0, le=131_072, label="Storage", likely=(10, 1_000),
                                 assumption="a small shop")  # fmt: skip
    service: ServiceTime = quantity(Exponential(exponential=0.002), "s", "Time a query or commit occupies a slot.", label="Service time",
                                    assumption="queries inside an AZ take 1 to 3 ms at the median", likely=(0.001, 0.01))  # fmt: skip
    queue_capacity: int | None = quantity(None, "", "Queries that may wait; without a limit the queue is unbounded.", ge=0,
                                          le=1_000_000_000, label="Queue capacity")  # fmt: skip
    failover: AuroraFailover = quantity(AuroraFailover(), "", "The clocks of a failover to a reader.", assumption=STATED)
    region_failover: RegionFailoverFields | None = quantity(None, "", "Failover to another Region by a person's decision; without it "
                                                            "nobody does that.", label="Region failover")  # fmt: skip

    def home_azs(self, geography: Geography) -> list[str]:
        """AZs its writer and readers may be in, the writer's first."""
        azs = self.azs or geography.azs_of[self.home(geography)]
        at = azs.index(self.primary_az) if self.primary_az in azs else 0
        return [*azs[at:], *azs[:at]]

    def sits(self, geography: Geography) -> tuple[str, ...]:
        azs = self.home_azs(geography)
        here = self.readers if not self.replica_azs else min(self.readers, len(azs) - 1)
        return (*(azs[k % len(azs)] for k in range(1 + here)), *(self.replica_azs or ()))

    def most_instances(self) -> int:
        return 1 + self.readers + len(self.replica_azs or ())

    def lower(self, geography: Geography) -> Store:
        """With other Regions the readers here count as standbys, which have every acknowledged write but answer no reads: what matters then
        is that a failover here loses nothing and one abroad does."""
        places, abroad = self.sits(geography), len(self.replica_azs or ())
        plain = Store(places, self.concurrency, self.queue_capacity, self.service.lower(), self.failover.lower() if self.readers else None)
        if abroad:
            failover = None if self.region_failover is None else self.region_failover.lower()
            return dataclasses.replace(plain, replicas=abroad, reads=self.reads, replica_lag_s=self.global_lag_s, abroad=failover)
        if not self.readers:
            return plain
        return dataclasses.replace(plain, replicas=self.readers, reads=self.reads, shared=True, replica_lag_s=self.replica_lag_s)

    def may_be_stale(self) -> bool:
        return self.readers > 0 or bool(self.replica_azs)

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        misplaced = list(super().check(geography))
        yield from misplaced
        if misplaced:
            return
        azs, home = self.azs or geography.azs_of[self.home(geography)], self.home(geography)
        if self.primary_az is not None and self.primary_az not in azs:
            yield "primary_az", f"{self.primary_az!r} is not among the node's AZs; they are {listed(azs)}"
        for az in self.replica_azs or ():
            if az not in geography.azs:
                yield "replica_azs", f"there is no AZ {az!r}; the AZs are {listed(geography.azs)}"
            elif geography.region_of[az] == home:
                yield "replica_azs", f"{az!r} is in the writer's Region; readers there are counted by `readers`, here are other Regions"
        if self.reads == "replicas" and not self.may_be_stale():
            yield "reads", "there are no readers; give it some, or read from the writer"
        yield from check_abroad(self.region_failover, self.replica_azs, home, geography)
        yield from ((f"failover.{field}", message) for field, message in self.failover.check())
