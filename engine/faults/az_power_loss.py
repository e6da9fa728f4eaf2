"""An Availability Zone loses power: every instance in it falls silent in the same moment."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach
from engine.live import BLACK_HOLE, Live


class AzPowerLoss(Fault):
    """Nothing answers and nothing refuses: callers find out by their timeouts. Regional services go on."""

    kind: Literal["az_power_loss"] = "az_power_loss"
    label: ClassVar = "AZ power loss"
    group: ClassVar = "Stops"
    summary: ClassVar = "Every instance in the AZ falls silent at once; regional services go on."
    rank: ClassVar = 10
    targets: ClassVar = ("az",)
    default_for_s: ClassVar = 180.0

    def says(self) -> str:
        return f"{self.target} loses power: all instances in it fall silent"

    def apply(self, live: Live, reach: Reach) -> None:
        live.take_down(reach.instances, BLACK_HOLE)
        live.no_launch[reach.instances] = True
