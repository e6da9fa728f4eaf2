"""Calls that launch instances are answered: insufficient capacity."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Unlaunchable


class ApiInsufficientCapacity(Unlaunchable):
    """A share of RunInstances and CreateFleet is answered with insufficient capacity, also in one AZ alone. What runs goes on."""

    kind: Literal["aws:ec2:api-insufficient-instance-capacity-error"] = "aws:ec2:api-insufficient-instance-capacity-error"
    label: ClassVar = "EC2 API: insufficient capacity"
    summary: ClassVar = "A share of the launches fails for want of capacity; what runs goes on."
    targets: ClassVar = ("node", "instance", "az")

    def says(self) -> str:
        return f"{self.share:.0%} of the launches in {self.target} fail: insufficient capacity"
