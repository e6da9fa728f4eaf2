"""Amazon RDS with one instance, or Multi-AZ with one synchronous standby that cannot be read from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Store
from engine.components.base import Limit, RegionPlaced, quantity
from engine.components.values import Exponential, FailoverFields, ServiceTime
from engine.fields import LONGEST_S, listed
from engine.geography import Geography

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


class Rds(RegionPlaced):
    """A relational database behind one endpoint. Multi-AZ promotes its standby; a single instance waits until its AZ is back."""

    kind: Literal["rds"] = "rds"
    label: ClassVar = "RDS database"
    category: ClassVar = "Databases"
    glyph: ClassVar = "cylinder"
    summary: ClassVar = "A relational database; Multi-AZ keeps a synchronous standby and promotes it in one to two minutes."
    placement: ClassVar = "region"
    behaviour: ClassVar = "store"
    tier: ClassVar = "data"
    az_loss: ClassVar = "Multi-AZ: no writes for 60 to 120 s, nothing lost. Single: down until its AZ is back."
    region_loss: ClassVar = "Down until the Region is back."
    control_loss: ClassVar = "Serves as before; nothing can be promoted, restored or resized."
    limits: ClassVar = (
        Limit("max_connections, from the memory of the instance class", "too many connections", "waiting, beyond its slots"),
    )  # fmt: skip
    left_out: ClassVar = "Storage and its IOPS, backups and point-in-time restore, maintenance; reads take as long as writes."
    create: ClassVar = {"multi_az": True}

    multi_az: bool = quantity(False, "", "A synchronous standby in a second AZ, promoted when the primary is lost.", label="Multi-AZ",
                              assumption="the API creates a single instance unless asked for more")  # fmt: skip
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
    failover: RdsFailover = quantity(RdsFailover(), "", "The clocks of a Multi-AZ failover.", assumption=STATED)

    def sits(self, geography: Geography) -> tuple[str, ...]:
        azs = self.azs or geography.azs_of[self.home(geography)]
        primary = self.primary_az or azs[0]
        standby = self.standby_az or azs[(azs.index(primary) + 1) % len(azs)]
        return (primary, standby) if self.multi_az else (primary,)

    def lower(self, geography: Geography) -> Store:
        failover = self.failover.lower() if self.multi_az else None
        return Store(self.sits(geography), self.concurrency, self.queue_capacity, self.service.lower(), failover)

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
        yield from ((f"failover.{field}", message) for field, message in self.failover.check())
