"""An endpoint for a service is cut."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Reach
from engine.faults.fis.base import Fis
from engine.live import Live


class DisruptVpcEndpoint(Fis):
    """Nothing passes over this edge: the private endpoint it uses is cut."""

    kind: Literal["aws:network:disrupt-vpc-endpoint"] = "aws:network:disrupt-vpc-endpoint"
    label: ClassVar = "Network: disrupt endpoint"
    summary: ClassVar = "Nothing passes over this edge: the private endpoint it uses is cut."
    targets: ClassVar = ("edge",)

    def says(self) -> str:
        return f"Nothing passes over {self.target}: its endpoint is cut"

    def apply(self, live: Live, reach: Reach) -> None:
        live.edge_cut[reach.edges] = True
