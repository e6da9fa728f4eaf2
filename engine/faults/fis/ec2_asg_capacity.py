"""A group gets no machines in one AZ."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Reach
from engine.faults.fis.base import Fis
from engine.live import Live


class AsgInsufficientCapacity(Fis):
    """Launches of the group fail for want of capacity; what runs goes on."""

    kind: Literal["aws:ec2:asg-insufficient-instance-capacity-error"] = "aws:ec2:asg-insufficient-instance-capacity-error"
    label: ClassVar = "EC2: group gets no capacity"
    summary: ClassVar = "Launches of the group fail for want of capacity; what runs goes on."
    targets: ClassVar = ("node", "instance")
    kinds: ClassVar = ("ec2_asg",)
    default_for_s: ClassVar = 600.0

    def says(self) -> str:
        return f"No instance of {self.target} can be launched: insufficient capacity"

    def apply(self, live: Live, reach: Reach) -> None:
        live.no_launch[reach.instances] = True
