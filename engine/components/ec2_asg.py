"""AWS EC2 Auto Scaling group: instances spread evenly over its Availability Zones, their number fixed or following a metric."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.components.base import Limit, quantity
from engine.components.group import Group
from engine.components.values import Exponential, ServiceTime

InstanceType = Literal[
    "t3.micro", "t3.small", "t3.medium", "t3.large", "t4g.medium", "t4g.large", "m5.large", "m5.xlarge", "m5.2xlarge", "m6i.large",
    "m6g.large", "m7g.large", "m7i.large", "c5.large", "c7g.large", "r5.large", "r6g.large", "r7g.large",
]  # fmt: skip


class Ec2Asg(Group):
    """A service on EC2. Its AZs are those of one Region: all of them unless told otherwise."""

    kind: Literal["ec2_asg"] = "ec2_asg"
    label: ClassVar = "EC2 Auto Scaling group"
    glyph: ClassVar = "stack"
    summary: ClassVar = "EC2 instances spread evenly over AZs; losing an AZ takes its share of them."
    az_loss: ClassVar = "The instances in the AZ fall silent; without autoscaling nothing replaces them, and the others carry the load."
    region_loss: ClassVar = "All instances fall silent; they come back empty."
    control_loss: ClassVar = "Instances run on; none is launched, replaced or taken out until it is back."
    limits: ClassVar = (
        Limit("Capacity of the instance type in an AZ", "InsufficientInstanceCapacity", source="EC2 user guide, troubleshooting launches"),
    )  # fmt: skip
    left_out: ClassVar = ("What an instance type can do: slots and service time say how fast one is. EBS volumes but for their price, warm "
                          "pools, the price of Spot.")  # fmt: skip
    create: ClassVar = {"instances": 4, "concurrency": 8, "service": {"exponential": 0.024}, "queue_capacity": 100}

    instances: int = quantity(2, "", "Instances, spread evenly over the AZs.", ge=1, le=2_000, likely=(2, 100),
                              assumption="the fewest that survive the loss of one")  # fmt: skip
    concurrency: int = quantity(8, "", "Requests one instance serves at once.", ge=1, le=100_000, label="Slots per instance",
                                likely=(1, 200), assumption="a small instance with a pool of eight workers")  # fmt: skip
    service: ServiceTime = quantity(Exponential(exponential=0.02), "s", "Time a request occupies a slot before dependencies are called.",
                                    label="Service time", assumption="20 ms of work in a web tier", likely=(0.001, 0.5))  # fmt: skip

    volume_gb: float = quantity(0, "GB", "EBS volume (gp3) of each instance, for the cost alone.", ge=0, le=65_536, label="Volume",
                                likely=(0, 100), assumption="instances without data of their own")  # fmt: skip
    instance_type: InstanceType = quantity("m6i.large", "", "For the cost alone: slots and service time say how fast an instance is.",
                                           assumption="two vCPUs and 8 GB, common for a web server", label="Instance type")  # fmt: skip
