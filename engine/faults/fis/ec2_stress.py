"""The FIS scenarios of stress on EC2: five minutes a step, each step worse than the one before."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import SteppedDelayed, SteppedGone, SteppedStarved
from engine.live import BLACK_HOLE


class Ec2StressGone(SteppedGone):
    """More instances are stopped with every step, and started when it is over."""

    kind: Literal["fis:ec2-stress-instance-failure"] = "fis:ec2-stress-instance-failure"
    label: ClassVar = "EC2 stress: instance failure"
    summary: ClassVar = "More instances are stopped with every step, and started when it is over."
    kinds: ClassVar = ("ec2_asg",)
    how: ClassVar = BLACK_HOLE


class Ec2StressCpu(SteppedStarved):
    """Something else uses more of the processors with every step."""

    kind: Literal["fis:ec2-stress-cpu"] = "fis:ec2-stress-cpu"
    label: ClassVar = "EC2 stress: CPU"
    summary: ClassVar = "Something else uses more of the processors with every step."
    kinds: ClassVar = ("ec2_asg",)


class Ec2StressMemory(SteppedStarved):
    """Something else uses more of the memory with every step."""

    kind: Literal["fis:ec2-stress-memory"] = "fis:ec2-stress-memory"
    label: ClassVar = "EC2 stress: memory"
    summary: ClassVar = "Something else uses more of the memory with every step."
    kinds: ClassVar = ("ec2_asg",)


class Ec2StressDisk(SteppedStarved):
    """Something else uses more of the disk with every step."""

    kind: Literal["fis:ec2-stress-disk"] = "fis:ec2-stress-disk"
    label: ClassVar = "EC2 stress: disk"
    summary: ClassVar = "Something else uses more of the disk with every step."
    kinds: ClassVar = ("ec2_asg",)


class Ec2StressLatency(SteppedDelayed):
    """What they send arrives later with every step."""

    kind: Literal["fis:ec2-stress-network-latency"] = "fis:ec2-stress-network-latency"
    label: ClassVar = "EC2 stress: network latency"
    summary: ClassVar = "What they send arrives later with every step."
    kinds: ClassVar = ("ec2_asg",)
