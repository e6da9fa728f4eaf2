"""Instances are stopped, and started again."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Gone


class StopInstances(Gone):
    """The instances are stopped and started again when it is over; their group may replace them before."""

    kind: Literal["aws:ec2:stop-instances"] = "aws:ec2:stop-instances"
    label: ClassVar = "EC2: stop instances"
    summary: ClassVar = "The instances are stopped and started again when it is over; their group may replace them before."
    kinds: ClassVar = ("ec2_asg",)

    def says(self) -> str:
        return f"{self.target} is stopped"
