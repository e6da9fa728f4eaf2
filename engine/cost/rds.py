"""RDS: instance hours, twice for a standby, and storage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import HOURS, Line, Price, Use, infracost

READ = "2026-05-03"
PER_HOUR = {"db.m5.large": 0.171, "db.t3.large": 0.136}  # MySQL, single; a Multi-AZ pair costs twice as much
USUAL = "db.m5.large"  # assumption: a small production class
STORAGE_GB = 100.0  # assumption: where the drawing does not say


class RdsPrice(Price):
    """Primary and standby cost the same; the standby's storage as well."""

    kinds: ClassVar = ("rds",)
    left_out: ClassVar = "Backups beyond the size of the database, provisioned IOPS, RDS Proxy."

    def lines(self, use: Use) -> Iterator[Line]:
        size = use.field("instance_class", USUAL)
        yield infracost(PER_HOUR[size], "h", READ).of(f"{size} MySQL, hours", use.instances * HOURS)
        gb = use.field("storage_gb", STORAGE_GB)
        if gb:
            yield infracost(0.115, "GB-month", READ).of("gp2 storage", gb * use.instances)
