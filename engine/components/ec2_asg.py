"""AWS EC2 Auto Scaling group: instances spread evenly over its Availability Zones, their number fixed or following a metric."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.components.base import quantity
from engine.components.service import Service
from engine.components.values import Exponential, ServiceTime
from engine.geography import Geography


class Ec2Asg(Service):
    """A service on EC2. Its AZs are those of one Region: all of them unless told otherwise."""

    kind: Literal["ec2_asg"] = "ec2_asg"  # type: ignore[assignment]  # a group is a service of another kind
    label: ClassVar = "EC2 Auto Scaling group"
    category: ClassVar = "Compute"
    glyph: ClassVar = "stack"
    summary: ClassVar = "EC2 instances spread evenly over AZs; losing an AZ takes its share of them."
    unplaced: ClassVar = "azs"
    one_region: ClassVar = True
    create: ClassVar = {"instances": 4, "concurrency": 8, "service": {"exponential": 0.024}, "queue_capacity": 100}

    instances: int = quantity(2, "", "Instances, spread evenly over the AZs.", ge=1, le=2_000,
                              assumption="the fewest that survive the loss of one")  # fmt: skip
    concurrency: int = quantity(8, "", "Requests one instance serves at once.", ge=1, le=100_000, label="Slots per instance",
                                assumption="a small instance with a pool of eight workers")  # fmt: skip
    service: ServiceTime = quantity(Exponential(exponential=0.02), "s", "Time a request occupies a slot before dependencies are called.",
                                    label="Service time", assumption="20 ms of work in a web tier")  # fmt: skip

    def home_azs(self, geography: Geography) -> list[str]:
        return self.azs or geography.azs_of[self.home(geography)]
