"""Amazon RDS: one instance, Multi-AZ with an unreadable standby, or a cluster of a writer and two readable ones; read replicas."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Store
from engine.components.base import Limit, RegionPlaced, quantity
from engine.components.values import Exponential, FailoverFields, RegionFailoverFields, ServiceTime, check_abroad
from engine.fields import LONGEST_S, listed
from engine.geography import Geography

CLUSTER = "our split of the 35 s within which a Multi-AZ DB cluster typically fails over, as the RDS user guide states"
STATED = "our split of the 60 to 120 s the RDS user guide states for a whole Multi-AZ failover"


class RdsFailover(FailoverFields):
    """AWS states the whole, not the parts: these add up to 75–90 s after a power loss, 70–85 s after a crash."""

    monitor_interval_s: float = quantity(10, "s", "The primary is probed this often.", ge=1, le=60, label="Monitor interval",
                                         assumption=STATED, likely=(5, 30))  # fmt: skip
    monitor_timeout_s: float = quantity(5, "s", "A probe without an answer for this long is a miss.", ge=1, le=60,
                                        label="Monitor timeout", assumption=STATED, likely=(2, 10))  # fmt: skip
    misses: int = quantity(3, "", "Misses in a row before the primary is taken for lost.", ge=1, le=10, label="Misses",
                           assumption=STATED, likely=(2, 5))  # fmt: skip
    decide_s: float = quantity(10, "s", "Fencing the old primary and choosing the standby.", ge=0, le=300, label="Decide",
                               assumption=STATED, likely=(5, 20))  # fmt: skip
    promote_s: float = quantity(40, "s", "Crash recovery on the standby; long transactions make it longer.", ge=0, le=1_800,
                                label="Promote", assumption=STATED, likely=(20, 60))  # fmt: skip
    propagate_ttl_s: float = quantity(5, "s", "Callers keep the endpoint's old address for up to this long.", ge=0, le=300,
                                      label="Endpoint TTL", assumption="RDS documentation (2026) suggests to cache its DNS for 5 s at most "
                                      "around failovers; JVMs may keep it longer", likely=(1, 60))  # fmt: skip
    resync_s: float = quantity(120, "s", "A returned member copies what it missed before it is a standby again.", ge=0, le=LONGEST_S,
                               label="Resync", assumption="minutes rather than hours: only the gap is copied",
                               likely=(60, 3_600))  # fmt: skip


class ClusterFailover(RdsFailover):
    """AWS states the whole, typically under 35 s, not the parts: these add up to 20 to 30 s."""

    monitor_interval_s: float = quantity(5, "s", "The writer is probed this often.", ge=1, le=60, label="Monitor interval",
                                         assumption=CLUSTER, likely=(1, 10))  # fmt: skip
    monitor_timeout_s: float = quantity(3, "s", "A probe without an answer for this long is a miss.", ge=1, le=60,
                                        label="Monitor timeout", assumption=CLUSTER, likely=(1, 5))  # fmt: skip
    misses: int = quantity(2, "", "Misses in a row before the writer is taken for lost.", ge=1, le=10, label="Misses", assumption=CLUSTER,
                           likely=(2, 3))  # fmt: skip
    decide_s: float = quantity(2, "s", "Choosing the standby that has received most.", ge=0, le=300, label="Decide", assumption=CLUSTER,
                               likely=(1, 5))  # fmt: skip
    promote_s: float = quantity(10, "s", "Applying what the standby has received.", ge=0, le=1_800, label="Promote", assumption=CLUSTER,
                                likely=(5, 20))  # fmt: skip


class Rds(RegionPlaced):
    """A relational database behind one endpoint. Multi-AZ promotes its standby, a cluster one of its two; a single instance waits until its
    AZ is back. Read replicas follow asynchronously and are promoted by a person only."""

    kind: Literal["rds"] = "rds"
    label: ClassVar = "RDS database"
    category: ClassVar = "Databases"
    glyph: ClassVar = "cylinder"
    summary: ClassVar = "A relational database; Multi-AZ promotes its synchronous standby in one to two minutes, a cluster in half a one."
    placement: ClassVar = "region"
    behaviour: ClassVar = "store"
    tier: ClassVar = "data"
    az_loss: ClassVar = "Multi-AZ: no writes for 60 to 120 s, a cluster 35 s at most, nothing lost. Single: down until its AZ is back."
    region_loss: ClassVar = "Down until the Region is back, or until a person promotes a replica elsewhere; what it lacked is lost."
    control_loss: ClassVar = "Serves as before; nothing can be promoted, restored or resized."
    limits: ClassVar = (
        Limit("max_connections, from the memory of the instance class", "too many connections", "waiting, beyond its slots"),
        Limit("RDS Proxy: 120 s to borrow a connection", "timed out", source="botocore 1.43, service model of rds"),
    )  # fmt: skip
    left_out: ClassVar = ("Storage and its IOPS, backups and point-in-time restore, maintenance; reads take as long as writes. A proxy's "
                          "own time, and that it holds callers while the standby takes over.")  # fmt: skip
    create: ClassVar = {"multi_az": True}

    multi_az: bool = quantity(False, "", "A synchronous standby in a second AZ, promoted when the primary is lost.", label="Multi-AZ",
                              assumption="the API creates a single instance unless asked for more")  # fmt: skip
    cluster: bool = quantity(False, "", "A Multi-AZ DB cluster: a writer and two standbys that can be read, in three AZs; a write waits "
                             "for one of them.", label="Multi-AZ cluster", assumption="one instance unless asked for more")  # fmt: skip
    primary_az: str | None = quantity(None, "", "Where the primary is at the start; the first AZ unless told otherwise.",
                                      widget="az", label="Primary AZ")  # fmt: skip
    standby_az: str | None = quantity(None, "", "Where the standby is; the next AZ unless told otherwise. Multi-AZ only.",
                                      widget="az", label="Standby AZ")  # fmt: skip
    concurrency: int = quantity(16, "", "Queries the primary works on at once.", ge=1, le=100_000, label="Slots",
                                assumption="a small instance class", likely=(4, 500))  # fmt: skip
    service: ServiceTime = quantity(Exponential(exponential=0.002), "s", "Time a query or commit occupies a slot.", label="Service time",
                                    assumption="queries inside an AZ take 1 to 3 ms at the median", likely=(0.001, 0.01))  # fmt: skip
    queue_capacity: int | None = quantity(None, "", "Queries that may wait; without a limit the queue is unbounded.", ge=0,
                                          le=1_000_000_000, label="Queue capacity")  # fmt: skip
    instance_class: Literal["db.t3.large", "db.m5.large"] = quantity(
        "db.m5.large", "", "For the cost alone: slots and service time say how fast it is.", label="Instance class",
        assumption="a small class for production")  # fmt: skip
    storage_gb: float = quantity(100, "GB", "What is kept, for the cost alone.", ge=0, le=65_536, label="Storage", likely=(20, 1_000),
                                 assumption="a small shop")  # fmt: skip
    replica_azs: list[str] | None = quantity(None, "", "A read replica in each of these AZs, of any Region; it follows asynchronously.",
                                             widget="any_azs", label="Read replica AZs", min_length=1, max_length=15)  # fmt: skip
    reads: Literal["primary", "replicas"] = quantity(
        "primary", "", "Who answers reads: the primary, or its readable copies, which may be stale. A Multi-AZ standby is none.",
        source="RDS user guide: the endpoint of the instance, unless callers use another")  # fmt: skip
    replica_lag_s: float = quantity(0.5, "s", "Read replicas are behind by this much anyway, beside the network.", ge=0, le=3_600,
                                    label="Replica lag", likely=(0.1, 30),
                                    assumption="below a second to seconds as a rule, minutes under heavy writes")  # fmt: skip
    proxy: bool = quantity(False, "", "RDS Proxy: callers follow to the new primary at once, whatever they have cached.", label="RDS Proxy",
                           assumption="none unless asked for; AWS says a failover is up to 66 % shorter with one")  # fmt: skip
    failover: RdsFailover = quantity(RdsFailover(), "", "The clocks of a Multi-AZ failover.", assumption=STATED)
    cluster_failover: ClusterFailover = quantity(ClusterFailover(), "", "The clocks of a cluster's failover.", label="Cluster failover",
                                                 assumption=CLUSTER)  # fmt: skip
    region_failover: RegionFailoverFields | None = quantity(None, "", "Promotion of a read replica in another Region by a person's "
                                                            "decision; without it nobody does that.", label="Region failover")  # fmt: skip

    def sits(self, geography: Geography) -> tuple[str, ...]:
        azs = self.azs or geography.azs_of[self.home(geography)]
        primary = self.primary_az or azs[0]
        at = azs.index(primary)
        if self.cluster:
            return tuple(azs[(at + k) % len(azs)] for k in range(3))
        standby = self.standby_az or azs[(at + 1) % len(azs)]
        return (primary, *((standby,) if self.multi_az else ()), *(self.replica_azs or ()))

    def most_instances(self) -> int:
        return 3 + len(self.replica_azs or ())

    def lower(self, geography: Geography) -> Store:
        failover = self.cluster_failover.lower() if self.cluster else self.failover.lower() if self.multi_az else None
        if failover is not None and self.proxy:
            failover = dataclasses.replace(failover, propagate_ttl_s=0.0)
        return Store(
            self.sits(geography), self.concurrency, self.queue_capacity, self.service.lower(), failover,
            replicas=2 if self.cluster else len(self.replica_azs or ()),
            reads=self.reads,
            write_quorum=2 if self.cluster else 1,
            replica_lag_s=0.0 if self.cluster or not self.replica_azs else self.replica_lag_s,
            abroad=None if self.region_failover is None else self.region_failover.lower(),
        )  # fmt: skip

    def may_be_stale(self) -> bool:
        return self.cluster or bool(self.replica_azs)

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        misplaced = list(super().check(geography))
        yield from misplaced
        if misplaced:
            return
        azs = self.azs or geography.azs_of[self.home(geography)]
        where = f"among the node's AZs; they are {listed(azs)}"
        for field in ("primary_az", "standby_az"):
            az = getattr(self, field)
            if az is not None and az not in azs:
                yield field, f"{az!r} is not {where}"
        if self.multi_az and len(azs) < 2:
            yield "multi_az", f"needs a second AZ, and there is only {azs[0]}"
        elif self.multi_az and self.standby_az is not None and self.standby_az == (self.primary_az or azs[0]):
            yield "standby_az", f"is the primary's AZ; a standby there would be lost with it, choose another of {listed(azs)}"
        yield from self._check_copies(geography, azs)
        yield from ((f"failover.{field}", message) for field, message in self.failover.check())
        yield from ((f"cluster_failover.{field}", message) for field, message in self.cluster_failover.check())

    def _check_copies(self, geography: Geography, azs: list[str]) -> Iterator[tuple[str, str]]:
        """A cluster is something else than a standby, and replicas have to be somewhere."""
        if self.cluster and self.multi_az:
            yield "cluster", "is Multi-AZ with two standbys; leave one of cluster and multi_az out"
        elif self.cluster and len(azs) < 3:
            yield "cluster", f"needs three AZs, and there are only {listed(azs)}"
        if self.cluster and self.replica_azs:
            yield "replica_azs", "a cluster has two readable copies of its own; leave one of the two out"
        for az in self.replica_azs or ():
            if az not in geography.azs:
                yield "replica_azs", f"there is no AZ {az!r}; the AZs are {listed(geography.azs)}"
        if self.reads == "replicas" and not self.may_be_stale():
            yield "reads", "there are no copies to read from; give `replica_azs`, or make it a cluster"
        yield from check_abroad(self.region_failover, self.replica_azs, self.home(geography), geography)
