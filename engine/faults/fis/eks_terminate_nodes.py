"""Hosts of a node group are terminated."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Reach, quantity
from engine.faults.fis.base import Fis, first_share
from engine.live import BLACK_HOLE, Live


class TerminateNodegroupInstances(Fis):
    """A share of the pods falls silent with the hosts under them."""

    kind: Literal["aws:eks:terminate-nodegroup-instances"] = "aws:eks:terminate-nodegroup-instances"
    label: ClassVar = "EKS: terminate nodes"
    summary: ClassVar = "A share of the pods falls silent with the hosts under them."
    targets: ClassVar = ("node",)
    kinds: ClassVar = ("eks",)

    share: float = quantity(0.5, "", "Share of the hosts (instanceTerminationPercentage).", gt=0, le=1, assumption="FIS has no default")

    def says(self) -> str:
        return f"{self.share:.0%} of the hosts under {self.target} are terminated"

    def apply(self, live: Live, reach: Reach) -> None:
        live.take_down(first_share(reach.instances, self.share), BLACK_HOLE)
