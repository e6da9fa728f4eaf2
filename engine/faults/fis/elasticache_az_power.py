"""Cache nodes in one AZ lose power."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Reach
from engine.faults.fis.base import Gone
from engine.live import Live


class ReplicationGroupInterruptAzPower(Gone):
    """Every ElastiCache node in the AZ falls silent; nothing takes its place there meanwhile."""

    kind: Literal["aws:elasticache:replicationgroup-interrupt-az-power"] = "aws:elasticache:replicationgroup-interrupt-az-power"
    label: ClassVar = "ElastiCache: interrupt AZ power"
    summary: ClassVar = "Every ElastiCache node in the AZ falls silent; nothing takes its place there meanwhile."
    targets: ClassVar = ("az",)
    kinds: ClassVar = ("elasticache",)
    default_for_s: ClassVar = 600.0

    def says(self) -> str:
        return f"ElastiCache nodes in {self.target} lose power"

    def apply(self, live: Live, reach: Reach) -> None:
        super().apply(live, reach)
        live.no_launch[reach.instances] = True
