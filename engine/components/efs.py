"""Amazon EFS: a file system of a Region, or of one AZ."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.behaviours import Store as StoreBehaviour
from engine.components.base import Limit, RegionPlaced, quantity
from engine.components.values import Lognormal, ServiceTime
from engine.geography import Geography

GUIDE = "EFS user guide, performance (2023)"


class Efs(RegionPlaced):
    """Files over NFS, kept in several AZs. With a single AZ it is One Zone, cheaper, and goes with it."""

    kind: Literal["efs"] = "efs"
    label: ClassVar = "EFS file system"
    category: ClassVar = "Storage"
    glyph: ClassVar = "files"
    summary: ClassVar = "Shared files that outlive an AZ; with a single AZ it is One Zone, and goes with it."
    placement: ClassVar = "region"
    behaviour: ClassVar = "store"
    tier: ClassVar = "data"
    az_loss: ClassVar = "Goes on, for mounts in other AZs. One Zone falls silent with its AZ and is whole again when the AZ is."
    region_loss: ClassVar = "Falls silent; what was not replicated elsewhere waits for the Region."
    control_loss: ClassVar = "Mount targets and file systems cannot be created; mounted ones serve."
    limits: ClassVar = (
        Limit("35,000 reads or 7,000 writes per second, General Purpose", "calls wait, they do not fail", "waiting, above the rate", GUIDE),
    )  # fmt: skip
    left_out: ClassVar = "Throughput modes and their credits; writes are as fast as reads."

    rate_per_s: float = quantity(35_000, "1/s", "Operations per second it does at most; 7,000 when they are writes.", ge=100, le=1_000_000,
                                 label="Operations", source=GUIDE)  # fmt: skip
    service: ServiceTime = quantity(Lognormal(lognormal=0.001, sigma=0.6), "s", "Time an operation takes.", label="Service time",
                                    assumption="the EFS user guide says reads from 0.6 ms, writes a few ms",
                                    likely=(0.0006, 0.005))  # fmt: skip

    storage_gb: float = quantity(100, "GB", "What is kept, for the cost alone.", ge=0, le=1e9, label="Storage", likely=(1, 10_000),
                                 assumption="a small shop")  # fmt: skip

    def lower(self, geography: Geography) -> StoreBehaviour:
        service = self.service.lower()
        slots = max(1, round(self.rate_per_s * service.mean_s))  # Little's law
        return StoreBehaviour(self.sits(geography), slots, None, service, None)
