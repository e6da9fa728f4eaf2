"""EC2 Auto Scaling group: its instances by the hour; the group itself is free."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import HOURS, Line, Price, Use, infracost
from engine.cost.instances import USUAL, hour


class Ec2AsgPrice(Price):
    """Instances that are there, whether they serve or not."""

    kinds: ClassVar = ("ec2_asg",)
    volume: ClassVar = infracost(0.08, "GB-month", "2024-07-01")
    left_out: ClassVar = "IOPS and throughput of volumes beyond 3,000 and 125 MB/s, load on burstable types beyond their credits."

    def lines(self, use: Use) -> Iterator[Line]:
        size = use.field("instance_type", USUAL)
        yield hour(size).of(f"{size}, hours", use.instances * HOURS)
        gb = use.field("volume_gb", 0.0)
        if gb:
            yield self.volume.of("EBS gp3 volumes", gb * use.instances)
