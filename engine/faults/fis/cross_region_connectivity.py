"""The FIS scenario "Cross-Region: Connectivity"."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.cross_region import CrossRegion


class CrossRegionConnectivity(CrossRegion):
    """The Region is an island: no call crosses its border, and what is replicated over it, which takes the same way, waits."""

    kind: Literal["fis:cross-region-connectivity"] = "fis:cross-region-connectivity"
    label: ClassVar = "Cross-Region: Connectivity"
    summary: ClassVar = "Nothing passes between the Region and the others, and replication across the border pauses."
    default_for_s: ClassVar = 10_800.0

    def says(self) -> str:
        return f"{self.target} is cut off from the other Regions, and replication with them pauses"
