"""A whole Region is gone: all of its AZs and everything regional in it."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach
from engine.live import BLACK_HOLE, Live


class RegionOutage(Fault):
    """Silence from every instance and every regional endpoint; clients are outside and keep asking."""

    kind: Literal["region_outage"] = "region_outage"
    label: ClassVar = "Region outage"
    group: ClassVar = "Stops"
    summary: ClassVar = "Everything in the Region falls silent, regional services included."
    rank: ClassVar = 10
    targets: ClassVar = ("region",)
    default_for_s: ClassVar = 300.0

    def says(self) -> str:
        return f"{self.target} is lost: everything in it falls silent"

    def apply(self, live: Live, reach: Reach) -> None:
        live.take_down(reach.instances, BLACK_HOLE)
        live.no_launch[reach.instances] = True
