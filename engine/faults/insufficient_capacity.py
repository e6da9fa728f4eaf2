"""An Availability Zone has no more machines to give: what runs goes on, what is launched is turned down."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach
from engine.live import Live


class InsufficientCapacity(Fault):
    """Launches in the AZ fail at once; a group that has other AZs tries them."""

    kind: Literal["insufficient_capacity"] = "insufficient_capacity"
    label: ClassVar = "Insufficient capacity"
    group: ClassVar = "Names, checks and control"
    summary: ClassVar = "Nothing can be launched there; what runs goes on."
    targets: ClassVar = ("az", "region")
    default_for_s: ClassVar = 600.0

    def says(self) -> str:
        return f"No instance can be launched in {self.target}: insufficient capacity"

    def apply(self, live: Live, reach: Reach) -> None:
        live.no_launch[reach.instances] = True
