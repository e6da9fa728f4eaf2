"""An endpoint for a service is cut."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Cut


class DisruptVpcEndpoint(Cut):
    """Nothing passes over this edge: the private endpoint it uses is cut."""

    kind: Literal["aws:network:disrupt-vpc-endpoint"] = "aws:network:disrupt-vpc-endpoint"
    label: ClassVar = "Network: disrupt endpoint"
    summary: ClassVar = "Nothing passes over this edge: the private endpoint it uses is cut."

    def says(self) -> str:
        return f"Nothing passes over {self.target}: its endpoint is cut"
