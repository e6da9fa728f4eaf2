"""The control plane is down: nothing is launched, promoted or pointed elsewhere, while requests go on as they are."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach
from engine.live import Live


class ControlPlaneDown(Fault):
    """Autoscaling and failover of everything in the Region, or of one node, wait until it answers again; balancers go on checking."""

    kind: Literal["control_plane_down"] = "control_plane_down"
    label: ClassVar = "Control plane down"
    group: ClassVar = "Names, checks and control"
    summary: ClassVar = "No launch, no replacement, no promotion, no change of addresses; traffic goes on."
    targets: ClassVar = ("region", "node")
    behaviours: ClassVar = ("station", "store", "cache")
    default_for_s: ClassVar = 600.0

    def says(self) -> str:
        return f"The control plane of {self.target} is down: nothing is launched or promoted"

    def apply(self, live: Live, reach: Reach) -> None:
        live.uncontrolled[reach.instances] = True
