"""EC2 Auto Scaling group: its instances by the hour; the group itself is free."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import HOURS, Line, Price, Use
from engine.cost.instances import USUAL, hour


class Ec2AsgPrice(Price):
    """Instances that are there, whether they serve or not."""

    kinds: ClassVar = ("ec2_asg",)
    left_out: ClassVar = "EBS volumes, load on burstable types beyond their credits."

    def lines(self, use: Use) -> Iterator[Line]:
        size = use.field("instance_type", USUAL)
        yield hour(size).of(f"{size}, hours", use.instances * HOURS)
