"""A Region does not reach the others."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.cross_region import CrossRegion


class TransitGatewayDisruptCrossRegion(CrossRegion):
    """Nothing passes between the Region and the others; within it all goes on."""

    kind: Literal["aws:network:transit-gateway-disrupt-cross-region-connectivity"] = (
        "aws:network:transit-gateway-disrupt-cross-region-connectivity"
    )
    label: ClassVar = "Network: transit gateway cut"
    summary: ClassVar = "Nothing passes between the Region and the others; within it all goes on."

    def says(self) -> str:
        return f"Nothing passes between {self.target} and other Regions: its transit gateway leads nowhere"
