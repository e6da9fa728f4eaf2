"""Hosts of a cluster are drained."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Reach, quantity
from engine.faults.fis.base import Fis, first_share
from engine.live import Live


class DrainContainerInstances(Fis):
    """A share of the tasks gets no new requests and finishes what it has."""

    kind: Literal["aws:ecs:drain-container-instances"] = "aws:ecs:drain-container-instances"
    label: ClassVar = "ECS: drain container instances"
    summary: ClassVar = "A share of the tasks gets no new requests and finishes what it has."
    targets: ClassVar = ("node",)
    kinds: ClassVar = ("ecs",)

    share: float = quantity(0.5, "", "Share of the tasks (drainagePercentage).", gt=0, le=1, assumption="FIS has no default")

    def says(self) -> str:
        return f"{self.share:.0%} of {self.target} is drained"

    def apply(self, live: Live, reach: Reach) -> None:
        live.withdrawn[first_share(reach.instances, self.share)] = True
