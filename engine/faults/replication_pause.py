"""Replication stops: replicas fall behind, and a synchronous standby keeps its writes waiting."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach
from engine.live import Live


class ReplicationPause(Fault):
    """Nothing is replicated to the target, nor from it: reads there grow stale, and what is promoted now has lost writes."""

    kind: Literal["replication_pause"] = "replication_pause"
    label: ClassVar = "Replication pause"
    group: ClassVar = "Data and messages"
    summary: ClassVar = "Replicas receive nothing and fall behind; writes wait for a synchronous standby."
    targets: ClassVar = ("instance", "node")
    behaviours: ClassVar = ("store",)

    def says(self) -> str:
        return f"Replication of {self.target} stops"

    def apply(self, live: Live, reach: Reach) -> None:
        live.paused[reach.instances] = True
